#include "binding/crop/outputs.h"

#include "binding/memory/slab_array.h"

enum {
    LEAST_SLAB_BYTES = 1 << 17, /* malloc keeps less than this by itself */
    NEARLY_FULL_BYTES = FASTCV_SLAB_BYTES / 8 * 7
};

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

/* Memory for the crops from first to before end, each at a multiple of alignment. */
typedef struct Room {
    Py_ssize_t first, end;
    size_t alignment;
} Room;

static size_t align(size_t bytes, size_t alignment)
{
    return (bytes + alignment - 1) & ~(alignment - 1);
}

/* If memory is NULL, every array gets memory of its own. */
static int make_arrays(Outputs *outputs, Room room, char *memory, PyObject *owner)
{
    const PyImage *image = outputs->image;
    for (Py_ssize_t i = room.first; i < room.end; i++) {
        const FastcvGeometry *crop = &outputs->crops[i].geometry;
        const npy_intp width = fastcv_geometry_width(crop);
        npy_intp shape[3] = {fastcv_geometry_height(crop), width, image->view.channels};
        PyObject *array = py_array_in(memory, owner, image->ndim, shape, image->npy_type);
        if (!array)
            return -1;
        PyList_SET_ITEM(outputs->list, i, array);
        if (py_is_interrupted(i))
            return -1;
        outputs->rows[i].pixels = PyArray_DATA((PyArrayObject *)array);
        outputs->rows[i].stride_bytes = width * (ptrdiff_t)fastcv_pixel_bytes(&image->view);
        if (memory)
            memory += align(py_crop_bytes(image, crop), room.alignment);
    }
    return 0;
}

static int make_arrays_in(Outputs *outputs, PyObject *out)
{
    const Room room = {0, outputs->count, .alignment = 1};
    return make_arrays(outputs, room, PyArray_DATA((PyArrayObject *)out), out);
}

/* ---- slabs ---- */

/* The room that begins with crop first: as many crops as share a slab, or a single larger one.
 * Slabs that are nearly full all take the same bytes, so that other boxes find them again; a call's
 * last slab does not, since it may be the only one. */
static Room next_room(const Outputs *outputs, Py_ssize_t first, size_t *bytes)
{
    Room room = {first, first, .alignment = FASTCV_SLAB_ALIGNMENT};
    *bytes = 0;
    while (room.end < outputs->count) {
        const size_t more = align(py_crop_bytes(outputs->image, &outputs->crops[room.end].geometry),
                                  room.alignment);
        if (room.end > first && (more > FASTCV_SLAB_BYTES || *bytes > FASTCV_SLAB_BYTES - more))
            break;
        *bytes += more;
        room.end++;
    }
    if (room.end < outputs->count && *bytes > NEARLY_FULL_BYTES && *bytes < FASTCV_SLAB_BYTES)
        *bytes = FASTCV_SLAB_BYTES;
    return room;
}

/* The rooms, and a slab for each that is large enough. All in one piece of memory. */
typedef struct Plan {
    size_t count;
    Room *rooms;
    size_t *bytes;
    FastcvSlab **slabs;
} Plan;

static int make_plan(const Outputs *outputs, Plan *plan)
{
    size_t bytes;
    *plan = (Plan){0};
    for (Py_ssize_t at = 0; at < outputs->count; at = next_room(outputs, at, &bytes).end)
        plan->count++;
    plan->rooms = PyMem_Malloc(plan->count *
                               (sizeof *plan->rooms + sizeof *plan->bytes + sizeof *plan->slabs));
    if (!plan->rooms) {
        PyErr_NoMemory();
        return -1;
    }
    plan->bytes = (size_t *)(plan->rooms + plan->count);
    plan->slabs = (FastcvSlab **)(plan->bytes + plan->count);
    Py_ssize_t at = 0;
    for (size_t i = 0; i < plan->count; i++) {
        plan->rooms[i] = next_room(outputs, at, &bytes);
        plan->bytes[i] = bytes < LEAST_SLAB_BYTES ? 0 : bytes;
        at = plan->rooms[i].end;
    }
    fastcv_slabs_take(plan->count, plan->bytes, plan->slabs);
    return 0;
}

/* The slab goes back when the last array is gone that has its owner as base. */
static int make_arrays_in_slab(Outputs *outputs, Room room, FastcvSlab *slab)
{
    if (!slab)
        return make_arrays(outputs, room, NULL, NULL);
    PyObject *owner = py_slab_owner(slab);
    if (!owner)
        return -1;
    const int status = make_arrays(outputs, room, fastcv_slab_room(slab), owner);
    Py_DECREF(owner);
    return status;
}

static int make_arrays_in_slabs(Outputs *outputs)
{
    Plan plan;
    int status = make_plan(outputs, &plan);
    for (size_t i = 0; i < plan.count && plan.rooms; i++) {
        if (status == 0)
            status = make_arrays_in_slab(outputs, plan.rooms[i], plan.slabs[i]);
        else if (plan.slabs[i])
            fastcv_slab_give_back(plan.slabs[i]);
    }
    PyMem_Free(plan.rooms);
    return status;
}

PyObject *py_crops_allocate(const PyImage *image, const FastcvCrop *crops, Py_ssize_t count,
                            PyObject *out, FastcvRows *rows)
{
    Outputs outputs = {image, crops, count, rows, PyList_New(count)};
    if (!outputs.list)
        return NULL;
    if ((out == Py_None ? make_arrays_in_slabs(&outputs) : make_arrays_in(&outputs, out)) < 0)
        Py_CLEAR(outputs.list);
    return outputs.list;
}
