/* crop_shapes: how large crops will be. */
#include "binding/convert/convert.h"
#include "binding/crop/crop.h"
#include "binding/crop/faults.h"

/* Every box's geometry, computed without the GIL. PyMem_Malloc'ed, or NULL with an exception. */
static FastcvGeometry *measure(const char *function, const PyBoxes *boxes)
{
    FastcvGeometry *geometries = PyMem_New(FastcvGeometry, boxes->count);
    if (!geometries) {
        PyErr_NoMemory();
        return NULL;
    }
    PyRun run;
    if (py_run_begin(&run, 1) < 0)
        goto fail;
    FastcvRule rule = fastcv_own_rule;
    rule.order = boxes->order;
    const FastcvError error = {
        .status = fastcv_crops_measure(&rule, boxes->quads, geometries, boxes->count, run.pool)};
    py_run_end(&run);
    if (!error.status)
        return geometries;
    py_set_run_error(function, error);
fail:
    PyMem_Free(geometries);
    return NULL;
}

PyObject *py_crop_shapes(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static const char function[] = "crop_shapes";
    static char *names[] = {"boxes", "order", "degenerate", NULL};
    PyObject *boxes_object, *order_object = NULL, *degenerate_object = NULL, *shapes = NULL;
    PyDegenerate degenerate;
    FastcvOrder order;
    PyBoxes boxes;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$OO:crop_shapes", names, &boxes_object,
                                     &order_object, &degenerate_object) ||
        py_degenerate_convert(function, degenerate_object, &degenerate) < 0 ||
        py_order_convert(function, order_object, &order) < 0 ||
        py_boxes_convert(state_of(module), function, boxes_object, order, &boxes) < 0)
        return NULL;

    FastcvGeometry *geometries = measure(function, &boxes);
    npy_intp dims[2] = {boxes.count, 2};
    if (geometries)
        shapes = PyArray_SimpleNew(2, dims, NPY_INTP);
    npy_intp *sides = shapes ? PyArray_DATA((PyArrayObject *)shapes) : NULL;
    for (Py_ssize_t i = 0; shapes && i < boxes.count; i++) {
        sides[2 * i] = geometries[i].height_px;
        sides[2 * i + 1] = geometries[i].width_px;
        if (py_fault_check(function, degenerate, &boxes.quads[i], i, geometries[i].fault) < 0 ||
            py_is_interrupted(i))
            Py_CLEAR(shapes);
    }
    PyMem_Free(geometries);
    PyMem_Free(boxes.quads);
    return shapes;
}
