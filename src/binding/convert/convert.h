/* ndarray ↔ the core's views. Every function sets an exception that names function and argument. */
#ifndef FASTCV_BINDING_CONVERT_H
#define FASTCV_BINDING_CONVERT_H

#include "binding/binding.h"
#include "fastcv/crop.h"

/* A borrowed view and the array that keeps it alive: the given one, or a copy where its layout
 * cannot be viewed. */
typedef struct PyImage {
    PyArrayObject *array; /* owned; NULL when not converted */
    PyObject *hold;       /* on its memory, owned */
    FastcvImage view;
    int ndim, npy_type;      /* as they were then: the array's own can be changed behind our back */
    const char *first, *end; /* the caller's memory that it was read from, copied or not */
} PyImage;

/* NumPy's array of any object; of lists in lists, of what they hold now, three levels deep. NumPy
 * itself only borrows their items, and ends the process when another thread, or an item's own code,
 * drops one meanwhile. A new reference, and one to *hold, which is on the array's memory: it comes
 * before any look at the shape, since NumPy's conversions let other threads run, and what allocates
 * may run finalizers. Both NULL on error. */
PyArrayObject *py_array_from(PyObject *object, PyObject **hold);

/* Depths are given as bits, 1 << FASTCV_U8 and so on; pixels must be fewer than below_px. Returns
 * 0, or -1. */
int py_image_convert(ModuleState *state, const char *function, PyObject *object, unsigned depths,
                     int64_t below_px, PyImage *image);
void py_image_release(PyImage *image);

/* Until the result is released, the array's memory stays where it is. NULL with an exception. */
PyObject *py_hold_memory(PyArrayObject *array);

/* The boxes as quads: *quads is PyMem_Malloc'ed, or NULL where there are none. */
int py_boxes_convert(ModuleState *state, const char *function, PyObject *object, FastcvQuad **quads,
                     Py_ssize_t *count);

/* An int, or what stands for one, from least to most. Where most is INT64_MAX, a larger one counts
 * as that: more than there can be of anything. wanted is "an int", or more. Returns 0, or -1. */
int py_int_convert(const char *function, const char *argument, PyObject *object, const char *wanted,
                   int64_t least, int64_t most, int64_t *value);

/* A float, or what stands for one. Returns 0, or -1. */
int py_number_convert(const char *function, const char *argument, PyObject *object,
                      const char *wanted, double *value);

/* One of a list of names that ends with NULL; its index, or -1. */
int py_choice_convert(const char *function, const char *argument, PyObject *object,
                      const char *const names[]);

/* A border value as given: one number for all channels (count 0), or count of them. Converting may
 * run the caller's own code, so it comes before the image is looked at. */
typedef struct PyBorderValue {
    double numbers[FASTCV_MAX_CHANNELS];
    Py_ssize_t count;
} PyBorderValue;

int py_border_value_convert(const char *function, PyObject *object, PyBorderValue *border);

/* Spreads it over the image's channels; each number must be within its depth's range. */
int py_border_value_apply(const char *function, const PyBorderValue *border,
                          const FastcvImage *image, double value[FASTCV_MAX_CHANNELS]);

/* ---- convert_lists.c ---- */

/* Whether NumPy goes through its items: a sequence that makes no array of itself. -1 on error. */
int py_is_list(PyObject *object);
int py_has_attribute(PyObject *object, const char *name);

/* ---- convert_errors.c: what images, boxes and polygons are refused for alike ---- */

/* Whether NumPy has just refused lists of unequal lengths, in words that name nothing. A ValueError
 * of an object's own, outside of a list, is to be passed on. */
int py_is_ragged(PyObject *object);

/* Whether its numbers are ints or floats. */
int py_is_real(PyArrayObject *array);

/* Whether object is a masked array, whose mask would be lost; sets a TypeError then. -1 on error.
 */
int py_refuse_masked(ModuleState *state, const char *function, const char *argument,
                     PyObject *object);

/* "function: argument must <wanted>, not <dtype>", or the type of object, where it is nothing like
 * an array, or of what a list holds beside numbers; "…, not shape <shape>". */
void py_set_dtype_error(const char *function, const char *argument, const char *wanted,
                        PyObject *object, PyArrayObject *array);
void py_set_shape_error(const char *function, const char *argument, const char *wanted,
                        PyArrayObject *array);

#endif
