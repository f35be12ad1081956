/* From a text detector's probability map to boxes: the post-processing of DB (Liao et al., 2020) as
 * OCR projects have it. */
#ifndef FASTCV_DETECT_H
#define FASTCV_DETECT_H

#include <stdint.h>

#include "fastcv/image.h"
#include "fastcv/quad.h"
#include "fastcv/threads.h"

enum {
    FASTCV_MAP_SIDE = 1 << 24,      /* most px along a side of the map */
    FASTCV_MAP_PAGE_SIDE = 1 << 24, /* and of the page: float32 holds all whole numbers up to it */
    FASTCV_MOST_UNCLIPPING = 100
};

/* A map has fewer px than this. */
static const int64_t FASTCV_MAP_PX = INT32_MAX;

/* Where a box's score is the mean of the map. */
typedef enum FastcvScoreArea {
    FASTCV_SCORE_BOX,     /* in the contour's rectangle */
    FASTCV_SCORE_CONTOUR, /* within the contour */
    FASTCV_SCORE_AREAS
} FastcvScoreArea;

/* How area and perimeter of a rectangle are computed. */
typedef enum FastcvMeasure {
    FASTCV_MEASURE_GEOS,   /* shapely's: all in float64 */
    FASTCV_MEASURE_OPENCV, /* cv2.contourArea and cv2.arcLength: edges in float32 */
    FASTCV_MEASURES
} FastcvMeasure;

/* How corners are scaled from the map to the page, before they are rounded half to even. */
typedef enum FastcvScaling {
    FASTCV_SCALING_FLOAT32, /* x / width · page_width, all in float32 */
    FASTCV_SCALING_MIXED,   /* the same, but the product in float64 */
    FASTCV_SCALING_FLOAT64, /* x · (page_width / width) in float64 */
    FASTCV_SCALINGS
} FastcvScaling;

/* The corners' final order: lt, rt, rb, lb. */
typedef enum FastcvCornerOrder {
    FASTCV_CORNERS_RECTANGLE, /* as fastcv_min_area_rect has them; the box stays as it is */
    FASTCV_CORNERS_BY_X,      /* the two left ones by y, the two right ones by y */
    FASTCV_CORNERS_BY_SUM,    /* least and greatest x + y, then least and greatest y − x */
    FASTCV_CORNER_ORDERS
} FastcvCornerOrder;

typedef enum FastcvReadingOrder {
    FASTCV_READING_FOUND,   /* the contours' own order */
    FASTCV_READING_LINES,   /* by y; a new line where y grows by 10 px or more; then by x */
    FASTCV_READING_BUBBLES, /* by y, then x; left of its neighbour by less than 10 px of y: before
                               it */
    FASTCV_READING_ORDERS
} FastcvReadingOrder;

typedef struct FastcvDetectRules {
    float threshold;          /* a pixel's value must be finite and above it */
    int dilates;              /* the mask grows by one pixel to the right and down */
    ptrdiff_t max_candidates; /* contours that are looked at, at least 1 */
    float min_side; /* of a contour's rectangle, at least 3 px: smaller ones are dropped */
    FastcvScoreArea score_area;
    double box_threshold; /* boxes with a lower score are dropped */
    FastcvMeasure measure;
    double unclip_ratio;  /* the box grows by area · ratio / perimeter */
    float min_grown_side; /* more than 0 */
    FastcvScaling scaling;
    FastcvCornerOrder corner_order;
    int32_t min_page_side; /* in page px; not of FASTCV_CORNERS_RECTANGLE */
    FastcvReadingOrder reading_order;
} FastcvDetectRules;

typedef struct FastcvDetected {
    FastcvQuad *quads;
    double *scores;
    ptrdiff_t count;
} FastcvDetected;

/* map is float32 with one channel. The result does not depend on the number of threads. On success
 * the caller frees *detected. */
FastcvStatus fastcv_detect(const FastcvImage *map, int32_t page_width, int32_t page_height,
                           const FastcvDetectRules *rules, FastcvPool pool,
                           FastcvDetected *detected);
void fastcv_detected_free(FastcvDetected *detected);

#endif
