/* Plain C. */
#include "kernels/sketch/sketch_all.h"

static void hash(const uint32_t *colors, size_t count, uint16_t *hashes)
{
    hash_one_by_one(colors, 0, count, hashes);
}

static int find_large(const int16_t *counters, int16_t threshold, uint16_t *found, int room)
{
    int count = 0;
    for (int i = 0; i < 1 << FASTCV_SKETCH_BITS && count <= room; i++) {
        if (counters[i] < threshold)
            continue;
        if (count < room)
            found[count] = (uint16_t)i;
        count++;
    }
    return count;
}

static size_t find_hash(const uint16_t *hashes, size_t i, size_t count, uint16_t hash)
{
    (void)count;
    return find_hash_one_by_one(hashes, i, hash);
}

static void count_equal(const uint32_t *colors, size_t count, const uint32_t *wanted,
                        uint32_t *counts)
{
    uint32_t found[FASTCV_SKETCH_COLORS] = {0};
    count_one_by_one(colors, 0, count, wanted, found);
    for (int k = 0; k < FASTCV_SKETCH_COLORS; k++)
        counts[k] = found[k];
}

const FastcvSketchKernels fastcv_sketch_c = {
    .hash = hash, .find_large = find_large, .find_hash = find_hash, .count_equal = count_equal};
