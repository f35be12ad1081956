/* crop_shapes: how large crops will be. */
#include "binding/convert/convert.h"
#include "binding/crop/crop.h"
#include "binding/crop/faults.h"

/* Every box's geometry, computed without the GIL. PyMem_Malloc'ed, or NULL with an exception. */
static FastcvGeometry *measure(const char *function, const FastcvQuad *quads, Py_ssize_t count)
{
    FastcvGeometry *geometries = PyMem_New(FastcvGeometry, count);
    if (!geometries) {
        PyErr_NoMemory();
        return NULL;
    }
    PyRun run;
    if (py_run_begin(&run, 1) < 0)
        goto fail;
    const FastcvError error = {
        .status = fastcv_crops_measure(&fastcv_own_rule, quads, geometries, count, run.pool)};
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
    static char *names[] = {"boxes", "degenerate", NULL};
    PyObject *boxes, *degenerate_object = NULL, *shapes = NULL;
    PyDegenerate degenerate;
    FastcvQuad *quads;
    Py_ssize_t count;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$O:crop_shapes", names, &boxes,
                                     &degenerate_object) ||
        py_degenerate_convert(function, degenerate_object, &degenerate) < 0 ||
        py_boxes_convert(state_of(module), function, boxes, &quads, &count) < 0)
        return NULL;

    FastcvGeometry *geometries = measure(function, quads, count);
    npy_intp dims[2] = {count, 2};
    if (geometries)
        shapes = PyArray_SimpleNew(2, dims, NPY_INTP);
    npy_intp *sides = shapes ? PyArray_DATA((PyArrayObject *)shapes) : NULL;
    for (Py_ssize_t i = 0; shapes && i < count; i++) {
        sides[2 * i] = fastcv_geometry_height(&geometries[i]);
        sides[2 * i + 1] = fastcv_geometry_width(&geometries[i]);
        if (py_fault_check(function, degenerate, &quads[i], i, geometries[i].fault) < 0 ||
            py_is_interrupted(i))
            Py_CLEAR(shapes);
    }
    PyMem_Free(geometries);
    PyMem_Free(quads);
    return shapes;
}
