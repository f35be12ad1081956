/* _write_batches: words into tensors. The plan is Python's (src/fastcv/batch_plan.py). */
#include "binding/batches/batches.h"
#include "binding/convert/convert.h"

/* One call: its arguments, read, and what is allocated for it. */
typedef struct WriteCall {
    const char *function;
    const PyWords *words;
    const FastcvTensorFormat *format;
    PyArrayObject *order, *sizes, *offsets, *ends, *widths, *rotated; /* borrowed; offsets and
                                                                       * rotated may be NULL */
    Py_ssize_t word_count;
    PyTensors tensors;
    npy_intp *counts;
    int32_t *tensor_widths;
    FastcvPlacedWord *placed;
} WriteCall;

static void release(WriteCall *call)
{
    PyMem_Free(call->counts);
    PyMem_Free(call->tensor_widths);
    PyMem_Free(call->tensors.bytes);
    PyMem_Free(call->placed);
}

static int check_array(const WriteCall *call, const char *name, PyObject *object, int npy_type,
                       int ndim, PyArrayObject **array)
{
    *array = (PyArrayObject *)object;
    if (PyArray_CheckExact(object) && PyArray_TYPE(*array) == npy_type &&
        PyArray_NDIM(*array) == ndim && PyArray_ISCARRAY_RO(*array))
        return 0;
    PyErr_Format(PyExc_TypeError, "%s: %s must be a contiguous array of the plan's type",
                 call->function, name);
    return -1;
}

/* Whether this has two numbers for each word. */
static int is_pairs(const WriteCall *call, PyArrayObject *array)
{
    return PyArray_DIM(array, 0) == call->word_count && PyArray_DIM(array, 1) == 2;
}

static int check_arrays(WriteCall *call, PyObject *order, PyObject *sizes, PyObject *offsets,
                        PyObject *ends, PyObject *widths, PyObject *rotated)
{
    if (check_array(call, "order", order, NPY_INTP, 1, &call->order) < 0 ||
        check_array(call, "sizes", sizes, NPY_INT32, 2, &call->sizes) < 0 ||
        (offsets != Py_None &&
         check_array(call, "offsets", offsets, NPY_INT32, 2, &call->offsets) < 0) ||
        check_array(call, "ends", ends, NPY_INTP, 1, &call->ends) < 0 ||
        check_array(call, "widths", widths, NPY_INT32, 1, &call->widths) < 0 ||
        (rotated != Py_None &&
         check_array(call, "rotated_180", rotated, NPY_BOOL, 1, &call->rotated) < 0))
        return -1;
    call->word_count = PyArray_DIM(call->order, 0);
    call->tensors.count = PyArray_DIM(call->ends, 0);
    if (is_pairs(call, call->sizes) && (!call->offsets || is_pairs(call, call->offsets)) &&
        PyArray_DIM(call->widths, 0) == call->tensors.count &&
        (!call->rotated || PyArray_DIM(call->rotated, 0) == py_words_count(call->words)))
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: the plan's arrays have lengths that do not fit",
                 call->function);
    return -1;
}

static int read_height(WriteCall *call, PyObject *object)
{
    int64_t height_px;
    if (py_int_convert(call->function, "height", object, "an int", 1, INT32_MAX, &height_px) < 0)
        return -1;
    call->tensors.height_px = (int32_t)height_px;
    return 0;
}

/* Reads each number of the plan once: other code may change it meanwhile. */
static int read_tensors(WriteCall *call)
{
    PyTensors *tensors = &call->tensors;
    call->counts = py_calloc(tensors->count, sizeof *call->counts);
    call->tensor_widths = py_calloc(tensors->count, sizeof *call->tensor_widths);
    tensors->bytes = py_calloc(tensors->count, sizeof *tensors->bytes);
    call->placed = py_calloc(call->word_count, sizeof *call->placed);
    if (!call->counts || !call->tensor_widths || !tensors->bytes || !call->placed)
        return -1;
    tensors->format = call->format;
    tensors->word_counts = call->counts;
    tensors->widths = call->tensor_widths;
    const npy_intp *ends = PyArray_DATA(call->ends);
    const int32_t *widths = PyArray_DATA(call->widths);
    npy_intp start = 0;
    for (Py_ssize_t k = 0; k < tensors->count; k++) {
        const npy_intp end = ends[k];
        call->counts[k] = end - start;
        call->tensor_widths[k] = widths[k];
        if (end < start || end > call->word_count || call->tensor_widths[k] < 1) {
            PyErr_Format(PyExc_ValueError, "%s: batch %zd cannot have %zd words, %d px wide",
                         call->function, k, (Py_ssize_t)(end - start), (int)widths[k]);
            return -1;
        }
        start = end;
    }
    if (start == call->word_count)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: the batches have %zd of %zd words", call->function,
                 (Py_ssize_t)start, call->word_count);
    return -1;
}

