/* Errors that images, boxes and polygons share. */
#include "binding/convert/convert.h"

int py_is_ragged(PyObject *object)
{
    if (!PyErr_ExceptionMatches(PyExc_ValueError))
        return 0;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    const int is_list = py_is_list(object);
    if (is_list >= 0) {
        PyErr_Restore(type, value, traceback);
        return is_list;
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return 0;
}

int py_is_real(PyArrayObject *array)
{
    return PyArray_ISINTEGER(array) || PyArray_ISFLOAT(array);
}

/* Why NumPy made an array of objects from a list: the type of the first item that is not a number,
 * or an int that is too large. */
static const char *first_type(PyArrayObject *array)
{
    PyObject *const *items = PyArray_DATA(array);
    int is_beyond = 0, overflow;
    for (npy_intp i = 0; i < PyArray_SIZE(array); i++) {
        if (PyLong_Check(items[i])) {
            PyLong_AsLongLongAndOverflow(items[i], &overflow);
            is_beyond |= overflow != 0;
        } else if (!PyFloat_Check(items[i]) && !PyArray_IsScalar(items[i], Number)) {
            return Py_TYPE(items[i])->tp_name;
        }
    }
    return is_beyond ? "an int beyond 64 bits" : "object";
}

void py_set_dtype_error(const char *function, const char *argument, const char *wanted,
                        PyObject *object, PyArrayObject *array)
{
    const char *type = NULL;
    if (!PyArray_Check(object) && PyArray_NDIM(array) == 0)
        type = Py_TYPE(object)->tp_name;
    else if ((PyList_Check(object) || PyTuple_Check(object)) && PyArray_ISOBJECT(array))
        type = first_type(array);
    if (type)
        PyErr_Format(PyExc_TypeError, "%s: %s must %s, not %.200s", function, argument, wanted,
                     type);
    else
        PyErr_Format(PyExc_TypeError, "%s: %s must %s, not %.200S", function, argument, wanted,
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

int py_is_instance(PyObject *object, PyObject *module_name, const char *type_name)
{
    if (PyArray_CheckExact(object))
        return 0;
    PyObject *module = PyImport_GetModule(module_name);
    PyObject *type = module ? PyObject_GetAttrString(module, type_name) : NULL;
    Py_XDECREF(module);
    if (!type) { /* not there, not yet whole, or gone at the interpreter's end */
        PyErr_Clear();
        return 0;
    }
    const int is_instance = PyObject_IsInstance(object, type);
    Py_DECREF(type);
    return is_instance;
}

int py_refuse_masked(ModuleState *state, const char *function, const char *argument,
                     PyObject *object)
{
    const int is_masked = py_is_instance(object, state->numpy_ma, "MaskedArray");
    if (is_masked > 0)
        PyErr_Format(PyExc_TypeError,
                     "%s: %s must be a plain array, not a masked one: fill or drop its mask",
                     function, argument);
    return is_masked;
}
