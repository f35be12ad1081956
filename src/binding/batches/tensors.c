/* The arrays that batches are written into: fastcv's own, in slabs, or the caller's. */
#include "binding/batches/batches.h"
#include "binding/convert/convert.h"
#include "binding/memory/rooms.h"
#include "binding/memory/slab_array.h"

/* At most 12 times 2^62: it fits. */
size_t py_tensor_word_bytes(const PyTensors *tensors, int32_t width_px)
{
    const FastcvTensorSpec *spec = fastcv_tensor_format_spec(tensors->format);
    return (size_t)width_px * (size_t)tensors->height_px * (size_t)spec->channels *
           fastcv_tensor_type_bytes(spec->type);
}

int py_tensors_measure(ModuleState *state, const char *function, PyTensors *tensors)
{
    const size_t cap = atomic_load(&state->call_bytes_cap);
    size_t all = 0;
    for (Py_ssize_t k = 0; k < tensors->count; k++) {
        const size_t word = py_tensor_word_bytes(tensors, tensors->widths[k]);
        const size_t words = (size_t)tensors->word_counts[k];
        if (words && word > (cap - all) / words) {
            PyErr_Format(PyExc_ValueError,
                         "%s: batches 0 to %zd make more than the limit of %zu bytes a call "
                         "(set_output_limits)",
                         function, k, cap);
            return -1;
        }
        tensors->bytes[k] = word * words;
        all += tensors->bytes[k];
    }
    return 0;
}

static void shape_of(const PyTensors *tensors, Py_ssize_t k, npy_intp shape[4])
{
    const FastcvTensorSpec *spec = fastcv_tensor_format_spec(tensors->format);
    const npy_intp sides[4] = {tensors->word_counts[k], spec->channels, tensors->height_px,
                               tensors->widths[k]};
    static const int interleaved[4] = {0, 2, 3, 1};
    for (int axis = 0; axis < 4; axis++)
        shape[axis] = sides[spec->is_interleaved ? interleaved[axis] : axis];
}

static PyObject *tensor_in(const PyTensors *tensors, Py_ssize_t k, char *memory, PyObject *owner)
{
    npy_intp shape[4];
    shape_of(tensors, k, shape);
    return py_array_in(memory, owner, 4, shape, py_format_npy_type(tensors->format));
}

/* ---- slabs ---- */

/* The list that is being made. */
typedef struct Making {
    const PyTensors *tensors;
    PyObject *list;
} Making;

static int make_tensor(void *context, Py_ssize_t k, char *memory, PyObject *owner)
{
    const Making *making = context;
    PyObject *tensor = tensor_in(making->tensors, k, memory, owner);
    if (!tensor)
        return -1;
    PyList_SET_ITEM(making->list, k, tensor);
    return py_is_interrupted(k) ? -1 : 0;
}

static int make_in_slabs(const PyTensors *tensors, PyObject *list)
{
    Making making = {tensors, list};
    return py_make_in_slabs(make_tensor, &making, tensors->bytes, tensors->count, 0);
}

/* ---- out ---- */

/* Refuses an array that is not for these bytes. Its name is out or out[k]. */
static int check_array(ModuleState *state, const char *function, const char *name, PyObject *object,
                       const PyTensors *tensors, const PyWords *words)
{
    if (!PyArray_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s: %s must be an ndarray, not %.200s", function, name,
                     Py_TYPE(object)->tp_name);
        return -1;
    }
    if (py_refuse_masked(state, function, name, object))
        return -1;
    PyArrayObject *array = (PyArrayObject *)object;
    const char *first = PyArray_DATA(array), *end = first + PyArray_NBYTES(array);
    const char *fault = NULL;
    if (PyArray_TYPE(array) != py_format_npy_type(tensors->format) ||
        !PyArray_ISNOTSWAPPED(array)) {
        PyErr_Format(PyExc_ValueError, "%s: %s must have the input's dtype, not %S", function, name,
                     (PyObject *)PyArray_DESCR(array));
        return -1;
    }
    if (!PyArray_ISWRITEABLE(array))
        fault = "be writeable";
    else if (!PyArray_IS_C_CONTIGUOUS(array))
        fault = "be C-contiguous";
    else if (!PyArray_ISALIGNED(array))
        fault = "be aligned";
    else if (py_words_overlap(words, first, end))
        fault = "not lie within an image's memory";
    if (fault)
        PyErr_Format(PyExc_ValueError, "%s: %s must %s", function, name, fault);
    return fault ? -1 : 0;
}

