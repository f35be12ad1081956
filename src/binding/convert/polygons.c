#include "binding/convert/polygons.h"

/* How messages call a part of an argument: "polygons[3].x"; index -1 is the whole. */
typedef struct Name {
    ModuleState *state;
    const char *function, *argument;
    Py_ssize_t index;
    const char *part;
} Name;

enum { NAME_BYTES = 100 };

static const char *spell(const Name *name, char text[NAME_BYTES])
{
    char index[32] = "";
    if (name->index >= 0)
        PyOS_snprintf(index, sizeof index, "[%zd]", name->index);
    PyOS_snprintf(text, NAME_BYTES, "%.50s%s%s", name->argument, index, name->part);
    return text;
}

/* An array of real numbers as one of doubles that C can read, itself where it is that already.
 * Its shape is the caller's to check. A new reference, or NULL. */
static PyArrayObject *as_doubles(const Name *name, const char *wanted, PyObject *object)
{
    char text[NAME_BYTES];
    if (PyArray_CheckExact(object)) {
        PyArrayObject *array = (PyArrayObject *)object;
        if (PyArray_TYPE(array) == NPY_FLOAT64 && PyArray_ISBEHAVED_RO(array))
            return (PyArrayObject *)Py_NewRef(object);
    }
    if (py_refuse_masked(name->state, name->function, spell(name, text), object))
        return NULL;
    PyObject *hold;
    PyArrayObject *array = py_array_from(object, &hold);
    if (!array) {
        if (py_is_ragged(object))
            PyErr_Format(PyExc_ValueError, "%s: %s must %s", name->function, spell(name, text),
                         wanted);
        return NULL;
    }
    PyObject *doubles = NULL;
    if (py_is_real(array) || PyArray_SIZE(array) == 0)
        doubles = PyArray_FromArray(array, PyArray_DescrFromType(NPY_FLOAT64),
                                    NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED | NPY_ARRAY_FORCECAST);
    else
        py_set_dtype_error(name->function, spell(name, text), wanted, object, array);
    Py_DECREF(hold);
    Py_DECREF(array);
    return (PyArrayObject *)doubles;
}

static void refuse_shape(const Name *name, const char *wanted, PyArrayObject *array)
{
    char text[NAME_BYTES];
    py_set_shape_error(name->function, spell(name, text), wanted, array);
}

/* ---- one polygon ---- */

static const char POLYGON[] = "be an array of shape (k, 2), or an object with arrays x and y";

static int measure_array(const Name *name, PyObject *object, FastcvPolygon *polygon)
{
    PyArrayObject *array = as_doubles(name, POLYGON, object);
    if (!array)
        return -1;
    int result = -1;
    if (PyArray_NDIM(array) != 2 || PyArray_DIM(array, 0) < 1 || PyArray_DIM(array, 1) != 2) {
        refuse_shape(name, POLYGON, array);
    } else {
        const char *x = PyArray_BYTES(array);
        const npy_intp step = PyArray_STRIDE(array, 0);
        *polygon = fastcv_polygon_measure(x, step, x + PyArray_STRIDE(array, 1), step,
                                          PyArray_DIM(array, 0));
        result = 0;
    }
    Py_DECREF(array);
    return result;
}

static int measure_x_and_y(const Name *name, PyObject *x_object, PyObject *y_object,
                           FastcvPolygon *polygon)
{
    Name x_name = *name, y_name = *name;
    x_name.part = ".x";
    y_name.part = ".y";
    int result = -1;
    PyArrayObject *x = as_doubles(&x_name, "be a one-dimensional array", x_object), *y = NULL;
    if (x)
        y = as_doubles(&y_name, "be a one-dimensional array", y_object);
    if (!x || !y)
        ;
    else if (PyArray_NDIM(x) != 1 || PyArray_DIM(x, 0) < 1)
        refuse_shape(&x_name, "be a one-dimensional array that is not empty", x);
    else if (PyArray_NDIM(y) != 1 || PyArray_DIM(y, 0) != PyArray_DIM(x, 0))
        refuse_shape(&y_name, "have the shape of x", y);
    else {
        *polygon = fastcv_polygon_measure(PyArray_BYTES(x), PyArray_STRIDE(x, 0), PyArray_BYTES(y),
                                          PyArray_STRIDE(y, 0), PyArray_DIM(x, 0));
        result = 0;
    }
    Py_XDECREF(x);
    Py_XDECREF(y);
    return result;
}

