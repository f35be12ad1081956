/* Boxes: an array, or a list of arrays, becomes quads. */
#include "binding/convert/boxes.h"

#include <math.h>

#include "fastcv/float_mode.h"

enum { CORNERS = 4 };

int py_refuse_masked_boxes(ModuleState *state, const char *function, PyObject *object)
{
    int is_masked = py_refuse_masked(state, function, "boxes", object);
    if (is_masked || (!PyList_Check(object) && !PyTuple_Check(object)))
        return is_masked;
    PyObject *boxes = PySequence_Tuple(object);
    if (!boxes)
        return -1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(boxes) && !is_masked; i++) {
        char name[40];
        PyObject *box = PyTuple_GET_ITEM(boxes, i);
        if (!PyArray_Check(box) || PyArray_CheckExact(box))
            continue;
        PyOS_snprintf(name, sizeof name, "boxes[%zd]", i);
        is_masked = py_refuse_masked(state, function, name, box);
    }
    Py_DECREF(boxes);
    return is_masked;
}

PyArrayObject *py_boxes_as_float(PyArrayObject *array)
{
    int type = PyArray_TYPE(array) == NPY_FLOAT32 ? NPY_FLOAT32 : NPY_FLOAT64;
    return (PyArrayObject *)PyArray_FromArray(array, PyArray_DescrFromType(type),
                                              NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST);
}

static int allocate(PyBoxes *boxes, Py_ssize_t count)
{
    if (count > 0) {
        boxes->quads = PyMem_Calloc((size_t)count, sizeof *boxes->quads);
        if (!boxes->quads) {
            PyErr_NoMemory();
            return -1;
        }
    }
    boxes->count = count;
    return 0;
}

/* ---- quads ---- */

/* Fillers are not inlined, and their results go to memory, so that no compiler moves their
 * arithmetic out of the floating-point mode that the caller has set. */
static __attribute__((noinline)) void fill_quads(FastcvQuad *quads, Py_ssize_t count,
                                                 PyArrayObject *array)
{
    const int is_float32 = PyArray_TYPE(array) == NPY_FLOAT32;
    const float *as_f32 = PyArray_DATA(array);
    const double *as_f64 = PyArray_DATA(array);
    for (Py_ssize_t i = 0; i < count * CORNERS; i++) {
        FastcvQuad *quad = &quads[i / CORNERS];
        quad->x[i % CORNERS] = is_float32 ? as_f32[2 * i] : fastcv_to_float(as_f64[2 * i]);
        quad->y[i % CORNERS] = is_float32 ? as_f32[2 * i + 1] : fastcv_to_float(as_f64[2 * i + 1]);
    }
}

/* The same, of whole numbers: cut before they are rounded to float32, as a cast to ints does. */
static __attribute__((noinline)) void fill_whole_quads(FastcvQuad *quads, Py_ssize_t count,
                                                       PyArrayObject *array)
{
    const int is_float32 = PyArray_TYPE(array) == NPY_FLOAT32;
    const float *as_f32 = PyArray_DATA(array);
    const double *as_f64 = PyArray_DATA(array);
    for (Py_ssize_t i = 0; i < count * CORNERS; i++) {
        FastcvQuad *quad = &quads[i / CORNERS];
        const double x = is_float32 ? (double)as_f32[2 * i] : as_f64[2 * i];
        const double y = is_float32 ? (double)as_f32[2 * i + 1] : as_f64[2 * i + 1];
        quad->x[i % CORNERS] = fastcv_to_float(trunc(x));
        quad->y[i % CORNERS] = fastcv_to_float(trunc(y));
    }
}

static __attribute__((noinline)) void fill_upright(FastcvQuad *quads, Py_ssize_t count,
                                                   PyArrayObject *array)
{
    const int is_float32 = PyArray_TYPE(array) == NPY_FLOAT32;
    const float *as_f32 = PyArray_DATA(array);
    const double *as_f64 = PyArray_DATA(array);
    for (Py_ssize_t i = 0; i < count; i++) {
        float side[4]; /* x1, y1, x2, y2 */
        for (int k = 0; k < 4; k++)
            side[k] = is_float32 ? as_f32[4 * i + k] : fastcv_to_float(as_f64[4 * i + k]);
        quads[i] = (FastcvQuad){{side[0], side[2], side[2], side[0]},
                                {side[1], side[1], side[3], side[3]}};
    }
}

static void fill(PyBoxes *boxes, BoxShape shape, PyArrayObject *array)
{
    const FastcvFloatMode before = fastcv_float_mode_enter();
    if (shape == BOX_UPRIGHT)
        fill_upright(boxes->quads, boxes->count, array);
    else if (boxes->order == FASTCV_ORDER_MIN_AREA_RECT)
        fill_whole_quads(boxes->quads, boxes->count, array);
    else
        fill_quads(boxes->quads, boxes->count, array);
    fastcv_float_mode_leave(before);
}

/* ---- polygons ---- */

static __attribute__((noinline)) void fill_rectangle(FastcvQuad *quad, const double *corners,
                                                     Py_ssize_t count, void *scratch)
{
    *quad = fastcv_polygon_quad(corners, count, scratch);
}

/* Quads around polygons of as many corners, which lie one after the other. 0, or −1 with an
 * exception. */
