#include "binding/convert/outlines.h"

#include "binding/convert/boxes.h"
#include "fastcv/float_mode.h"

/* Boxes have the shapes that they may have where this order makes quads of polygons. */
static const FastcvOrder SHAPES = FASTCV_ORDER_MIN_AREA_RECT;

static int allocate(PyOutlines *outlines, Py_ssize_t count, Py_ssize_t corners)
{
    outlines->corners = PyMem_Calloc((size_t)corners, 2 * sizeof *outlines->corners);
    outlines->first = PyMem_Calloc((size_t)count + 1, sizeof *outlines->first);
    outlines->count = count;
    if (outlines->corners && outlines->first)
        return 0;
    PyErr_NoMemory();
    return -1;
}

/* Fillers are not inlined, so that no compiler moves their arithmetic out of the floating-point
 * mode that the caller has set. */
static __attribute__((noinline)) void copy_numbers(float *to, PyArrayObject *array)
{
    const npy_intp count = PyArray_SIZE(array);
    const double *numbers = PyArray_DATA(array);
    if (PyArray_TYPE(array) == NPY_FLOAT32) {
        memcpy(to, numbers, (size_t)count * sizeof *to);
        return;
    }
    for (npy_intp i = 0; i < count; i++)
        to[i] = fastcv_to_float(numbers[i]);
}

/* x1, y1, x2, y2, in place: the sides of box i lie before its corners. */
static void spread_sides(float *corners, Py_ssize_t count)
{
    for (Py_ssize_t i = count - 1; i >= 0; i--) {
        const float *side = corners + 4 * i;
        const float x1 = side[0], y1 = side[1], x2 = side[2], y2 = side[3];
        memcpy(corners + 8 * i, (float[]){x1, y1, x2, y1, x2, y2, x1, y2}, 8 * sizeof x1);
    }
}

/* Writes an array's numbers. 0, or -1 with an exception. */
static int fill(float *to, PyArrayObject *array)
{
    PyArrayObject *floats = py_boxes_as_float(array);
    if (!floats)
        return -1;
    const FastcvFloatMode before = fastcv_float_mode_enter();
    copy_numbers(to, floats);
    fastcv_float_mode_leave(before);
    Py_DECREF(floats);
    return 0;
}

static int convert_array(const char *function, PyObject *object, PyObject *items,
                         PyArrayObject *array, PyOutlines *outlines)
{
    const int ndim = PyArray_NDIM(array), is_empty = ndim > 0 && PyArray_DIM(array, 0) == 0;
    const BoxShape shape = ndim > 0 ? py_box_shape(array, 1, SHAPES) : BOX_OF_NO_SHAPE;
    if (is_empty && (shape || ndim == 1))
        return 0;
    if (is_empty || !shape || !py_is_real(array)) {
        py_blame_boxes(function, object, items, array, SHAPES);
        return -1;
    }
    const Py_ssize_t count = PyArray_DIM(array, 0);
    const Py_ssize_t corners = py_box_has_corners(shape) ? PyArray_DIM(array, 1) : 4;
    if (corners > PY_SSIZE_T_MAX / count / (Py_ssize_t)(2 * sizeof(float))) {
        PyErr_NoMemory(); /* an array without memory of its own may have any size */
        return -1;
    }
    if (allocate(outlines, count, count * corners) < 0 || fill(outlines->corners, array) < 0)
        return -1;
    if (shape == BOX_UPRIGHT) {
        spread_sides(outlines->corners, count);
        outlines->order = FASTCV_ORDER_UPRIGHT;
    }
    for (Py_ssize_t i = 0; i <= count; i++)
        outlines->first[i] = i * corners;
    return 0;
}

/* Makes room for so many more corners. */
static int grow(PyOutlines *outlines, Py_ssize_t used, Py_ssize_t more, Py_ssize_t *room)
{
    if (used + more <= *room)
        return 0;
    const Py_ssize_t larger = 2 * *room > used + more ? 2 * *room : used + more;
    float *corners =
        PyMem_Realloc(outlines->corners, (size_t)larger * 2 * sizeof *outlines->corners);
    if (!corners) {
        PyErr_NoMemory();
        return -1;
    }
    outlines->corners = corners;
    *room = larger;
    return 0;
}

/* A list of polygons that differ in their numbers of corners. 0, or -1, without an exception where
 * an item is no polygon. */
static int convert_polygons(PyObject *items, PyOutlines *outlines)
{
    const Py_ssize_t count = PyTuple_GET_SIZE(items);
    Py_ssize_t room = 8 * count;
    int status = allocate(outlines, count, room);
    for (Py_ssize_t i = 0; status == 0 && i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(items, i), *hold;
        PyArrayObject *polygon = py_array_from(item, &hold);
        status = -1;
        if (!polygon) {
            if (py_is_ragged(item))
                PyErr_Clear();
            return -1;
        }
        const Py_ssize_t used = outlines->first[i];
        if (py_is_real(polygon) && py_box_has_corners(py_box_shape(polygon, 0, SHAPES)) &&
            !py_is_interrupted(i)) {
            outlines->first[i + 1] = used + PyArray_DIM(polygon, 0);
            status = grow(outlines, used, PyArray_DIM(polygon, 0), &room);
            if (status == 0)
                status = fill(outlines->corners + 2 * used, polygon);
        }
        Py_DECREF(hold);
        Py_DECREF(polygon);
    }
    return status;
}

static int convert_ragged(const char *function, PyObject *object, PyObject *items,
                          PyOutlines *outlines)
{
    PyErr_Clear();
    if (PyTuple_Check(items) && convert_polygons(items, outlines) == 0)
        return 0;
    if (!PyErr_Occurred())
        py_blame_boxes(function, object, items, NULL, SHAPES);
    return -1;
}

static int convert(ModuleState *state, const char *function, PyObject *object, PyObject *items,
                   PyOutlines *outlines)
{
    if (py_refuse_masked_boxes(state, function, items))
        return -1;
    PyObject *hold;
    PyArrayObject *array = py_array_from(items, &hold);
    if (!array)
        return py_is_ragged(object) ? convert_ragged(function, object, items, outlines) : -1;
    const int status = convert_array(function, object, items, array, outlines);
    Py_DECREF(hold);
    Py_DECREF(array);
    return status;
}

int py_outlines_convert(ModuleState *state, const char *function, PyObject *object,
                        PyOutlines *outlines)
{
    *outlines = (PyOutlines){.order = FASTCV_ORDER_GIVEN};
    PyObject *items = PyList_CheckExact(object) ? PyList_AsTuple(object) : Py_NewRef(object);
    const int status = items ? convert(state, function, object, items, outlines) : -1;
    Py_XDECREF(items);
    if (status < 0) {
        py_outlines_release(outlines);
        py_explain("boxes", function, "boxes", object);
    }
    return status;
}

void py_outlines_release(PyOutlines *outlines)
{
    PyMem_Free(outlines->corners);
    PyMem_Free(outlines->first);
    *outlines = (PyOutlines){0};
}
