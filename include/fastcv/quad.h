/* A box on the page. */
#ifndef FASTCV_QUAD_H
#define FASTCV_QUAD_H

#include <float.h>
#include <math.h>

/* Corners in reading order (left-top, right-top, right-bottom, left-bottom), in page px. */
typedef struct FastcvQuad {
    float x[4];
    float y[4];
} FastcvQuad;

typedef enum FastcvQuadFault {
    FASTCV_QUAD_OK = 0,
    FASTCV_QUAD_NOT_FINITE,   /* NaN or infinity */
    FASTCV_QUAD_TOO_FAR,      /* a coordinate beyond ±2^30 */
    FASTCV_QUAD_TOO_SMALL,    /* a side so short that no transform is left */
    FASTCV_QUAD_COLLINEAR,    /* three corners on a line */
    FASTCV_QUAD_CROSSED,      /* two edges cross */
    FASTCV_QUAD_REVERSED,     /* an upright box with x2 < x1 or y2 < y1 */
    FASTCV_QUAD_SINGULAR,     /* OpenCV's own solver finds no transform */
    FASTCV_QUAD_NO_SLICE,     /* no pixel of the page lies in the slice */
    FASTCV_QUAD_TOO_LARGE,    /* a side of 2^30 px or more */
    FASTCV_QUAD_OUT_OF_REACH, /* both the page and what the quad reads exceed OpenCV's size */
} FastcvQuadFault;

/* A finite number stays finite, even beyond float32's range: messages tell it from infinity. */
static inline float fastcv_to_float(double value)
{
    if (isfinite(value) && fabs(value) > FLT_MAX)
        return value > 0 ? FLT_MAX : -FLT_MAX;
    return (float)value;
}

/* Whether the fault lies in the box itself. The other faults are results too large to make. */
static inline int fastcv_quad_is_degenerate(FastcvQuadFault fault)
{
    return fault >= FASTCV_QUAD_NOT_FINITE && fault <= FASTCV_QUAD_NO_SLICE;
}

#endif
