/* OpenCV 4's map: where the pixels of a homography's output grid lie on the page, in 1/32 px.
 *
 * Two ways lead to the same positions. project computes a row in double, as OpenCV does, and place
 * turns positions into offsets for a blend. map_tile computes a tile's offsets in fixed point, four
 * times as fast; its caller promises that the tile suits fixed point. */
#ifndef FASTCV_KERNELS_MAP4_H
#define FASTCV_KERNELS_MAP4_H

#include <stdint.h>

#include "kernels/warp/grid.h"
#include "kernels/warp/subpixel.h"

enum {
    FASTCV_X_BLOCK_MAX = 1024, /* the widest of OpenCV's x-blocks */

    /* map_affine sums in int32: the two parts of a position, |M0|·x and |M1|·y + |M2|, are at most
     * this, x and y being where the tile ends, the overrun included; so are M3 to M5. */
    FASTCV_AFFINE_PX = 1 << 19,

    FASTCV_FIXED_BITS = 18 /* of map_tile, below 1/32 px: an int32 spans ±256 px */
};

/* A part of a row of the output grid, within one x-block. OpenCV computes a position as
 * origin + step · k, k pixels into the x-block, so the origin decides how the result rounds. The
 * part begins `skipped` pixels into the x-block. */
typedef struct FastcvRowPart {
    double origin[3]; /* the homogeneous page position of the x-block's first pixel */
    double step[3];   /* its change from pixel to pixel */
    int skipped;
    int count;
} FastcvRowPart;

/* A tile of the output grid that suits fixed point: W has one sign over all of it, and map_tile's
 * error is at most guard. map4_all.h derives the bound. */
typedef struct FastcvTile {
    const double *inverse;      /* 3 × 3, from the grid to the page */
    int x, y, columns, rows;    /* on the grid; columns · rows is at most FASTCV_TILE_PX */
    int x_block;                /* the width of OpenCV's x-blocks on this grid, px */
    int32_t origin_x, origin_y; /* the page pixel at offset 0 */
    int32_t stride_bytes, pixel_bytes;
    int32_t guard; /* in 2^-FASTCV_FIXED_BITS of 1/32 px */
    int is_steep;  /* its rows bend too much for a short series */
} FastcvTile;

typedef struct FastcvMap4 {
    /* px[k], py[k]: the positions in 1/scale px, rounded as OpenCV rounds them. Writes
     * fastcv_whole_vectors(count) positions at most. */
    void (*project)(const FastcvRowPart *part, double scale, int32_t *px, int32_t *py);

    /* The same for an affine map, as cv::warpAffine rounds: origin is the row's first pixel, and
     * only the first two coordinates are used. */
    void (*project_affine)(const FastcvRowPart *part, double scale, int32_t *px, int32_t *py);

    /* The smallest window that holds all positions, which are in 1/32 px. */
    FastcvWindow (*bound)(const int32_t *px, const int32_t *py, int count);

    /* Offsets from the window's left upper pixel, and fractions, for a blend. Positions outside the
     * window are moved to its rim. */
    void (*place)(const int32_t *px, const int32_t *py, int count, FastcvWindow window,
                  int32_t stride_bytes, int32_t pixel_bytes, int32_t *offset, uint32_t *fraction);

    /* The offset and fraction of every pixel of the tile, row after row, for a blend. Both arrays
     * are longer than the tile by FASTCV_OVERRUN_PX. Returns how many pixels were too close to a
     * tie for fixed point and were computed as project does. */
    int (*map_tile)(const FastcvTile *tile, int32_t *offset, uint32_t *fraction);

    /* The same for an affine map, as project_affine rounds. The tile has at most
     * FASTCV_TILE_COLUMNS columns, needs no guard, and lies within FASTCV_AFFINE_PX: see there. */
    void (*map_affine)(const FastcvTile *tile, int32_t *offset, uint32_t *fraction);
} FastcvMap4;

#endif
