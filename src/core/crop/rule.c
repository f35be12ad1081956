#include "fastcv/rule.h"

#include <math.h>

#include "core/crop/homography.h"
#include "core/numbers.h"

static const float MAX_COORDINATE_PX = 1073741824.0f; /* 2^30 */
static const float MAX_SIDE_PX = 1073741824.0f;

/* Up to here the warp of a box with whole coordinates finds its pixels at whole px, but for 1e-9
 * px.
 */
static const float MAX_COPY_PX = 1048576; /* 2^20 */

/* ---- size ---- */

typedef struct Size {
    double width, height; /* lengths of the sides */
    int32_t width_px, height_px;
    float right, bottom; /* where the last corner lies */
} Size;

/* np.linalg.norm of a float32 vector: products, sum and root are each rounded to float32. */
static float edge_px(const FastcvQuad *quad, int from, int to)
{
    float dx = quad->x[to] - quad->x[from];
    float dy = quad->y[to] - quad->y[from];
    return sqrtf(dx * dx + dy * dy);
}

/* The same in float64. */
static double long_edge_px(const FastcvQuad *quad, int from, int to)
{
    double dx = (double)quad->x[to] - quad->x[from];
    double dy = (double)quad->y[to] - quad->y[from];
    return sqrt(dx * dx + dy * dy);
}

static void measure_lengths(FastcvSizeRule rule, const FastcvQuad *quad, Size *size)
{
    switch (rule) {
    case FASTCV_SIZE_EDGES:
        size->width = edge_px(quad, 0, 1);
        size->height = edge_px(quad, 1, 2);
        break;
    case FASTCV_SIZE_LONGER_EDGES:
        size->width = fastcv_greater(long_edge_px(quad, 0, 1), long_edge_px(quad, 2, 3));
        size->height = fastcv_greater(long_edge_px(quad, 1, 2), long_edge_px(quad, 3, 0));
        break;
    case FASTCV_SIZE_MEAN:
        size->width = (long_edge_px(quad, 0, 1) + long_edge_px(quad, 2, 3)) / 2;
        size->height = (long_edge_px(quad, 0, 3) + long_edge_px(quad, 1, 2)) / 2;
        break;
    default:
        size->width = fmaxf(edge_px(quad, 3, 2), edge_px(quad, 0, 1));
        size->height = fmaxf(edge_px(quad, 2, 1), edge_px(quad, 0, 3));
    }
}

/* A side has at least a pixel, and its last corner is not its first. */
static FastcvQuadFault measure(const FastcvRule *rule, const FastcvQuad *quad, Size *size)
{
    const double inset = rule->inset_px;
    measure_lengths(rule->size, quad, size);
    if (size->width < 1 || size->height < 1)
        return FASTCV_QUAD_TOO_SMALL;
    if (size->width >= MAX_SIDE_PX || size->height >= MAX_SIDE_PX)
        return FASTCV_QUAD_TOO_LARGE;
    size->width_px = (int32_t)size->width;
    size->height_px = (int32_t)size->height;
    /* cv2 takes the corners as float32, so sides beyond 2^24 lose their last bits there too. */
    const int is_whole = rule->size == FASTCV_SIZE_LONGER || rule->size == FASTCV_SIZE_MEAN;
    size->right = (float)((is_whole ? size->width_px : size->width) - inset);
    size->bottom = (float)((is_whole ? size->height_px : size->height) - inset);
    return size->right > 0 && size->bottom > 0 ? FASTCV_QUAD_OK : FASTCV_QUAD_TOO_SMALL;
}

/* ---- faults ---- */

static int is_on_a_line(const FastcvQuad *quad, int a, int b, int c)
{
    double ux = (double)quad->x[b] - quad->x[a], uy = (double)quad->y[b] - quad->y[a];
    double vx = (double)quad->x[c] - quad->x[a], vy = (double)quad->y[c] - quad->y[a];
    return ux * vy == uy * vx;
}

static FastcvQuadFault check_corners(const FastcvQuad *quad)
{
    for (int i = 0; i < 4; i++) {
        if (!isfinite(quad->x[i]) || !isfinite(quad->y[i]))
            return FASTCV_QUAD_NOT_FINITE;
    }
    for (int i = 0; i < 4; i++) {
        if (fabsf(quad->x[i]) > MAX_COORDINATE_PX || fabsf(quad->y[i]) > MAX_COORDINATE_PX)
            return FASTCV_QUAD_TOO_FAR;
    }
    return FASTCV_QUAD_OK;
}

/* An affine transform leaves the fourth corner out. */
static FastcvQuadFault check_lines(const FastcvRule *rule, const FastcvQuad *quad)
{
    const int lines = rule->transform == FASTCV_AFFINE ? 1 : 4;
    for (int i = 0; i < lines; i++) {
        if (is_on_a_line(quad, i, (i + 1) % 4, (i + 2) % 4))
            return FASTCV_QUAD_COLLINEAR;
    }
    return FASTCV_QUAD_OK;
}

/* ---- transform ---- */

static int is_copy(const FastcvRule *rule, const FastcvQuad *quad, const Size *size)
{
    const float left = quad->x[0], top = quad->y[0], right = quad->x[1], bottom = quad->y[2];
    return rule->inset_px == 0 && quad->x[2] == right && quad->x[3] == left && quad->y[1] == top &&
           quad->y[3] == bottom && right - left == size->right && bottom - top == size->bottom &&
           truncf(left) == left && truncf(right) == right && truncf(top) == top &&
           truncf(bottom) == bottom && left >= -MAX_COPY_PX && top >= -MAX_COPY_PX &&
           right <= MAX_COPY_PX && bottom <= MAX_COPY_PX;
}

