/* Plain C. */
#include "kernels/sketch/sketch_all.h"

static void hash(const uint32_t *colors, size_t count, uint16_t *hashes)
{
    hash_one_by_one(colors, 0, count, hashes);
}

static void count_equal(const uint32_t *colors, size_t count, const uint32_t *wanted,
                        uint32_t *counts)
{
    uint32_t found[FASTCV_SKETCH_COLORS] = {0};
    count_one_by_one(colors, 0, count, wanted, found);
    for (int k = 0; k < FASTCV_SKETCH_COLORS; k++)
        counts[k] = found[k];
}

const FastcvSketchKernels fastcv_sketch_c = {.hash = hash, .count_equal = count_equal};
