/* Hashes of packed colours, searches among hashes and their counters, and counts of a few colours.
 */
#ifndef FASTCV_KERNELS_SKETCH_H
#define FASTCV_KERNELS_SKETCH_H

#include <stddef.h>
#include <stdint.h>

enum {
    FASTCV_SKETCH_BITS = 11, /* of a hash */
    FASTCV_SKETCH_COLORS = 4 /* counted at a time */
};

/* Multiplicative hashing (Knuth, TAOCP vol. 3, 6.4), by 2^32 over the golden ratio. */
static inline uint16_t fastcv_color_sketch_hash(uint32_t color)
{
    return (uint16_t)(color * UINT32_C(2654435769) >> (32 - FASTCV_SKETCH_BITS));
}

/* Writes the hash of each colour. */
typedef void FastcvHashColors(const uint32_t *colors, size_t count, uint16_t *hashes);

/* Counts how often each of FASTCV_SKETCH_COLORS colours is there, fewer than 2^32 times. */
typedef void FastcvCountEqual(const uint32_t *colors, size_t count, const uint32_t *wanted,
                              uint32_t *counts);

/* Writes which of the 2^FASTCV_SKETCH_BITS counters reach the threshold, at least 1, in order, and
 * returns how many there are: room at most, or more than room, and then only some are written. */
typedef int FastcvFindLarge(const int16_t *counters, int16_t threshold, uint16_t *found, int room);

/* The first place from i on where the hash is. It must be there before count. */
typedef size_t FastcvFindHash(const uint16_t *hashes, size_t i, size_t count, uint16_t hash);

typedef struct FastcvSketchKernels {
    FastcvHashColors *hash;
    FastcvFindLarge *find_large;
    FastcvFindHash *find_hash;
    FastcvCountEqual *count_equal;
} FastcvSketchKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvSketchKernels *fastcv_sketch_kernels(void);

extern const FastcvSketchKernels fastcv_sketch_c;
#if defined(__x86_64__)
extern const FastcvSketchKernels fastcv_sketch_avx2;
#endif

#endif