/* Whether so many px lie within a row or column, from `first` on. */
static int is_within(int32_t first, int32_t count, int32_t all)
{
    return first >= 0 && count >= 1 && count <= all && first <= all - count;
}

static int read_word(const WriteCall *call, Py_ssize_t i, int32_t row_px, FastcvPlacedWord *placed)
{
    static const int32_t no_offset[2];
    const npy_intp index = ((const npy_intp *)PyArray_DATA(call->order))[i];
    const int32_t *size = (const int32_t *)PyArray_DATA(call->sizes) + 2 * i;
    const int32_t *offset =
        call->offsets ? (const int32_t *)PyArray_DATA(call->offsets) + 2 * i : no_offset;
    if (index < 0 || index >= py_words_count(call->words)) {
        PyErr_Format(PyExc_ValueError, "%s: order has %zd, but there are %zd words", call->function,
                     (Py_ssize_t)index, py_words_count(call->words));
        return -1;
    }
    *placed = (FastcvPlacedWord){
        .word = py_words_get(call->words, index),
        .height_px = size[0],
        .width_px = size[1],
        .top_px = offset[0],
        .left_px = offset[1],
        .row_px = row_px,
        .column_px = call->tensors.height_px,
        .is_upside_down = call->rotated && ((const npy_bool *)PyArray_DATA(call->rotated))[index],
    };
    if (fastcv_word_width(placed->word) > 0 &&
        is_within(placed->top_px, placed->height_px, placed->column_px) &&
        is_within(placed->left_px, placed->width_px, placed->row_px))
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: word %zd cannot be resized to %d x %d px in %d x %d",
                 call->function, (Py_ssize_t)index, (int)placed->width_px, (int)placed->height_px,
                 (int)row_px, (int)placed->column_px);
    return -1;
}

static int read_words(WriteCall *call)
{
    Py_ssize_t i = 0;
    for (Py_ssize_t k = 0; k < call->tensors.count; k++) {
        for (npy_intp n = 0; n < call->counts[k]; n++, i++) {
            if (read_word(call, i, call->tensor_widths[k], &call->placed[i]) < 0 ||
                py_is_interrupted(i))
                return -1;
        }
    }
    return 0;
}

/* The words' places in the tensors. */
static void place_words(WriteCall *call, PyObject *list)
{
    Py_ssize_t i = 0;
    for (Py_ssize_t k = 0; k < call->tensors.count; k++) {
        char *first = PyArray_DATA((PyArrayObject *)PyList_GET_ITEM(list, k));
        const size_t bytes = py_tensor_word_bytes(&call->tensors, call->tensor_widths[k]);
        for (npy_intp n = 0; n < call->counts[k]; n++, i++)
            call->placed[i].first = first + (size_t)n * bytes;
    }
}

static int write_all(const WriteCall *call, int is_streaming, int num_threads)
{
    PyRun run;
    if (py_run_begin(&run, num_threads) < 0)
        return -1;
    const FastcvError error =
        fastcv_words_write(call->format, call->placed, call->word_count, is_streaming, run.pool);
    py_run_end(&run);
    if (error.status)
        py_set_run_error(call->function, error);
    return error.status ? -1 : 0;
}

static PyObject *write_batches(PyObject *module, PyObject *args)
{
    ModuleState *state = state_of(module);
    WriteCall call = {0};
    PyObject *words, *format, *height, *order, *sizes, *offsets, *ends, *widths, *rotated, *out;
    PyObject *threads;
    PyObject *hold = NULL, *list = NULL;
    int is_streaming;
    if (!PyArg_ParseTuple(args, "sOOOOOOOOOOpO:_write_batches", &call.function, &words, &format,
                          &height, &order, &sizes, &offsets, &ends, &widths, &rotated, &out,
                          &is_streaming, &threads))
        return NULL;
    call.words = py_words_of_object(state, call.function, words);
    call.format = call.words ? py_format_of(state, call.function, format) : NULL;
    const int num_threads = call.format ? py_resolve_threads(call.function, threads) : -1;
    if (num_threads >= 0 && read_height(&call, height) == 0 &&
        check_arrays(&call, order, sizes, offsets, ends, widths, rotated) == 0 &&
        read_tensors(&call) == 0 && read_words(&call) == 0 &&
        py_tensors_measure(state, call.function, &call.tensors) == 0)
        list = py_tensors_make(state, call.function, &call.tensors, call.words, out, &hold);
    if (list) {
        place_words(&call, list);
        if (write_all(&call, is_streaming, num_threads) < 0)
            Py_CLEAR(list);
    }
    Py_XDECREF(hold);
    release(&call);
    return list;
}

PyMethodDef py_batches_methods[] = {
    {"_plan_words", py_plan_words, METH_VARARGS, NULL},
    {"_words_of", py_words_of, METH_VARARGS, NULL},
    {"_write_batches", write_batches, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
