/* Pictures to what their PNGs compress. */
#include "binding/convert/convert.h"
#include "fastcv/png.h"

static const char function[] = "_png_rows";

typedef struct RowsCall {
    PyObject *results; /* a list of bytes, which nobody else knows before the call returns */
    PyImage *held;
    FastcvImage *images;
    uint8_t **rows;
    Py_ssize_t count;
} RowsCall;

static int add_image(ModuleState *state, RowsCall *call, Py_ssize_t index, PyObject *object)
{
    PyImage *image = call->held + index;
    if (py_image_convert(state, function, "images", object, 1u << FASTCV_U8 | 1u << FASTCV_U16,
                         INT32_MAX, image) < 0)
        return -1;
    if (image->view.channels == 2) {
        PyErr_Format(PyExc_ValueError, "%s: images must have 1, 3 or 4 channels", function);
        return -1;
    }
    PyObject *bytes =
        PyBytes_FromStringAndSize(NULL, (Py_ssize_t)fastcv_png_rows_bytes(&image->view));
    if (!bytes)
        return -1;
    PyList_SET_ITEM(call->results, index, bytes);
    call->rows[index] = (uint8_t *)PyBytes_AS_STRING(bytes);
    call->images[index] = image->view;
    return 0;
}

static int plan(ModuleState *state, RowsCall *call, PyObject *images)
{
    call->results = PyList_New(call->count);
    call->held = PyMem_Calloc((size_t)call->count, sizeof *call->held);
    call->images = PyMem_New(FastcvImage, call->count);
    call->rows = PyMem_New(uint8_t *, call->count);
    if (!call->results || !call->held || !call->images || !call->rows) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < call->count; i++) {
        if (add_image(state, call, i, PyTuple_GET_ITEM(images, i)) < 0)
            return -1;
    }
    return 0;
}

static int make_rows(const RowsCall *call)
{
    PyRun run;
    if (py_run_begin(&run, 1) < 0)
        return -1;
    const FastcvError error = {
        .status = fastcv_png_rows(call->images, call->rows, call->count, run.pool)};
    py_run_end(&run);
    if (error.status)
        py_set_run_error(function, error);
    return error.status ? -1 : 0;
}

/* images is a tuple. */
static PyObject *png_rows(PyObject *module, PyObject *images)
{
    if (!PyTuple_Check(images)) {
        PyErr_Format(PyExc_TypeError, "%s: images must be a tuple", function);
        return NULL;
    }
    RowsCall call = {.count = PyTuple_GET_SIZE(images)};
    if (plan(state_of(module), &call, images) < 0 || make_rows(&call) < 0)
        Py_CLEAR(call.results);
    for (Py_ssize_t i = 0; call.held && i < call.count; i++)
        py_image_release(call.held + i);
    PyMem_Free(call.rows);
    PyMem_Free(call.images);
    PyMem_Free(call.held);
    return call.results;
}

PyMethodDef py_png_methods[] = {
    {"_png_rows", png_rows, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};
