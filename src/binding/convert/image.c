/* Images: an array becomes a view of its memory, or of a copy. */
#include "binding/convert/convert.h"

static const int npy_types[FASTCV_DEPTHS] = {
    [FASTCV_U8] = NPY_UINT8,    [FASTCV_U16] = NPY_UINT16,  [FASTCV_S16] = NPY_INT16,
    [FASTCV_F32] = NPY_FLOAT32, [FASTCV_F64] = NPY_FLOAT64,
};

static const char *const depth_names[] = {"uint8",   "uint16",  "int16",
                                          "float32", "float64", [FASTCV_DEPTHS] = "bool"};

static void set_depth_error(const char *function, const char *argument, PyObject *object,
                            PyArrayObject *array, unsigned depths)
{
    char wanted[80] = "be an array of "; /* all six take 64 bytes */
    for (int depth = 0, is_first = 1; depth <= FASTCV_DEPTHS; depth++) {
        if (!(depths >> depth & 1))
            continue;
        const char *separator = is_first ? "" : depths >> (depth + 1) ? ", " : " or ";
        size_t end = strlen(wanted);
        PyOS_snprintf(wanted + end, sizeof wanted - end, "%s%s", separator, depth_names[depth]);
        is_first = 0;
    }
    py_set_dtype_error(function, argument, wanted, object, array);
}

static int depth_of(PyArrayObject *array)
{
    for (int depth = 0; depth < FASTCV_DEPTHS; depth++) {
        if (PyArray_TYPE(array) == npy_types[depth])
            return depth;
    }
    return PyArray_TYPE(array) == NPY_BOOL ? FASTCV_DEPTHS : -1;
}

static int check_shape(const char *function, const char *argument, PyArrayObject *array,
                       int64_t below_px)
{
    const int ndim = PyArray_NDIM(array);
    const char *wanted = NULL;
    char few[60];
    if (ndim != 2 && ndim != 3)
        wanted = "be (height, width) or (height, width, channels)";
    else if (PyArray_SIZE(array) == 0)
        wanted = "have at least one pixel";
    else if (ndim == 3 && PyArray_DIM(array, 2) > FASTCV_MAX_CHANNELS)
        wanted = "have 1 to 4 channels";
    else if (PyArray_DIM(array, 0) > (below_px - 1) / PyArray_DIM(array, 1)) {
        PyOS_snprintf(few, sizeof few, "have fewer than %lld pixels", (long long)below_px);
        wanted = few;
    }
    if (wanted)
        py_set_shape_error(function, argument, wanted, array);
    return wanted ? -1 : 0;
}

/* Whether the core can read the memory as it is: native byte order, no gaps between pixels, rows in
 * ascending order without overlap. (Along an axis of length 1 the stride has no meaning.) */
static int can_view(PyArrayObject *array)
{
    const npy_intp item = PyArray_ITEMSIZE(array), width = PyArray_DIM(array, 1);
    const npy_intp channels = PyArray_NDIM(array) == 3 ? PyArray_DIM(array, 2) : 1;
    const npy_intp stride = PyArray_STRIDE(array, 0);

    return PyArray_ISALIGNED(array) && PyArray_ISNOTSWAPPED(array) &&
           (channels == 1 || PyArray_STRIDE(array, 2) == item) &&
           (width == 1 || PyArray_STRIDE(array, 1) == item * channels) &&
           (PyArray_DIM(array, 0) == 1 ||
            (stride >= width * channels * item && stride % item == 0));
}

/* Steals array. */
static PyArrayObject *as_viewable(PyArrayObject *array)
{
    if (can_view(array))
        return array;
    PyArray_Descr *descr = PyArray_DescrFromType(PyArray_TYPE(array)); /* in native byte order */
    PyObject *copy = PyArray_FromArray(
        array, descr, NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED | NPY_ARRAY_ENSURECOPY);
    Py_DECREF(array);
    return (PyArrayObject *)copy;
}

/* The bytes from the array's first to its last item. */
static void set_extent(PyImage *image, PyArrayObject *array)
{
    image->first = PyArray_DATA(array);
    image->end = image->first + PyArray_ITEMSIZE(array);
    for (int axis = 0; axis < PyArray_NDIM(array); axis++) {
        const npy_intp span = (PyArray_DIM(array, axis) - 1) * PyArray_STRIDE(array, axis);
        *(span < 0 ? &image->first : &image->end) += span;
    }
}

static PyArrayObject *as_base_array(ModuleState *state, const char *function, const char *argument,
                                    PyObject *object, PyObject **hold)
{
    if (py_refuse_masked(state, function, argument, object))
        return NULL;
    PyObject *image = py_from_pil(state, function, argument, object);
    if (!image)
        return NULL;
    PyArrayObject *array = py_array_from(image, hold);
    Py_DECREF(image);
    if (!array && py_is_ragged(object))
        PyErr_Format(PyExc_TypeError, "%s: %s must be an array, not %.200s", function, argument,
                     Py_TYPE(object)->tp_name);
    return array;
}

static int convert(ModuleState *state, const char *function, const char *argument, PyObject *object,
                   unsigned depths, int64_t below_px, PyImage *image)
{
    image->array = NULL;
    image->hold = NULL;
    PyArrayObject *array = as_base_array(state, function, argument, object, &image->hold);
    if (!array)
        return -1;
    int depth = depth_of(array);
    if (depth < 0 || !(depths >> depth & 1)) {
        set_depth_error(function, argument, object, array, depths);
        Py_CLEAR(array);
    } else if (check_shape(function, argument, array, below_px) < 0) {
        Py_CLEAR(array);
    } else {
        set_extent(image, array);
        array = as_viewable(array);
    }
    if (!array) {
        Py_CLEAR(image->hold);
        return -1;
    }
    image->array = array;
    image->ndim = PyArray_NDIM(array);
    depth = depth == FASTCV_DEPTHS ? FASTCV_U8 : depth;
    image->npy_type = npy_types[depth];
    image->view = (FastcvImage){
        .pixels = PyArray_DATA(array),
        .stride_bytes = PyArray_STRIDE(array, 0),
        .width_px = PyArray_DIM(array, 1),
        .height_px = PyArray_DIM(array, 0),
        .channels = PyArray_NDIM(array) == 3 ? (int)PyArray_DIM(array, 2) : 1,
        .depth = (FastcvDepth)depth,
    };
    if (image->view.height_px == 1)
        image->view.stride_bytes =
            image->view.width_px * (ptrdiff_t)fastcv_pixel_bytes(&image->view);
    return 0;
}

int py_image_convert(ModuleState *state, const char *function, const char *argument,
                     PyObject *object, unsigned depths, int64_t below_px, PyImage *image)
{
    const int status = convert(state, function, argument, object, depths, below_px, image);
    if (status < 0)
        py_explain("image", function, argument, object);
    return status;
}

void py_image_release(PyImage *image)
{
    Py_CLEAR(image->hold);
    Py_CLEAR(image->array);
}
