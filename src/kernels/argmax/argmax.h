/* The largest value of a row: a recogniser's classes at one step. */
#ifndef FASTCV_KERNELS_ARGMAX_H
#define FASTCV_KERNELS_ARGMAX_H

#include <stddef.h>
#include <stdint.h>

/* Both return the index of the first of count values that is largest, or of the first NaN. −0 and 0
 * are equal. count is at least 1. Read only the values. */
typedef ptrdiff_t FastcvArgmaxF32(const float *values, ptrdiff_t count);
typedef ptrdiff_t FastcvArgmaxF16(const uint16_t *values, ptrdiff_t count);

typedef struct FastcvArgmaxKernels {
    FastcvArgmaxF32 *f32;
    FastcvArgmaxF16 *f16;
} FastcvArgmaxKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvArgmaxKernels *fastcv_argmax_kernels(void);

extern const FastcvArgmaxKernels fastcv_argmax_c;
#if defined(__x86_64__)
extern const FastcvArgmaxKernels fastcv_argmax_avx2, fastcv_argmax_avx512;
#endif
#if defined(__AARCH64EL__)
extern const FastcvArgmaxKernels fastcv_argmax_neon;
#endif

#endif
