/* Rows of a map as bits. */
#ifndef FASTCV_KERNELS_MASK_H
#define FASTCV_KERNELS_MASK_H

#include <stddef.h>
#include <stdint.h>

/* Bit i % 64 of words[i / 64] tells whether values[i] is finite and above the threshold. Writes
 * count / 64 + 1 words; bits from count on are 0. */
typedef void FastcvAboveThreshold(const float *values, ptrdiff_t count, float threshold,
                                  uint64_t *words);

typedef struct FastcvMaskKernels {
    FastcvAboveThreshold *above;
} FastcvMaskKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvMaskKernels *fastcv_mask_kernels(void);

extern const FastcvMaskKernels fastcv_mask_c;
#if defined(__x86_64__)
extern const FastcvMaskKernels fastcv_mask_avx2;
#endif

#endif