/* 1 with a new reference, 0 where there is no such attribute, -1 on any other error. */
static int get_optional(PyObject *object, PyObject *name, PyObject **value)
{
    *value = PyObject_GetAttr(object, name);
    if (*value)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return -1;
    PyErr_Clear();
    return 0;
}

static int measure_one(const Name *name, PyObject *object, FastcvPolygon *polygon)
{
    if (PyArray_Check(object) || PyList_CheckExact(object) || PyTuple_CheckExact(object))
        return measure_array(name, object, polygon);
    PyObject *x = NULL, *y = NULL;
    int result = get_optional(object, name->state->x, &x);
    if (result > 0)
        result = get_optional(object, name->state->y, &y);
    if (result > 0)
        result = measure_x_and_y(name, x, y, polygon);
    else if (result == 0)
        result = measure_array(name, object, polygon);
    Py_XDECREF(x);
    Py_XDECREF(y);
    return result;
}

/* ---- all ---- */

static int allocate(const char *function, const char *argument, Py_ssize_t count,
                    PyPolygons *polygons)
{
    if (count > FASTCV_MAX_POLYGONS) {
        PyErr_Format(PyExc_ValueError, "%s: %s must be at most %d, got %zd", function, argument,
                     FASTCV_MAX_POLYGONS, count);
        return -1;
    }
    polygons->polygons = PyMem_Malloc((size_t)count * sizeof *polygons->polygons);
    polygons->count = count;
    if (!polygons->polygons)
        PyErr_NoMemory();
    return polygons->polygons ? 0 : -1;
}

static int measure_items(Name name, PyObject *object, PyPolygons *polygons)
{
    polygons->items = PySequence_Tuple(object); /* ours: an item's own code may change theirs */
    if (!polygons->items) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError,
                         "%s: %s must be a list of polygons or an array of shape (n, k, 2), not "
                         "%.200s",
                         name.function, name.argument, Py_TYPE(object)->tp_name);
        return -1;
    }
    const Py_ssize_t count = PyTuple_GET_SIZE(polygons->items);
    if (allocate(name.function, name.argument, count, polygons) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        name.index = i;
        if (measure_one(&name, PyTuple_GET_ITEM(polygons->items, i), &polygons->polygons[i]) < 0 ||
            py_is_interrupted(i))
            return -1;
    }
    return 0;
}

static int measure_block(Name name, PyObject *object, int num_threads, PyPolygons *polygons)
{
    static const char wanted[] = "have shape (n, k, 2)";
    PyArrayObject *array = as_doubles(&name, wanted, object);
    PyObject *hold = array ? py_hold_memory(array) : NULL;
    if (!hold) {
        Py_XDECREF(array);
        return -1;
    }
    int result = -1;
    const int ndim = PyArray_NDIM(array);
    const npy_intp *shape = PyArray_DIMS(array), count = ndim ? shape[0] : 0;
    const npy_intp vertices = ndim == 3 ? shape[1] : 0;
    const int has_shape = ndim == 3 && (vertices > 0 || count == 0) && shape[2] == 2;
    PyArrayObject *dense = NULL;
    if (!has_shape && !(count == 0 && ndim == 1)) {
        refuse_shape(&name, wanted, array);
        goto done;
    }
    dense = (PyArrayObject *)PyArray_FromArray(array, NULL, NPY_ARRAY_CARRAY_RO);
    if (!dense || allocate(name.function, name.argument, count, polygons) < 0)
        goto done;
    polygons->items = Py_NewRef(PyArray_Check(object) ? object : (PyObject *)array);
    if (count > 0) {
        PyRun run;
        if (py_run_begin(&run, num_threads) < 0)
            goto done;
        FastcvError error = {.status = fastcv_polygons_measure(PyArray_DATA(dense), vertices, count,
                                                               run.pool, polygons->polygons)};
        py_run_end(&run);
        if (error.status) {
            py_set_run_error(name.function, error);
            goto done;
        }
    }
    result = 0;
done:
    Py_DECREF(hold);
    Py_XDECREF(dense);
    Py_DECREF(array);
    return result;
}

