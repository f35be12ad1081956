#include "core/detect/boxes.h"

#include <math.h>

#include "core/detect/area_mean.h"
#include "core/detect/corners.h"
#include "core/detect/offset.h"
#include "core/detect/pairwise_mean.h"
#include "core/numbers.h"

enum { CORNERS = 4, ALIGNMENT = 16 };

/* ---- scratch: an outline, and after it a region or an offset ---- */

static size_t outline_bytes(const FastcvImage *map)
{
    return fastcv_round_up(fastcv_outline_scratch_bytes((int32_t)map->width_px), ALIGNMENT);
}

/* A rectangle's area over its perimeter is at most a quarter of its longer side and 1 px, and that
 * side at most the map's diagonal. */
static ptrdiff_t most_offset_points(const FastcvImage *map, const FastcvDetectRules *rules)
{
    const double sides = (double)map->width_px + (double)map->height_px;
    return fastcv_offset_most_points(rules->unclip_ratio * (sides / 4 + 1) + 1);
}

size_t fastcv_box_scratch_bytes(const FastcvImage *map, const FastcvDetectRules *rules)
{
    const size_t region = fastcv_region_bytes((int32_t)map->width_px, (int32_t)map->height_px);
    const size_t offset =
        3 * (size_t)most_offset_points(map, rules) * sizeof(FastcvWholePoint); /* and its hull */
    return outline_bytes(map) + fastcv_larger(region, offset);
}

/* ---- rectangles ---- */

typedef struct Rectangle {
    FastcvQuad quad;
    float width, height;
} Rectangle;

static float short_side(const Rectangle *rectangle)
{
    return rectangle->height < rectangle->width ? rectangle->height : rectangle->width;
}

static Rectangle least_rectangle(const FastcvDetectRules *rules, FastcvWholePoint *points,
                                 ptrdiff_t count, FastcvWholePoint *hull)
{
    const FastcvRotatedRect rect = fastcv_rotated_rect(points, count, hull);
    if (rect.width == 0 || rect.height == 0)
        return (Rectangle){.width = 0, .height = 0};
    /* Clipper's offset begins at the first corner, which is OpenCV's where they are sorted later.
     */
    return (Rectangle){.quad = rules->corner_order == FASTCV_CORNERS_BY_ANGLE
                                   ? fastcv_box_points(&rect)
                                   : fastcv_rect_corners(&rect),
                       .width = rect.width,
                       .height = rect.height};
}

static Rectangle upright_rectangle(const FastcvWholePoint *points, ptrdiff_t count)
{
    int32_t left = points[0].x, right = left, top = points[0].y, bottom = top;
    for (ptrdiff_t i = 1; i < count; i++) {
        left = points[i].x < left ? points[i].x : left;
        right = points[i].x > right ? points[i].x : right;
        top = points[i].y < top ? points[i].y : top;
        bottom = points[i].y > bottom ? points[i].y : bottom;
    }
    const float x0 = (float)left, y0 = (float)top;
    const float x1 = (float)(right + 1), y1 = (float)(bottom + 1);
    return (Rectangle){{{x0, x1, x1, x0}, {y0, y0, y1, y1}}, x1 - x0, y1 - y0};
}

/* ---- growing ---- */

static double area_geos(const FastcvQuad *quad)
{
    const double origin = quad->x[0];
    double sum = 0;
    for (int i = 1; i < CORNERS; i++)
        sum +=
            (quad->x[i] - origin) * ((double)quad->y[i - 1] - (double)quad->y[(i + 1) % CORNERS]);
    return fabs(sum / 2);
}

static double perimeter_geos(const FastcvQuad *quad)
{
    double sum = 0;
    for (int i = 0; i < CORNERS; i++) {
        const int next = (i + 1) % CORNERS;
        const double dx = (double)quad->x[next] - (double)quad->x[i];
        const double dy = (double)quad->y[next] - (double)quad->y[i];
        sum += sqrt(dx * dx + dy * dy);
    }
    return sum;
}

static double area_opencv(const FastcvQuad *quad)
{
    double sum = 0;
    for (int i = 0, before = CORNERS - 1; i < CORNERS; before = i++)
        sum += (double)quad->x[before] * (double)quad->y[i] -
               (double)quad->y[before] * (double)quad->x[i];
    return fabs(sum * 0.5);
}

