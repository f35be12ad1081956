#include "binding/crop/outputs.h"
#include "fastcv/slabs.h"

/* Less than this malloc keeps by itself when it is freed, and few crops should not keep a slab. */
enum { LEAST_SLAB_BYTES = 1 << 17 };

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

/* The list in the making, and the crops that it is for. */
typedef struct Outputs {
    const PyImage *image;
    const FastcvCrop *crops;
    Py_ssize_t count;
    FastcvRows *rows;
    PyObject *list;
} Outputs;

/* A piece of memory for the crops from first to before end, each aligned. */
typedef struct Room {
    Py_ssize_t first, end;
    char *start;     /* NULL: every array gets memory of its own */
    PyObject *owner; /* keeps it alive */
    size_t alignment;
} Room;

static size_t align(size_t bytes, size_t alignment)
{
    return (bytes + alignment - 1) & ~(alignment - 1);
}

static PyObject *new_array(const PyImage *image, const FastcvGeometry *crop, char *memory,
                           PyObject *owner)
{
    npy_intp shape[3] = {crop->height_px, crop->width_px, image->view.channels};
    if (!memory)
        return PyArray_SimpleNew(image->ndim, shape, image->npy_type);
    PyObject *array = PyArray_SimpleNewFromData(image->ndim, shape, image->npy_type, memory);
    if (array && PyArray_SetBaseObject((PyArrayObject *)array, Py_NewRef(owner)) < 0)
        Py_CLEAR(array);
    return array;
}

static int make_arrays(Outputs *outputs, const Room *room)
{
    char *memory = room->start;
    for (Py_ssize_t i = room->first; i < room->end; i++) {
        const FastcvGeometry *crop = &outputs->crops[i].geometry;
        PyObject *array = new_array(outputs->image, crop, memory, room->owner);
        if (!array)
            return -1;
        PyList_SET_ITEM(outputs->list, i, array);
        if (py_is_interrupted(i))
            return -1;
        outputs->rows[i].pixels = PyArray_DATA((PyArrayObject *)array);
        outputs->rows[i].stride_bytes =
            crop->width_px * (ptrdiff_t)fastcv_pixel_bytes(&outputs->image->view);
        if (memory)
            memory += align(py_crop_bytes(outputs->image, crop), room->alignment);
    }
    return 0;
}

static int make_arrays_in(Outputs *outputs, PyObject *out)
{
    const Room room = {0, outputs->count, PyArray_DATA((PyArrayObject *)out), out, .alignment = 1};
    return make_arrays(outputs, &room);
}

/* ---- slabs ---- */

static const char capsule_name[] = "fastcv.slab";

static void give_back(PyObject *capsule)
{
    fastcv_slab_give_back(PyCapsule_GetPointer(capsule, capsule_name));
}

/* Makes arrays from first on: as many as fit in a slab, or a single larger one. The slab goes back
 * when the last array that has the capsule as its base is gone. Returns where to go on, or -1. */
static Py_ssize_t make_slab(Outputs *outputs, Py_ssize_t first)
{
    Room room = {first, first, .alignment = FASTCV_SLAB_ALIGNMENT};
    size_t bytes = 0;
    while (room.end < outputs->count) {
        const size_t more = align(py_crop_bytes(outputs->image, &outputs->crops[room.end].geometry),
                                  room.alignment);
        if (room.end > first && (more > FASTCV_SLAB_BYTES || bytes > FASTCV_SLAB_BYTES - more))
            break;
        bytes += more;
        room.end++;
    }
    FastcvSlab *slab = bytes < LEAST_SLAB_BYTES ? NULL : fastcv_slab_take(bytes);
    if (slab) {
        room.start = fastcv_slab_room(slab);
        room.owner = PyCapsule_New(slab, capsule_name, give_back);
        if (!room.owner) {
            fastcv_slab_give_back(slab);
            return -1;
        }
    }
    const int is_failed = make_arrays(outputs, &room) < 0;
    Py_XDECREF(room.owner);
    return is_failed ? -1 : room.end;
}

static int make_slabs(Outputs *outputs)
{
    Py_ssize_t next = 0;
    while (next >= 0 && next < outputs->count)
        next = make_slab(outputs, next);
    return next < 0 ? -1 : 0;
}

PyObject *py_crops_allocate(const PyImage *image, const FastcvCrop *crops, Py_ssize_t count,
                            PyObject *out, FastcvRows *rows)
{
    Outputs outputs = {image, crops, count, rows, PyList_New(count)};
    if (!outputs.list)
        return NULL;
    if ((out == Py_None ? make_slabs(&outputs) : make_arrays_in(&outputs, out)) < 0)
        Py_CLEAR(outputs.list);
    return outputs.list;
}
