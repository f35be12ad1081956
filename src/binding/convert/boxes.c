/* Boxes: an array, or a list of arrays, becomes quads. */
#include "binding/convert/convert.h"

#include <float.h>
#include <math.h>

#include "fastcv/float_mode.h"

enum { CORNERS = 4 };

static int is_box(PyArrayObject *array)
{
    return PyArray_NDIM(array) == 2 && PyArray_DIM(array, 0) == CORNERS &&
           PyArray_DIM(array, 1) == 2;
}

static void set_type_error(const char *function, const char *name, PyObject *object,
                           PyArrayObject *array)
{
    py_set_dtype_error(function, name, "hold ints or floats", object, array);
}

static void blame_box(const char *function, const char *name, PyObject *item)
{
    PyObject *hold;
    PyArrayObject *box = py_array_from(item, &hold);
    if (!box) {
        if (py_is_ragged(item))
            PyErr_Format(PyExc_ValueError, "%s: %s must have shape (4, 2), got %.200R", function,
                         name, item);
    } else if (!py_is_real(box)) {
        set_type_error(function, name, item, box);
    } else if (!is_box(box)) {
        py_set_shape_error(function, name, "have shape (4, 2)", box);
    }
    Py_XDECREF(hold);
    Py_XDECREF(box);
}

static int is_sequence_of_boxes(PyObject *object)
{
    return PyList_Check(object) || PyTuple_Check(object);
}

/* Sets an exception that names the first item that is not a (4, 2) box, if there is one. */
static void blame_one_box(const char *function, PyObject *object)
{
    if (!is_sequence_of_boxes(object))
        return;
    PyObject *boxes = PySequence_Tuple(object);
    for (Py_ssize_t i = 0; boxes && i < PyTuple_GET_SIZE(boxes) && !PyErr_Occurred(); i++) {
        char name[40];
        PyOS_snprintf(name, sizeof name, "boxes[%zd]", i);
        blame_box(function, name, PyTuple_GET_ITEM(boxes, i));
    }
    Py_XDECREF(boxes);
}

/* NumPy accepts masked boxes in a list, and drops their masks. */
static int refuse_masked_boxes(ModuleState *state, const char *function, PyObject *object)
{
    int is_masked = py_refuse_masked(state, function, "boxes", object);
    if (is_masked || !is_sequence_of_boxes(object))
        return is_masked;
    PyObject *boxes = PySequence_Tuple(object);
    if (!boxes)
        return -1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(boxes) && !is_masked; i++) {
        char name[40];
        PyObject *box = PyTuple_GET_ITEM(boxes, i);
        if (!PyArray_Check(box) || PyArray_CheckExact(box))
            continue;
        PyOS_snprintf(name, sizeof name, "boxes[%zd]", i);
        is_masked = py_refuse_masked(state, function, name, box);
    }
    Py_DECREF(boxes);
    return is_masked;
}

/* The boxes as one array of any real type, of shape (n, 4, 2). An empty list is no boxes. object is
 * the argument, for messages; boxes is the same object, or a list's items. *hold keeps the array's
 * memory in place. */
static PyArrayObject *as_boxes(ModuleState *state, const char *function, PyObject *object,
                               PyObject *boxes, PyObject **hold)
{
    *hold = NULL;
    if (refuse_masked_boxes(state, function, boxes))
        return NULL;
    PyArrayObject *array = py_array_from(boxes, hold);
    if (!array) {
        if (!py_is_ragged(object))
            return NULL;
        PyErr_Clear();
        blame_one_box(function, boxes);
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_ValueError, "%s: boxes must have shape (n, 4, 2)", function);
        return NULL;
    }
    const int is_empty = PyArray_NDIM(array) > 0 && PyArray_DIM(array, 0) == 0;
    const int has_shape =
        PyArray_NDIM(array) == 3 && PyArray_DIM(array, 1) == CORNERS && PyArray_DIM(array, 2) == 2;
    if (is_empty ? has_shape || PyArray_NDIM(array) == 1 : py_is_real(array) && has_shape)
        return array;

    const int is_one = py_is_real(array) && is_box(array);
    if (!is_one)
        blame_one_box(function, boxes);
    if (PyErr_Occurred())
        ; /* the message names an item */
    else if (py_is_real(array))
        py_set_shape_error(
            function, "boxes",
            is_one ? "have shape (n, 4, 2), one box as [box]" : "have shape (n, 4, 2)", array);
    else
        set_type_error(function, "boxes", object, array);
    Py_CLEAR(*hold);
    Py_DECREF(array);
    return NULL;
}

/* Steals array. Returns float32 as it is, and every other type as float64, which is then rounded to
 * float32 once, as NumPy's own conversion does. */
static PyArrayObject *as_float(PyArrayObject *array)
{
    int type = PyArray_TYPE(array) == NPY_FLOAT32 ? NPY_FLOAT32 : NPY_FLOAT64;
    PyObject *floats = PyArray_FromArray(array, PyArray_DescrFromType(type),
                                         NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST);
    Py_DECREF(array);
    return (PyArrayObject *)floats;
}

/* A finite number stays finite, even beyond float32's range: messages tell it from infinity. */
static float to_float(double value)
{
    if (isfinite(value) && fabs(value) > FLT_MAX)
        return value > 0 ? FLT_MAX : -FLT_MAX;
    return (float)value;
}

/* Not inlined, and its results go to memory, so that no compiler moves its arithmetic out of the
 * floating-point mode that the caller has set. */
static __attribute__((noinline)) void fill_quads(FastcvQuad *quads, Py_ssize_t count,
                                                 PyArrayObject *array)
{
    const int is_float32 = PyArray_TYPE(array) == NPY_FLOAT32;
    const float *as_f32 = PyArray_DATA(array);
    const double *as_f64 = PyArray_DATA(array);
    for (Py_ssize_t i = 0; i < count * CORNERS; i++) {
        FastcvQuad *quad = &quads[i / CORNERS];
        quad->x[i % CORNERS] = is_float32 ? as_f32[2 * i] : to_float(as_f64[2 * i]);
        quad->y[i % CORNERS] = is_float32 ? as_f32[2 * i + 1] : to_float(as_f64[2 * i + 1]);
    }
}

int py_boxes_convert(ModuleState *state, const char *function, PyObject *object, FastcvQuad **quads,
                     Py_ssize_t *count)
{
    *quads = NULL;
    *count = 0;
    PyObject *boxes = PyList_CheckExact(object) ? PyList_AsTuple(object) : Py_NewRef(object);
    PyObject *hold = NULL;
    PyArrayObject *array = boxes ? as_boxes(state, function, object, boxes, &hold) : NULL;
    Py_XDECREF(boxes);
    if (array)
        array = as_float(array);
    if (!array) {
        Py_XDECREF(hold);
        return -1;
    }
    Py_ssize_t n = PyArray_DIM(array, 0);
    if (n > 0) {
        *quads = PyMem_Calloc((size_t)n, sizeof **quads);
        if (!*quads) {
            Py_DECREF(hold);
            Py_DECREF(array);
            PyErr_NoMemory();
            return -1;
        }
    }
    const FastcvFloatMode before = fastcv_float_mode_enter();
    fill_quads(*quads, n, array);
    fastcv_float_mode_leave(before);
    *count = n;
    Py_DECREF(hold);
    Py_DECREF(array);
    return 0;
}
