/* Arguments from Python to the core's types. Functions that fail set an exception that names the
 * function and the argument. Those that return an int return 0, or -1 on failure, unless their
 * comment says otherwise. */
#ifndef FASTCV_BINDING_CONVERT_H
#define FASTCV_BINDING_CONVERT_H

#include "binding/binding.h"
#include "fastcv/crop.h"

/* ---- image.c ---- */

/* A borrowed view of an image and the array that owns the pixels: the given array, or a copy if the
 * core cannot read its layout. */
typedef struct PyImage {
    PyArrayObject *array; /* owned; NULL before conversion and after release */
    PyObject *hold;       /* owned; keeps the array's memory in place */
    FastcvImage view;
    int ndim, npy_type;      /* read once: other code may change the array's own */
    const char *first, *end; /* the caller's memory that was read, even if it was copied */
} PyImage;

/* An array of bool is viewed as uint8. */
#define PY_BOOL (1u << FASTCV_DEPTHS)

/* depths is a set of bits, 1 << FASTCV_U8 and so on, and PY_BOOL. The image must have fewer than
 * below_px pixels. */
int py_image_convert(ModuleState *state, const char *function, const char *argument,
                     PyObject *object, unsigned depths, int64_t below_px, PyImage *image);
void py_image_release(PyImage *image);

/* ---- pil.c ---- */

/* An image of PIL's in a mode that NumPy reads rightly: the same, or a converted one. Any other
 * object is returned as it is. A new reference, or NULL: the mode has no one reading. */
PyObject *py_from_pil(ModuleState *state, const char *function, const char *argument,
                      PyObject *object);

/* ---- boxes.c ---- */

/* Boxes as quads. The corners still have to be put in `order`: what was asked for; or UPRIGHT for
 * boxes x1, y1, x2, y2; or FINAL for polygons, which are rectangles by now. */
typedef struct PyBoxes {
    FastcvQuad *quads; /* PyMem_Malloc'ed, or NULL if there are no boxes */
    Py_ssize_t count;
    int are_upright;
    FastcvOrder order;
} PyBoxes;

/* order is FASTCV_ORDER_GIVEN, CLOCKWISE or MIN_AREA_RECT. */
int py_boxes_convert(ModuleState *state, const char *function, PyObject *object, FastcvOrder order,
                     PyBoxes *boxes);

/* ---- options.c ---- */

/* An int, or an object with __index__, from least to most. If most is INT64_MAX, larger ints become
 * INT64_MAX: no memory holds that many of anything. wanted is the type in messages, such as
 * "an int or None". */
int py_int_convert(const char *function, const char *argument, PyObject *object, const char *wanted,
                   int64_t least, int64_t most, int64_t *value);

/* A float, or an object that converts to one. */
int py_number_convert(const char *function, const char *argument, PyObject *object,
                      const char *wanted, double *value);

/* Returns the index of the object, a str, in names, which ends with NULL. Returns -1 on failure. */
int py_choice_convert(const char *function, const char *argument, PyObject *object,
                      const char *const names[]);

/* The same, or the int that cv2 has for one of the names: names[values[int]]. */
int py_cv2_choice_convert(const char *function, const char *argument, PyObject *object,
                          const char *const names[], const int values[], int count);

/* A border value as it was given: one number for all channels (count is 0), or count numbers. */
typedef struct PyBorderValue {
    double numbers[FASTCV_MAX_CHANNELS];
    Py_ssize_t count;
} PyBorderValue;

/* The two steps are apart because the first may run the caller's own code: it has to come before
 * the image is read. The second spreads the value over the image's channels and checks that each
 * number is within the range of the image's depth. */
int py_border_value_convert(const char *function, PyObject *object, PyBorderValue *border);
int py_border_value_apply(const char *function, const PyBorderValue *border,
                          const FastcvImage *image, double value[FASTCV_MAX_CHANNELS]);

/* ---- hold.c ---- */

/* Until the result is released, the array's memory stays where it is; only ndarray.__setstate__ on
 * the array that owns it can still free it (hold.c). NULL with an exception. */
PyObject *py_hold_memory(PyArrayObject *array);

/* ---- lists.c ---- */

/* NumPy's array of any object, by np.from_dlpack if it offers nothing else. Nested lists are copied
 * to tuples first, three levels deep: NumPy borrows their items, and the process would crash if
 * another thread or an item's own code dropped one meanwhile. Returns a new reference, or NULL on
 * failure.
 *
 * *hold is a new reference that keeps the array's memory in place, or NULL on failure. Take the
 * shape from the result only: NumPy's conversions let other threads run, and allocations may run
 * finalizers, so an array's shape may change until there is a hold. */
PyArrayObject *py_array_from(PyObject *object, PyObject **hold);

/* Whether NumPy would read the object item by item: it is a sequence, and not an array or a buffer.
 * -1 on failure. */
int py_is_list(PyObject *object);

/* -1 on failure, which is any exception other than an AttributeError. */
int py_has_attribute(PyObject *object, const char *name);

/* ---- hints.c ---- */

/* After a refusal: adds to the exception that is set what the caller may have meant. kind is
 * "image", "boxes", "polygons" or "array". Other exceptions stay as they are, but for those of
 * tensors that NumPy cannot read. */
void py_explain(const char *kind, const char *function, const char *argument, PyObject *object);

/* ---- errors.c ---- */

/* Whether the exception that is set is NumPy's ValueError for lists of unequal lengths, which names
 * no argument. A ValueError of the caller's own code does not count, unless it is in a list. */
int py_is_ragged(PyObject *object);

/* Whether the array holds ints or floats. */
int py_is_real(PyArrayObject *array);

/* Whether the object is of a module's type; -1 with an exception. Nobody has such an object before
 * the module is imported, and to import it takes longer than fastcv itself. */
int py_is_instance(PyObject *object, PyObject *module_name, const char *type_name);

/* Masked arrays are refused because their masks would be lost. Returns 0 if the object is not
 * masked, 1 with a TypeError if it is, or -1 with another exception. */
int py_refuse_masked(ModuleState *state, const char *function, const char *argument,
                     PyObject *object);

/* Sets "function: argument must <wanted>, not <type>". The type is the array's dtype. For an object
 * that is nothing like an array it is the object's type; for a list of objects, an item's. */
void py_set_dtype_error(const char *function, const char *argument, const char *wanted,
                        PyObject *object, PyArrayObject *array);

/* Sets "function: argument must <wanted>, not shape <shape>". */
void py_set_shape_error(const char *function, const char *argument, const char *wanted,
                        PyArrayObject *array);

#endif
