/* What all variants share: the rest of a row, one colour after the other, and loops that the
 * compiler vectorises for each. */
#ifndef FASTCV_KERNELS_SKETCH_ALL_H
#define FASTCV_KERNELS_SKETCH_ALL_H

#include "kernels/sketch/sketch.h"

static inline void hash_one_by_one(const uint32_t *colors, size_t i, size_t count, uint16_t *hashes)
{
    for (; i < count; i++)
        hashes[i] = fastcv_color_sketch_hash(colors[i]);
}

static inline void count_hashes(const uint16_t *hashes, size_t count,
                                FastcvSketchCounters *counters)
{
    size_t i = 0;
    for (; i + 2 <= count; i += 2) {
        counters->even[hashes[i]]++;
        counters->odd[hashes[i + 1]]++;
    }
    if (i < count)
        counters->even[hashes[i]]++;
}

enum { FOLDED = 64 };

/* How many of FOLDED values reach the threshold. */
typedef int CountReaching(const uint16_t *values, uint16_t threshold);

/* The largest of every 64th sum decide; sums that share such a group count once. count_reaching
 * must be constant, so that it is inlined. */
static inline uint16_t sum_counters(FastcvSketchCounters *counters, int wanted,
                                    CountReaching *count_reaching)
{
    uint16_t most[FOLDED] = {0};
    for (int i = 0; i < FASTCV_SKETCH_COUNTERS; i += FOLDED) {
        for (int k = 0; k < FOLDED; k++) {
            const uint16_t sum = (uint16_t)(counters->even[i + k] + counters->odd[i + k]);
            counters->even[i + k] = sum;
            counters->odd[i + k] = 0;
            most[k] = sum > most[k] ? sum : most[k];
        }
    }
    uint16_t low = 1, high = 1; /* at least `wanted` reach low, unless it is 1 */
    for (int k = 0; k < FOLDED; k++)
        high = most[k] > high ? most[k] : high;
    while (low < high) {
        const uint16_t middle = (uint16_t)(high - (high - low) / 2);
        if (count_reaching(most, middle) >= wanted)
            low = middle;
        else
            high = (uint16_t)(middle - 1);
    }
    return low;
}

/* Which of FOLDED values reach the threshold. */
typedef uint64_t FindReaching(const uint16_t *values, uint16_t threshold);

/* find_large where vectors search: nearly all values are small. find_reaching must be constant, so
 * that it is inlined. */
static inline int find_large_by(FindReaching *find_reaching, const uint16_t *sums,
                                uint16_t threshold, uint16_t *found, int room)
{
    int count = 0;
    for (int i = 0; i < FASTCV_SKETCH_COUNTERS; i += FOLDED) {
        for (uint64_t mask = find_reaching(sums + i, threshold); mask; mask &= mask - 1) {
            if (count == room)
                return room + 1;
            found[count++] = (uint16_t)(i + __builtin_ctzll(mask));
        }
    }
    return count;
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
