/* The geometry of a convention: which crop a quad becomes.
 *
 * All arithmetic here is part of the contract: OpenCV 4.x and NumPy >= 2 compute the same values
 * for the same box, bit for bit. It must be compiled without FMA contraction. */
#ifndef FASTCV_RULE_H
#define FASTCV_RULE_H

#include <stdint.h>

#include "fastcv/order.h"

/* The width is the longer of the top and the bottom edge, the height the longer of the left and the
 * right one; each is a float32 norm cut to whole px. */
typedef struct FastcvRule {
    FastcvOrder order; /* of the quads that are planned or measured */
    int32_t inset_px;  /* the quad's corners map to (0, 0) and (width − inset, height − inset) */
} FastcvRule;

/* fastcv's own convention: corners map to the centres of the crop's corner pixels. */
static const FastcvRule fastcv_own_rule = {.inset_px = 1};

typedef enum FastcvGeometryKind {
    FASTCV_GEOMETRY_NONE,        /* the quad has a fault: there is no crop */
    FASTCV_GEOMETRY_PERSPECTIVE, /* inverse maps the crop to the page */
} FastcvGeometryKind;

typedef struct FastcvGeometry {
    double inverse[9]; /* row-major; maps the crop's pixel (x, y, 1) to the page */
    int32_t width_px, height_px;
    FastcvGeometryKind kind;
    FastcvQuadFault fault;
} FastcvGeometry;

/* Takes the quad's corners as they are. With a fault, width_px = height_px = 0. Call within
 * fastcv_run or in the mode of float_mode.h. */
FastcvGeometry fastcv_rule_apply(const FastcvRule *rule, const FastcvQuad *quad);

#endif
