/* An axis along x as the portable kernel reads it; vector kernels have layouts of their own, within
 * the same bytes. */
#ifndef FASTCV_KERNELS_RESIZE_AXIS_H
#define FASTCV_KERNELS_RESIZE_AXIS_H

#include <stdint.h>

enum { FASTCV_RESIZE_FRACTION = 2048 };

/* A position between two source px, and weights in 1/2048. */
typedef struct FastcvColumnTap {
    int32_t left;
    int16_t left_weight, right_weight;
} FastcvColumnTap;

/* The position of target px d. At the edges, where the right neighbour is missing, left is the edge
 * and right_weight is 0. scale is 1.0 / ((double)target_px / source_px). */
FastcvColumnTap fastcv_column_tap(double scale, int source_px, int d);

#endif
