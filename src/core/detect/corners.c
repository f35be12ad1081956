#include "core/detect/corners.h"

#include <math.h>

enum { CORNERS = 4 };

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
    case FASTCV_SCALING_FLOAT64:
        on_page = (double)value * ((double)page_px / (double)map_px);
        break;
    default:
        on_page = (double)value * page_px / (double)map_px;
    }
    on_page = scaling == FASTCV_SCALING_EXACT ? on_page : rint(on_page);
    return (float)(on_page < 0 ? 0 : on_page > page_px ? page_px : on_page);
}

static void scale(const FastcvBoxMaker *maker, FastcvQuad *quad)
{
    const FastcvScaling scaling = maker->rules->scaling;
    for (int i = 0; i < CORNERS; i++) {
        quad->x[i] = scaled(quad->x[i], maker->map->width_px, maker->page_width, scaling);
        quad->y[i] = scaled(quad->y[i], maker->map->height_px, maker->page_height, scaling);
    }
}

/* ---- order ---- */

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

static float area(const FastcvQuad *quad)
{
    float sum = 0;
    for (int i = 0; i < CORNERS; i++) {
        const int next = (i + 1) % CORNERS;
        sum += quad->x[i] * quad->y[next] - quad->y[i] * quad->x[next];
    }
    return 0.5F * sum;
}

/* docTR's order_points. Its area, in float32, may be below 0 only far from the map's origin. */
static void order_by_angle(FastcvQuad *quad)
{
    float center_x = 0, center_y = 0, sums[CORNERS];
    double angles[CORNERS];
    int by_angle[CORNERS], start, end, order[CORNERS];
    for (int i = 0; i < CORNERS; i++) {
        center_x += quad->x[i];
        center_y += quad->y[i];
    }
    for (int i = 0; i < CORNERS; i++) {
        int to = i;
        angles[i] = atan2((double)(quad->y[i] - center_y / CORNERS),
                          (double)(quad->x[i] - center_x / CORNERS));
        for (; to > 0 && angles[by_angle[to - 1]] > angles[i]; to--)
            by_angle[to] = by_angle[to - 1];
        by_angle[to] = i;
    }
    for (int i = 0; i < CORNERS; i++)
        sums[i] = quad->x[by_angle[i]] + quad->y[by_angle[i]];
    find_extremes(sums, 0, &start, &end);
    for (int i = 0; i < CORNERS; i++)
        order[i] = by_angle[(start + i) % CORNERS];
    pick(quad, order);
    if (area(quad) < 0)
        pick(quad, (const int[CORNERS]){0, 3, 2, 1});
}

static int is_short(const FastcvQuad *quad, int from, int to, int32_t least)
{
    const double dx = (double)quad->x[from] - (double)quad->x[to];
    const double dy = (double)quad->y[from] - (double)quad->y[to];
    return dx * dx + dy * dy < (double)least * least;
}

/* ---- both ---- */

int fastcv_corners_finish(const FastcvBoxMaker *maker, FastcvQuad *quad)
{
    const FastcvDetectRules *rules = maker->rules;
    if (rules->corner_order == FASTCV_CORNERS_BY_ANGLE)
        order_by_angle(quad);
    scale(maker, quad);
    if (rules->corner_order == FASTCV_CORNERS_BY_X)
        order_by_x(quad);
    else if (rules->corner_order == FASTCV_CORNERS_BY_SUM)
        order_by_sum(quad);
    else
        return 1;
    for (int i = 0; i < CORNERS; i++) {
        quad->x[i] = fminf(quad->x[i], (float)(maker->page_width - 1));
        quad->y[i] = fminf(quad->y[i], (float)(maker->page_height - 1));
    }
    return !is_short(quad, 0, 1, rules->min_page_side) &&
           !is_short(quad, 0, 3, rules->min_page_side);
}
