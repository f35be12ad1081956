/* Lists that are read while others may change them. */
#include "binding/convert.h"

enum { HELD_LEVELS = 3 }; /* boxes, their corners, a corner's two numbers */

/* Lists as tuples of our own, so many levels deep. */
static PyObject *hold(PyObject *object, int levels)
{
    if (!PyList_CheckExact(object) && !PyTuple_CheckExact(object))
        return Py_NewRef(object);
    PyObject *items = PyList_CheckExact(object) ? PyList_AsTuple(object) : Py_NewRef(object);
    if (!items || levels == 1)
        return items;
    const Py_ssize_t count = PyTuple_GET_SIZE(items);
    PyObject *held = PyTuple_New(count);
    for (Py_ssize_t i = 0; held && i < count; i++) {
        PyObject *item = hold(PyTuple_GET_ITEM(items, i), levels - 1);
        if (item)
            PyTuple_SET_ITEM(held, i, item);
        else
            Py_CLEAR(held);
    }
    Py_DECREF(items);
    return held;
}

PyArrayObject *py_array_from(PyObject *object)
{
    PyObject *held = hold(object, HELD_LEVELS);
    PyObject *array = held ? PyArray_FromAny(held, NULL, 0, 0, NPY_ARRAY_ENSUREARRAY, NULL) : NULL;
    Py_XDECREF(held);
    return (PyArrayObject *)array;
}
