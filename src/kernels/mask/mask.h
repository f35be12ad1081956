/* Rows of a map as bits, and sums of what the bits select. */
#ifndef FASTCV_KERNELS_MASK_H
#define FASTCV_KERNELS_MASK_H

#include <stddef.h>
#include <stdint.h>

/* Bit i % 64 of words[i / 64] tells whether values[i] is above the threshold and at most `most`:
 * FLT_MAX leaves infinity out, infinity takes it in. Writes count / 64 + 1 words; bits from count
 * on are 0. */
typedef void FastcvAboveThreshold(const float *values, ptrdiff_t count, float threshold, float most,
                                  uint64_t *words);

/* Pixels of a map: rows of values, and rows of bits that select them. */
typedef struct FastcvSelection {
    const char *values; /* the first row's; the step between rows is in bytes */
    ptrdiff_t stride_bytes;
    const uint64_t *bits;
    ptrdiff_t row_words;
    ptrdiff_t rows;
} FastcvSelection;

/* The sum of the selected values in float64, with the bits that adding them row by row from the
 * left has. Values that are not finite count as 0. Reads only what is selected. */
typedef double FastcvSelectedSum(const FastcvSelection *selection, ptrdiff_t *count);

typedef struct FastcvMaskKernels {
    FastcvAboveThreshold *above;
    FastcvSelectedSum *sum;
} FastcvMaskKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvMaskKernels *fastcv_mask_kernels(void);

extern const FastcvMaskKernels fastcv_mask_c;
#if defined(__x86_64__)
extern const FastcvMaskKernels fastcv_mask_avx2;
#endif

#endif
