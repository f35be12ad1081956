/* PolygonIndex. It never changes after it was made, so threads may share it. */
#include "binding/polygons/index.h"

#include <stddef.h>
#include <structmember.h>

typedef struct PolygonIndex {
    PyObject_HEAD FastcvPolygonIndex *index;
    PyObject *weak_references;
} PolygonIndex;

const FastcvPolygonIndex *py_polygon_index_of(ModuleState *state, PyObject *object)
{
    return Py_IS_TYPE(object, state->polygon_index) ? ((PolygonIndex *)object)->index : NULL;
}

static ModuleState *state_of_index(PyObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self));
}

static const FastcvPolygonIndex *index_of(PyObject *self)
{
    return ((PolygonIndex *)self)->index;
}

int py_polygon_index_make(const char *function, const PyPolygons *polygons,
                          FastcvPolygonIndex **index)
{
    PyRun run;
    if (py_run_begin(&run, 1) < 0)
        return -1;
    FastcvError error = {
        .status = fastcv_polygon_index_make(polygons->polygons, polygons->count, run.pool, index)};
    py_run_end(&run);
    if (error.status)
        py_set_run_error(function, error);
    return error.status ? -1 : 0;
}

PyObject *py_polygon_index_match(ModuleState *state, const char *function,
                                 const FastcvPolygonIndex *index, PyObject *points_object,
                                 double max_dist, int num_threads)
{
    PyObject *hold;
    PyArrayObject *points = py_points_convert(state, function, points_object, &hold);
    if (!points)
        return NULL;
    npy_intp count = PyArray_DIM(points, 0); /* read once: a signal's handler might change it */
    PyArrayObject *best = (PyArrayObject *)PyArray_SimpleNew(1, &count, NPY_INTP);
    PyRun run;
    if (best && py_run_begin(&run, num_threads) < 0)
        Py_CLEAR(best);
    if (best) {
        FastcvError error = {.status = fastcv_polygon_index_match(index, PyArray_DATA(points),
                                                                  count, max_dist, run.pool,
                                                                  PyArray_DATA(best))};
        py_run_end(&run);
        if (error.status) {
            py_set_run_error(function, error);
            Py_CLEAR(best);
        }
    }
    Py_XDECREF(hold);
    Py_DECREF(points);
    return (PyObject *)best;
}

int py_match_threads(const char *function, PyObject *num_threads)
{
    return num_threads ? py_resolve_threads(function, num_threads) : 1;
}

/* ---- the type ---- */

PyObject *py_polygon_index_new(PyTypeObject *type, const char *function, const PyPolygons *polygons)
{
    PolygonIndex *self = (PolygonIndex *)type->tp_alloc(type, 0);
    if (self && py_polygon_index_make(function, polygons, &self->index) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static PyObject *new_index(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"polygons", NULL};
    PyObject *object;
    PyPolygons polygons;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:PolygonIndex", names, &object) ||
        py_polygons_convert(PyType_GetModuleState(type), "PolygonIndex", "polygons", object, 1,
                            &polygons) < 0)
        return NULL;
    PyObject *self = py_polygon_index_new(type, "PolygonIndex", &polygons);
    py_polygons_release(&polygons);
    return self;
}

static void dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (((PolygonIndex *)self)->weak_references)
        PyObject_ClearWeakRefs(self);
    fastcv_polygon_index_free(((PolygonIndex *)self)->index);
    type->tp_free(self);
    Py_DECREF(type);
}

static Py_ssize_t length(PyObject *self)
{
    return fastcv_polygon_index_count(index_of(self));
}

static PyObject *repr(PyObject *self)
{
    return PyUnicode_FromFormat("<fastcv.PolygonIndex of %zd polygons>", length(self));
}

static PyObject *match(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char function[] = "PolygonIndex.match";
    static char *names[] = {"points", "max_dist", "num_threads", NULL};
    PyObject *points, *max_dist_object, *num_threads_object = NULL;
    double max_dist;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|$O:match", names, &points, &max_dist_object,
                                     &num_threads_object) ||
        py_max_dist_convert(function, max_dist_object, &max_dist) < 0)
        return NULL;
    const int num_threads = py_match_threads(function, num_threads_object);
    if (num_threads < 0)
        return NULL;
    return py_polygon_index_match(state_of_index(self), function, index_of(self), points, max_dist,
                                  num_threads);
}

static PyObject *find_close(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char function[] = "PolygonIndex.find_close";
    static char *names[] = {"point", "max_dist", NULL};
    PyObject *point_object, *max_dist_object;
    double point[2], max_dist;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:find_close", names, &point_object,
                                     &max_dist_object) ||
        py_max_dist_convert(function, max_dist_object, &max_dist) < 0 ||
        py_point_convert(state_of_index(self), function, point_object, point) < 0)
        return NULL;
    const FastcvPolygonIndex *index = index_of(self);
    int32_t *found = PyMem_Malloc((size_t)fastcv_polygon_index_count(index) * sizeof *found);
    if (!found)
        return PyErr_NoMemory();
    npy_intp count = fastcv_polygon_index_find(index, point[0], point[1], max_dist, found);
    PyArrayObject *indices = (PyArrayObject *)PyArray_SimpleNew(1, &count, NPY_INTP);
    npy_intp *numbers = indices ? PyArray_DATA(indices) : NULL;
    for (npy_intp i = 0; indices && i < count; i++)
        numbers[i] = found[i];
    PyMem_Free(found);
    return (PyObject *)indices;
}

