#include "core/detect/boxes.h"

#include <math.h>

#include "core/detect/area_mean.h"
#include "core/detect/offset.h"
#include "core/numbers.h"

enum { CORNERS = 4, ALIGNMENT = 16 };

/* ---- scratch: an outline, and after it a region or an offset ---- */

static size_t outline_bytes(const FastcvImage *map)
{
    return fastcv_round_up(fastcv_outline_scratch_bytes((int32_t)map->width_px), ALIGNMENT);
}

/* A rectangle's area over its perimeter is at most a quarter of its longer side, and that at most
 * the map's diagonal. */
static ptrdiff_t most_offset_points(const FastcvImage *map, const FastcvDetectRules *rules)
{
    const double sides = (double)map->width_px + (double)map->height_px;
    return fastcv_offset_most_points(rules->unclip_ratio * sides / 4 + 1);
}

size_t fastcv_box_scratch_bytes(const FastcvImage *map, const FastcvDetectRules *rules)
{
    const size_t region = fastcv_region_bytes((int32_t)map->width_px, (int32_t)map->height_px);
    const size_t offset =
        3 * (size_t)most_offset_points(map, rules) * sizeof(FastcvWholePoint); /* and its hull */
    return outline_bytes(map) + fastcv_larger(region, offset);
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

static double distance_of(const FastcvQuad *quad, const FastcvDetectRules *rules)
{
    if (rules->measure == FASTCV_MEASURE_GEOS)
        return area_geos(quad) * rules->unclip_ratio / perimeter_geos(quad);
    return area_opencv(quad) * rules->unclip_ratio / perimeter_opencv(quad);
}

/* Returns 0 if the grown rectangle is too small. */
static int grow(const FastcvDetectRules *rules, FastcvQuad *quad, FastcvWholePoint *points)
{
    float short_side;
    const ptrdiff_t count = fastcv_offset_quad(quad, distance_of(quad, rules), points);
    if (count == 0)
        return 0;
    *quad = fastcv_min_area_rect(points, count, points + count, &short_side);
    return !(short_side < rules->min_grown_side);
}

/* ---- from the map to the page ---- */

static float scaled(float value, ptrdiff_t map_px, int32_t page_px, FastcvScaling scaling)
{
    double on_page;
    switch (scaling) {
    case FASTCV_SCALING_FLOAT32:
        on_page = (double)(value / (float)map_px * (float)page_px);
        break;
    case FASTCV_SCALING_MIXED:
        on_page = (double)(value / (float)map_px) * page_px;
        break;
    default:
        on_page = (double)value * ((double)page_px / (double)map_px);
    }
    const double whole = rint(on_page);
    return (float)(whole < 0 ? 0 : whole > page_px ? page_px : whole);
}

static void scale(const FastcvBoxMaker *maker, FastcvQuad *quad)
{
    const FastcvScaling scaling = maker->rules->scaling;
    for (int i = 0; i < CORNERS; i++) {
        quad->x[i] = scaled(quad->x[i], maker->map->width_px, maker->page_width, scaling);
        quad->y[i] = scaled(quad->y[i], maker->map->height_px, maker->page_height, scaling);
    }
}

static void pick(FastcvQuad *quad, const int order[CORNERS])
{
    const FastcvQuad given = *quad;
    for (int i = 0; i < CORNERS; i++) {
        quad->x[i] = given.x[order[i]];
        quad->y[i] = given.y[order[i]];
    }
}

static void order_by_x(FastcvQuad *quad)
{
    int by_x[CORNERS];
    for (int i = 0; i < CORNERS; i++) {
        int to = i;
        for (; to > 0 && quad->x[by_x[to - 1]] > quad->x[i]; to--)
            by_x[to] = by_x[to - 1];
        by_x[to] = i;
    }
    const int left = quad->y[by_x[1]] < quad->y[by_x[0]];
    const int right = 2 + (quad->y[by_x[3]] < quad->y[by_x[2]]);
    const int order[CORNERS] = {by_x[left], by_x[right], by_x[5 - right], by_x[1 - left]};
    pick(quad, order);
}

/* The first of the least and the first of the greatest; skipped corners do not count. */
static void find_extremes(const float values[CORNERS], unsigned skipped, int *least, int *greatest)
{
    *least = *greatest = -1;
    for (int i = 0; i < CORNERS; i++) {
        if (skipped >> i & 1)
            continue;
        if (*least < 0 || values[i] < values[*least])
            *least = i;
        if (*greatest < 0 || values[i] > values[*greatest])
            *greatest = i;
    }
}

static void order_by_sum(FastcvQuad *quad)
{
    float sums[CORNERS], differences[CORNERS];
    int order[CORNERS];
    for (int i = 0; i < CORNERS; i++) { /* whole numbers up to 2^24, twice: exact enough in order */
        sums[i] = quad->x[i] + quad->y[i];
        differences[i] = quad->y[i] - quad->x[i];
    }
    find_extremes(sums, 0, &order[0], &order[2]);
    find_extremes(differences, 1U << order[0] | 1U << order[2], &order[1], &order[3]);
    pick(quad, order);
}

static int is_short(const FastcvQuad *quad, int from, int to, int32_t least)
{
    const double dx = (double)quad->x[from] - (double)quad->x[to];
    const double dy = (double)quad->y[from] - (double)quad->y[to];
    return dx * dx + dy * dy < (double)least * least;
}

/* Returns 0 if a side is too short. */
static int finish(const FastcvBoxMaker *maker, FastcvQuad *quad)
{
    const FastcvDetectRules *rules = maker->rules;
    scale(maker, quad);
    if (rules->corner_order == FASTCV_CORNERS_RECTANGLE)
        return 1;
    if (rules->corner_order == FASTCV_CORNERS_BY_X)
        order_by_x(quad);
    else
        order_by_sum(quad);
    for (int i = 0; i < CORNERS; i++) {
        quad->x[i] = fminf(quad->x[i], (float)(maker->page_width - 1));
        quad->y[i] = fminf(quad->y[i], (float)(maker->page_height - 1));
    }
    return !is_short(quad, 0, 1, rules->min_page_side) &&
           !is_short(quad, 0, 3, rules->min_page_side);
}

/* ---- all of it ---- */

int fastcv_box_make(const FastcvBoxMaker *maker, FastcvContour contour, void *scratch,
                    FastcvQuad *box, double *score)
{
    const FastcvDetectRules *rules = maker->rules;
    const FastcvImage *map = maker->map;
    void *more = (char *)scratch + outline_bytes(map);
    float short_side;
    FastcvOutline outline = fastcv_contour_outline(maker->mask, contour, scratch);
    *box = fastcv_min_area_rect(outline.points, outline.count, fastcv_outline_hull(&outline),
                                &short_side);
    if (short_side < rules->min_side)
        return 0;
    const FastcvRegion region =
        rules->score_area == FASTCV_SCORE_BOX
            ? fastcv_region_of_quad(box, (int32_t)map->width_px, (int32_t)map->height_px, more)
            : fastcv_region_of_contour(maker->mask, contour, &outline, more);
    *score = fastcv_region_mean(map, &region);
    return !(rules->box_threshold > *score) && grow(rules, box, more) && finish(maker, box);
}
