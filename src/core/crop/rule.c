#include "fastcv/rule.h"

#include <math.h>

#include "core/crop/homography.h"

static const float MAX_COORDINATE_PX = 1073741824.0f; /* 2^30 */
static const float MAX_SIDE_PX = 1073741824.0f;

/* np.linalg.norm of a float32 vector: products, sum and root are each rounded to float32. */
static float edge_px(const FastcvQuad *quad, int from, int to)
{
    float dx = quad->x[to] - quad->x[from];
    float dy = quad->y[to] - quad->y[from];
    return sqrtf(dx * dx + dy * dy);
}

static int is_on_a_line(const FastcvQuad *quad, int a, int b, int c)
{
    double ux = (double)quad->x[b] - quad->x[a], uy = (double)quad->y[b] - quad->y[a];
    double vx = (double)quad->x[c] - quad->x[a], vy = (double)quad->y[c] - quad->y[a];
    return ux * vy == uy * vx;
}

static FastcvQuadFault measure(const FastcvRule *rule, const FastcvQuad *quad, int32_t *width_px,
                               int32_t *height_px)
{
    for (int i = 0; i < 4; i++) {
        if (!isfinite(quad->x[i]) || !isfinite(quad->y[i]))
            return FASTCV_QUAD_NOT_FINITE;
    }
    for (int i = 0; i < 4; i++) {
        if (fabsf(quad->x[i]) > MAX_COORDINATE_PX || fabsf(quad->y[i]) > MAX_COORDINATE_PX)
            return FASTCV_QUAD_TOO_FAR;
    }
    const float width = fmaxf(edge_px(quad, 3, 2), edge_px(quad, 0, 1));
    const float height = fmaxf(edge_px(quad, 2, 1), edge_px(quad, 0, 3));
    const float least = (float)(rule->inset_px + 1);
    if (width < least || height < least)
        return FASTCV_QUAD_TOO_SMALL;
    if (width >= MAX_SIDE_PX || height >= MAX_SIDE_PX)
        return FASTCV_QUAD_TOO_LARGE;
    for (int i = 0; i < 4; i++) {
        if (is_on_a_line(quad, i, (i + 1) % 4, (i + 2) % 4))
            return FASTCV_QUAD_COLLINEAR;
    }
    *width_px = (int32_t)width;
    *height_px = (int32_t)height;
    return FASTCV_QUAD_OK;
}

static FastcvQuadFault solve(const FastcvRule *rule, const FastcvQuad *quad, int32_t width_px,
                             int32_t height_px, double inverse[9])
{
    /* cv2 takes the corners as float32, so sides beyond 2^24 lose their last bits there too. */
    const float right = (float)(width_px - rule->inset_px);
    const float bottom = (float)(height_px - rule->inset_px);
    const FastcvQuad corners = {{0, right, right, 0}, {0, 0, bottom, bottom}};
    double forward[9];
    if (!fastcv_homography_solve(quad, &corners, forward) ||
        !fastcv_homography_invert(forward, inverse))
        return FASTCV_QUAD_SINGULAR;
    return FASTCV_QUAD_OK;
}

FastcvGeometry fastcv_rule_apply(const FastcvRule *rule, const FastcvQuad *quad)
{
    FastcvGeometry geometry = {.kind = FASTCV_GEOMETRY_PERSPECTIVE};
    geometry.fault = measure(rule, quad, &geometry.width_px, &geometry.height_px);
    if (!geometry.fault)
        geometry.fault = solve(rule, quad, geometry.width_px, geometry.height_px, geometry.inverse);
    if (geometry.fault)
        geometry = (FastcvGeometry){.kind = FASTCV_GEOMETRY_NONE, .fault = geometry.fault};
    return geometry;
}
