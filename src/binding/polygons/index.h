/* The Python type around the core's index, and the conversions that its methods share with
 * match_polygons and find_close_polygons. */
#ifndef FASTCV_BINDING_PY_POLYGON_INDEX_H
#define FASTCV_BINDING_PY_POLYGON_INDEX_H

#include "binding/convert/points.h"
#include "binding/convert/polygons.h"

/* The index in a PolygonIndex, valid while the object lives. NULL if object is anything else. */
const FastcvPolygonIndex *py_polygon_index_of(ModuleState *state, PyObject *object);

/* Makes an index of converted polygons. Returns 0, or -1 with an exception. */
int py_polygon_index_make(const char *function, const PyPolygons *polygons,
                          FastcvPolygonIndex **index);

/* A new PolygonIndex, or NULL with an exception. */
PyObject *py_polygon_index_new(PyTypeObject *type, const char *function,
                               const PyPolygons *polygons);

/* PolygonIndex.__reduce__, and the function that it names. */
PyObject *py_polygon_index_reduce(PyObject *self, PyObject *unused);
PyObject *py_polygon_index_restore(PyObject *module, PyObject *args);

/* For every point the index of its best polygon, an intp array. */
PyObject *py_polygon_index_match(ModuleState *state, const char *function,
                                 const FastcvPolygonIndex *index, PyObject *points, double max_dist,
                                 int num_threads);

/* num_threads of a match: 1 if it was left out (NULL). Returns -1 with an exception. */
int py_match_threads(const char *function, PyObject *num_threads);

#endif
