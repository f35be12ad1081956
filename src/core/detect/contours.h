/* Contours of a mask: cv2.findContours of OpenCV 4.14 with RETR_LIST or RETR_EXTERNAL and
 * CHAIN_APPROX_SIMPLE, with its order and points.
 *
 * A contour begins where Suzuki and Abe's scan (1985) meets it first. That pixel belongs to the
 * first run of a component: of set pixels for an outer contour, of unset ones for a hole. So the
 * starts come from a pass over the runs, and only the contours that are wanted are followed. */
#ifndef FASTCV_CORE_DETECT_CONTOURS_H
#define FASTCV_CORE_DETECT_CONTOURS_H

#include "core/detect/mask.h"
#include "core/rects/min_area_rect.h"

typedef struct FastcvContour {
    int32_t x, y; /* its first point */
    int is_hole;  /* its points are those of the set pixels around the hole */
} FastcvContour;

typedef enum FastcvContourMode {
    FASTCV_CONTOURS_LIST,     /* outer ones and holes */
    FASTCV_CONTOURS_EXTERNAL, /* outer ones that lie in no hole */
} FastcvContourMode;

/* The first `most` contours in OpenCV's order, which is from bottom to top. One thread does the
 * work. On success the caller frees *contours. */
FastcvStatus fastcv_contours_find(const FastcvMask *mask, FastcvContourMode mode, ptrdiff_t most,
                                  FastcvPool pool, FastcvContour **contours, ptrdiff_t *count);

/* ---- following one ---- */

typedef struct FastcvTrace {
    const FastcvMask *mask;
    int32_t x, y; /* where the trace is */
    int32_t start_x, start_y;
    int32_t last_x, last_y; /* the point from which it comes back to the start */
    int direction, before;  /* 0 to 7, counter-clockwise from the right; before: of the last step */
    int is_over;
} FastcvTrace;

FastcvTrace fastcv_trace_begin(const FastcvMask *mask, FastcvContour contour);

/* Returns 0 at the end. Otherwise (*x, *y) is the next point: one where the contour turns. */
int fastcv_trace_next(FastcvTrace *trace, int32_t *x, int32_t *y);

/* ---- what a rectangle needs of it ---- */

typedef struct FastcvOutline {
    FastcvWholePoint *points; /* sorted, for fastcv_min_area_rect */
    ptrdiff_t count;
    int32_t left, top, right, bottom; /* the contour's bounds, all included */
} FastcvOutline;

/* The points that can be corners of the contour's hull: in each column the highest and the lowest,
 * with their first and last places among the contour's points. scratch is as large as
 * fastcv_outline_scratch_bytes says; the outline's points lie in it, and after them is room for
 * twice as many, for the hull. */
FastcvOutline fastcv_contour_outline(const FastcvMask *mask, FastcvContour contour, void *scratch);
size_t fastcv_outline_scratch_bytes(int32_t width_px);

static inline FastcvWholePoint *fastcv_outline_hull(const FastcvOutline *outline)
{
    return outline->points + outline->count;
}

#endif
