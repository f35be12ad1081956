/* Resampling with a filter that widens as the picture shrinks (antialiasing): Pillow's
 * Image.resize with BILINEAR. Each pass rounds to bytes, so the order of the passes counts. */
#ifndef FASTCV_KERNELS_RESAMPLE_H
#define FASTCV_KERNELS_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

/* Kernels compute whole vectors: their rows have room for this many more bytes. */
enum { FASTCV_RESAMPLE_OVERRUN = 32 };

/* A target px is (Σ weight · source px + 2^21) >> 22. A weight, 0 … 2^22, is high · 2^15 + low. */
enum { FASTCV_RESAMPLE_BITS = 22, FASTCV_RESAMPLE_LOW_BITS = 15 };

/* The weights of four neighbouring source px. */
typedef struct FastcvFourWeights {
    int16_t low[4], high[4];
} FastcvFourWeights;

/* One axis. Target px d is made of source px first[d] … first[d] + reads − 1, all of which exist;
 * their weights are weights[d · fours] and the fours − 1 after it, those beyond `reads` being 0.
 * The arrays go on to a multiple of 8 px with px of weight 0. */
typedef struct FastcvResampleAxis {
    int target_px, reads, fours;
    int32_t *first;
    FastcvFourWeights *weights;
} FastcvResampleAxis;

/* Makes an axis in memory of fastcv_resample_axis_bytes, aligned to 16. */
size_t fastcv_resample_axis_bytes(int source_px, int target_px);
FastcvResampleAxis fastcv_resample_axis(int source_px, int target_px, void *memory);

/* The most source px that a target px can be made of. */
int fastcv_resample_most_reads(int source_px, int target_px);

/* Whether Pillow, from version 13.0 on, takes the pass along y first. */
int fastcv_resample_is_down_first(int source_width_px, int source_height_px, int target_width_px,
                                  int target_height_px);

typedef struct FastcvResampleKernels {
    /* Along x: a row of 1, 3 or 4 channels, of which at most three are read, becomes planes:
     * channel c goes to out + c · plane_stride. Reads at most reads_after bytes beyond the row. */
    void (*across)(const FastcvResampleAxis *axis, const uint8_t *source, int channels,
                   uint8_t *out, ptrdiff_t plane_stride);

    /* Along y: row y of the target, count bytes, from the rows that it is made of: the first of
     * them begins at rows. Source rows have room for the overrun, too. */
    void (*down)(const FastcvResampleAxis *axis, int y, const uint8_t *rows, ptrdiff_t stride_bytes,
                 int count, uint8_t *out);

    int reads_after;
} FastcvResampleKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvResampleKernels *fastcv_resample_kernels(void);

extern const FastcvResampleKernels fastcv_resample_c;
#if defined(__x86_64__)
extern const FastcvResampleKernels fastcv_resample_avx2;
#endif

#endif
