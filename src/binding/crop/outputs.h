/* The list of arrays that image_crop returns, and where their memory comes from. */
#ifndef FASTCV_BINDING_OUTPUTS_H
#define FASTCV_BINDING_OUTPUTS_H

#include "binding/convert/convert.h"

/* Refuses out if it is neither None nor an ndarray. This may run the caller's code, so it comes
 * before py_out_check. 0, or -1 with an exception, here and below. */
int py_out_check_type(ModuleState *state, const char *function, PyObject *out);

/* Refuses out, an ndarray, if it cannot take so many bytes of crops of the image. */
int py_out_check(const char *function, PyObject *out, const PyImage *image, size_t bytes);

/* A list with an uninitialised array for each planned crop. Sets each crop's rows to its array's.
 * The arrays lie one after the other in out's memory or, if out is None, in slabs that they share
 * or in memory of their own. NULL with an exception. */
PyObject *py_crops_allocate(const PyImage *image, const FastcvCrop *crops, Py_ssize_t count,
                            PyObject *out, FastcvRows *rows);

/* How many bytes a crop's pixels take, or SIZE_MAX if that overflows. */
size_t py_crop_bytes(const PyImage *image, const FastcvGeometry *crop);

#endif
