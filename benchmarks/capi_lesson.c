/* The tutorial's lesson on the C-API: the same loops over a list and an ndarray, and a leak. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>

/* Takes one argument and does nothing: its time is the cost of a call. */
static PyObject *nothing(PyObject *module, PyObject *object)
{
    (void)module, (void)object;
    Py_RETURN_NONE;
}

/* Does the same by the older calling convention: a tuple of arguments, parsed by a format. */
static PyObject *nothing_parsed(PyObject *module, PyObject *args)
{
    PyObject *object;
    (void)module;
    if (!PyArg_ParseTuple(args, "O", &object))
        return NULL;
    Py_RETURN_NONE;
}

/* [lesson: a list out] */
static PyObject *squares_set_item(PyObject *module, PyObject *object)
{
    const Py_ssize_t n = PyLong_AsSsize_t(object);
    PyObject *list = PyList_New(n); /* n empty slots */
    (void)module;
    for (Py_ssize_t i = 0; list && i < n; i++)
        PyList_SetItem(list, i, PyLong_FromSsize_t(i * i)); /* checks list, index, old item */
    return list;
}

static PyObject *squares_macro(PyObject *module, PyObject *object)
{
    const Py_ssize_t n = PyLong_AsSsize_t(object);
    PyObject *list = PyList_New(n);
    (void)module;
    for (Py_ssize_t i = 0; list && i < n; i++)
        PyList_SET_ITEM(list, i, PyLong_FromSsize_t(i * i)); /* writes the pointer, no more */
    return list;
}

/* [lesson: an array out] */
static PyObject *squares_array(PyObject *module, PyObject *object)
{
    npy_intp n = PyLong_AsSsize_t(object);
    PyObject *array = PyArray_SimpleNew(1, &n, NPY_INT64);
    npy_int64 *numbers = array ? PyArray_DATA((PyArrayObject *)array) : NULL;
    (void)module;
    for (npy_intp i = 0; array && i < n; i++)
        numbers[i] = i * i; /* writes eight bytes, makes no object */
    return array;
}

/* [lesson: in] */
static PyObject *sum_list(PyObject *module, PyObject *list)
{
    long long sum = 0;
    (void)module;
    if (!PyList_Check(list))
        return PyErr_Format(PyExc_TypeError, "not a list");
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++)
        sum += PyLong_AsLongLong(PyList_GET_ITEM(list, i)); /* borrowed: we must not release it */
    return PyErr_Occurred() ? NULL : PyLong_FromLongLong(sum);
}

static PyObject *sum_array(PyObject *module, PyObject *object)
{
    (void)module;
    PyArrayObject *array = (PyArrayObject *)PyArray_FROM_OTF(object, NPY_INT64, NPY_ARRAY_IN_ARRAY);
    if (!array)
        return NULL;
    const npy_int64 *numbers = PyArray_DATA(array);
    long long sum = 0;
    for (npy_intp i = 0; i < PyArray_SIZE(array); i++)
        sum += numbers[i];
    Py_DECREF(array);
    return PyLong_FromLongLong(sum);
}

/* [lesson: a leak] */
static PyObject *append_and_leak(PyObject *module, PyObject *object)
{
    PyObject *list = PyList_New(0);
    (void)module;
    for (Py_ssize_t i = 0; list && i < 1000; i++) {
        PyObject *number = PyLong_FromSsize_t(1000000 + i); /* one reference: ours */
        PyList_Append(list, number);                        /* a second one: the list's */
    } /* Py_DECREF(number) is missing: the numbers are never freed */
    (void)object;
    return list;
}

static PyObject *append_and_release(PyObject *module, PyObject *object)
{
    PyObject *list = PyList_New(0);
    (void)module, (void)object;
    for (Py_ssize_t i = 0; list && i < 1000; i++) {
        PyObject *number = PyLong_FromSsize_t(1000000 + i);
        PyList_Append(list, number);
        Py_DECREF(number);
    }
    return list;
}

/* [lesson: over an old item] */
static PyObject *replace_macro(PyObject *module, PyObject *object)
{
    PyObject *list = PyList_New(1);
    (void)module, (void)object;
    for (Py_ssize_t i = 0; list && i < 1000; i++) /* nothing releases the old number */
        PyList_SET_ITEM(list, 0, PyLong_FromSsize_t(1000000 + i));
    return list;
}
/* [end] */

static PyObject *replace_set_item(PyObject *module, PyObject *object)
{
    PyObject *list = PyList_New(1);
    (void)module, (void)object;
    for (Py_ssize_t i = 0; list && i < 1000; i++)
        PyList_SetItem(list, 0, PyLong_FromSsize_t(1000000 + i));
    return list;
}

static PyMethodDef methods[] = {
    {"nothing", nothing, METH_O, NULL},
    {"nothing_parsed", nothing_parsed, METH_VARARGS, NULL},
    {"squares_set_item", squares_set_item, METH_O, NULL},
    {"squares_macro", squares_macro, METH_O, NULL},
    {"squares_array", squares_array, METH_O, NULL},
    {"sum_list", sum_list, METH_O, NULL},
    {"sum_array", sum_array, METH_O, NULL},
    {"append_and_leak", append_and_leak, METH_NOARGS, NULL},
    {"append_and_release", append_and_release, METH_NOARGS, NULL},
    {"replace_macro", replace_macro, METH_NOARGS, NULL},
    {"replace_set_item", replace_set_item, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "capi_lesson",
                                        .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit_capi_lesson(void)
{
    import_array();
    return PyModule_Create(&definition);
}
