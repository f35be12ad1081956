/* What the vector variants share: the end of a row, and sums in order. */
#ifndef FASTCV_KERNELS_MASK_ALL_H
#define FASTCV_KERNELS_MASK_ALL_H

#include <float.h>

#include "kernels/mask/mask.h"

/* Of at most 64 values. */
static inline uint64_t word_above(const float *values, ptrdiff_t count, float threshold, float most)
{
    uint64_t word = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        word |= (uint64_t)(values[i] > threshold && values[i] <= most) << i;
    return word;
}

static inline double sum_in_order(const FastcvSelection *selection, ptrdiff_t *count)
{
    double sum = 0;
    *count = 0;
    for (ptrdiff_t y = 0; y < selection->rows; y++) {
        const float *values = (const float *)(selection->values + y * selection->stride_bytes);
        const uint64_t *row = selection->bits + y * selection->row_words;
        for (ptrdiff_t word = 0; word < selection->row_words; word++) {
            for (uint64_t bits = row[word]; bits; bits &= bits - 1) {
                const float value = values[word * 64 + __builtin_ctzll(bits)];
                sum += value >= -FLT_MAX && value <= FLT_MAX ? value : 0;
                ++*count;
            }
        }
    }
    return sum;
}

#endif
