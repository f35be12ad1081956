/* The entries of this room, which methods.c lists. */
#ifndef FASTCV_BINDING_CROP_H
#define FASTCV_BINDING_CROP_H

#include "binding/binding.h"

PyObject *py_image_crop(PyObject *module, PyObject *const *values, Py_ssize_t positional,
                        PyObject *kwnames);
PyObject *py_image_crop_openmp(PyObject *module, PyObject *const *values, Py_ssize_t positional,
                               PyObject *kwnames);
PyObject *py_set_conventions(PyObject *module, PyObject *conventions);
PyObject *py_crop_shapes(PyObject *module, PyObject *const *values, Py_ssize_t positional,
                         PyObject *kwnames);

#endif
