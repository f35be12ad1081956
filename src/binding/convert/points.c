#include "binding/convert/points.h"

#include "binding/convert/doubles.h"

static int read_point(const PyPart *part, PyObject *object, double point[2])
{
    static const char shape[] = "have shape (2,)";
    PyArrayObject *array = py_doubles_from(part, shape, PY_NUMBERS, object);
    if (!array)
        return -1;
    const int is_point = PyArray_NDIM(array) == 1 && PyArray_DIM(array, 0) == 2;
    if (is_point) {
        point[0] = *(const double *)PyArray_GETPTR1(array, 0);
        point[1] = *(const double *)PyArray_GETPTR1(array, 1);
    } else {
        py_refuse_shape(part, shape, array);
    }
    Py_DECREF(array);
    return is_point ? 0 : -1;
}

int py_point_convert(ModuleState *state, const char *function, PyObject *object, double point[2])
{
    const PyPart part = {state, function, "point", -1, ""};
    return read_point(&part, object, point);
}

/* Reads point by point: for a list of small arrays NumPy takes three times as long. */
static PyArrayObject *read_points(PyPart part, PyObject *list)
{
    PyObject *items = PySequence_Tuple(list);
    if (!items)
        return NULL;
    npy_intp shape[2] = {PyTuple_GET_SIZE(items), 2};
    PyArrayObject *points = (PyArrayObject *)PyArray_SimpleNew(2, shape, NPY_FLOAT64);
    for (npy_intp i = 0; points && i < shape[0]; i++) {
        part.index = i;
        if (read_point(&part, PyTuple_GET_ITEM(items, i), PyArray_GETPTR2(points, i, 0)) < 0 ||
            py_is_interrupted(i))
            Py_CLEAR(points);
    }
    Py_DECREF(items);
    return points;
}

static PyArrayObject *convert_points(ModuleState *state, const char *function, PyObject *object,
                                     PyObject **hold)
{
    static const char shape[] = "have shape (m, 2)";
    const PyPart part = {state, function, "points", -1, ""};
    *hold = NULL;
    if (PyList_Check(object) || PyTuple_Check(object))
        return read_points(part, object);
    PyArrayObject *array = py_doubles_from(&part, shape, PY_NUMBERS, object), *points = NULL;
    if (!array)
        return NULL;
    *hold = py_hold_memory(array);
    if (*hold && PyArray_NDIM(array) == 2 && PyArray_DIM(array, 1) == 2)
        points = (PyArrayObject *)PyArray_FromArray(array, NULL, NPY_ARRAY_CARRAY_RO);
    else if (*hold)
        py_refuse_shape(&part, shape, array);
    if (!points)
        Py_CLEAR(*hold);
    Py_DECREF(array);
    return points;
}

PyArrayObject *py_points_convert(ModuleState *state, const char *function, PyObject *object,
                                 PyObject **hold)
{
    PyArrayObject *points = convert_points(state, function, object, hold);
    if (!points)
        py_explain("array", function, "points", object);
    return points;
}

int py_max_dist_convert(const char *function, PyObject *object, double *max_dist)
{
    return py_number_convert(function, "max_dist", object, "a number", max_dist);
}
