#include "binding/convert.h"

enum { CORNERS = 4 };

static int is_real_number(PyArrayObject *array)
{
    return PyArray_ISINTEGER(array) || PyArray_ISFLOAT(array);
}

static void set_type_error(const char *function, const char *name, PyArrayObject *array)
{
    PyErr_Format(PyExc_TypeError, "%s: %s must hold ints or floats, not %S", function, name,
                 (PyObject *)PyArray_DESCR(array));
}

static void set_shape_error(const char *function, const char *name, const char *wanted,
                            PyArrayObject *array)
{
    PyObject *shape = PyObject_GetAttrString((PyObject *)array, "shape");
    if (shape)
        PyErr_Format(PyExc_ValueError, "%s: %s must have shape %s, not %S", function, name, wanted,
                     shape);
    Py_XDECREF(shape);
}

/* Sets an exception that names the first item of a sequence that is no (4, 2) box; sets none
 * where all are. */
static void blame_one_box(const char *function, PyObject *object)
{
    if (PyArray_Check(object) || !PySequence_Check(object) || PyUnicode_Check(object))
        return;
    PyObject *boxes = PySequence_Fast(object, "");
    if (!boxes) {
        PyErr_Clear();
        return;
    }
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(boxes) && !PyErr_Occurred(); i++) {
        char name[40];
        PyOS_snprintf(name, sizeof name, "boxes[%zd]", i);
        PyObject *item = PySequence_Fast_GET_ITEM(boxes, i);
        PyArrayObject *box = (PyArrayObject *)PyArray_FromAny(item, NULL, 0, 0, 0, NULL);
        if (!box) {
            if (PyErr_ExceptionMatches(PyExc_ValueError))
                PyErr_Format(PyExc_ValueError, "%s: %s must have shape (4, 2), got %R", function,
                             name, item);
        } else if (!is_real_number(box)) {
            set_type_error(function, name, box);
        } else if (PyArray_NDIM(box) != 2 || PyArray_DIM(box, 0) != CORNERS ||
                   PyArray_DIM(box, 1) != 2) {
            set_shape_error(function, name, "(4, 2)", box);
        }
        Py_XDECREF(box);
    }
    Py_DECREF(boxes);
}

/* The boxes as one array of any real type and shape (n, 4, 2); n may be 0 and then the shape is
 * free in its other axes. */
static PyArrayObject *as_boxes(ModuleState *state, const char *function, PyObject *object)
{
    int is_masked = PyObject_IsInstance(object, state->masked_array);
    if (is_masked < 0)
        return NULL;
    if (is_masked) {
        PyErr_Format(PyExc_TypeError, "%s: boxes must be a plain array, not a masked one",
                     function);
        return NULL;
    }
    PyArrayObject *array =
        (PyArrayObject *)PyArray_FromAny(object, NULL, 0, 0, NPY_ARRAY_ENSUREARRAY, NULL);
    if (!array) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError))
            return NULL;
        PyErr_Clear();
        blame_one_box(function, object);
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_ValueError, "%s: boxes must have shape (n, 4, 2)", function);
        return NULL;
    }
    const int is_empty = PyArray_NDIM(array) > 0 && PyArray_DIM(array, 0) == 0;
    const int has_shape =
        PyArray_NDIM(array) == 3 && PyArray_DIM(array, 1) == CORNERS && PyArray_DIM(array, 2) == 2;
    if (is_empty ? has_shape || PyArray_NDIM(array) == 1 : is_real_number(array) && has_shape)
        return array;

    blame_one_box(function, object);
    if (!PyErr_Occurred()) {
        if (!is_real_number(array))
            set_type_error(function, "boxes", array);
        else
            set_shape_error(function, "boxes", "(n, 4, 2)", array);
    }
    Py_DECREF(array);
    return NULL;
}

/* Steals array. Floats are taken as they are, everything else goes through float64, which rounds
 * to float32 once, as NumPy's own conversion does. */
static PyArrayObject *as_float(PyArrayObject *array)
{
    int type = PyArray_TYPE(array) == NPY_FLOAT32 ? NPY_FLOAT32 : NPY_FLOAT64;
    PyObject *floats = PyArray_FromArray(array, PyArray_DescrFromType(type),
                                         NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST);
    Py_DECREF(array);
    return (PyArrayObject *)floats;
}

int py_boxes_convert(ModuleState *state, const char *function, PyObject *object, FastcvQuad **quads,
                     Py_ssize_t *count)
{
    *quads = NULL;
    *count = 0;
    PyArrayObject *array = as_boxes(state, function, object);
    if (array)
        array = as_float(array);
    if (!array)
        return -1;
    Py_ssize_t n = PyArray_DIM(array, 0);
    if (n > 0) {
        *quads = PyMem_Calloc((size_t)n, sizeof **quads);
        if (!*quads) {
            Py_DECREF(array);
            PyErr_NoMemory();
            return -1;
        }
    }
    const int is_float32 = PyArray_TYPE(array) == NPY_FLOAT32;
    const float *as_f32 = PyArray_DATA(array);
    const double *as_f64 = PyArray_DATA(array);
    for (Py_ssize_t i = 0; i < n * CORNERS; i++) {
        FastcvQuad *quad = &(*quads)[i / CORNERS];
        quad->x[i % CORNERS] = is_float32 ? as_f32[2 * i] : (float)as_f64[2 * i];
        quad->y[i % CORNERS] = is_float32 ? as_f32[2 * i + 1] : (float)as_f64[2 * i + 1];
    }
    *count = n;
    Py_DECREF(array);
    return 0;
}
