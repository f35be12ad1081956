/* OpenCV 5's cubic pixels from planes: a part of the page whose bytes were made floats once, not
 * once for each of the 16 pixels that a byte is a tap of. Map and blend are one call, which keeps
 * no more than two rows' positions. */
#ifndef FASTCV_KERNELS_PLANES5_H
#define FASTCV_KERNELS_PLANES5_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/warp/grid.h"
#include "kernels/warp/map5.h"

enum {
    FASTCV_PLANES_CHUNK_PX = 32,     /* planes are whole numbers of these wide */
    FASTCV_PLANES_VALUE_BYTES = 2,   /* of a pixel in a plane */
    FASTCV_PLANES_SLACK_BYTES = 128, /* read, and not used, before and after the planes, … */
    FASTCV_PLANES_SLACK_ROWS = 1     /* … and rows above and below */
};

/* Rows of floats, as a variant keeps them. A row has one part a channel. */
typedef struct FastcvPlanes5 {
    uint8_t *values; /* of the first tap (spread), or of the pixel at left, top (cut) */
    int32_t plane_bytes, row_bytes;
} FastcvPlanes5;

/* A part of the output grid. Its positions are finite, within −most … 2 · most, and below 2^22 px,
 * and all their taps lie in the planes. */
typedef struct FastcvTile5 {
    FastcvRow5 first; /* row; the others follow */
    int rows;
    int is_affine;
    int is_leftward, is_upward; /* how a row walks over the page, mostly */
    int32_t left, top;          /* the page's pixel that planes.values is of */
} FastcvTile5;

/* The positions of a row's pixels: bytes from the tile's left upper pixel, and fractions. */
typedef struct FastcvPositions5 {
    _Alignas(64) int32_t offset[FASTCV_TILE_COLUMNS + FASTCV_OVERRUN_PX];
    float across[FASTCV_TILE_COLUMNS + FASTCV_OVERRUN_PX];
    float down[FASTCV_TILE_COLUMNS + FASTCV_OVERRUN_PX];
} FastcvPositions5;

/* What `cut` works in. */
typedef struct FastcvRoom5 {
    _Alignas(64) double x[FASTCV_TILE_COLUMNS]; /* what each column adds to a row's sums */
    double y[FASTCV_TILE_COLUMNS], w[FASTCV_TILE_COLUMNS];
    FastcvPositions5 rows[2];
} FastcvRoom5;

typedef struct FastcvFromPlanes5 {
    /* Writes rows of whole chunks. */
    void (*spread)(const uint8_t *pixels, ptrdiff_t stride_bytes, int width, int rows, int channels,
                   FastcvPlanes5 planes);

    /* Writes the tile, which has FASTCV_TILE_COLUMNS at most. */
    void (*cut[FASTCV_WARP_CHANNELS])(const FastcvTile5 *tile, FastcvPlanes5 planes,
                                      FastcvRoom5 *room, uint8_t *out, ptrdiff_t out_stride_bytes);
} FastcvFromPlanes5;

#endif