static FastcvQuadFault solve(const FastcvRule *rule, const FastcvQuad *quad, const Size *size,
                             double inverse[9])
{
    const float right = size->right, bottom = size->bottom;
    const FastcvQuad corners = {{0, right, right, 0}, {0, 0, bottom, bottom}};
    double forward[9];
    const int is_solved =
        rule->transform == FASTCV_AFFINE
            ? fastcv_affine_solve(quad, &corners, forward) && fastcv_affine_invert(forward, inverse)
            : fastcv_homography_solve(quad, &corners, forward) &&
                  fastcv_homography_invert(forward, inverse);
    return is_solved ? FASTCV_QUAD_OK : FASTCV_QUAD_SINGULAR;
}

static int is_tall(const FastcvRule *rule, int32_t width_px, int32_t height_px)
{
    return rule->tall_ratio > 0 && (double)height_px / width_px >= rule->tall_ratio;
}

static FastcvGeometry no_crop(FastcvQuadFault fault)
{
    return (FastcvGeometry){.kind = FASTCV_GEOMETRY_NONE, .fault = fault};
}

static FastcvGeometry apply(const FastcvRule *rule, const FastcvQuad *quad, int may_copy)
{
    FastcvGeometry geometry = {.kind = rule->transform == FASTCV_AFFINE
                                           ? FASTCV_GEOMETRY_AFFINE
                                           : FASTCV_GEOMETRY_PERSPECTIVE};
    Size size;
    geometry.fault = check_corners(quad);
    if (!geometry.fault)
        geometry.fault = measure(rule, quad, &size);
    if (!geometry.fault)
        geometry.fault = check_lines(rule, quad);
    if (!geometry.fault && may_copy && is_copy(rule, quad, &size)) {
        geometry.kind = FASTCV_GEOMETRY_COPY;
        geometry.page_x = (int32_t)quad->x[0];
        geometry.page_y = (int32_t)quad->y[0];
    } else if (!geometry.fault) {
        geometry.fault = solve(rule, quad, &size, geometry.inverse);
    }
    if (geometry.fault)
        return no_crop(geometry.fault);
    geometry.width_px = size.width_px;
    geometry.height_px = size.height_px;
    geometry.is_turned = is_tall(rule, size.width_px, size.height_px);
    return geometry;
}

FastcvGeometry fastcv_rule_apply(const FastcvRule *rule, const FastcvQuad *quad)
{
    return apply(rule, quad, 1);
}

FastcvGeometry fastcv_rule_warp(const FastcvRule *rule, const FastcvQuad *quad)
{
    return apply(rule, quad, 0);
}

/* ---- slices ---- */

/* From first to before end. */
typedef struct Span {
    double first, end;
} Span;

static Span clip(Span span, double most)
{
    return (Span){fastcv_lesser(fastcv_greater(span.first, 0), most),
                  fastcv_lesser(fastcv_greater(span.end, 0), most)};
}

static Span sorted(Span span)
{
    return span.first <= span.end ? span : (Span){span.end, span.first};
}

/* To whole px of the page. */
static Span cut_span(const FastcvSlicing *slicing, Span span, double pad, double page_px)
{
    const double first = span.first - pad, end = span.end + pad;
    const Span whole =
        slicing->is_rounded ? (Span){rint(first), rint(end)} : (Span){trunc(first), trunc(end)};
    return clip((Span){whole.first, whole.end + slicing->extra_px}, page_px);
}

FastcvGeometry fastcv_rule_slice(const FastcvRule *rule, const FastcvQuad *box,
                                 ptrdiff_t page_width_px, ptrdiff_t page_height_px)
{
    const FastcvSlicing *slicing = rule->slicing;
    const FastcvQuadFault fault = check_corners(box);
    const double width = (double)page_width_px, height = (double)page_height_px;
    Span x = {box->x[0], box->x[2]}, y = {box->y[0], box->y[2]};
    double pad_x = 0, pad_y = 0;
    if (fault)
        return no_crop(fault);
    if (slicing->long_pad > 0) {
        x = sorted(clip(x, width));
        y = sorted(clip(y, height));
        const double box_width = x.end - x.first, box_height = y.end - y.first;
        const int is_wide = box_height < box_width;
        const double shorter = is_wide ? box_height : box_width;
        pad_x = (is_wide ? slicing->long_pad : slicing->short_pad) * shorter;
        pad_y = (is_wide ? slicing->short_pad : slicing->long_pad) * shorter;
    }
    x = cut_span(slicing, x, pad_x, width);
    y = cut_span(slicing, y, pad_y, height);
    if (!(x.first < x.end && y.first < y.end))
        return no_crop(FASTCV_QUAD_NO_SLICE);
    if (x.end - x.first >= MAX_SIDE_PX || y.end - y.first >= MAX_SIDE_PX)
        return no_crop(FASTCV_QUAD_TOO_LARGE);
    FastcvGeometry slice = {.kind = FASTCV_GEOMETRY_COPY,
                            .page_x = (int32_t)x.first,
                            .page_y = (int32_t)y.first,
                            .width_px = (int32_t)(x.end - x.first),
                            .height_px = (int32_t)(y.end - y.first)};
    slice.is_turned = is_tall(rule, slice.width_px, slice.height_px);
    return slice;
}