static PyObject *get_centers(PyObject *self, void *unused)
{
    (void)unused;
    const FastcvPolygon *polygons = fastcv_polygon_index_polygons(index_of(self));
    npy_intp shape[2] = {length(self), 2};
    PyArrayObject *array = (PyArrayObject *)PyArray_SimpleNew(2, shape, NPY_FLOAT64);
    double *numbers = array ? PyArray_DATA(array) : NULL;
    for (npy_intp i = 0; array && i < shape[0]; i++) {
        numbers[2 * i] = polygons[i].x;
        numbers[2 * i + 1] = polygons[i].y;
    }
    return (PyObject *)array;
}

static PyObject *get_areas(PyObject *self, void *unused)
{
    (void)unused;
    const FastcvPolygon *polygons = fastcv_polygon_index_polygons(index_of(self));
    npy_intp shape[1] = {length(self)};
    PyArrayObject *array = (PyArrayObject *)PyArray_SimpleNew(1, shape, NPY_FLOAT64);
    double *numbers = array ? PyArray_DATA(array) : NULL;
    for (npy_intp i = 0; array && i < shape[0]; i++)
        numbers[i] = polygons[i].area;
    return (PyObject *)array;
}

PyDoc_STRVAR(index_doc,
             "PolygonIndex(polygons)\n"
             "--\n"
             "\n"
             "An index of polygons that answers many queries fast.\n"
             "\n"
             "It holds the polygons' centres and areas and a uniform grid over the centres. It\n"
             "does not keep the polygons. It never changes, so threads may share it.\n"
             "\n"
             "Parameters\n"
             "----------\n"
             "polygons : sequence of polygons, or array of shape (n, k, 2)\n"
             "    In any form that `match_polygons` takes.\n"
             "\n"
             "Raises\n"
             "------\n"
             "TypeError, ValueError\n"
             "    As `match_polygons`.\n"
             "\n"
             "Examples\n"
             "--------\n"
             ">>> squares = [[[0, 0], [2, 0], [2, 2], [0, 2]], [[4, 0], [5, 0], [5, 1], [4, 1]]]\n"
             ">>> index = fastcv.PolygonIndex(squares)\n"
             ">>> index.match([[0, 0], [3, 0], [9, 9]], 2.5)\n"
             "array([ 0,  1, -1])\n"
             ">>> index.find_close([3, 0], 2.5)\n"
             "array([0, 1])\n"
             ">>> index.centers.tolist(), index.areas.tolist()\n"
             "([[1.0, 1.0], [4.5, 0.5]], [4.0, 1.0])\n");

PyDoc_STRVAR(match_doc, "match($self, /, points, max_dist, *, num_threads=1)\n"
                        "--\n"
                        "\n"
                        "Find the best polygon for every point, as `match_polygons` does.\n"
                        "\n"
                        "Parameters\n"
                        "----------\n"
                        "points : array, shape (m, 2)\n"
                        "max_dist : float\n"
                        "num_threads : int or None, default 1\n"
                        "    At most this many threads. None means `get_num_threads`.\n"
                        "\n"
                        "Returns\n"
                        "-------\n"
                        "ndarray, shape (m,), intp\n"
                        "    For every point the index of a polygon, or -1 if none is close.\n");

PyDoc_STRVAR(find_close_doc, "find_close($self, /, point, max_dist)\n"
                             "--\n"
                             "\n"
                             "Find the polygons whose centre is nearer to a point than max_dist.\n"
                             "\n"
                             "Parameters\n"
                             "----------\n"
                             "point : array, shape (2,)\n"
                             "max_dist : float\n"
                             "\n"
                             "Returns\n"
                             "-------\n"
                             "ndarray, shape (k,), intp\n"
                             "    Indices of polygons, in ascending order.\n");

static PyMethodDef methods[] = {
    {"match", (PyCFunction)(void (*)(void))match, METH_VARARGS | METH_KEYWORDS, match_doc},
    {"find_close", (PyCFunction)(void (*)(void))find_close, METH_VARARGS | METH_KEYWORDS,
     find_close_doc},
    {"__reduce__", py_polygon_index_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef getters[] = {
    {"centers", get_centers, NULL, "Shape (n, 2), float64: the mean of each polygon's vertices.",
     NULL},
    {"areas", get_areas, NULL, "Shape (n,), float64: each polygon's area.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(PolygonIndex, weak_references), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, new_index},  {Py_tp_dealloc, dealloc},       {Py_tp_repr, repr},
    {Py_sq_length, length},  {Py_tp_methods, methods},       {Py_tp_members, members},
    {Py_tp_getset, getters}, {Py_tp_doc, (void *)index_doc}, {0, NULL},
};

PyType_Spec py_polygon_index_spec = {
    .name = "fastcv.PolygonIndex",
    .basicsize = sizeof(PolygonIndex),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
