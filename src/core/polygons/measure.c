/* Centres and areas of polygons, and what is near. */
#include "fastcv/polygons.h"

#include <math.h>
#include <string.h>

enum { ITEM_VERTICES = 1 << 14 };

static inline double load(const char *number)
{
    double value;
    memcpy(&value, number, sizeof value);
    return value;
}

static inline FastcvPolygon measure(const char *x, ptrdiff_t x_step_bytes, const char *y,
                                    ptrdiff_t y_step_bytes, ptrdiff_t vertices)
{
    const double first_x = load(x), first_y = load(y);
    double sum_x = first_x, sum_y = first_y, doubled_area = 0, last_dx = 0, last_dy = 0;
    for (ptrdiff_t i = 1; i < vertices; i++) {
        const double vertex_x = load(x + i * x_step_bytes), vertex_y = load(y + i * y_step_bytes);
        const double dx = vertex_x - first_x, dy = vertex_y - first_y;
        sum_x += vertex_x;
        sum_y += vertex_y;
        doubled_area += last_dx * dy - dx * last_dy; /* both are 0 at the first vertex */
        last_dx = dx;
        last_dy = dy;
    }
    const double area = 0.5 * fabs(doubled_area);
    return (FastcvPolygon){sum_x / (double)vertices, sum_y / (double)vertices,
                           isnan(area) ? INFINITY : area};
}

FastcvPolygon fastcv_polygon_measure(const char *x, ptrdiff_t x_step_bytes, const char *y,
                                     ptrdiff_t y_step_bytes, ptrdiff_t vertices)
{
    return measure(x, x_step_bytes, y, y_step_bytes, vertices);
}

typedef struct MeasureRun {
    const double *xy;
    ptrdiff_t vertices, count, item_polygons;
    FastcvPolygon *polygons;
} MeasureRun;

static void measure_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    const MeasureRun *run = context;
    const ptrdiff_t first = item * run->item_polygons, rest = run->count - first;
    const ptrdiff_t end = first + (rest < run->item_polygons ? rest : run->item_polygons);
    for (ptrdiff_t i = first; i < end; i++) {
        const char *x = (const char *)(run->xy + 2 * i * run->vertices);
        run->polygons[i] =
            measure(x, 2 * sizeof(double), x + sizeof(double), 2 * sizeof(double), run->vertices);
    }
}

FastcvStatus fastcv_polygons_measure(const double *xy, ptrdiff_t vertices, ptrdiff_t count,
                                     FastcvPool pool, FastcvPolygon *polygons)
{
    const ptrdiff_t each = vertices < ITEM_VERTICES ? ITEM_VERTICES / vertices : 1;
    MeasureRun run = {xy, vertices, count, each, polygons};
    FastcvLoop loop = {measure_item, &run, (count + each - 1) / each};
    return fastcv_run(loop, pool);
}

/* The least s with sqrt(s) >= max_dist: a square root a centre is saved by comparing with it. */
static double squared_limit(double max_dist)
{
    if (!(max_dist > 0))
        return 0; /* no sum of squares is below it */
    double limit = max_dist * max_dist;
    while (sqrt(nextafter(limit, 0)) >= max_dist)
        limit = nextafter(limit, 0);
    while (sqrt(limit) < max_dist)
        limit = nextafter(limit, INFINITY);
    return limit;
}

FastcvDisc fastcv_disc(double x, double y, double max_dist)
{
    return (FastcvDisc){x, y, squared_limit(max_dist)};
}
