/* One contour on its way to a box. */
#ifndef FASTCV_CORE_DETECT_BOXES_H
#define FASTCV_CORE_DETECT_BOXES_H

#include "core/detect/contours.h"
#include "fastcv/detect.h"

typedef struct FastcvBoxMaker {
    const FastcvImage *map;
    const FastcvMask *mask;
    const FastcvDetectRules *rules;
    int32_t page_width, page_height;
} FastcvBoxMaker;

/* What one thread needs. */
size_t fastcv_box_scratch_bytes(const FastcvImage *map, const FastcvDetectRules *rules);

/* Returns 0 if the rules drop the contour. Call in the mode of float_mode.h. */
int fastcv_box_make(const FastcvBoxMaker *maker, FastcvContour contour, void *scratch,
                    FastcvQuad *box, double *score);

/* A box for sorting. */
typedef struct FastcvBoxKey {
    float x, y;          /* of the first corner */
    ptrdiff_t box, rank; /* its number; its place so far */
    ptrdiff_t line;
} FastcvBoxKey;

/* Puts keys in the boxes' own order into reading order. */
void fastcv_boxes_sort(FastcvBoxKey *keys, ptrdiff_t count, FastcvReadingOrder order);

#endif
