/* cv2.minAreaRect and cv2.boxPoints of whole points, bit for bit as OpenCV 4.14 computes them on
 * x86-64, and the corners in PaddleX's order. */
#ifndef FASTCV_CORE_CROP_MIN_AREA_RECT_H
#define FASTCV_CORE_CROP_MIN_AREA_RECT_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/quad.h"

/* A point in whole px, within ±2^30, and its place in the polygon: from 0 on. */
typedef struct FastcvWholePoint {
    int32_t x, y;
    ptrdiff_t place;
} FastcvWholePoint;

/* Sorts the points. hull has room for twice as many. Points on a line give a quad without
 * height. count is at least 1. */
FastcvQuad fastcv_min_area_rect(FastcvWholePoint *points, ptrdiff_t count, FastcvWholePoint *hull);

#endif
