/* Polygons and points from Python. Every function sets an exception that names function, argument
 * and index. */
#ifndef FASTCV_BINDING_CONVERT_POLYGONS_H
#define FASTCV_BINDING_CONVERT_POLYGONS_H

#include "binding/convert/convert.h"
#include "fastcv/polygons.h"

/* What was given, and what matching needs to know of it. */
typedef struct PyPolygons {
    PyObject *items; /* a tuple of the objects, or an array of shape (n, k, 2); NULL if released */
    FastcvPolygon *polygons; /* PyMem_Malloc'ed */
    Py_ssize_t count;
} PyPolygons;

int py_polygons_convert(ModuleState *state, const char *function, const char *argument,
                        PyObject *object, int num_threads, PyPolygons *polygons);
void py_polygons_release(PyPolygons *polygons);

/* The object that was given in place i, or a view of that part of the array. A new reference. */
PyObject *py_polygons_item(const PyPolygons *polygons, Py_ssize_t i);

/* Points as float64 of shape (m, 2) without gaps; a new reference, or NULL. *hold is on their
 * memory, or NULL where nobody else has it. */
PyArrayObject *py_points_convert(ModuleState *state, const char *function, PyObject *object,
                                 PyObject **hold);

/* One point. */
int py_point_convert(ModuleState *state, const char *function, PyObject *object, double point[2]);

int py_max_dist_convert(const char *function, PyObject *object, double *max_dist);

#endif
