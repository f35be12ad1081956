/* Lists that are read while others may change them. */
#include "binding/convert.h"

enum { HELD_LEVELS = 3 }; /* boxes, their corners, a corner's two numbers */

/* Lists as tuples of our own, so many levels deep. */
static PyObject *hold(PyObject *object, int levels)
{
    if (levels && PyTuple_CheckExact(object)) { /* it may have lists in it */
        PyObject *list = PySequence_List(object);
        PyObject *held = list ? hold(list, levels) : NULL;
        Py_XDECREF(list);
        return held;
    }
    if (!levels || !PyList_CheckExact(object))
        return Py_NewRef(object);
    PyObject *items = PyList_AsTuple(object);
    for (Py_ssize_t i = 0; items && i < PyTuple_GET_SIZE(items); i++) {
        PyObject *item = PyTuple_GET_ITEM(items, i), *held = hold(item, levels - 1);
        if (held) {
            PyTuple_SET_ITEM(items, i, held);
            Py_DECREF(item);
        } else {
            Py_CLEAR(items);
        }
    }
    return items;
}

PyArrayObject *py_array_from(PyObject *object)
{
    PyObject *held = hold(object, HELD_LEVELS);
    PyObject *array = held ? PyArray_FromAny(held, NULL, 0, 0, NPY_ARRAY_ENSUREARRAY, NULL) : NULL;
    Py_XDECREF(held);
    return (PyArrayObject *)array;
}
