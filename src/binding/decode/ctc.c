/* _decode_ctc: a recogniser's output to texts. The package's decoding.py wraps it. */
#include "binding/convert/convert.h"
#include "fastcv/decode.h"

static const char function[] = "decode_ctc";

/* One call: its arguments, read, and what is allocated for it. */
typedef struct DecodeCall {
    PyArrayObject *array; /* owned: the values, or a copy of them */
    PyObject *hold;       /* owned: keeps the array's memory in place */
    FastcvLogits logits;
    PyObject *characters; /* borrowed */
    Py_ssize_t entries;
    int is_with_columns;
    uint8_t *gives_nothing;
    FastcvCtcRule rule;
    FastcvDecoded decoded;
    size_t bytes, bytes_cap; /* made so far, and how many may be */
    Py_ssize_t items;        /* of lists, made so far */
} DecodeCall;

static void release(DecodeCall *call)
{
    PyMem_Free(call->gives_nothing);
    PyMem_Free(call->decoded.values);
    Py_XDECREF(call->hold);
    Py_XDECREF(call->array);
}

/* ---- arguments ---- */

static int check_logits(PyObject *object, PyArrayObject *array)
{
    const int type = PyArray_TYPE(array);
    if (type != NPY_FLOAT32 && type != NPY_FLOAT16) {
        py_set_dtype_error(function, "logits", "be an array of float32 or float16", object, array);
        return -1;
    }
    const char *wanted = NULL;
    if (PyArray_NDIM(array) != 3)
        wanted = "be (texts, steps, classes)";
    else if (PyArray_DIM(array, 2) < 1 || PyArray_DIM(array, 2) > FASTCV_MAX_CLASSES)
        wanted = "have 1 to 1048576 classes";
    else if (PyArray_DIM(array, 1) > FASTCV_MAX_STEPS)
        wanted = "have at most 1048576 steps";
    if (wanted)
        py_set_shape_error(function, "logits", wanted, array);
    return wanted ? -1 : 0;
}

/* Reads the shape once: other code may change the array's own. */
static void set_view(FastcvLogits *logits, PyArrayObject *array)
{
    const npy_intp *shape = PyArray_DIMS(array), *strides = PyArray_STRIDES(array);
    *logits = (FastcvLogits){
        .first = PyArray_DATA(array),
        .texts = shape[0],
        .steps = shape[1],
        .classes = shape[2],
        .text_stride = strides[0],
        .step_stride = strides[1],
        .class_stride = strides[2],
        .type = PyArray_TYPE(array) == NPY_FLOAT16 ? FASTCV_TENSOR_F16 : FASTCV_TENSOR_F32,
    };
}

static int convert_logits(ModuleState *state, PyObject *object, DecodeCall *call)
{
    if (py_refuse_masked(state, function, "logits", object))
        return -1;
    PyArrayObject *array = py_array_from(object, &call->hold);
    if (!array && py_is_ragged(object))
        PyErr_Format(PyExc_TypeError, "%s: logits must be an array, not %.200s", function,
                     Py_TYPE(object)->tp_name);
    if (!array)
        return -1;
    if (check_logits(object, array) < 0) {
        Py_DECREF(array);
        return -1;
    }
    if (!PyArray_ISALIGNED(array) || !PyArray_ISNOTSWAPPED(array)) {
        PyArray_Descr *native = PyArray_DescrFromType(PyArray_TYPE(array));
        PyObject *copy = PyArray_FromArray(
            array, native, NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED | NPY_ARRAY_ENSURECOPY);
        Py_SETREF(array, (PyArrayObject *)copy);
        if (!array)
            return -1;
    }
    call->array = array;
    set_view(&call->logits, array);
    return 0;
}

static int read_logits(ModuleState *state, PyObject *object, DecodeCall *call)
{
    const int status = convert_logits(state, object, call);
    if (status < 0)
        py_explain("array", function, "logits", object);
    return status;
}

static int read_class(const DecodeCall *call, const char *name, PyObject *object, int64_t *value)
{
    return py_int_convert(function, name, object, "an int", 0, call->logits.classes - 1, value);
}

static int read_ignored(DecodeCall *call, PyObject *object)
{
    PyObject *ignored = PySequence_Tuple(object);
    if (!ignored) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "%s: ignore must be ints, not %.200s", function,
                         Py_TYPE(object)->tp_name);
        return -1;
    }
    int status = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(ignored) && status == 0; i++) {
        char name[40];
        int64_t value;
        PyOS_snprintf(name, sizeof name, "ignore[%zd]", i);
        status = read_class(call, name, PyTuple_GET_ITEM(ignored, i), &value);
        if (status == 0)
            call->gives_nothing[value] = 1;
        if (py_is_interrupted(i))
            status = -1;
    }
    Py_DECREF(ignored);
    return status;
}

