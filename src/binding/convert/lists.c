/* Lists, which other threads or the items' own code may change while they are read. */
#include "binding/convert/convert.h"

enum { HELD_LEVELS = 3 }; /* boxes, their corners, a corner's two numbers */

int py_has_attribute(PyObject *object, const char *name)
{
    PyObject *attribute = PyObject_GetAttrString(object, name);
    if (!attribute && !PyErr_ExceptionMatches(PyExc_AttributeError))
        return -1;
    PyErr_Clear();
    Py_XDECREF(attribute);
    return attribute != NULL;
}

/* How objects hand NumPy an array as a whole. */
static int is_like_an_array(PyObject *object)
{
    static const char *const names[] = {"__array__", "__array_interface__", "__array_struct__"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const int has_it = py_has_attribute(object, names[i]);
        if (has_it)
            return has_it;
    }
    return 0;
}

int py_is_list(PyObject *object)
{
    if (PyList_CheckExact(object) || PyTuple_CheckExact(object))
        return 1;
    if (!PySequence_Check(object) || PyUnicode_Check(object) || PyObject_CheckBuffer(object))
        return 0;
    const int is_array = is_like_an_array(object);
    if (is_array)
        return is_array < 0 ? -1 : 0;
    if (PySequence_Size(object) >= 0)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_Exception)) /* a signal's handler has raised it */
        return -1;
    PyErr_Clear();
    return 0;
}

/* Copies lists to tuples, as many levels deep. Nobody else can change those. */
static PyObject *hold(PyObject *object, int levels)
{
    const int is_list = py_is_list(object);
    if (is_list <= 0)
        return is_list < 0 ? NULL : Py_NewRef(object);
    /* In CPython 3.11 PySequence_Tuple leaks a list if an allocation fails. */
    PyObject *items = PyList_CheckExact(object) ? PyList_AsTuple(object) : PySequence_Tuple(object);
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

/* NumPy's own conversion does not know DLPack. */
static int offers_only_dlpack(PyObject *object)
{
    if (PyArray_Check(object) || PyList_Check(object) || PyTuple_Check(object) ||
        PyObject_CheckBuffer(object))
        return 0;
    const int has_it = py_has_attribute(object, "__dlpack__");
    if (has_it <= 0)
        return has_it;
    const int is_array = is_like_an_array(object);
    return is_array < 0 ? -1 : !is_array;
}

static PyObject *from_dlpack(PyObject *object)
{
    PyObject *numpy = PyImport_ImportModule("numpy");
    PyObject *array = numpy ? PyObject_CallMethod(numpy, "from_dlpack", "O", object) : NULL;
    Py_XDECREF(numpy);
    return array;
}

PyArrayObject *py_array_from(PyObject *object, PyObject **hold_on)
{
    const int is_dlpack = offers_only_dlpack(object);
    PyObject *held = is_dlpack < 0 ? NULL
                     : is_dlpack   ? from_dlpack(object)
                                   : hold(object, HELD_LEVELS);
    PyObject *array = held ? PyArray_FromAny(held, NULL, 0, 0, NPY_ARRAY_ENSUREARRAY, NULL) : NULL;
    Py_XDECREF(held);
    *hold_on = array ? py_hold_memory((PyArrayObject *)array) : NULL;
    if (!*hold_on)
        Py_CLEAR(array);
    return (PyArrayObject *)array;
}
