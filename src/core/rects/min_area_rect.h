/* cv2.minAreaRect and cv2.boxPoints of whole points, bit for bit as OpenCV 4.14 computes them on
 * x86-64, and the corners in PaddleX's order. */
#ifndef FASTCV_CORE_RECTS_MIN_AREA_RECT_H
#define FASTCV_CORE_RECTS_MIN_AREA_RECT_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/quad.h"

/* A point in whole px, within ±2^30, and its place in the polygon: from 0 on. */
typedef struct FastcvWholePoint {
    int32_t x, y;
    ptrdiff_t place;
} FastcvWholePoint;

/* As cv2.RotatedRect has it: the angle lies in [-90, 0) degrees. */
typedef struct FastcvRotatedRect {
    float center_x, center_y, width, height, angle_deg;
} FastcvRotatedRect;

/* cv2.minAreaRect. Sorts the points by x, y and place, which takes no time where they are. hull has
 * room for twice as many. count is at least 1. */
FastcvRotatedRect fastcv_rotated_rect(FastcvWholePoint *points, ptrdiff_t count,
                                      FastcvWholePoint *hull);

/* cv2.boxPoints, in its order. */
FastcvQuad fastcv_box_points(const FastcvRotatedRect *rect);

/* The same in PaddleX's order: the two left ones are the left corners, the upper one first, and
 * likewise at the right. */
FastcvQuad fastcv_rect_corners(const FastcvRotatedRect *rect);

/* fastcv_rotated_rect and fastcv_rect_corners. Points on a line give a quad without height.
 * *short_side is the smaller of the rectangle's width and height. */
FastcvQuad fastcv_min_area_rect(FastcvWholePoint *points, ptrdiff_t count, FastcvWholePoint *hull,
                                float *short_side);

#endif
