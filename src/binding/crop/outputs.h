/* The arrays that image_crop returns, and whose memory they have. */
#ifndef FASTCV_BINDING_OUTPUTS_H
#define FASTCV_BINDING_OUTPUTS_H

#include "binding/convert/convert.h"

/* Whether out, unless it is None, is an ndarray. What else it must be is looked at later, for this
 * may run code of the caller's. 0, or -1 with an exception, as below. */
int py_out_check_type(ModuleState *state, const char *function, PyObject *out);

/* Whether out, an ndarray, can take so many bytes of crops of the image. */
int py_out_check(const char *function, PyObject *out, const PyImage *image, size_t bytes);

/* A list of arrays, uninitialised, one a planned crop, and each crop's rows set to its array's.
 * With out, one after the other in its memory; without (None), in memory of their own or in slabs
 * that they share. */
PyObject *py_crops_allocate(const PyImage *image, const FastcvCrop *crops, Py_ssize_t count,
                            PyObject *out, FastcvRows *rows);

/* Output bytes of one crop, or SIZE_MAX where that overflows. */
size_t py_crop_bytes(const PyImage *image, const FastcvGeometry *crop);

#endif
