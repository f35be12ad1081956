/* What check_boxes asks C. */
#include "binding/convert/convert.h"
#include "fastcv/box_problems.h"

static const char function[] = "check_boxes";

static PyObject *quads_of(const PyBoxes *boxes)
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

static PyObject *box_problems(PyObject *module, PyObject *args)
{
    PyObject *object;
    int are_polygons;
    FastcvPageBoxes page = {0};
    if (!PyArg_ParseTuple(args, "Opiii:_box_problems", &object, &are_polygons, &page.height_px,
                          &page.width_px, &page.corner_problems))
        return NULL;
    PyBoxes boxes;
    const FastcvOrder order = are_polygons ? FASTCV_ORDER_MIN_AREA_RECT : FASTCV_ORDER_GIVEN;
    if (py_boxes_convert(state_of(module), function, object, order, &boxes) < 0)
        return NULL;
    PyObject *quads = quads_of(&boxes);
    npy_intp count = boxes.count;
    PyObject *problems = quads ? PyArray_SimpleNew(1, &count, NPY_UINT16) : NULL;
    PyObject *result = NULL;
    if (problems) {
        page.quads = boxes.quads;
        page.count = boxes.count;
        page.are_upright = boxes.are_upright;
        const int there = fastcv_find_box_problems(&page, PyArray_DATA((PyArrayObject *)problems));
        result = Py_BuildValue("OOi", quads, problems, there);
    }
    PyMem_Free(boxes.quads);
    Py_XDECREF(problems);
    Py_XDECREF(quads);
    return result;
}

PyMethodDef py_box_problems_methods[] = {
    {"_box_problems", box_problems, METH_VARARGS,
     "_box_problems($module, boxes, are_polygons, height, width, corner_problems, /)\n--\n\n"
     "Quads, shape (n, 4, 2) float32; what looks wrong with each, a sum of the bits of KINDS; and\n"
     "what looks wrong with any. Polygons become rectangles. corner_problems: what is reported\n"
     "about corners."},
    {NULL, NULL, 0, NULL},
};
