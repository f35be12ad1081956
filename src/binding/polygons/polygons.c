/* The functions of polygon matching. */
#include "binding/polygons/index.h"

/* A list of the objects that are close. */
static PyObject *close_items(const PyPolygons *polygons, const double point[2], double max_dist)
{
    int32_t *found = PyMem_Malloc((size_t)polygons->count * sizeof *found);
    if (!found)
        return PyErr_NoMemory();
    const ptrdiff_t count = fastcv_polygons_find(polygons->polygons, polygons->count, point[0],
                                                 point[1], max_dist, found);
    PyObject *close = PyList_New(count);
    for (ptrdiff_t i = 0; close && i < count; i++) {
        PyObject *item = py_polygons_item(polygons, found[i]);
        if (item)
            PyList_SET_ITEM(close, i, item);
        else
            Py_CLEAR(close);
    }
    PyMem_Free(found);
    return close;
}

static PyObject *find_close_polygons(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static const char function[] = "find_close_polygons";
    static char *names[] = {"polygons", "point", "max_dist", NULL};
    PyObject *polygons_object, *point_object, *max_dist_object;
    ModuleState *state = state_of(module);
    double point[2], max_dist;
    PyPolygons polygons;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOO:find_close_polygons", names,
                                     &polygons_object, &point_object, &max_dist_object) ||
        py_max_dist_convert(function, max_dist_object, &max_dist) < 0 ||
        py_point_convert(state, function, point_object, point) < 0 ||
        py_polygons_convert(state, function, "polygons", polygons_object, 1, &polygons) < 0)
        return NULL;

    PyObject *close = close_items(&polygons, point, max_dist);
    py_polygons_release(&polygons);
    return close;
}

/* Turns (point, polygons) into (point, polygon). Returns NULL with an exception. */
static PyObject *select_from(ModuleState *state, Py_ssize_t index, PyObject *set)
{
    static const char function[] = "select_best_polygon";
    PyObject *pair = PySequence_Tuple(set), *polygon = NULL, *selected = NULL;
    PyPolygons polygons = {0};
    char name[40];
    if (!pair || PyTuple_GET_SIZE(pair) != 2) {
        if (!pair && !PyErr_ExceptionMatches(PyExc_TypeError))
            return NULL;
        PyErr_Format(pair ? PyExc_ValueError : PyExc_TypeError,
                     "%s: polygon_sets[%zd] must be a pair (point, polygons)", function, index);
        goto done;
    }
    PyOS_snprintf(name, sizeof name, "polygon_sets[%zd][1]", index);
    if (py_polygons_convert(state, function, name, PyTuple_GET_ITEM(pair, 1), 1, &polygons) < 0)
        goto done;
    if (polygons.count == 0)
        PyErr_Format(PyExc_IndexError, "%s: polygon_sets[%zd] has no polygons", function, index);
    else
        polygon = py_polygons_item(&polygons,
                                   fastcv_polygons_smallest(polygons.polygons, polygons.count));
    if (polygon)
        selected = PyTuple_Pack(2, PyTuple_GET_ITEM(pair, 0), polygon);
done:
    py_polygons_release(&polygons);
    Py_XDECREF(polygon);
    Py_XDECREF(pair);
    return selected;
}

static PyObject *select_best_polygon(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"polygon_sets", NULL};
    PyObject *object;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:select_best_polygon", names, &object))
        return NULL;
    PyObject *sets = PySequence_Tuple(object);
    if (!sets) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError,
                         "select_best_polygon: polygon_sets must be a list of pairs (point, "
                         "polygons), not %.200s",
                         Py_TYPE(object)->tp_name);
        return NULL;
    }
    const Py_ssize_t count = PyTuple_GET_SIZE(sets);
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *selected = select_from(state_of(module), i, PyTuple_GET_ITEM(sets, i));
        if (selected)
            PyList_SET_ITEM(list, i, selected);
        if (!selected || py_is_interrupted(i))
            Py_CLEAR(list);
    }
    Py_DECREF(sets);
    return list;
}

static PyObject *match_polygons(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static const char function[] = "match_polygons";
    static char *names[] = {"polygons", "points", "max_dist", "num_threads", NULL};
    PyObject *object, *points, *max_dist_object, *num_threads_object = NULL, *best = NULL;
    ModuleState *state = state_of(module);
    double max_dist;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOO|$O:match_polygons", names, &object, &points,
                                     &max_dist_object, &num_threads_object) ||
        py_max_dist_convert(function, max_dist_object, &max_dist) < 0)
        return NULL;
    const int num_threads = py_match_threads(function, num_threads_object);
    if (num_threads < 0)
        return NULL;
    const FastcvPolygonIndex *prepared = py_polygon_index_of(state, object);
    if (prepared)
        return py_polygon_index_match(state, function, prepared, points, max_dist, num_threads);

    PyPolygons polygons;
    FastcvPolygonIndex *index = NULL;
    if (py_polygons_convert(state, function, "polygons", object, num_threads, &polygons) < 0)
        return NULL;
    if (py_polygon_index_make(function, &polygons, &index) == 0)
        best = py_polygon_index_match(state, function, index, points, max_dist, num_threads);
    fastcv_polygon_index_free(index);
    py_polygons_release(&polygons);
    return best;
}

