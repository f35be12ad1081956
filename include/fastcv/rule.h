/* The geometry of a convention: which crop a quad becomes.
 *
 * All arithmetic here is part of the contract: OpenCV 4.x and NumPy >= 2 compute the same values
 * for the same box, bit for bit. It must be compiled without FMA contraction. */
#ifndef FASTCV_RULE_H
#define FASTCV_RULE_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/order.h"
#include "fastcv/quad.h"

/* How long the sides are. A crop has their whole px. Its corners lie at that size, or, where the
 * comment says so, at the lengths themselves. */
typedef enum FastcvSizeRule {
    FASTCV_SIZE_LONGER,       /* the longer of two opposite edges, in float32 */
    FASTCV_SIZE_EDGES,        /* the top and the right edge, in float32; corners at the lengths */
    FASTCV_SIZE_LONGER_EDGES, /* the longer of opposite edges, in float64; corners at the lengths */
    FASTCV_SIZE_MEAN,         /* the mean of two opposite edges, in float64 */
    FASTCV_SIZE_RULES
} FastcvSizeRule;

typedef enum FastcvTransform {
    FASTCV_PERSPECTIVE, /* of four corners, as cv2.warpPerspective maps */
    FASTCV_AFFINE,      /* of the first three, as cv2.warpAffine maps */
    FASTCV_TRANSFORMS
} FastcvTransform;

/* How a box of two corners, (x1, y1) and (x2, y2), becomes a slice of the page. */
typedef struct FastcvSlicing {
    /* Padding along the box's longer and its shorter side, in units of the shorter. A box that is
     * padded is clipped to the page first, in float64. */
    double long_pad, short_pad;
    int is_rounded;   /* ends are rounded half to even; otherwise they are cut towards 0 */
    int32_t extra_px; /* added to the right and the lower end */
} FastcvSlicing;

typedef struct FastcvRule {
    FastcvOrder order; /* of the corners, before all else */
    FastcvSizeRule size;
    int32_t inset_px; /* corners map to (0, 0) and (width − inset, height − inset): 0 or 1 */
    FastcvTransform transform;
    double tall_ratio; /* a crop with height / width of at least this is turned; 0: none is */
    const FastcvSlicing *slicing; /* NULL: no slice. With it only tall_ratio counts */
} FastcvRule;

/* fastcv's own convention: corners map to the centres of the crop's corner pixels. */
static const FastcvRule fastcv_own_rule = {.inset_px = 1};

typedef enum FastcvGeometryKind {
    FASTCV_GEOMETRY_NONE,        /* the quad has a fault: there is no crop */
    FASTCV_GEOMETRY_PERSPECTIVE, /* inverse maps the grid to the page */
    FASTCV_GEOMETRY_AFFINE,      /* the same; its last row is 0, 0, 1 */
    FASTCV_GEOMETRY_COPY,        /* the grid's pixels are the page's, from (page_x, page_y) on */
} FastcvGeometryKind;

/* A grid of pixels, laid over the page. The crop is the grid, or the grid turned by 90° against the
 * clock: row i of that crop is column width − 1 − i of the grid. */
typedef struct FastcvGeometry {
    double inverse[9];           /* row-major; maps the grid's pixel (x, y, 1) to the page */
    int32_t page_x, page_y;      /* of COPY */
    int32_t width_px, height_px; /* of the grid */
    FastcvGeometryKind kind;
    FastcvQuadFault fault;
    int is_turned;
} FastcvGeometry;

/* The size of the crop, as it is handed out. */
static inline int32_t fastcv_geometry_width(const FastcvGeometry *geometry)
{
    return geometry->is_turned ? geometry->height_px : geometry->width_px;
}

static inline int32_t fastcv_geometry_height(const FastcvGeometry *geometry)
{
    return geometry->is_turned ? geometry->width_px : geometry->height_px;
}

/* Takes the corners as they are. With a fault, width_px = height_px = 0. An upright box with whole
 * coordinates becomes a COPY if its corners map to (width, height): its warp gives the same pixels.
 * Call within fastcv_run or in the mode of float_mode.h. */
FastcvGeometry fastcv_rule_apply(const FastcvRule *rule, const FastcvQuad *quad);

/* The same without COPY. */
FastcvGeometry fastcv_rule_warp(const FastcvRule *rule, const FastcvQuad *quad);

/* The slice of the page that a box of corners 0 and 2 becomes, clipped to the page: a COPY. */
FastcvGeometry fastcv_rule_slice(const FastcvRule *rule, const FastcvQuad *box,
                                 ptrdiff_t page_width_px, ptrdiff_t page_height_px);

#endif