static int read_rule(DecodeCall *call, PyObject *blank, PyObject *ignore, int confidence)
{
    int64_t value;
    if (read_class(call, "blank", blank, &value) < 0)
        return -1;
    call->gives_nothing = PyMem_Calloc((size_t)call->logits.classes, 1);
    if (!call->gives_nothing) {
        PyErr_NoMemory();
        return -1;
    }
    call->gives_nothing[value] = 1;
    call->rule = (FastcvCtcRule){(int32_t)value, call->gives_nothing, (FastcvConfidence)confidence};
    return read_ignored(call, ignore);
}

/* Whether every class that gives characters has some. */
static int check_characters(DecodeCall *call)
{
    PyObject *characters = call->characters;
    if (!PySequence_Check(characters) || PyBytes_Check(characters)) {
        PyErr_Format(PyExc_TypeError, "%s: characters must be a sequence of str, not %.200s",
                     function, Py_TYPE(characters)->tp_name);
        return -1;
    }
    call->entries = PySequence_Size(characters);
    if (call->entries < 0)
        return -1;
    for (Py_ssize_t c = call->entries; c < call->logits.classes; c++) {
        if (!call->gives_nothing[c]) {
            PyErr_Format(PyExc_ValueError,
                         "%s: characters must have an entry for each of %zd classes, got %zd",
                         function, (Py_ssize_t)call->logits.classes, call->entries);
            return -1;
        }
    }
    return 0;
}

/* ---- results ---- */

static int take_bytes(DecodeCall *call, size_t count, size_t each)
{
    if (each && count > (call->bytes_cap - call->bytes) / each) {
        PyErr_Format(PyExc_ValueError,
                     "%s: the result is larger than the limit of %zu bytes a call "
                     "(set_output_limits)",
                     function, call->bytes_cap);
        return -1;
    }
    call->bytes += count * each;
    return 0;
}

/* One piece of memory for all that the core writes. */
static int allocate(DecodeCall *call)
{
    FastcvDecoded *decoded = &call->decoded;
    const size_t texts = (size_t)call->logits.texts, steps = (size_t)call->logits.steps;
    const size_t text_bytes =
        steps * (sizeof *decoded->values + sizeof *decoded->classes + sizeof *decoded->columns) +
        sizeof *decoded->kept + sizeof *decoded->confidences;
    if (take_bytes(call, texts, text_bytes) < 0)
        return -1;
    decoded->values = PyMem_Malloc(texts * text_bytes);
    if (!decoded->values) {
        PyErr_NoMemory();
        return -1;
    }
    decoded->confidences = decoded->values + texts * steps;
    decoded->kept = (ptrdiff_t *)(decoded->confidences + texts);
    decoded->classes = (int32_t *)(decoded->kept + texts);
    decoded->columns = decoded->classes + texts * steps;
    return 0;
}

/* A new reference, because another thread may change the characters meanwhile. */
static PyObject *character_of(const DecodeCall *call, int32_t class)
{
    PyObject *entry = PySequence_GetItem(call->characters, class);
    if (entry && !PyUnicode_Check(entry)) {
        PyErr_Format(PyExc_TypeError, "%s: characters[%d] must be a str, not %.200s", function,
                     (int)class, Py_TYPE(entry)->tp_name);
        Py_CLEAR(entry);
    } else if (!entry && PyErr_ExceptionMatches(PyExc_IndexError)) {
        PyErr_Format(PyExc_ValueError, "%s: characters became shorter during the call", function);
    }
    return entry;
}

/* The core's results of one text. */
typedef struct Found {
    const int32_t *classes, *columns;
    const double *values;
    Py_ssize_t count;
} Found;

static PyObject *join_characters(DecodeCall *call, const Found *found)
{
    PyObject *text = NULL, *separator = PyUnicode_FromStringAndSize(NULL, 0);
    PyObject *parts = separator ? PyList_New(found->count) : NULL;
    for (Py_ssize_t i = 0; parts && i < found->count; i++) {
        PyObject *part = character_of(call, found->classes[i]);
        if (part)
            PyList_SET_ITEM(parts, i, part);
        if (!part || py_is_interrupted(call->items++) ||
            take_bytes(call, (size_t)PyUnicode_GET_LENGTH(part), PyUnicode_KIND(part)) < 0)
            Py_CLEAR(parts);
    }
    if (parts)
        text = PyUnicode_Join(separator, parts);
    Py_XDECREF(parts);
    Py_XDECREF(separator);
    return text;
}

