/* Row kernels: plain loops over one row, with no knowledge of crops, threads or Python. */
#ifndef FASTCV_KERNELS_H
#define FASTCV_KERNELS_H

#include <stdint.h>

enum {
    FASTCV_SUBPIXEL_BITS = 5, /* OpenCV's warp works in 1/32 px */
    FASTCV_MAP_ROW_MAX = 1024 /* no x-block of OpenCV's is wider */
};

/* A run of output pixels in one row, all in the same x-block. origin is the homogeneous page
 * position of the run's first pixel, step its change from pixel to pixel: OpenCV adds
 * step · k to the origin of the x-block, so the origin is part of the result's bits. */
typedef struct FastcvMapRow {
    double origin[3];
    double step[3];
    int32_t region_x, region_y; /* where the source view begins on the page, at most 2^24 */
    int count;                  /* at most FASTCV_MAP_ROW_MAX */
} FastcvMapRow;

/* xy[2k], xy[2k+1]: the page pixel left of and above output pixel k, saturated to int16, and
 * fraction[k] = 32·j + i, where i and j are the fractions of x and y in 1/32 px: the maps that
 * cv::remap takes. */
void fastcv_map_row_c(const FastcvMapRow *row, int16_t *xy, uint16_t *fraction);

/* The same to the nearest page pixel. */
void fastcv_map_row_nearest_c(const FastcvMapRow *row, int16_t *xy);

#endif
