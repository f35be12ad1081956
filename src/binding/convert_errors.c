/* Refusals that images and boxes share. */
#include "binding/convert.h"

void py_set_dtype_error(const char *function, const char *argument, const char *wanted,
                        PyObject *object, PyArrayObject *array)
{
    if (!PyArray_Check(object) && (PyArray_ISOBJECT(array) || PyArray_ISFLEXIBLE(array)))
        PyErr_Format(PyExc_TypeError, "%s: %s must %s, not %.200s", function, argument, wanted,
                     Py_TYPE(object)->tp_name);
    else
        PyErr_Format(PyExc_TypeError, "%s: %s must %s, not %S", function, argument, wanted,
                     (PyObject *)PyArray_DESCR(array));
}

void py_set_shape_error(const char *function, const char *argument, const char *wanted,
                        PyArrayObject *array)
{
    PyObject *shape = PyObject_GetAttrString((PyObject *)array, "shape");
    if (shape)
        PyErr_Format(PyExc_ValueError, "%s: %s must %s, not shape %S", function, argument, wanted,
                     shape);
    Py_XDECREF(shape);
}

int py_refuse_masked(ModuleState *state, const char *function, const char *argument,
                     PyObject *object)
{
    if (PyArray_CheckExact(object))
        return 0;
    int is_masked = PyObject_IsInstance(object, state->masked_array);
    if (is_masked > 0)
        PyErr_Format(PyExc_TypeError,
                     "%s: %s must be a plain array, not a masked one: fill or drop its mask",
                     function, argument);
    return is_masked;
}
