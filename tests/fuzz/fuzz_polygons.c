/* Polygons, points and distances of any bits: the index must give the answers of a plain loop. */
#include <math.h>

#include "fastcv/polygons.h"
#include "fastcv/variants.h"
#include "fuzz.h"

enum { MAX_POLYGONS = 60, MAX_POINTS = 8, MAX_VERTICES = 6 };

/* Returns any bits or a small whole number, which makes ties likely. */
static double take_number(Input *input, int is_raw)
{
    double value;
    if (!is_raw)
        return (int8_t)take_byte(input);
    take(input, &value, sizeof value);
    return value;
}

static ptrdiff_t match_slowly(const FastcvPolygon *polygons, ptrdiff_t count, FastcvDisc disc)
{
    ptrdiff_t best = -1;
    for (ptrdiff_t i = 0; i < count; i++) {
        if (fastcv_disc_has(disc, polygons[i].x, polygons[i].y) &&
            (best < 0 || polygons[i].area < polygons[best].area))
            best = i;
    }
    return best;
}

static void check_find(const FastcvPolygonIndex *index, const FastcvPolygon *polygons,
                       ptrdiff_t count, FastcvDisc disc, double max_dist)
{
    int32_t *found = new_bytes((size_t)count * sizeof *found);
    const ptrdiff_t near = fastcv_polygon_index_find(index, disc.x, disc.y, max_dist, found);
    ptrdiff_t k = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        if (fastcv_disc_has(disc, polygons[i].x, polygons[i].y)) {
            expect(k < near && found[k] == i, "a near polygon was not found");
            k++;
        }
    }
    expect(k == near, "a polygon was found that is not near");
    free(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input = {data, size};
    const unsigned flags = take_byte(&input);
    const int vertices = take_int(&input, 1, MAX_VERTICES);
    const ptrdiff_t count = take_int(&input, 0, MAX_POLYGONS);
    const int point_count = take_int(&input, 0, MAX_POINTS);
    const double max_dist = take_number(&input, flags & 1);

    double points[2 * MAX_POINTS];
    for (int i = 0; i < 2 * point_count; i++)
        points[i] = take_number(&input, flags & 2);
    const size_t numbers = 2 * (size_t)vertices * (size_t)count;
    double *xy = new_bytes(numbers * sizeof *xy);
    for (size_t i = 0; i < numbers; i++)
        xy[i] = take_number(&input, flags & 4);

    FastcvPolygon *polygons = new_bytes((size_t)count * sizeof *polygons);
    FastcvPolygonIndex *index;
    expect(fastcv_polygons_measure(xy, vertices, count, one_thread, polygons) == FASTCV_OK,
           "measure failed");
    expect(fastcv_polygon_index_make(polygons, count, one_thread, &index) == FASTCV_OK,
           "making the index failed");
    for (int v = 0; fastcv_variant_name(v); v++) {
        ptrdiff_t best[MAX_POINTS];
        fastcv_variant_choose(fastcv_variant_name(v));
        expect(fastcv_polygon_index_match(index, points, point_count, max_dist, one_thread, best) ==
                   FASTCV_OK,
               "match failed");
        for (int i = 0; i < point_count; i++) {
            const FastcvDisc disc = fastcv_disc(points[2 * i], points[2 * i + 1], max_dist);
            expect(best[i] == match_slowly(polygons, count, disc), "the best polygon is wrong");
            if (v == 0)
                check_find(index, polygons, count, disc, max_dist);
        }
    }
    fastcv_polygon_index_free(index);
    free(polygons);
    free(xy);
    return 0;
}