/* All tensors one after the other in one array. */
static int make_in_array(ModuleState *state, const char *function, const PyTensors *tensors,
                         const PyWords *words, PyObject *out, PyObject *list)
{
    if (check_array(state, function, "out", out, tensors, words) < 0)
        return -1;
    char *memory = PyArray_DATA((PyArrayObject *)out);
    size_t all = 0;
    for (Py_ssize_t k = 0; k < tensors->count; k++)
        all += tensors->bytes[k];
    if ((size_t)PyArray_NBYTES((PyArrayObject *)out) < all) {
        const size_t item = (size_t)PyArray_ITEMSIZE((PyArrayObject *)out);
        PyErr_Format(PyExc_ValueError, "%s: out must have at least %zu items, got %zd", function,
                     all / item, (Py_ssize_t)PyArray_SIZE((PyArrayObject *)out));
        return -1;
    }
    for (Py_ssize_t k = 0; k < tensors->count; k++) {
        PyObject *tensor = tensor_in(tensors, k, memory, out);
        if (!tensor)
            return -1;
        PyList_SET_ITEM(list, k, tensor);
        memory += tensors->bytes[k];
    }
    return 0;
}

/* Whether two of the arrays share memory: their batches would overwrite each other. */
static int check_apart(const char *function, PyObject *arrays, Py_ssize_t k)
{
    PyArrayObject *array = (PyArrayObject *)PyTuple_GET_ITEM(arrays, k);
    const char *first = PyArray_DATA(array), *end = first + PyArray_NBYTES(array);
    for (Py_ssize_t i = 0; i < k; i++) {
        PyArrayObject *other = (PyArrayObject *)PyTuple_GET_ITEM(arrays, i);
        const char *start = PyArray_DATA(other);
        if (first < start + PyArray_NBYTES(other) && start < end) {
            PyErr_Format(PyExc_ValueError, "%s: out[%zd] and out[%zd] share memory", function, i,
                         k);
            return -1;
        }
    }
    return 0;
}

/* Every tensor in an array of its own, of just its shape. The list has the arrays themselves. */
static int take_arrays(ModuleState *state, const char *function, const PyTensors *tensors,
                       const PyWords *words, PyObject *arrays, PyObject *list)
{
    if (PyTuple_GET_SIZE(arrays) != tensors->count) {
        PyErr_Format(PyExc_ValueError,
                     "%s: out must have an array for each of %zd batches, got %zd", function,
                     tensors->count, PyTuple_GET_SIZE(arrays));
        return -1;
    }
    for (Py_ssize_t k = 0; k < tensors->count; k++) {
        char name[40];
        npy_intp shape[4];
        PyObject *array = PyTuple_GET_ITEM(arrays, k);
        PyOS_snprintf(name, sizeof name, "out[%zd]", k);
        if (check_array(state, function, name, array, tensors, words) < 0)
            return -1;
        shape_of(tensors, k, shape);
        if (PyArray_NDIM((PyArrayObject *)array) != 4 ||
            !PyArray_CompareLists(PyArray_DIMS((PyArrayObject *)array), shape, 4)) {
            char wanted[96];
            PyOS_snprintf(wanted, sizeof wanted, "have shape (%zd, %zd, %zd, %zd)",
                          (Py_ssize_t)shape[0], (Py_ssize_t)shape[1], (Py_ssize_t)shape[2],
                          (Py_ssize_t)shape[3]);
            py_set_shape_error(function, name, wanted, (PyArrayObject *)array);
            return -1;
        }
        if (check_apart(function, arrays, k) < 0)
            return -1;
        PyList_SET_ITEM(list, k, Py_NewRef(array));
    }
    return 0;
}

/* Holds on all arrays of a tuple. */
static PyObject *hold_all(PyObject *arrays)
{
    PyObject *holds = PyTuple_New(PyTuple_GET_SIZE(arrays));
    for (Py_ssize_t k = 0; holds && k < PyTuple_GET_SIZE(arrays); k++) {
        PyObject *array = PyTuple_GET_ITEM(arrays, k);
        PyObject *hold =
            PyArray_Check(array) ? py_hold_memory((PyArrayObject *)array) : Py_NewRef(Py_None);
        if (hold)
            PyTuple_SET_ITEM(holds, k, hold);
        else
            Py_CLEAR(holds);
    }
    return holds;
}

PyObject *py_tensors_make(ModuleState *state, const char *function, const PyTensors *tensors,
                          const PyWords *words, PyObject *out, PyObject **hold)
{
    *hold = NULL;
    PyObject *list = PyList_New(tensors->count), *arrays = NULL;
    int status = list ? 0 : -1;
    if (status == 0 && out == Py_None) {
        status = make_in_slabs(tensors, list);
    } else if (status == 0 && (PyList_Check(out) || PyTuple_Check(out))) {
        arrays = PySequence_Tuple(out);
        *hold = arrays ? hold_all(arrays) : NULL;
        status = *hold ? take_arrays(state, function, tensors, words, arrays, list) : -1;
    } else if (status == 0) {
        *hold = PyArray_Check(out) ? py_hold_memory((PyArrayObject *)out) : Py_NewRef(Py_None);
        status = *hold ? make_in_array(state, function, tensors, words, out, list) : -1;
    }
    if (arrays && status == 0) { /* the hold also keeps the arrays themselves */
        PyObject *both = PyTuple_Pack(2, arrays, *hold);
        Py_SETREF(*hold, both);
        status = both ? 0 : -1;
    }
    Py_XDECREF(arrays);
    if (status < 0)
        Py_CLEAR(list);
    return list;
}