static PyObject *list_columns(DecodeCall *call, const Found *found)
{
    PyObject *list = PyList_New(found->count);
    for (Py_ssize_t i = 0; list && i < found->count; i++) {
        PyObject *column = PyLong_FromLong(found->columns[i]);
        if (column)
            PyList_SET_ITEM(list, i, column);
        if (!column || py_is_interrupted(call->items++))
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *list_values(DecodeCall *call, const Found *found)
{
    PyObject *list = PyList_New(found->count);
    for (Py_ssize_t i = 0; list && i < found->count; i++) {
        PyObject *value = PyFloat_FromDouble(found->values[i]);
        if (value)
            PyList_SET_ITEM(list, i, value);
        if (!value || py_is_interrupted(call->items++))
            Py_CLEAR(list);
    }
    return list;
}

/* (text, confidence, columns, confidences) */
static PyObject *make_text(DecodeCall *call, Py_ssize_t text)
{
    enum { ITEM_BYTES = 2 * sizeof(PyObject *) + sizeof(PyFloatObject) + 2 * sizeof(PyObject *) };
    const FastcvDecoded *decoded = &call->decoded;
    const ptrdiff_t first = text * call->logits.steps;
    const Found found = {decoded->classes + first, decoded->columns + first,
                         decoded->values + first, decoded->kept[text]};
    PyObject *joined = join_characters(call, &found), *columns = NULL, *values = NULL;
    PyObject *confidence = joined ? PyFloat_FromDouble(decoded->confidences[text]) : NULL;
    if (confidence && !call->is_with_columns) {
        columns = Py_NewRef(Py_None);
        values = Py_NewRef(Py_None);
    } else if (confidence && take_bytes(call, (size_t)found.count, ITEM_BYTES) == 0) {
        columns = list_columns(call, &found);
        values = columns ? list_values(call, &found) : NULL;
    }
    PyObject *result = values ? PyTuple_Pack(4, joined, confidence, columns, values) : NULL;
    Py_XDECREF(joined);
    Py_XDECREF(confidence);
    Py_XDECREF(columns);
    Py_XDECREF(values);
    return result;
}

static PyObject *make_texts(DecodeCall *call)
{
    PyObject *list = PyList_New(call->logits.texts);
    for (Py_ssize_t text = 0; list && text < call->logits.texts; text++) {
        PyObject *made = make_text(call, text);
        if (made)
            PyList_SET_ITEM(list, text, made);
        if (!made || py_is_interrupted(call->items++))
            Py_CLEAR(list);
    }
    return list;
}

static int decode(DecodeCall *call, int num_threads)
{
    PyRun run;
    if (py_run_begin(&run, num_threads) < 0)
        return -1;
    const FastcvError error = {
        .status = fastcv_decode_ctc(&call->logits, &call->rule, run.pool, &call->decoded)};
    py_run_end(&run);
    if (error.status)
        py_set_run_error(function, error);
    return error.status ? -1 : 0;
}

static PyObject *decode_ctc(PyObject *module, PyObject *args)
{
    ModuleState *state = state_of(module);
    DecodeCall call = {.bytes_cap = atomic_load(&state->call_bytes_cap)};
    PyObject *logits, *blank, *ignore, *threads, *list = NULL;
    int confidence;
    if (!PyArg_ParseTuple(args, "OOOOipO:_decode_ctc", &logits, &call.characters, &blank, &ignore,
                          &confidence, &call.is_with_columns, &threads))
        return NULL;
    if (confidence < 0 || confidence >= FASTCV_CONFIDENCES) {
        PyErr_Format(PyExc_ValueError, "%s: there is no rule %d for confidences", function,
                     confidence);
        return NULL;
    }
    const int num_threads = py_resolve_threads(function, threads);
    if (num_threads >= 0 && read_logits(state, logits, &call) == 0 &&
        read_rule(&call, blank, ignore, confidence) == 0 && check_characters(&call) == 0 &&
        allocate(&call) == 0 && decode(&call, num_threads) == 0)
        list = make_texts(&call);
    release(&call);
    return list;
}

PyMethodDef py_decode_methods[] = {
    {"_decode_ctc", decode_ctc, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
