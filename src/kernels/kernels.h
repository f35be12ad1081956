/* Kernels: plain loops over pixels, with no knowledge of crops, threads or Python. Every variant
 * (one file an instruction set) fills the same table and yields the same bytes. */
#ifndef FASTCV_KERNELS_H
#define FASTCV_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/polygons.h"

enum {
    FASTCV_SUBPIXEL_BITS = 5, /* OpenCV's warp works in 1/32 px */
    FASTCV_SUBPIXELS = 1 << FASTCV_SUBPIXEL_BITS,
    FASTCV_X_BLOCK_MAX = 1024, /* no x-block of OpenCV's is wider */

    FASTCV_TILE_COLUMNS = 128,
    FASTCV_TILE_ROWS = 64,
    FASTCV_TILE_PX = 1024, /* its maps, its source and its output fit a first-level cache */
    FASTCV_OVERRUN_PX = 16 /* maps are computed in whole vectors: arrays are longer by this */
};

/* A part of a row of a crop, all in the same x-block. origin is the homogeneous page position where
 * the x-block begins, step the change from pixel to pixel; OpenCV adds step · k to the origin, so
 * the origin is part of the result's bits. The part begins `skipped` pixels into the block. */
typedef struct FastcvRowPart {
    double origin[3];
    double step[3];
    int skipped;
    int count;
} FastcvRowPart;

/* A part of a crop whose pixels all lie at moderate positions, in front of (or all behind) the
 * vanishing line: map_tile's bound on its own error holds. See map4_all.h. */
typedef struct FastcvTile {
    const double *inverse;      /* 3 × 3, crop to page */
    int x, y, columns, rows;    /* of the crop; columns · rows is at most FASTCV_TILE_PX */
    int x_block;                /* OpenCV's, in px */
    int32_t origin_x, origin_y; /* the page pixel that offsets count from */
    int32_t stride_bytes, pixel_bytes;
    int32_t guard; /* the error bound, in 2^-FASTCV_FIXED_BITS of 1/32 px */
} FastcvTile;

/* The pixels of the source that a tile may read; its last row and column belong to it. */
typedef struct FastcvWindow {
    int32_t left, top, right, bottom;
} FastcvWindow;

/* Fixed point of map_tile: an int32 spans ±256 px. */
enum { FASTCV_FIXED_BITS = 18 };

/* Interpolates count pixels. Pixel k lies between the source pixel at base + offset[k], its right
 * and its lower neighbours, at fraction[k] = i | j << 16: i/32 px to the right, j/32 px below. */
typedef void FastcvBlend(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                         const uint32_t *fraction, int count, uint8_t *out);

enum { FASTCV_BLEND_LINEAR, FASTCV_BLEND_CUBIC, FASTCV_BLENDS };
enum { FASTCV_BLEND_CHANNELS = 5 }; /* the table is indexed by 1, 3 and 4 */

/* Runs of equal colours, packed as B << 16 | G << 8 | R, from left to right. */
enum { FASTCV_RUNS_PX = 1024, FASTCV_RUNS_OVERRUN = 8 };
typedef struct FastcvRuns {
    uint32_t color[FASTCV_RUNS_PX + FASTCV_RUNS_OVERRUN];
    uint32_t length[FASTCV_RUNS_PX + FASTCV_RUNS_OVERRUN];
} FastcvRuns;

/* Finds the runs in count pixels, 1 … FASTCV_RUNS_PX, and returns how many there are. 1 channel:
 * B = G = R. 4 channels: pixels of alpha 0 are left out, and end a run; alpha is otherwise no part
 * of the colour. Two runs side by side may be of one colour. Reads no byte beyond the pixels. */
typedef int FastcvFindRuns(const uint8_t *pixels, int count, int channels, FastcvRuns *runs);
FastcvFindRuns fastcv_find_runs_c;
#if defined(__x86_64__)
FastcvFindRuns fastcv_find_runs_avx2;
#endif

/* Centres of polygons, in an order of their own. FASTCV_NEAR_OVERRUN more can be read, and are near
 * nothing or no worse than the others. */
enum { FASTCV_NEAR_OVERRUN = 16 };
typedef struct FastcvCenters {
    double *x, *y, *rank; /* rank: of their polygon, 0 for the smallest */
} FastcvCenters;

/* A rectangle of a grid's cells. Row r's centres are begin[r · stride] … begin[r · stride +
 * columns]
 * - 1. */
typedef struct FastcvCells {
    const int32_t *begin;
    ptrdiff_t stride;
    int32_t columns, rows;
} FastcvCells;

typedef struct FastcvKernels {
    const char *name;
    int (*is_supported)(void);

    /* px[k], py[k]: the positions in 1/scale px, rounded as OpenCV does. Writes up to
     * FASTCV_OVERRUN_PX more. */
    void (*project)(const FastcvRowPart *part, double scale, int32_t *px, int32_t *py);

    /* offset and fraction of every pixel of the tile, row after row, for a blend; both arrays are
     * longer than the tile by FASTCV_OVERRUN_PX. Returns how many pixels were too close to a tie
     * for fixed point, and were done as project does. */
    int (*map_tile)(const FastcvTile *tile, int32_t *offset, uint32_t *fraction);

    /* The other way to a tile's offsets and fractions: from projected positions in 1/32 px. First
     * the window that holds them all; then offsets from its left upper pixel, for positions brought
     * into a window, which may be smaller. */
    FastcvWindow (*bound)(const int32_t *px, const int32_t *py, int count);
    void (*place)(const int32_t *px, const int32_t *py, int count, FastcvWindow window,
                  int32_t stride_bytes, int32_t pixel_bytes, int32_t *offset, uint32_t *fraction);

    FastcvBlend *blend[FASTCV_BLENDS][FASTCV_BLEND_CHANNELS]; /* NULL: cv::remap does it */

    /* In each row that a blend takes taps from, it may read so many bytes before its pixel's first
     * tap and after the last; and so many rows above the first and below the last. */
    uint8_t reads_before, reads_after, reads_above, reads_below;

    FastcvFindRuns *find_runs;

    /* Index of the first centre in the disc, or -1. Looks at count of them and may look at a few
     * more. */
    ptrdiff_t (*first_near)(const FastcvCenters *centers, ptrdiff_t count, FastcvDisc disc);

    /* Least rank of the cells' centres in the disc, or infinity. It may be of a centre beyond the
     * cells, if that is in the disc. */
    double (*least_rank)(const FastcvCenters *centers, const FastcvCells *cells, FastcvDisc disc);
} FastcvKernels;

/* The variant in use; see fastcv/variants.h. */
const FastcvKernels *fastcv_kernels(void);

/* All variants that this CPU has, fastest first; NULL after the last. */
const FastcvKernels *fastcv_kernels_nth(int n);

extern const FastcvKernels fastcv_kernels_c, fastcv_kernels_opencv;
#if defined(__x86_64__)
extern const FastcvKernels fastcv_kernels_avx2, fastcv_kernels_avx512;
#endif
#if defined(__AARCH64EL__)
extern const FastcvKernels fastcv_kernels_neon;
#endif

/* OpenCV's bicubic weights: 16 for each fraction, [32 · j + i], times 32,768. The rows of taps
 * stand in the order 0, 2, 1, 3: what vector kernels want side by side. */
typedef int16_t FastcvCubicWeights[16];
extern FastcvCubicWeights fastcv_cubic_weights[FASTCV_SUBPIXELS * FASTCV_SUBPIXELS];
void fastcv_cubic_weights_fill(void);

#endif
