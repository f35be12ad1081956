/* The colours of words. The package's word_colors.py wraps this entry. */
#include "binding/convert/convert.h"
#include "binding/crop/faults.h"
#include "fastcv/colors.h"
#include "fastcv/float_mode.h"
#include "fastcv/text_colors.h"

static const char function[] = "text_colors";

enum { IMAGE, BOXES, NUM_THREADS, ARGUMENTS };

/* Refuses the first box that no word can have. 0, or -1 with an exception. */
static int check_boxes(const PyBoxes *boxes)
{
    for (Py_ssize_t i = 0; i < boxes->count; i++) {
        const FastcvFloatMode before = fastcv_float_mode_enter();
        const FastcvQuadFault fault = fastcv_text_quad_check(boxes->order, &boxes->quads[i]);
        fastcv_float_mode_leave(before);
        if (fault == FASTCV_QUAD_CROSSED) { /* there is no order= to put corners right with */
            py_set_fault_error(function, i, "crosses itself", &boxes->quads[i]);
            return -1;
        }
        if (py_fault_check(function, PY_DEGENERATE_RAISE, &fastcv_own_rule, &boxes->quads[i], i,
                           fault) < 0 ||
            py_is_interrupted(i))
            return -1;
    }
    return 0;
}

/* (text, background, outline, confidence), uninitialised. */
static PyObject *allocate(Py_ssize_t count, FastcvTextColors *results)
{
    npy_intp shape[2] = {count, 3};
    PyObject *arrays = PyTuple_New(4);
    void *data[4];
    for (int i = 0; arrays && i < 4; i++) {
        PyObject *array = i < 3 ? PyArray_SimpleNew(2, shape, NPY_UINT8)
                                : PyArray_SimpleNew(1, shape, NPY_FLOAT32);
        if (array) {
            data[i] = PyArray_DATA((PyArrayObject *)array);
            PyTuple_SET_ITEM(arrays, i, array);
        } else {
            Py_CLEAR(arrays);
        }
    }
    if (arrays)
        *results = (FastcvTextColors){data[0], data[1], data[2], data[3]};
    return arrays;
}

static PyObject *find_colors(const PyImage *image, const PyBoxes *boxes, int num_threads)
{
    FastcvTextColors results;
    PyObject *arrays = allocate(boxes->count, &results);
    PyRun run;
    if (!arrays || py_run_begin(&run, num_threads) < 0) {
        Py_XDECREF(arrays);
        return NULL;
    }
    const FastcvError error = {
        .status = fastcv_text_colors(&image->view, boxes->quads, boxes->count, run.pool, results)};
    py_run_end(&run);
    if (error.status) {
        py_set_run_error(function, error);
        Py_CLEAR(arrays);
    }
    return arrays;
}

static PyObject *text_colors(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PyBoxes boxes;
    PyImage image;
    PyObject *result = NULL;
    if (nargs != ARGUMENTS)
        return PyErr_Format(PyExc_TypeError, "%s: wants %d arguments", function, ARGUMENTS);
    const int num_threads = py_resolve_threads(function, args[NUM_THREADS]);
    if (num_threads < 0 ||
        py_boxes_convert(state_of(module), function, args[BOXES], FASTCV_ORDER_GIVEN, &boxes) < 0)
        return NULL;
    if (py_image_convert(state_of(module), function, "image", args[IMAGE], 1u << FASTCV_U8,
                         FASTCV_COUNTED_PX, &image) == 0) {
        if (image.view.channels == 2)
            PyErr_Format(PyExc_ValueError, "%s: image must have 1, 3 or 4 channels, not 2",
                         function);
        else if (check_boxes(&boxes) == 0)
            result = find_colors(&image, &boxes, num_threads);
        py_image_release(&image);
    }
    PyMem_Free(boxes.quads);
    return result;
}

PyMethodDef py_text_colors_methods[] = {
    {"text_colors", (PyCFunction)(void (*)(void))text_colors, METH_FASTCALL,
     "text_colors($module, image, boxes, num_threads, /)\n--\n\n"
     "Text, background, outline and confidence of each box."},
    {NULL, NULL, 0, NULL},
};
