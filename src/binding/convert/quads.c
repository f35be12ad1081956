/* Boxes as Python's own code needs them: an array of quads, whatever their shape was. */
#include "binding/convert/convert.h"

static PyObject *array_of(const PyBoxes *boxes)
{
    npy_intp shape[3] = {boxes->count, 4, 2};
    PyObject *array = PyArray_SimpleNew(3, shape, NPY_FLOAT32);
    float *to = array ? PyArray_DATA((PyArrayObject *)array) : NULL;
    for (Py_ssize_t i = 0; array && i < boxes->count * 4; i++) {
        to[2 * i] = boxes->quads[i / 4].x[i % 4];
        to[2 * i + 1] = boxes->quads[i / 4].y[i % 4];
    }
    return array;
}

static PyObject *quads_of(PyObject *module, PyObject *args)
{
    const char *function;
    PyObject *object;
    int are_polygons;
    if (!PyArg_ParseTuple(args, "sOp:_quads_of", &function, &object, &are_polygons))
        return NULL;
    PyBoxes boxes;
    const FastcvOrder order = are_polygons ? FASTCV_ORDER_MIN_AREA_RECT : FASTCV_ORDER_GIVEN;
    if (py_boxes_convert(state_of(module), function, object, order, &boxes) < 0)
        return NULL;
    PyObject *array = array_of(&boxes);
    PyObject *result =
        array ? PyTuple_Pack(2, array, boxes.are_upright ? Py_True : Py_False) : NULL;
    Py_XDECREF(array);
    PyMem_Free(boxes.quads);
    return result;
}

PyMethodDef py_quads_methods[] = {
    {"_quads_of", quads_of, METH_VARARGS,
     "_quads_of($module, function, boxes, are_polygons, /)\n--\n\n"
     "Quads, shape (n, 4, 2) float32, and whether they were boxes x1, y1, x2, y2. Polygons become\n"
     "rectangles."},
    {NULL, NULL, 0, NULL},
};
