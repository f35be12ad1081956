/* A box on the page, the size of its crop, and the homography between the two.
 *
 * All arithmetic here is part of the contract: it is what OpenCV 4.x and NumPy >= 2 compute for
 * the same box, bit for bit, and it must be compiled without FMA contraction. */
#ifndef FASTCV_QUAD_H
#define FASTCV_QUAD_H

#include <stdint.h>

/* Corners in reading order (left-top, right-top, right-bottom, left-bottom), in page px. */
typedef struct FastcvQuad {
    float x[4];
    float y[4];
} FastcvQuad;

typedef enum FastcvQuadFault {
    FASTCV_QUAD_OK = 0,
    FASTCV_QUAD_NOT_FINITE,   /* NaN or infinity */
    FASTCV_QUAD_TOO_FAR,      /* a coordinate beyond ±2^30 */
    FASTCV_QUAD_TOO_SMALL,    /* a side of 0 or 1 px leaves no transform */
    FASTCV_QUAD_COLLINEAR,    /* three corners on a line */
    FASTCV_QUAD_SINGULAR,     /* OpenCV's own solver finds no transform */
    FASTCV_QUAD_TOO_LARGE,    /* a side of 2^30 px or more */
    FASTCV_QUAD_OUT_OF_REACH, /* the page is beyond OpenCV's size and so is what the quad reads */
} FastcvQuadFault;

/* Whether the fault is the box's own, and not that the result would be beyond what can be made. */
static inline int fastcv_quad_is_degenerate(FastcvQuadFault fault)
{
    return fault >= FASTCV_QUAD_NOT_FINITE && fault <= FASTCV_QUAD_SINGULAR;
}

/* The crop's size: the longer of two opposite edges, each a float32 norm cut to whole px. */
FastcvQuadFault fastcv_quad_size(const FastcvQuad *quad, int32_t *width_px, int32_t *height_px);

/* inverse[9], row-major, maps the crop's pixel (x, y, 1) to the page. The crop's corners are
 * (0, 0), (w-1, 0), (w-1, h-1), (0, h-1). Call after fastcv_quad_size said OK. */
FastcvQuadFault fastcv_quad_inverse(const FastcvQuad *quad, int32_t width_px, int32_t height_px,
                                    double inverse[9]);

#endif
