/* What the entries on detectors' maps share. */
#ifndef FASTCV_BINDING_DETECT_MAPS_H
#define FASTCV_BINDING_DETECT_MAPS_H

#include "binding/convert/convert.h"
#include "fastcv/quad.h"

/* A float32 map of shape (height, width). -1 with an exception. */
int py_map_convert(ModuleState *state, const char *function, const char *argument, PyObject *object,
                   PyImage *map);

/* The corners as an array (count, 4, 2) of float32, and the values as one of a NumPy type. NULL
 * with an exception. */
PyObject *py_quads_pair(const FastcvQuad *quads, const void *values, int type, npy_intp count);

#endif
