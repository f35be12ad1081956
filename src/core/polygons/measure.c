/* Centres and areas of polygons. */
#include "fastcv/polygons.h"

#include <math.h>
#include <string.h>

#include "core/numbers.h"
#include "fastcv/float_mode.h"

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

/* Not inlined, and its result goes to memory, so that no compiler moves its arithmetic out of the
 * floating-point mode that the caller has set. */
static __attribute__((noinline)) void measure_into(FastcvPolygon *polygon, const char *x,
                                                   ptrdiff_t x_step_bytes, const char *y,
                                                   ptrdiff_t y_step_bytes, ptrdiff_t vertices)
{
    *polygon = measure(x, x_step_bytes, y, y_step_bytes, vertices);
}

FastcvPolygon fastcv_polygon_measure(const char *x, ptrdiff_t x_step_bytes, const char *y,
                                     ptrdiff_t y_step_bytes, ptrdiff_t vertices)
{
    FastcvPolygon polygon;
    const FastcvFloatMode before = fastcv_float_mode_enter();
    measure_into(&polygon, x, x_step_bytes, y, y_step_bytes, vertices);
    fastcv_float_mode_leave(before);
    return polygon;
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
    const ptrdiff_t first = item * run->item_polygons;
    const ptrdiff_t end = first + fastcv_min_int64(run->item_polygons, run->count - first);
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
