/* PolygonIndex to and from what pickle and copy hand on: a version, the centres and the areas. */
#include "binding/polygons/index.h"

enum { STATE_VERSION = 1 };

static const char function[] = "PolygonIndex, unpickled";

PyObject *py_polygon_index_reduce(PyObject *self, PyObject *unused)
{
    (void)unused;
    PyObject *module = PyType_GetModule(Py_TYPE(self));
    if (!module)
        return NULL;
    return Py_BuildValue("N(iNN)", PyObject_GetAttrString(module, "_restore_polygon_index"),
                         STATE_VERSION, PyObject_GetAttrString(self, "centers"),
                         PyObject_GetAttrString(self, "areas"));
}

/* An array of these dimensions; a NULL with an exception if object is anything else. */
static PyArrayObject *state_array(const char *name, PyObject *object, int ndim)
{
    if (!PyArray_CheckExact(object) || PyArray_TYPE((PyArrayObject *)object) != NPY_DOUBLE) {
        PyErr_Format(PyExc_TypeError, "%s: %s must be an ndarray of float64, got %R", function,
                     name, object);
        return NULL;
    }
    if (PyArray_NDIM((PyArrayObject *)object) != ndim) {
        PyErr_Format(PyExc_ValueError, "%s: %s must have %d dimensions, got %d", function, name,
                     ndim, PyArray_NDIM((PyArrayObject *)object));
        return NULL;
    }
    /* A copy, so that nobody else can write into what is checked. */
    return (PyArrayObject *)PyArray_FROM_OTF(object, NPY_DOUBLE,
                                             NPY_ARRAY_CARRAY | NPY_ARRAY_ENSURECOPY);
}

static int read_state(PyArrayObject *centers, PyArrayObject *areas, PyPolygons *polygons)
{
    const npy_intp count = PyArray_DIM(areas, 0);
    const double *xy = PyArray_DATA(centers), *area = PyArray_DATA(areas);
    if (PyArray_DIM(centers, 0) != count || PyArray_DIM(centers, 1) != 2 ||
        count > FASTCV_MAX_POLYGONS) {
        PyErr_Format(PyExc_ValueError,
                     "%s: centers and areas must have shapes (n, 2) and (n,) with n at most %d, "
                     "got (%zd, %zd) and (%zd,)",
                     function, FASTCV_MAX_POLYGONS, (Py_ssize_t)PyArray_DIM(centers, 0),
                     (Py_ssize_t)PyArray_DIM(centers, 1), (Py_ssize_t)count);
        return -1;
    }
    polygons->count = count;
    polygons->polygons = PyMem_Malloc((size_t)count * sizeof *polygons->polygons);
    if (!polygons->polygons) {
        PyErr_NoMemory();
        return -1;
    }
    for (npy_intp i = 0; i < count; i++) {
        if (!(area[i] >= 0)) { /* NaN too: a measured area never is */
            PyObject *value = PyFloat_FromDouble(area[i]);
            if (value)
                PyErr_Format(PyExc_ValueError, "%s: areas[%zd] must be at least 0, got %R",
                             function, (Py_ssize_t)i, value);
            Py_XDECREF(value);
            return -1;
        }
        polygons->polygons[i] = (FastcvPolygon){xy[2 * i], xy[2 * i + 1], area[i]};
        if (py_is_interrupted(i))
            return -1;
    }
    return 0;
}

PyObject *py_polygon_index_restore(PyObject *module, PyObject *args)
{
    int version;
    PyObject *centers_object, *areas_object, *restored = NULL;
    if (!PyArg_ParseTuple(args, "iOO:PolygonIndex", &version, &centers_object, &areas_object))
        return NULL;
    if (version != STATE_VERSION) {
        PyErr_Format(PyExc_ValueError,
                     "%s: its state has version %d, and this fastcv reads version %d", function,
                     version, STATE_VERSION);
        return NULL;
    }
    PyPolygons polygons = {0};
    PyArrayObject *areas = NULL, *centers = state_array("centers", centers_object, 2);
    if (centers)
        areas = state_array("areas", areas_object, 1);
    if (areas && read_state(centers, areas, &polygons) == 0)
        restored = py_polygon_index_new(state_of(module)->polygon_index, function, &polygons);
    py_polygons_release(&polygons);
    Py_XDECREF(centers);
    Py_XDECREF(areas);
    return restored;
}
