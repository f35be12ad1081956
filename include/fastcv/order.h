/* The order of a quad's corners. */
#ifndef FASTCV_ORDER_H
#define FASTCV_ORDER_H

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

#endif
