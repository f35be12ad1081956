#include "binding/convert/boxes.h"

enum { CORNERS = 4, LEAST_CORNERS = 3 };

BoxShape py_box_shape(PyArrayObject *array, int first, FastcvOrder order)
{
    const int ndim = PyArray_NDIM(array) - first;
    if (ndim == 1) {
        const npy_intp numbers = PyArray_DIM(array, first);
        return numbers == 2 * CORNERS ? BOX_FLAT : numbers == 4 ? BOX_UPRIGHT : BOX_OF_NO_SHAPE;
    }
    if (ndim != 2 || PyArray_DIM(array, first + 1) != 2)
        return BOX_OF_NO_SHAPE;
    const npy_intp corners = PyArray_DIM(array, first);
    if (corners == CORNERS)
        return BOX_OF_CORNERS;
    return order == FASTCV_ORDER_MIN_AREA_RECT && corners >= LEAST_CORNERS ? BOX_POLYGON
                                                                           : BOX_OF_NO_SHAPE;
}

/* What a box must have if those before it have this shape. */
static const char *wanted(BoxShape before, FastcvOrder order)
{
    const int is_polygon = order == FASTCV_ORDER_MIN_AREA_RECT;
    switch (before) {
    case BOX_FLAT:
        return "have shape (8,)";
    case BOX_UPRIGHT:
        return "have shape (4,)";
    case BOX_OF_CORNERS:
    case BOX_POLYGON:
        return is_polygon ? "have shape (m, 2), m at least 3" : "have shape (4, 2)";
    default:
        return is_polygon ? "have shape (m, 2), m at least 3, (8,) or (4,)"
                          : "have shape (4, 2), (8,) or (4,)";
    }
}

static int agree(BoxShape a, BoxShape b)
{
    return a == b || a == BOX_OF_NO_SHAPE || (py_box_has_corners(a) && py_box_has_corners(b));
}

/* *shape is that of the boxes before, and then of this one. */
static void blame_box(const char *function, const char *name, PyObject *item, FastcvOrder order,
                      BoxShape *shape)
{
    PyObject *hold;
    PyArrayObject *box = py_array_from(item, &hold);
    if (!box) {
        if (py_is_ragged(item))
            PyErr_Format(PyExc_ValueError, "%s: %s must %s, got %.200R", function, name,
                         wanted(*shape, order), item);
        return;
    }
    const BoxShape found = py_box_shape(box, 0, order);
    if (!py_is_real(box))
        py_set_dtype_error(function, name, "hold ints or floats", item, box);
    else if (found == BOX_OF_NO_SHAPE || !agree(*shape, found))
        py_set_shape_error(function, name, wanted(*shape, order), box);
    *shape = found;
    Py_DECREF(hold);
    Py_DECREF(box);
}

static void blame_one_box(const char *function, PyObject *object, FastcvOrder order)
{
    if (!PyList_Check(object) && !PyTuple_Check(object))
        return;
    BoxShape shape = BOX_OF_NO_SHAPE;
    PyObject *boxes = PySequence_Tuple(object);
    for (Py_ssize_t i = 0; boxes && i < PyTuple_GET_SIZE(boxes) && !PyErr_Occurred(); i++) {
        char name[40];
        PyOS_snprintf(name, sizeof name, "boxes[%zd]", i);
        blame_box(function, name, PyTuple_GET_ITEM(boxes, i), order, &shape);
    }
    Py_XDECREF(boxes);
}

/* What an array must have that is one box, not a list of them. */
static const char *wanted_of_one(BoxShape shape)
{
    switch (shape) {
    case BOX_FLAT:
        return "have shape (n, 8), one box as [box]";
    case BOX_UPRIGHT:
        return "have shape (n, 4), one box as [box]";
    case BOX_POLYGON:
        return "have shape (n, m, 2), one polygon as [polygon]";
    default:
        return "have shape (n, 4, 2), one box as [box]";
    }
}

static void blame_all(const char *function, PyObject *object, PyArrayObject *array,
                      FastcvOrder order)
{
    const char *shapes = order == FASTCV_ORDER_MIN_AREA_RECT
                             ? "have shape (n, m, 2), m at least 3, (n, 8) or (n, 4)"
                             : "have shape (n, 4, 2), (n, 8) or (n, 4)";
    if (!array) {
        PyErr_Format(PyExc_ValueError, "%s: boxes must %s", function, shapes);
        return;
    }
    if (!py_is_real(array)) {
        py_set_dtype_error(function, "boxes", "hold ints or floats", object, array);
        return;
    }
    const BoxShape of_one = PyArray_NDIM(array) ? py_box_shape(array, 0, order) : BOX_OF_NO_SHAPE;
    py_set_shape_error(function, "boxes", of_one ? wanted_of_one(of_one) : shapes, array);
}

void py_blame_boxes(const char *function, PyObject *object, PyObject *items, PyArrayObject *array,
                    FastcvOrder order)
{
    const int is_one =
        array && PyArray_NDIM(array) > 0 && py_is_real(array) && py_box_shape(array, 0, order);
    if (!is_one)
        blame_one_box(function, items, order);
    if (!PyErr_Occurred())
        blame_all(function, object, array, order);
}
