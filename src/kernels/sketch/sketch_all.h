/* What all variants share: the rest of a row, one colour after the other. */
#ifndef FASTCV_KERNELS_SKETCH_ALL_H
#define FASTCV_KERNELS_SKETCH_ALL_H

#include "kernels/sketch/sketch.h"

static inline void hash_one_by_one(const uint32_t *colors, size_t i, size_t count, uint16_t *hashes)
{
    for (; i < count; i++)
        hashes[i] = fastcv_color_sketch_hash(colors[i]);
}

static inline size_t find_hash_one_by_one(const uint16_t *hashes, size_t i, uint16_t hash)
{
    while (hashes[i] != hash)
        i++;
    return i;
}

static inline void count_one_by_one(const uint32_t *colors, size_t i, size_t count,
                                    const uint32_t *wanted, uint32_t *counts)
{
    for (; i < count; i++) {
        for (int k = 0; k < FASTCV_SKETCH_COLORS; k++)
            counts[k] += colors[i] == wanted[k];
    }
}

#endif
