/* The order of a quad's corners. */
#ifndef FASTCV_ORDER_H
#define FASTCV_ORDER_H

#include <stddef.h>

#include "fastcv/quad.h"

typedef enum FastcvOrder {
    FASTCV_ORDER_GIVEN,         /* as given; a quad that crosses itself is a fault */
    FASTCV_ORDER_CLOCKWISE,     /* any order is put right */
    FASTCV_ORDER_MIN_AREA_RECT, /* the smallest rectangle around the corners, cut to whole px */
    FASTCV_ORDERS,

    FASTCV_ORDER_UPRIGHT = FASTCV_ORDERS, /* of (x1, y1) and (x2, y2); reversed ones are faults */
    FASTCV_ORDER_FINAL,                   /* nothing is moved and nothing checked */
} FastcvOrder;

/* Moves the quad's corners as the order says. Leaves quads that fastcv_rule_apply calls not finite
 * or too far as they are. Its own faults count where fastcv_rule_apply finds none. Call within
 * fastcv_run or in the mode of float_mode.h. */
FastcvQuadFault fastcv_quad_order(FastcvOrder order, FastcvQuad *quad);

/* The quad that FASTCV_ORDER_MIN_AREA_RECT makes of a polygon: count corners x, y, at least one.
 * Where a corner is not finite or too far, the quad is four times that corner. scratch has room for
 * fastcv_polygon_scratch_bytes. Call in the mode of float_mode.h. */
FastcvQuad fastcv_polygon_quad(const double *corners, ptrdiff_t count, void *scratch);
size_t fastcv_polygon_scratch_bytes(ptrdiff_t count);

#endif
