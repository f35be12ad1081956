/* Hashes of packed colours, and counts of a few of them. */
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

typedef struct FastcvSketchKernels {
    FastcvHashColors *hash;
    FastcvCountEqual *count_equal;
} FastcvSketchKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvSketchKernels *fastcv_sketch_kernels(void);

extern const FastcvSketchKernels fastcv_sketch_c;
#if defined(__x86_64__)
extern const FastcvSketchKernels fastcv_sketch_avx2;
#endif

#endif
