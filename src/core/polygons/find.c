/* Questions that need no index: which polygons are near, and which is the smallest.
 *
 * Functions marked noinline write to memory, so that no compiler moves their arithmetic out of the
 * floating-point mode that the caller has set. */
#include "core/polygons/find.h"

#include <math.h>

#include "fastcv/float_mode.h"

/* The least s with sqrt(s) >= max_dist. Comparing with it saves a square root for every centre. */
static double squared_limit(double max_dist)
{
    if (!(max_dist > 0))
        return 0; /* no sum of squares is below 0 */
    double limit = max_dist * max_dist;
    while (sqrt(nextafter(limit, 0)) >= max_dist)
        limit = nextafter(limit, 0);
    while (sqrt(limit) < max_dist)
        limit = nextafter(limit, INFINITY);
    return limit;
}

static __attribute__((noinline)) void set_limit(FastcvDisc *disc, double max_dist)
{
    disc->limit = squared_limit(max_dist);
}

FastcvDisc fastcv_disc(double x, double y, double max_dist)
{
    FastcvDisc disc = {.x = x, .y = y};
    const FastcvFloatMode before = fastcv_float_mode_enter();
    set_limit(&disc, max_dist);
    fastcv_float_mode_leave(before);
    return disc;
}

__attribute__((noinline)) ptrdiff_t fastcv_polygons_find_in(const FastcvPolygon *polygons,
                                                            ptrdiff_t count, FastcvDisc disc,
                                                            int32_t *found)
{
    ptrdiff_t near = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        found[near] = (int32_t)i;
        near += fastcv_disc_has(disc, polygons[i].x, polygons[i].y);
    }
    return near;
}

ptrdiff_t fastcv_polygons_find(const FastcvPolygon *polygons, ptrdiff_t count, double x, double y,
                               double max_dist, int32_t *found)
{
    const FastcvDisc disc = fastcv_disc(x, y, max_dist);
    const FastcvFloatMode before = fastcv_float_mode_enter();
    const ptrdiff_t near = fastcv_polygons_find_in(polygons, count, disc, found);
    fastcv_float_mode_leave(before);
    return near;
}

static __attribute__((noinline)) void find_smallest(const FastcvPolygon *polygons, ptrdiff_t count,
                                                    ptrdiff_t *smallest)
{
    *smallest = 0;
    for (ptrdiff_t i = 1; i < count; i++) {
        if (polygons[i].area < polygons[*smallest].area)
            *smallest = i;
    }
}

ptrdiff_t fastcv_polygons_smallest(const FastcvPolygon *polygons, ptrdiff_t count)
{
    ptrdiff_t smallest;
    const FastcvFloatMode before = fastcv_float_mode_enter();
    find_smallest(polygons, count, &smallest); /* flushing to zero changes comparisons as well */
    fastcv_float_mode_leave(before);
    return smallest;
}
