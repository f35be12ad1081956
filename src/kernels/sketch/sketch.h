/* Counts by the hashes of packed colours, searches among them, and exact counts of a few colours.
 */
#ifndef FASTCV_KERNELS_SKETCH_H
#define FASTCV_KERNELS_SKETCH_H

#include <stddef.h>
#include <stdint.h>

enum {
    FASTCV_SKETCH_BITS = 10, /* of a hash */
    FASTCV_SKETCH_COUNTERS = 1 << FASTCV_SKETCH_BITS,
    FASTCV_SKETCH_COLORS = 8 /* counted at a time */
};

/* Two counters a hash. Neighbouring pixels take turns: they are often equal, and an addition to a
 * counter waits for the one before. */
typedef struct FastcvSketchCounters {
    uint16_t even[FASTCV_SKETCH_COUNTERS], odd[FASTCV_SKETCH_COUNTERS];
} FastcvSketchCounters;

/* Multiplicative hashing (Knuth, TAOCP vol. 3, 6.4), by 2^32 over the golden ratio. */
static inline uint16_t fastcv_color_sketch_hash(uint32_t color)
{
    return (uint16_t)(color * UINT32_C(2654435769) >> (32 - FASTCV_SKETCH_BITS));
}

/* Writes the hash of each colour, and adds 1 to a counter of it. */
typedef void FastcvAddColors(const uint32_t *colors, size_t count, uint16_t *hashes,
                             FastcvSketchCounters *counters);

/* Adds the odd counters to the even ones, whose sums must stay below 2^16, and clears them. Every
 * 64th sum belongs to a group. Returns the largest value, at least 1, that the largest sums of so
 * many groups reach, 64 at most; 1 if those of fewer groups are not 0. */
typedef uint16_t FastcvSumCounters(FastcvSketchCounters *counters, int wanted);

/* Counts how often each of FASTCV_SKETCH_COLORS colours is there, fewer than 2^32 times. */
typedef void FastcvCountEqual(const uint32_t *colors, size_t count, const uint32_t *wanted,
                              uint32_t *counts);

/* Writes which of FASTCV_SKETCH_COUNTERS sums reach the threshold, at least 1, in order, and
 * returns how many there are: room at most, or more than room, and then only some are written. */
typedef int FastcvFindLarge(const uint16_t *sums, uint16_t threshold, uint16_t *found, int room);

/* The first place from i on where the hash is. It must be there before count. */
typedef size_t FastcvFindHash(const uint16_t *hashes, size_t i, size_t count, uint16_t hash);

typedef struct FastcvSketchKernels {
    FastcvAddColors *add;
    FastcvSumCounters *sum;
    FastcvFindLarge *find_large;
    FastcvFindHash *find_hash;
    FastcvCountEqual *count_equal;
} FastcvSketchKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvSketchKernels *fastcv_sketch_kernels(void);

extern const FastcvSketchKernels fastcv_sketch_c;
#if defined(__x86_64__)
extern const FastcvSketchKernels fastcv_sketch_avx2;
extern const FastcvSketchKernels fastcv_sketch_avx512;
#endif

#endif
