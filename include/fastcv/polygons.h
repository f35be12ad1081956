/* Which polygon belongs to a point: the smallest of those whose centre is near. */
#ifndef FASTCV_POLYGONS_H
#define FASTCV_POLYGONS_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/disc.h"
#include "fastcv/threads.h"

enum { FASTCV_MAX_POLYGONS = INT32_MAX };

/* What matching needs to know of a polygon. The centre is the mean of the vertices, summed in their
 * order; the area is the shoelace formula's, from coordinates relative to the first vertex, so that
 * it loses nothing far from the origin. One vertex or two have an area of 0; an area that is no
 * number (of vertices that are none, or by overflow) counts as infinite. */
typedef struct FastcvPolygon {
    double x, y; /* the centre */
    double area;
} FastcvPolygon;

/* vertices is at least 1; x and y step by so many bytes from vertex to vertex. */
FastcvPolygon fastcv_polygon_measure(const char *x, ptrdiff_t x_step_bytes, const char *y,
                                     ptrdiff_t y_step_bytes, ptrdiff_t vertices);

/* count polygons of so many vertices each, coordinates x, y, x, y … without gaps. */
FastcvStatus fastcv_polygons_measure(const double *xy, ptrdiff_t vertices, ptrdiff_t count,
                                     FastcvPool pool, FastcvPolygon *polygons);

/* Centres and areas, prepared for many queries. It is never changed after it was made, so any
 * number of threads may use it at once. */
typedef struct FastcvPolygonIndex FastcvPolygonIndex;

/* Of at most FASTCV_MAX_POLYGONS; only pool's poll is used. On success *index is the caller's to
 * free. */
FastcvStatus fastcv_polygon_index_make(const FastcvPolygon *polygons, ptrdiff_t count,
                                       FastcvPool pool, FastcvPolygonIndex **index);
void fastcv_polygon_index_free(FastcvPolygonIndex *index);

ptrdiff_t fastcv_polygon_index_count(const FastcvPolygonIndex *index);
const FastcvPolygon *fastcv_polygon_index_polygons(const FastcvPolygonIndex *index);

/* best[i]: the smallest polygon near points[2i], points[2i + 1], the first of equal ones, or -1. */
FastcvStatus fastcv_polygon_index_match(const FastcvPolygonIndex *index, const double *points,
                                        ptrdiff_t count, double max_dist, FastcvPool pool,
                                        ptrdiff_t *best);

/* All polygons near a point, in their order, into found, which has room for all of the index.
 * Returns how many. */
ptrdiff_t fastcv_polygon_index_find(const FastcvPolygonIndex *index, double x, double y,
                                    double max_dist, int32_t *found);

#endif
