/* Plain C. */
#include "kernels/sketch/sketch_all.h"

static void add(const uint32_t *colors, size_t count, uint16_t *hashes,
                FastcvSketchCounters *counters)
{
    hash_one_by_one(colors, 0, count, hashes);
    count_hashes(hashes, count, counters);
}

static int count_reaching(const uint16_t *values, uint16_t threshold)
{
    int reached = 0;
    for (int k = 0; k < FOLDED; k++)
        reached += values[k] >= threshold;
    return reached;
}

static uint16_t sum(FastcvSketchCounters *counters, int wanted)
{
    return sum_counters(counters, wanted, count_reaching);
}

static int find_large(const uint16_t *sums, uint16_t threshold, uint16_t *found, int room)
{
    int count = 0;
    for (int i = 0; i < FASTCV_SKETCH_COUNTERS && count <= room; i++) {
        if (sums[i] < threshold)
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

const FastcvSketchKernels fastcv_sketch_c = {.add = add,
                                             .sum = sum,
                                             .find_large = find_large,
                                             .find_hash = find_hash,
                                             .count_equal = count_equal};
