/* The output grid in tiles, and windows of the page: what maps of every arithmetic share. */
#ifndef FASTCV_KERNELS_GRID_H
#define FASTCV_KERNELS_GRID_H

#include <stdint.h>

enum {
    FASTCV_TILE_COLUMNS = 128,
    FASTCV_TILE_ROWS = 64,
    FASTCV_TILE_PX = 1024,   /* the maps, source and output of a tile fit a first-level cache */
    FASTCV_OVERRUN_PX = 16,  /* maps are computed in whole vectors: arrays are longer by this */
    FASTCV_WARP_CHANNELS = 5 /* tables by channels have entries for 1, 3 and 4 */
};

static inline int fastcv_whole_vectors_of(int count, int lanes)
{
    return (count + lanes - 1) & -lanes;
}

/* The most pixels that any variant computes when it is asked for a row of count. */
static inline int fastcv_whole_vectors(int count)
{
    return fastcv_whole_vectors_of(count, FASTCV_OVERRUN_PX);
}

/* A rectangle of page pixels; the last row and column belong to it. */
typedef struct FastcvWindow {
    int32_t left, top, right, bottom;
} FastcvWindow;

/* The smallest window that holds all positions. */
static inline FastcvWindow fastcv_window_of(const int32_t *restrict px, const int32_t *restrict py,
                                            int count)
{
    int32_t left = INT32_MAX, right = INT32_MIN, top = INT32_MAX, bottom = INT32_MIN;
    for (int k = 0; k < count; k++) {
        left = px[k] < left ? px[k] : left;
        right = px[k] > right ? px[k] : right;
        top = py[k] < top ? py[k] : top;
        bottom = py[k] > bottom ? py[k] : bottom;
    }
    return (FastcvWindow){left, top, right, bottom};
}

#endif
