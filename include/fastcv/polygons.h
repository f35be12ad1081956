/* Which polygon belongs to a point: the smallest of those whose centre is near.
 *
 * Results do not depend on the floating-point mode of the calling thread. */
#ifndef FASTCV_POLYGONS_H
#define FASTCV_POLYGONS_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/disc.h"
#include "fastcv/threads.h"

enum { FASTCV_MAX_POLYGONS = INT32_MAX };

/* The two properties of a polygon that matching uses. The centre is the mean of the vertices,
 * summed in their order. The area is the shoelace formula's, from coordinates relative to the first
 * vertex, so that it keeps its digits far from the origin. A polygon of one or two vertices has an
 * area of 0. An area that is NaN, from vertices that are NaN or infinite or from overflow, counts
 * as infinite. */
typedef struct FastcvPolygon {
    double x, y; /* the centre */
    double area;
} FastcvPolygon;

/* One polygon of at least one vertex. x and y point to the first vertex's coordinates, doubles of
 * any alignment; the steps lead from vertex to vertex. */
FastcvPolygon fastcv_polygon_measure(const char *x, ptrdiff_t x_step_bytes, const char *y,
                                     ptrdiff_t y_step_bytes, ptrdiff_t vertices);

/* count polygons of the same number of vertices, coordinates x, y, x, y … without gaps. */
FastcvStatus fastcv_polygons_measure(const double *xy, ptrdiff_t vertices, ptrdiff_t count,
                                     FastcvPool pool, FastcvPolygon *polygons);

/* Writes the indices of all polygons near a point, in ascending order, into found, which has room
 * for count. Returns how many there are. */
ptrdiff_t fastcv_polygons_find(const FastcvPolygon *polygons, ptrdiff_t count, double x, double y,
                               double max_dist, int32_t *found);

/* The index of the smallest of at least one polygon; of equal ones, the first. */
ptrdiff_t fastcv_polygons_smallest(const FastcvPolygon *polygons, ptrdiff_t count);

/* Centres and areas, prepared for many queries. An index never changes after it was made, so any
 * number of threads may use it at once. */
typedef struct FastcvPolygonIndex FastcvPolygonIndex;

/* count is at most FASTCV_MAX_POLYGONS. The polygons are copied. Only pool's poll is used: one
 * thread does the work. On success the caller owns *index and frees it. */
FastcvStatus fastcv_polygon_index_make(const FastcvPolygon *polygons, ptrdiff_t count,
                                       FastcvPool pool, FastcvPolygonIndex **index);
void fastcv_polygon_index_free(FastcvPolygonIndex *index);

ptrdiff_t fastcv_polygon_index_count(const FastcvPolygonIndex *index);
const FastcvPolygon *fastcv_polygon_index_polygons(const FastcvPolygonIndex *index);

/* best[i] is the index of the smallest polygon near (points[2i], points[2i + 1]), the first of
 * equal ones, or -1. */
FastcvStatus fastcv_polygon_index_match(const FastcvPolygonIndex *index, const double *points,
                                        ptrdiff_t count, double max_dist, FastcvPool pool,
                                        ptrdiff_t *best);

/* As fastcv_polygons_find, for the polygons of the index. */
ptrdiff_t fastcv_polygon_index_find(const FastcvPolygonIndex *index, double x, double y,
                                    double max_dist, int32_t *found);

#endif