static int fill_rectangles(FastcvQuad *quads, Py_ssize_t polygons, Py_ssize_t corners,
                           PyArrayObject *array)
{
    int status = -1;
    void *scratch = PyMem_Malloc(fastcv_polygon_scratch_bytes(corners));
    PyObject *doubles = PyArray_FromArray(array, PyArray_DescrFromType(NPY_FLOAT64),
                                          NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST);
    if (!scratch)
        PyErr_NoMemory();
    if (scratch && doubles) {
        const double *from = PyArray_DATA((PyArrayObject *)doubles);
        Py_ssize_t i = 0;
        for (; i < polygons && !py_is_interrupted(i); i++) {
            const FastcvFloatMode before = fastcv_float_mode_enter();
            fill_rectangle(&quads[i], from + 2 * corners * i, corners, scratch);
            fastcv_float_mode_leave(before);
        }
        status = i < polygons ? -1 : 0;
    }
    Py_XDECREF(doubles);
    PyMem_Free(scratch);
    return status;
}

/* A list of polygons that differ in their numbers of corners. 0, or −1, without an exception where
 * an item is no polygon. */
static int convert_polygons(PyObject *items, PyBoxes *boxes)
{
    boxes->order = FASTCV_ORDER_FINAL;
    int status = allocate(boxes, PyTuple_GET_SIZE(items));
    for (Py_ssize_t i = 0; status == 0 && i < boxes->count; i++) {
        PyObject *hold;
        PyArrayObject *polygon = py_array_from(PyTuple_GET_ITEM(items, i), &hold);
        status = -1;
        if (!polygon) {
            if (py_is_ragged(PyTuple_GET_ITEM(items, i)))
                PyErr_Clear();
            return -1;
        }
        if (py_is_real(polygon) &&
            py_box_has_corners(py_box_shape(polygon, 0, FASTCV_ORDER_MIN_AREA_RECT)) &&
            !py_is_interrupted(i))
            status = fill_rectangles(&boxes->quads[i], 1, PyArray_DIM(polygon, 0), polygon);
        Py_DECREF(hold);
        Py_DECREF(polygon);
    }
    return status;
}

/* ---- all boxes ---- */

/* Lists of unequal lengths: NumPy makes no array of them. */
static int convert_ragged(const char *function, PyObject *items, PyBoxes *boxes)
{
    const FastcvOrder order = boxes->order;
    PyErr_Clear();
    if (order == FASTCV_ORDER_MIN_AREA_RECT && PyTuple_Check(items) &&
        convert_polygons(items, boxes) == 0)
        return 0;
    if (!PyErr_Occurred())
        py_blame_boxes(function, items, items, NULL, order);
    return -1;
}

static int convert_array(const char *function, PyObject *object, PyObject *items,
                         PyArrayObject *array, PyBoxes *boxes)
{
    const int ndim = PyArray_NDIM(array), is_empty = ndim > 0 && PyArray_DIM(array, 0) == 0;
    const BoxShape shape = ndim > 0 ? py_box_shape(array, 1, boxes->order) : BOX_OF_NO_SHAPE;
    if (is_empty && (shape || ndim == 1)) {
        boxes->are_upright = shape == BOX_UPRIGHT;
        return 0;
    }
    if (is_empty || !shape || !py_is_real(array)) {
        py_blame_boxes(function, object, items, array, boxes->order);
        return -1;
    }

    if (allocate(boxes, PyArray_DIM(array, 0)) < 0)
        return -1;
    if (shape == BOX_POLYGON) {
        boxes->order = FASTCV_ORDER_FINAL;
        return fill_rectangles(boxes->quads, boxes->count, PyArray_DIM(array, 1), array);
    }
    PyArrayObject *floats = py_boxes_as_float(array);
    if (!floats)
        return -1;
    fill(boxes, shape, floats);
    Py_DECREF(floats);
    if (shape == BOX_UPRIGHT) {
        boxes->are_upright = 1;
        boxes->order = FASTCV_ORDER_UPRIGHT;
    }
    return 0;
}

/* object is the argument, for messages; items is the same object, or a list's items. */
static int convert(ModuleState *state, const char *function, PyObject *object, PyObject *items,
                   PyBoxes *boxes)
{
    if (py_refuse_masked_boxes(state, function, items))
        return -1;
    PyObject *hold;
    PyArrayObject *array = py_array_from(items, &hold);
    if (!array)
        return py_is_ragged(object) ? convert_ragged(function, items, boxes) : -1;
    const int status = convert_array(function, object, items, array, boxes);
    Py_DECREF(hold);
    Py_DECREF(array);
    return status;
}

int py_boxes_convert(ModuleState *state, const char *function, PyObject *object, FastcvOrder order,
                     PyBoxes *boxes)
{
    *boxes = (PyBoxes){.order = order};
    PyObject *items = PyList_CheckExact(object) ? PyList_AsTuple(object) : Py_NewRef(object);
    const int status = items ? convert(state, function, object, items, boxes) : -1;
    Py_XDECREF(items);
    if (status < 0) {
        PyMem_Free(boxes->quads);
        *boxes = (PyBoxes){0};
        py_explain("boxes", function, "boxes", object);
    }
    return status;
}