static double perimeter_opencv(const FastcvQuad *quad)
{
    double sum = 0;
    for (int i = 0, before = CORNERS - 1; i < CORNERS; before = i++) {
        const float dx = quad->x[i] - quad->x[before], dy = quad->y[i] - quad->y[before];
        sum += (double)sqrtf(dx * dx + dy * dy);
    }
    return sum;
}

static double distance_of(const Rectangle *rectangle, const FastcvDetectRules *rules)
{
    const double w = rectangle->width, h = rectangle->height;
    switch (rules->measure) {
    case FASTCV_MEASURE_GEOS:
        return area_geos(&rectangle->quad) * rules->unclip_ratio / perimeter_geos(&rectangle->quad);
    case FASTCV_MEASURE_OPENCV:
        return area_opencv(&rectangle->quad) * rules->unclip_ratio /
               perimeter_opencv(&rectangle->quad);
    default:
        return (w + 1) * (1 + h) * rules->unclip_ratio / (2 * (w + h) + 2);
    }
}

/* Returns 0 if the grown rectangle is too small. */
static int grow(const FastcvDetectRules *rules, Rectangle *rectangle, FastcvWholePoint *points)
{
    const ptrdiff_t count =
        fastcv_offset_quad(&rectangle->quad, distance_of(rectangle, rules), points);
    if (count == 0)
        return 0;
    *rectangle = rules->rectangle == FASTCV_RECTANGLE_LEAST
                     ? least_rectangle(rules, points, count, points + count)
                     : upright_rectangle(points, count);
    return !(short_side(rectangle) < rules->min_grown_side);
}

/* ---- score ---- */

static FastcvRegion region_of(const FastcvBoxMaker *maker, FastcvContour contour,
                              const FastcvOutline *outline, const FastcvQuad *quad, uint64_t *rows)
{
    const int32_t width_px = (int32_t)maker->map->width_px;
    const int32_t height_px = (int32_t)maker->map->height_px;
    if (maker->rules->score_area == FASTCV_SCORE_CONTOUR)
        return fastcv_region_of_contour(maker->mask, contour, outline, rows);
    if (maker->rules->rectangle == FASTCV_RECTANGLE_LEAST)
        return fastcv_region_of_quad(quad, width_px, height_px, rows);
    return fastcv_region_of_bounds(outline->left, outline->top, outline->right + 1,
                                   outline->bottom + 1, width_px, height_px, rows);
}

/* The mean of a slice is a number of float32, and NumPy compares it as such. */
static int is_low(const FastcvDetectRules *rules, const FastcvRegion *region, double score)
{
    if (rules->mean == FASTCV_MEAN_FLOAT32 && region->is_whole)
        return (float)score < (float)rules->box_threshold;
    return score < rules->box_threshold;
}

/* ---- all of it ---- */

int fastcv_box_make(const FastcvBoxMaker *maker, FastcvContour contour, void *scratch,
                    FastcvQuad *box, double *score)
{
    const FastcvDetectRules *rules = maker->rules;
    void *more = (char *)scratch + outline_bytes(maker->map);
    FastcvOutline outline = fastcv_contour_outline(maker->mask, contour, scratch);
    if (outline.right - outline.left + 1 < rules->min_extent ||
        outline.bottom - outline.top + 1 < rules->min_extent)
        return 0;
    Rectangle rectangle =
        rules->rectangle == FASTCV_RECTANGLE_LEAST
            ? least_rectangle(rules, outline.points, outline.count, fastcv_outline_hull(&outline))
            : upright_rectangle(outline.points, outline.count);
    if (short_side(&rectangle) < rules->min_side)
        return 0;
    const FastcvRegion region = region_of(maker, contour, &outline, &rectangle.quad, more);
    *score = rules->mean == FASTCV_MEAN_FLOAT64
                 ? fastcv_region_mean(maker->map, &region)
                 : (double)fastcv_region_pairwise_mean(maker->map, &region);
    if (is_low(rules, &region, *score) || !grow(rules, &rectangle, more))
        return 0;
    *box = rectangle.quad;
    return fastcv_corners_finish(maker, box);
}
