#include "binding/crop/outputs.h"

#include "binding/memory/rooms.h"
#include "binding/memory/slab_array.h"

enum { LEAST_SLAB_BYTES = 1 << 17 }; /* malloc keeps less than this by itself */

size_t py_crop_bytes(const PyImage *image, const FastcvGeometry *crop)
{
    const size_t row = (size_t)crop->width_px * fastcv_pixel_bytes(&image->view);
    return crop->height_px && row > SIZE_MAX / (size_t)crop->height_px
               ? SIZE_MAX
               : row * (size_t)crop->height_px;
}

/* ---- out ---- */

int py_out_check_type(ModuleState *state, const char *function, PyObject *out)
{
    if (out == Py_None)
        return 0;
    if (!PyArray_Check(out)) {
        PyErr_Format(PyExc_TypeError, "%s: out must be an ndarray or None, not %.200s", function,
                     Py_TYPE(out)->tp_name);
        return -1;
    }
    return py_refuse_masked(state, function, "out", out) ? -1 : 0;
}

int py_out_check(const char *function, PyObject *object, const PyImage *image, size_t bytes)
{
    PyArrayObject *out = (PyArrayObject *)object;
    const size_t item_bytes = fastcv_depth_bytes(image->view.depth);
    const char *first = PyArray_DATA(out), *end = first + PyArray_NBYTES(out);
    const char *fault = NULL;

    if (PyArray_TYPE(out) != image->npy_type || !PyArray_ISNOTSWAPPED(out)) {
        PyErr_Format(PyExc_ValueError, "%s: out must have the image's dtype, not %S", function,
                     (PyObject *)PyArray_DESCR(out));
        return -1;
    }
    if (PyArray_NDIM(out) != 1) {
        py_set_shape_error(function, "out", "be one-dimensional", out);
        return -1;
    }
    if ((size_t)PyArray_NBYTES(out) < bytes) {
        PyErr_Format(PyExc_ValueError, "%s: out must have at least %zu items, got %zd", function,
                     bytes / item_bytes, (Py_ssize_t)PyArray_SIZE(out));
        return -1;
    }
    if (!PyArray_ISWRITEABLE(out))
        fault = "be writeable";
    else if (!PyArray_IS_C_CONTIGUOUS(out))
        fault = "be contiguous";
    else if (!PyArray_ISALIGNED(out))
        fault = "be aligned";
    else if (first < image->end && image->first < end)
        fault = "not lie within the image's memory";
    if (fault)
        PyErr_Format(PyExc_ValueError, "%s: out must %s", function, fault);
    return fault ? -1 : 0;
}

/* ---- arrays ---- */

/* The list that is being made, and the crops that it is for. */
typedef struct Outputs {
    const PyImage *image;
    const FastcvCrop *crops;
    Py_ssize_t count;
    FastcvRows *rows;
    PyObject *list;
} Outputs;

static int make_array(void *context, Py_ssize_t i, char *memory, PyObject *owner)
{
    Outputs *outputs = context;
    const PyImage *image = outputs->image;
    const FastcvGeometry *crop = &outputs->crops[i].geometry;
    const npy_intp width = fastcv_geometry_width(crop);
    npy_intp shape[3] = {fastcv_geometry_height(crop), width, image->view.channels};
    PyObject *array = py_array_in(memory, owner, image->ndim, shape, image->npy_type);
    if (!array)
        return -1;
    PyList_SET_ITEM(outputs->list, i, array);
    outputs->rows[i].pixels = PyArray_DATA((PyArrayObject *)array);
    outputs->rows[i].stride_bytes = width * (ptrdiff_t)fastcv_pixel_bytes(&image->view);
    return py_is_interrupted(i) ? -1 : 0;
}

static int make_in_array(Outputs *outputs, PyObject *out)
{
    char *memory = PyArray_DATA((PyArrayObject *)out);
    int status = 0;
    for (Py_ssize_t i = 0; i < outputs->count && status == 0; i++) {
        status = make_array(outputs, i, memory, out);
        memory += py_crop_bytes(outputs->image, &outputs->crops[i].geometry);
    }
    return status;
}

static int make_in_slabs(Outputs *outputs)
{
    size_t *bytes = PyMem_New(size_t, outputs->count);
    if (!bytes) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < outputs->count; i++)
        bytes[i] = py_crop_bytes(outputs->image, &outputs->crops[i].geometry);
    const int status =
        py_make_in_slabs(make_array, outputs, bytes, outputs->count, LEAST_SLAB_BYTES);
    PyMem_Free(bytes);
    return status;
}

PyObject *py_crops_allocate(const PyImage *image, const FastcvCrop *crops, Py_ssize_t count,
                            PyObject *out, FastcvRows *rows)
{
    Outputs outputs = {image, crops, count, rows, PyList_New(count)};
    if (!outputs.list)
        return NULL;
    if ((out == Py_None ? make_in_slabs(&outputs) : make_in_array(&outputs, out)) < 0)
        Py_CLEAR(outputs.list);
    return outputs.list;
}