PyDoc_STRVAR(
    find_close_polygons_doc,
    "find_close_polygons($module, /, polygons, point, max_dist)\n"
    "--\n"
    "\n"
    "Find the polygons whose centre is nearer to a point than max_dist.\n"
    "\n"
    "Parameters\n"
    "----------\n"
    "polygons : sequence of polygons, or array of shape (n, k, 2)\n"
    "    In any form that `match_polygons` takes, except PolygonIndex.\n"
    "point : array, shape (2,)\n"
    "max_dist : float\n"
    "    A distance equal to it is not close. If it is negative, 0 or NaN, nothing is close.\n"
    "\n"
    "Returns\n"
    "-------\n"
    "list\n"
    "    The same objects as in ``polygons``, in their order; for an array, views\n"
    "    ``polygons[i]``.\n"
    "\n"
    "Raises\n"
    "------\n"
    "TypeError, ValueError\n"
    "    As for `match_polygons`, or ``point`` does not have two numbers.\n"
    "\n"
    "See Also\n"
    "--------\n"
    "PolygonIndex : for many points.\n"
    "\n"
    "Examples\n"
    "--------\n"
    ">>> squares = [[[0, 0], [2, 0], [2, 2], [0, 2]], [[4, 0], [5, 0], [5, 1], [4, 1]]]\n"
    ">>> fastcv.find_close_polygons(squares, [4, 0], 3)\n"
    "[[[4, 0], [5, 0], [5, 1], [4, 1]]]\n");

PyDoc_STRVAR(
    select_best_polygon_doc,
    "select_best_polygon($module, /, polygon_sets)\n"
    "--\n"
    "\n"
    "Select the smallest polygon of each set.\n"
    "\n"
    "Parameters\n"
    "----------\n"
    "polygon_sets : sequence of pairs (point, polygons)\n"
    "    ``point`` may be any object; it is returned as it is. ``polygons`` has any form that\n"
    "    `match_polygons` takes, except PolygonIndex.\n"
    "\n"
    "Returns\n"
    "-------\n"
    "list of tuples (point, polygon)\n"
    "    The polygon with the smallest area; of equal ones, the first.\n"
    "\n"
    "Raises\n"
    "------\n"
    "IndexError\n"
    "    A set has no polygons.\n"
    "TypeError, ValueError\n"
    "    A set is not a pair; otherwise as for `match_polygons`.\n"
    "\n"
    "Examples\n"
    "--------\n"
    ">>> squares = [[[0, 0], [2, 0], [2, 2], [0, 2]], [[4, 0], [5, 0], [5, 1], [4, 1]]]\n"
    ">>> fastcv.select_best_polygon([('here', squares)])\n"
    "[('here', [[4, 0], [5, 0], [5, 1], [4, 1]])]\n");

PyDoc_STRVAR(
    match_polygons_doc,
    "match_polygons($module, /, polygons, points, max_dist, *, num_threads=1)\n"
    "--\n"
    "\n"
    "Find, for every point, the smallest polygon whose centre is close.\n"
    "\n"
    "Parameters\n"
    "----------\n"
    "polygons : sequence of polygons, array of shape (n, k, 2), or PolygonIndex\n"
    "    A polygon is an array of shape (k, 2), or any object whose attributes ``x`` and ``y``\n"
    "    are arrays of its k coordinates; k is at least 1. Ints and floats are converted to\n"
    "    float64.\n"
    "points : array, shape (m, 2)\n"
    "max_dist : float\n"
    "    A polygon is close if its centre, the mean of its vertices, is strictly nearer than\n"
    "    this: ``sqrt(dx**2 + dy**2) < max_dist`` in float64. If ``max_dist`` is negative, 0 or\n"
    "    NaN, no polygon is close. A polygon whose centre is not finite is never close.\n"
    "num_threads : int or None, default 1\n"
    "    At most this many threads. None means `get_num_threads`. The result does not depend\n"
    "    on it.\n"
    "\n"
    "Returns\n"
    "-------\n"
    "ndarray, shape (m,), intp\n"
    "    For every point, the index of the close polygon with the smallest area; of equal ones,\n"
    "    the first; -1 if none is close.\n"
    "\n"
    "Raises\n"
    "------\n"
    "TypeError\n"
    "    An array does not hold ints or floats, or is masked, or ``max_dist`` is not a number.\n"
    "ValueError\n"
    "    A shape is wrong, ``x`` and ``y`` differ in length, or ``num_threads`` is not from 1 to\n"
    "    1024.\n"
    "\n"
    "See Also\n"
    "--------\n"
    "PolygonIndex : for many calls with the same polygons.\n"
    "\n"
    "Notes\n"
    "-----\n"
    "Areas come from the shoelace formula, with coordinates relative to the first vertex. An\n"
    "area that is NaN counts as infinite. For whole numbers the arithmetic is exact. For other\n"
    "numbers a centre or an area may differ from NumPy's in the last bit, because NumPy's sums\n"
    "depend on the arrays' layout.\n"
    "\n"
    "The task comes from Ohad Ravid's article `Making Python 100x faster with less than 100\n"
    "lines of Rust <https://ohadravid.github.io/posts/2023-03-rusty-python/>`_.\n"
    "\n"
    "Examples\n"
    "--------\n"
    ">>> squares = [[[0, 0], [2, 0], [2, 2], [0, 2]], [[4, 0], [5, 0], [5, 1], [4, 1]]]\n"
    ">>> fastcv.match_polygons(squares, [[0, 0], [3, 0], [9, 9]], 2.5)\n"
    "array([ 0,  1, -1])\n");

PyMethodDef py_polygons_methods[] = {
    {"find_close_polygons", (PyCFunction)(void (*)(void))find_close_polygons,
     METH_VARARGS | METH_KEYWORDS, find_close_polygons_doc},
    {"select_best_polygon", (PyCFunction)(void (*)(void))select_best_polygon,
     METH_VARARGS | METH_KEYWORDS, select_best_polygon_doc},
    {"match_polygons", (PyCFunction)(void (*)(void))match_polygons, METH_VARARGS | METH_KEYWORDS,
     match_polygons_doc},
    {"_restore_polygon_index", py_polygon_index_restore, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
