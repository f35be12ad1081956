/* One word at a time: what the vector variants do with the end of a row. */
#ifndef FASTCV_KERNELS_MASK_ALL_H
#define FASTCV_KERNELS_MASK_ALL_H

#include <float.h>

#include "kernels/mask/mask.h"

/* Of at most 64 values. */
static inline uint64_t word_above(const float *values, ptrdiff_t count, float threshold)
{
    uint64_t word = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        word |= (uint64_t)(values[i] > threshold && values[i] <= FLT_MAX) << i;
    return word;
}

#endif
