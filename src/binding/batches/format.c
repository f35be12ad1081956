/* _TensorFormat: what a recogniser's tensors are like, prepared once. It never changes. */
#include "binding/batches/batches.h"
#include "binding/convert/convert.h"
#include "fastcv/float_mode.h"

typedef struct PyFormat {
    PyObject_HEAD FastcvTensorFormat *format;
} PyFormat;

static const char function[] = "_TensorFormat";

static int read_channels(PyObject *object, FastcvTensorSpec *spec)
{
    static const char *const names[] = {"bgr", "rgb", "gray", NULL};
    const int choice = py_choice_convert(function, "channels", object, names);
    if (choice < 0)
        return -1;
    spec->is_gray = choice == 2;
    spec->channels = spec->is_gray ? 1 : FASTCV_TENSOR_CHANNELS;
    for (int c = 0; c < spec->channels; c++)
        spec->source[c] = choice == 1 ? 2 - c : c;
    return 0;
}

static int read_type(PyObject *object, FastcvTensorSpec *spec)
{
    PyArray_Descr *descr = NULL;
    if (!PyArray_DescrConverter(object, &descr))
        return -1;
    const int npy_type = PyArray_ISNBO(descr->byteorder) ? descr->type_num : NPY_NOTYPE;
    Py_DECREF(descr);
    switch (npy_type) {
    case NPY_UINT8:
        spec->type = FASTCV_TENSOR_U8;
        return 0;
    case NPY_HALF:
        spec->type = FASTCV_TENSOR_F16;
        return 0;
    case NPY_FLOAT32:
        spec->type = FASTCV_TENSOR_F32;
        return 0;
    default:
        PyErr_Format(PyExc_ValueError, "%s: dtype must be float32, float16 or uint8", function);
        return -1;
    }
}

static int read_layout(PyObject *object, FastcvTensorSpec *spec)
{
    static const char *const names[] = {"NCHW", "NHWC", NULL};
    spec->is_interleaved = py_choice_convert(function, "layout", object, names);
    return spec->is_interleaved < 0 ? -1 : 0;
}

/* Shape (channels, 256), float32. */
static int read_table(PyObject *object, FastcvTensorSpec *spec)
{
    if (spec->type == FASTCV_TENSOR_U8)
        return 0;
    PyArrayObject *table = (PyArrayObject *)PyArray_FROM_OTF(object, NPY_FLOAT32, NPY_ARRAY_CARRAY);
    if (!table)
        return -1;
    const int is_right = PyArray_NDIM(table) == 2 && PyArray_DIM(table, 0) == spec->channels &&
                         PyArray_DIM(table, 1) == 256;
    if (is_right)
        memcpy(spec->table, PyArray_DATA(table), (size_t)PyArray_NBYTES(table));
    else
        py_set_shape_error(function, "table", "have shape (channels, 256)", table);
    Py_DECREF(table);
    return is_right ? 0 : -1;
}

static int is_pixel(double value)
{
    return value >= 0 && value <= UINT8_MAX && value == (uint8_t)value;
}

static int read_pad(PyObject *object, FastcvTensorSpec *spec)
{
    spec->repeats_last = object == Py_None;
    if (spec->repeats_last)
        return 0;
    PyObject *numbers = PySequence_Tuple(object);
    if (!numbers)
        return -1;
    int status = PyTuple_GET_SIZE(numbers) == spec->channels ? 0 : -1;
    if (status < 0)
        PyErr_Format(PyExc_ValueError, "%s: pad must have a number a channel", function);
    for (int c = 0; status == 0 && c < spec->channels; c++) {
        const double pad = PyFloat_AsDouble(PyTuple_GET_ITEM(numbers, c));
        spec->pad[c] = (float)pad;
        if (PyErr_Occurred()) {
            status = -1;
        } else if (spec->type == FASTCV_TENSOR_U8 && !is_pixel(pad)) {
            PyErr_Format(PyExc_ValueError, "%s: pad must have whole numbers from 0 to 255",
                         function);
            status = -1;
        }
    }
    Py_DECREF(numbers);
    return status;
}

static int read_filter(PyObject *object, FastcvTensorSpec *spec)
{
    static const char *const names[] = {"linear", "pillow_bilinear", NULL};
    const int choice = py_choice_convert(function, "filter", object, names);
    spec->filter = choice == 1 ? FASTCV_FILTER_PILLOW_BILINEAR : FASTCV_FILTER_LINEAR;
    return choice < 0 ? -1 : 0;
}

static PyObject *new_format(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"channels", "dtype", "layout", "table", "pad", "filter", NULL};
    PyObject *channels, *dtype, *layout, *table, *pad, *filter;
    FastcvTensorSpec *spec = PyMem_Calloc(1, sizeof *spec);
    if (!spec)
        return PyErr_NoMemory();
    PyObject *self = NULL;
    if (PyArg_ParseTupleAndKeywords(args, kwargs, "OOOOOO:_TensorFormat", names, &channels, &dtype,
                                    &layout, &table, &pad, &filter) &&
        read_channels(channels, spec) == 0 && read_type(dtype, spec) == 0 &&
        read_layout(layout, spec) == 0 && read_table(table, spec) == 0 &&
        read_pad(pad, spec) == 0 && read_filter(filter, spec) == 0)
        self = type->tp_alloc(type, 0);
    if (self) {
        const FastcvFloatMode before = fastcv_float_mode_enter();
        ((PyFormat *)self)->format = fastcv_tensor_format_make(spec);
        fastcv_float_mode_leave(before);
        if (!((PyFormat *)self)->format) {
            PyErr_NoMemory();
            Py_CLEAR(self);
        }
    }
    PyMem_Free(spec);
    return self;
}

static void dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    fastcv_tensor_format_free(((PyFormat *)self)->format);
    type->tp_free(self);
    Py_DECREF(type);
}

const FastcvTensorFormat *py_format_of(ModuleState *state, const char *caller, PyObject *object)
{
    if (Py_IS_TYPE(object, state->tensor_format))
        return ((PyFormat *)object)->format;
    PyErr_Format(PyExc_TypeError, "%s: format must be _TensorFormat, not %.200s", caller,
                 Py_TYPE(object)->tp_name);
    return NULL;
}

int py_format_npy_type(const FastcvTensorFormat *format)
{
    static const int types[FASTCV_TENSOR_TYPES] = {[FASTCV_TENSOR_U8] = NPY_UINT8,
                                                   [FASTCV_TENSOR_F16] = NPY_HALF,
                                                   [FASTCV_TENSOR_F32] = NPY_FLOAT32};
    return types[fastcv_tensor_format_spec(format)->type];
}

static PyType_Slot slots[] = {
    {Py_tp_new, new_format},
    {Py_tp_dealloc, dealloc},
    {0, NULL},
};

PyType_Spec py_tensor_format_spec = {
    .name = "fastcv._core._TensorFormat",
    .basicsize = sizeof(PyFormat),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
