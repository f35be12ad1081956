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

/* A contour's rectangle, and the grown one. */
typedef enum FastcvRectangle {
    FASTCV_RECTANGLE_LEAST,   /* cv2.minAreaRect: between the outer pixels' centers */
    FASTCV_RECTANGLE_UPRIGHT, /* cv2.boundingRect, which is one px wider and higher */
    FASTCV_RECTANGLES
} FastcvRectangle;

/* Where a box's score is the mean of the map. */
typedef enum FastcvScoreArea {
    FASTCV_SCORE_BOX,     /* in the contour's rectangle */
    FASTCV_SCORE_CONTOUR, /* within the contour */
    FASTCV_SCORE_AREAS
} FastcvScoreArea;

typedef enum FastcvMean {
    FASTCV_MEAN_FLOAT64, /* cv2.mean: pixel by pixel */
    FASTCV_MEAN_FLOAT32, /* ndarray.mean of NumPy >= 2.3: sums of halves */
    FASTCV_MEANS
} FastcvMean;

/* How area and perimeter of a rectangle are computed. */
typedef enum FastcvMeasure {
    FASTCV_MEASURE_GEOS,   /* shapely's: all in float64 */
    FASTCV_MEASURE_OPENCV, /* cv2.contourArea and cv2.arcLength: edges in float32 */
    FASTCV_MEASURE_SIDES,  /* (w + 1) (h + 1) and 2 (w + h) + 2, from width and height */
    FASTCV_MEASURES
} FastcvMeasure;

/* How corners are scaled from the map to the page. */
typedef enum FastcvScaling {
    FASTCV_SCALING_FLOAT32, /* x / width · page_width in float32, then rounded half to even */
    FASTCV_SCALING_MIXED,   /* the same, but the product in float64 */
    FASTCV_SCALING_FLOAT64, /* x · (page_width / width) in float64, then rounded half to even */
    FASTCV_SCALING_EXACT,   /* x · page_width / width in float64; not rounded */
    FASTCV_SCALINGS
} FastcvScaling;

/* The corners' final order: lt, rt, rb, lb. */
typedef enum FastcvCornerOrder {
    FASTCV_CORNERS_RECTANGLE, /* as the rectangle has them; the box stays as it is */
    FASTCV_CORNERS_BY_X,      /* the two left ones by y, the two right ones by y */
    FASTCV_CORNERS_BY_SUM,    /* least and greatest x + y, then least and greatest y − x */
    FASTCV_CORNERS_BY_ANGLE,  /* from the least x + y on, clockwise; the box stays as it is */
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
    int is_inclusive;         /* or equal to it */
    int opens;                /* whatever no 3 × 3 px fit into is no text */
    int dilates;              /* the mask grows by one pixel to the right and down */
    int is_outer_only;        /* contours are outer ones that lie in no hole */
    ptrdiff_t max_candidates; /* contours that are looked at, at least 1 */
    int32_t min_extent;       /* contours with fewer px in width or height are dropped */
    FastcvRectangle rectangle;
    float min_side; /* of its rectangle, at least 1.99 px (2, rounded): smaller ones are dropped */
    FastcvScoreArea score_area;
    FastcvMean mean;
    double box_threshold; /* boxes with a lower score are dropped */
    FastcvMeasure measure;
    double unclip_ratio;  /* the box grows by area · ratio / perimeter */
    float min_grown_side; /* more than 0 */
    FastcvScaling scaling;
    FastcvCornerOrder corner_order;
    int32_t min_page_side; /* in page px; only of _BY_X and _BY_SUM */
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