/* Whether NumPy makes one array of it without looking at items; -1 on error. */
static int is_block(PyObject *object)
{
    if (PyArray_Check(object))
        return !PyArray_ISOBJECT((PyArrayObject *)object);
    if (PyList_Check(object) || PyTuple_Check(object))
        return 0;
    if (PyObject_CheckBuffer(object))
        return 1;
    return py_has_attribute(object, "__array__");
}

int py_polygons_convert(ModuleState *state, const char *function, const char *argument,
                        PyObject *object, int num_threads, PyPolygons *polygons)
{
    const Name name = {state, function, argument, -1, ""};
    *polygons = (PyPolygons){0};
    int result = is_block(object);
    if (result >= 0)
        result = result ? measure_block(name, object, num_threads, polygons)
                        : measure_items(name, object, polygons);
    if (result < 0)
        py_polygons_release(polygons);
    return result;
}

void py_polygons_release(PyPolygons *polygons)
{
    Py_CLEAR(polygons->items);
    PyMem_Free(polygons->polygons);
    polygons->polygons = NULL;
}

PyObject *py_polygons_item(const PyPolygons *polygons, Py_ssize_t i)
{
    return PySequence_GetItem(polygons->items, i);
}

/* ---- points ---- */

static int read_point(const Name *name, PyObject *object, double point[2])
{
    static const char wanted[] = "have shape (2,)";
    PyArrayObject *array = as_doubles(name, wanted, object);
    if (!array)
        return -1;
    const int is_point = PyArray_NDIM(array) == 1 && PyArray_DIM(array, 0) == 2;
    if (is_point) {
        point[0] = *(const double *)PyArray_GETPTR1(array, 0);
        point[1] = *(const double *)PyArray_GETPTR1(array, 1);
    } else {
        refuse_shape(name, wanted, array);
    }
    Py_DECREF(array);
    return is_point ? 0 : -1;
}

int py_point_convert(ModuleState *state, const char *function, PyObject *object, double point[2])
{
    const Name name = {state, function, "point", -1, ""};
    return read_point(&name, object, point);
}

/* Point by point: NumPy takes three times as long for a list of small arrays. */
static PyArrayObject *read_points(Name name, PyObject *list)
{
    PyObject *items = PySequence_Tuple(list);
    if (!items)
        return NULL;
    npy_intp shape[2] = {PyTuple_GET_SIZE(items), 2};
    PyArrayObject *points = (PyArrayObject *)PyArray_SimpleNew(2, shape, NPY_FLOAT64);
    for (npy_intp i = 0; points && i < shape[0]; i++) {
        name.index = i;
        if (read_point(&name, PyTuple_GET_ITEM(items, i), PyArray_GETPTR2(points, i, 0)) < 0 ||
            py_is_interrupted(i))
            Py_CLEAR(points);
    }
    Py_DECREF(items);
    return points;
}

PyArrayObject *py_points_convert(ModuleState *state, const char *function, PyObject *object,
                                 PyObject **hold)
{
    static const char wanted[] = "have shape (m, 2)";
    const Name name = {state, function, "points", -1, ""};
    *hold = NULL;
    if (PyList_Check(object) || PyTuple_Check(object))
        return read_points(name, object);
    PyArrayObject *array = as_doubles(&name, wanted, object), *points = NULL;
    if (!array)
        return NULL;
    *hold = py_hold_memory(array);
    if (*hold && PyArray_NDIM(array) == 2 && PyArray_DIM(array, 1) == 2)
        points = (PyArrayObject *)PyArray_FromArray(array, NULL, NPY_ARRAY_CARRAY_RO);
    else if (*hold)
        refuse_shape(&name, wanted, array);
    if (!points)
        Py_CLEAR(*hold);
    Py_DECREF(array);
    return points;
}

int py_max_dist_convert(const char *function, PyObject *object, double *max_dist)
{
    return py_number_convert(function, "max_dist", object, "a number", max_dist);
}
