/* The Python type around the core's index. */
#ifndef FASTCV_BINDING_PY_POLYGON_INDEX_H
#define FASTCV_BINDING_PY_POLYGON_INDEX_H

#include "binding/convert/polygons.h"

/* The index in a PolygonIndex, for as long as the object lives; NULL of any other object. */
const FastcvPolygonIndex *py_polygon_index_of(ModuleState *state, PyObject *object);

/* An index of polygons that were read. */
int py_polygon_index_make(const char *function, const PyPolygons *polygons,
                          FastcvPolygonIndex **index);

/* For every point the index of its best polygon, an intp array. */
PyObject *py_polygon_index_match(ModuleState *state, const char *function,
                                 const FastcvPolygonIndex *index, PyObject *points, double max_dist,
                                 int num_threads);

#endif
