/* OpenCV 5's map: where the pixels of a homography's output grid lie on the page, in float px. A
 * position is a whole px and, unless the pixel there is taken as it is, two fractions of a px. */
#ifndef FASTCV_KERNELS_MAP5_H
#define FASTCV_KERNELS_MAP5_H

#include "kernels/warp/grid.h"

/* OpenCV computes a row's columns in whole groups, and rounds the few that are left differently. */
enum { FASTCV_GROUP_PX = 16 };

typedef enum FastcvMap5Kind {
    FASTCV_MAP5_NEAREST,      /* px is the nearest pixel, half to even; there are no fractions */
    FASTCV_MAP5_LINEAR,       /* px is the pixel to the left and above */
    FASTCV_MAP5_CUBIC,        /* the same by other roundings; of perspectives, … */
    FASTCV_MAP5_CUBIC_AFFINE, /* … and of affine maps */
    FASTCV_MAP5_KINDS
} FastcvMap5Kind;

/* A part of a row of the output grid. */
typedef struct FastcvRow5 {
    const float *matrix; /* 3 × 3, from the grid to the page; an affine map's last row is 0, 0, 1 */
    int x, y, count;
    int groups_end;       /* the column at which the whole groups of the grid's rows end */
    float most_x, most_y; /* cubic positions are moved to −most … 2 · most */
} FastcvRow5;

/* What a row adds to M0·x, and its like for y and w: M1·y + M2. The last columns of a grid add the
 * two one after the other. */
typedef struct RowStarts5 {
    float x, y, w;
} RowStarts5;

static inline RowStarts5 row_products(const FastcvRow5 *row)
{
    const float *m = row->matrix, y = (float)row->y;
    return (RowStarts5){m[1] * y, m[4] * y, m[7] * y};
}

static inline RowStarts5 row_starts(const FastcvRow5 *row)
{
    const float *m = row->matrix;
    const RowStarts5 products = row_products(row);
    return (RowStarts5){products.x + m[2], products.y + m[5], products.w + m[8]};
}

/* px[k], py[k] and the fractions across[k] and down[k]. A position that no int32 holds, or that is
 * no number, has px or py INT32_MIN. Writes FASTCV_OVERRUN_PX positions more than count at most. */
typedef void FastcvProject5(const FastcvRow5 *row, int32_t *px, int32_t *py, float *across,
                            float *down);

typedef struct FastcvMap5 {
    FastcvProject5 *project[FASTCV_MAP5_KINDS];

    /* The smallest window that holds all positions. */
    FastcvWindow (*bound)(const int32_t *px, const int32_t *py, int count);

    /* Offsets from the window's left upper pixel, for a blend. Positions outside the window are
     * moved to its rim. */
    void (*place)(const int32_t *px, const int32_t *py, int count, FastcvWindow window,
                  int32_t stride_bytes, int32_t pixel_bytes, int32_t *offset);
} FastcvMap5;

#endif
