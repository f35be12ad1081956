/* Points and distances from Python. */
#ifndef FASTCV_BINDING_CONVERT_POINTS_H
#define FASTCV_BINDING_CONVERT_POINTS_H

#include "binding/convert/convert.h"

/* Points as float64 of shape (m, 2) without gaps. Returns a new reference, or NULL. *hold is a new
 * reference that keeps the points' memory in place, or NULL where nobody else has that memory. */
PyArrayObject *py_points_convert(ModuleState *state, const char *function, PyObject *object,
                                 PyObject **hold);

/* The argument `point`. Returns 0, or -1. */
int py_point_convert(ModuleState *state, const char *function, PyObject *object, double point[2]);

/* The argument `max_dist`. Returns 0, or -1. */
int py_max_dist_convert(const char *function, PyObject *object, double *max_dist);

#endif
