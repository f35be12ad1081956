/* ndarray ↔ the core's views. Every function sets an exception that names function and argument. */
#ifndef FASTCV_BINDING_CONVERT_H
#define FASTCV_BINDING_CONVERT_H

#include "binding/binding.h"
#include "fastcv/crop.h"

/* A borrowed view and the array that keeps it alive: the given one, or a copy where its layout
 * cannot be viewed. */
typedef struct PyImage {
    PyArrayObject *array; /* owned; NULL when not converted */
    FastcvImage view;
} PyImage;

/* Depths are given as bits, 1 << FASTCV_U8 and so on. Returns 0, or -1. */
int py_image_convert(ModuleState *state, const char *function, PyObject *object, unsigned depths,
                     PyImage *image);
void py_image_release(PyImage *image);

/* The boxes as quads: *quads is PyMem_Malloc'ed, or NULL where there are none. */
int py_boxes_convert(ModuleState *state, const char *function, PyObject *object, FastcvQuad **quads,
                     Py_ssize_t *count);

/* One of a list of names that ends with NULL; its index, or -1. */
int py_choice_convert(const char *function, const char *argument, PyObject *object,
                      const char *const names[]);

/* A number for all channels, or one number a channel, each within the depth's range. */
int py_border_value_convert(const char *function, PyObject *object, const FastcvImage *image,
                            double value[FASTCV_MAX_CHANNELS]);

#endif
