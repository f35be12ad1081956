/* Polygons are measured as they are read: later steps use their centres and areas only. */
#include "binding/convert/polygons.h"

#include "binding/convert/doubles.h"

/* ---- one polygon ---- */

static const char POLYGON[] = "be an array of shape (k, 2), or an object with arrays x and y";

static int measure_array(const PyPart *part, PyObject *object, FastcvPolygon *polygon)
{
    PyArrayObject *array = py_doubles_from(part, POLYGON, POLYGON, object);
    if (!array)
        return -1;
    int result = -1;
    if (PyArray_NDIM(array) != 2 || PyArray_DIM(array, 0) < 1 || PyArray_DIM(array, 1) != 2) {
        py_refuse_shape(part, POLYGON, array);
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

static const char FLAT[] = "be a one-dimensional array";

static int measure_x_and_y(const PyPart *part, PyObject *x_object, PyObject *y_object,
                           FastcvPolygon *polygon)
{
    PyPart x_part = *part, y_part = *part;
    x_part.attribute = ".x";
    y_part.attribute = ".y";
    int result = -1;
    PyArrayObject *x = py_doubles_from(&x_part, FLAT, PY_NUMBERS, x_object), *y = NULL;
    if (x)
        y = py_doubles_from(&y_part, FLAT, PY_NUMBERS, y_object);
    if (!x || !y)
        ;
    else if (PyArray_NDIM(x) != 1 || PyArray_DIM(x, 0) < 1)
        py_refuse_shape(&x_part, "be a one-dimensional array that is not empty", x);
    else if (PyArray_NDIM(y) != 1 || PyArray_DIM(y, 0) != PyArray_DIM(x, 0))
        py_refuse_shape(&y_part, "have the shape of x", y);
    else {
        *polygon = fastcv_polygon_measure(PyArray_BYTES(x), PyArray_STRIDE(x, 0), PyArray_BYTES(y),
                                          PyArray_STRIDE(y, 0), PyArray_DIM(x, 0));
        result = 0;
    }
    Py_XDECREF(x);
    Py_XDECREF(y);
    return result;
}

/* Returns 1 with a new reference, 0 if there is no such attribute, or -1 on any other error. */
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

static int measure_one(const PyPart *part, PyObject *object, FastcvPolygon *polygon)
{
    if (PyArray_Check(object) || PyList_CheckExact(object) || PyTuple_CheckExact(object))
        return measure_array(part, object, polygon);
    PyObject *x = NULL, *y = NULL;
    int result = get_optional(object, part->state->x, &x);
    if (result > 0)
        result = get_optional(object, part->state->y, &y);
    if (result > 0)
        result = measure_x_and_y(part, x, y, polygon);
    else if (result == 0)
        result = measure_array(part, object, polygon);
    Py_XDECREF(x);
    Py_XDECREF(y);
    return result;
}

/* ---- many ---- */

static int allocate(const PyPart *part, Py_ssize_t count, PyPolygons *polygons)
{
    if (count > FASTCV_MAX_POLYGONS) {
        PyErr_Format(PyExc_ValueError, "%s: %s must hold at most %d polygons, got %zd",
                     part->function, part->argument, FASTCV_MAX_POLYGONS, count);
        return -1;
    }
    polygons->polygons = PyMem_Malloc((size_t)count * sizeof *polygons->polygons);
    polygons->count = count;
    if (!polygons->polygons)
        PyErr_NoMemory();
    return polygons->polygons ? 0 : -1;
}

static int measure_items(PyPart part, PyObject *object, PyPolygons *polygons)
{
    polygons->items = PySequence_Tuple(object); /* a copy: an item's own code may change the list */
    if (!polygons->items) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError,
                         "%s: %s must be a list of polygons or an array of shape (n, k, 2), not "
                         "%.200s",
                         part.function, part.argument, Py_TYPE(object)->tp_name);
        return -1;
    }
    const Py_ssize_t count = PyTuple_GET_SIZE(polygons->items);
    if (allocate(&part, count, polygons) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        part.index = i;
        if (measure_one(&part, PyTuple_GET_ITEM(polygons->items, i), &polygons->polygons[i]) < 0 ||
            py_is_interrupted(i))
            return -1;
    }
    return 0;
}

static int measure_dense(const PyPart *part, PyArrayObject *dense, npy_intp vertices,
                         int num_threads, PyPolygons *polygons)
{
    PyRun run;
    if (py_run_begin(&run, num_threads) < 0)
        return -1;
    FastcvError error = {.status =
                             fastcv_polygons_measure(PyArray_DATA(dense), vertices, polygons->count,
                                                     run.pool, polygons->polygons)};
    py_run_end(&run);
    if (error.status)
        py_set_run_error(part->function, error);
    return error.status ? -1 : 0;
}

static int measure_block(const PyPart *part, PyObject *object, int num_threads,
                         PyPolygons *polygons)
{
    static const char shape[] = "have shape (n, k, 2)";
    PyArrayObject *array = py_doubles_from(part, shape, PY_NUMBERS, object), *dense = NULL;
    PyObject *hold = array ? py_hold_memory(array) : NULL;
    int result = -1;
    if (!hold)
        goto done;
    const int ndim = PyArray_NDIM(array);
    const npy_intp *sides = PyArray_DIMS(array), count = ndim ? sides[0] : 0;
    const npy_intp vertices = ndim == 3 ? sides[1] : 0;
    const int has_shape = ndim == 3 && (vertices > 0 || count == 0) && sides[2] == 2;
    if (!has_shape && !(count == 0 && ndim == 1)) {
        py_refuse_shape(part, shape, array);
        goto done;
    }
    dense = (PyArrayObject *)PyArray_FromArray(array, NULL, NPY_ARRAY_CARRAY_RO);
    if (!dense || allocate(part, count, polygons) < 0)
        goto done;
    polygons->items = Py_NewRef(PyArray_Check(object) ? object : (PyObject *)array);
    result = count ? measure_dense(part, dense, vertices, num_threads, polygons) : 0;
done:
    Py_XDECREF(hold);
    Py_XDECREF(dense);
    Py_XDECREF(array);
    return result;
}

/* Whether NumPy makes one array of the object without looking at items. -1 on error. */
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
    const PyPart part = {state, function, argument, -1, ""};
    *polygons = (PyPolygons){0};
    int result = is_block(object);
    if (result >= 0)
        result = result ? measure_block(&part, object, num_threads, polygons)
                        : measure_items(part, object, polygons);
    if (result < 0) {
        py_polygons_release(polygons);
        py_explain("polygons", function, argument, object);
    }
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
