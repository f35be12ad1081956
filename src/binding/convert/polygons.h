/* Polygons from Python. */
#ifndef FASTCV_BINDING_CONVERT_POLYGONS_H
#define FASTCV_BINDING_CONVERT_POLYGONS_H

#include "binding/convert/convert.h"
#include "fastcv/polygons.h"

/* The objects that were given, and the centre and area of each. */
typedef struct PyPolygons {
    PyObject *items; /* a tuple of the objects, or an array of shape (n, k, 2); NULL if released */
    FastcvPolygon *polygons; /* PyMem_Malloc'ed */
    Py_ssize_t count;
} PyPolygons;

/* argument is the name in messages. Returns 0, or -1 with an exception that names function,
 * argument and index; then there is nothing to release. */
int py_polygons_convert(ModuleState *state, const char *function, const char *argument,
                        PyObject *object, int num_threads, PyPolygons *polygons);
void py_polygons_release(PyPolygons *polygons);

/* The object at place i, or a view of that part of the array. A new reference. */
PyObject *py_polygons_item(const PyPolygons *polygons, Py_ssize_t i);

#endif
