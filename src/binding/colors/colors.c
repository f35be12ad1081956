/* Counting colours. The package's colors.py wraps these entries. */
#include "binding/convert/outlines.h"
#include "binding/crop/faults.h"
#include "fastcv/colors.h"
#include "fastcv/float_mode.h"

/* What Python hands over, in this order. */
enum { IMAGE, N, BOXES, MASK, BITS, NUM_THREADS, RESULT, ARGUMENTS };

/* The arguments of a call, converted. */
typedef struct ColorCall {
    const char *function;
    int64_t n, bits;
    int num_threads;
    PyTypeObject *result; /* borrowed: tuple, or a subclass with nothing but names */
    PyOutlines outlines;
    PyImage image, mask;
    FastcvColorPage page;
} ColorCall;

/* ---- arguments ---- */

static int convert_mask(ModuleState *state, ColorCall *call, PyObject *object)
{
    const FastcvImage *image = &call->image.view, *mask = &call->mask.view;
    if (py_image_convert(state, call->function, "mask", object, 1u << FASTCV_U8 | PY_BOOL,
                         FASTCV_COUNTED_PX, &call->mask) < 0)
        return -1;
    if (mask->channels == 1 && mask->width_px == image->width_px &&
        mask->height_px == image->height_px)
        return 0;
    char wanted[80];
    PyOS_snprintf(wanted, sizeof wanted, "have the height and width of image, (%zd, %zd)",
                  image->height_px, image->width_px);
    py_set_shape_error(call->function, "mask", wanted, call->mask.array);
    return -1;
}

/* Messages call n by the name that the function's caller gave it. 0, or -1 with an exception; the
 * call has to be released in either case. */
static int convert(ModuleState *state, const char *n_argument, PyObject *const *args,
                   ColorCall *call)
{
    const char *function = call->function;
    call->result = (PyTypeObject *)args[RESULT];
    if (!PyType_Check(args[RESULT]) || !PyType_IsSubtype(call->result, &PyTuple_Type)) {
        PyErr_Format(PyExc_TypeError, "%s: result must be a type of tuples", function);
        return -1;
    }
    if (py_int_convert(function, n_argument, args[N], "an int", 1, INT64_MAX, &call->n) < 0 ||
        py_int_convert(function, "bits", args[BITS], "an int", FASTCV_COLOR_BITS_LEAST,
                       FASTCV_COLOR_BITS, &call->bits) < 0)
        return -1;
    call->num_threads = py_resolve_threads(function, args[NUM_THREADS]);
    if (call->num_threads < 0 ||
        (args[BOXES] != Py_None &&
         py_outlines_convert(state, function, args[BOXES], &call->outlines) < 0) ||
        py_image_convert(state, function, "image", args[IMAGE], 1u << FASTCV_U8, FASTCV_COUNTED_PX,
                         &call->image) < 0)
        return -1;
    if (call->image.view.channels == 2) {
        PyErr_Format(PyExc_ValueError, "%s: image must have 1, 3 or 4 channels, not 2", function);
        return -1;
    }
    if (args[MASK] != Py_None && convert_mask(state, call, args[MASK]) < 0)
        return -1;
    call->page = (FastcvColorPage){.image = call->image.view,
                                   .mask = call->mask.array ? &call->mask.view : NULL,
                                   .bits = (int)call->bits};
    return 0;
}

static void release(ColorCall *call)
{
    py_outlines_release(&call->outlines);
    py_image_release(&call->mask);
    py_image_release(&call->image);
}

/* ---- results ---- */

/* No image has more colours than there are, or than pixels. */
static size_t most_colors(const ColorCall *call, ptrdiff_t width_px, ptrdiff_t height_px)
{
    const size_t all = (size_t)1 << 3 * call->bits;
    const size_t most = (size_t)call->n < all ? (size_t)call->n : all;
    const size_t rows = (size_t)height_px, columns = (size_t)width_px;
    return !rows || most / rows < columns ? most * (rows && columns) : rows * columns;
}

/* The first n colours as (colors (n, 3) uint8, counts (n,) int64). A named tuple is made as tuple's
 * own __new__ makes it: its Python __new__ would take as long as both arrays. */
static PyObject *as_arrays(const ColorCall *call, const FastcvColorCount *top, size_t n)
{
    npy_intp shape[2] = {(npy_intp)n, 3};
    PyArrayObject *colors = (PyArrayObject *)PyArray_SimpleNew(2, shape, NPY_UINT8);
    PyArrayObject *counts = (PyArrayObject *)PyArray_SimpleNew(1, shape, NPY_INT64);
    PyObject *pair = colors && counts ? call->result->tp_alloc(call->result, 2) : NULL;
    if (pair) {
        uint8_t *color = PyArray_DATA(colors);
        int64_t *count = PyArray_DATA(counts);
        for (size_t i = 0; i < n; i++) {
            color[3 * i] = (uint8_t)(top[i].packed >> 16);
            color[3 * i + 1] = (uint8_t)(top[i].packed >> 8);
            color[3 * i + 2] = (uint8_t)top[i].packed;
            count[i] = (int64_t)top[i].count;
        }
        PyTuple_SET_ITEM(pair, 0, (PyObject *)colors);
        PyTuple_SET_ITEM(pair, 1, (PyObject *)counts);
#if PY_VERSION_HEX >= 0x030E0000
        ((PyTupleObject *)pair)->ob_hash = -1; /* not computed yet: 0 would be taken for the hash */
#endif
        return pair;
    }
    Py_XDECREF(colors);
    Py_XDECREF(counts);
    return NULL;
}

/* ---- the whole image ---- */

static PyObject *count_image(const ColorCall *call)
{
    const FastcvImage *image = &call->page.image;
    PyObject *result = NULL;
    PyRun run;
    size_t found = most_colors(call, image->width_px, image->height_px);
    FastcvColorCount *top = PyMem_Malloc(found * sizeof *top);
    if (!top)
        return PyErr_NoMemory();
    if (py_run_begin(&run, call->num_threads) == 0) {
        const FastcvError error = {.status =
                                       fastcv_main_colors(&call->page, run.pool, top, &found)};
        py_run_end(&run);
        if (error.status)
            py_set_run_error(call->function, error);
        else
            result = as_arrays(call, top, found);
    }
    PyMem_Free(top);
    return result;
}

/* ---- boxes ---- */

static int refuse(const ColorCall *call, Py_ssize_t index, const FastcvColorBox *box,
                  FastcvQuadFault fault)
{
    const float *corner = box->corners;
    if (box->corner_count != 4) { /* then the fault is a corner's */
        while (fabsf(corner[0]) <= 1 << 30 && fabsf(corner[1]) <= 1 << 30)
            corner += 2;
    }
    const ptrdiff_t step = box->corner_count == 4 ? 2 : 0;
    FastcvQuad quad;
    for (int i = 0; i < 4; i++) {
        quad.x[i] = corner[i * step];
        quad.y[i] = corner[i * step + 1];
    }
    if (fault == FASTCV_QUAD_CROSSED) { /* here no order= helps */
        py_set_fault_error(call->function, index, "crosses itself", &quad);
        return -1;
    }
    return py_fault_check(call->function, PY_DEGENERATE_RAISE, &fastcv_own_rule, &quad, index,
                          fault);
}

/* Sets the boxes up. Returns how many colours they have room for together, or -1 with an exception.
 */
static Py_ssize_t plan_boxes(const ColorCall *call, FastcvColorBox *boxes)
{
    const PyOutlines *outlines = &call->outlines;
    size_t room = 0;
    for (Py_ssize_t i = 0; i < outlines->count; i++) {
        FastcvColorBox *box = &boxes[i];
        box->corners = outlines->corners + 2 * outlines->first[i];
        box->corner_count = outlines->first[i + 1] - outlines->first[i];
        box->order = outlines->order;
        const FastcvFloatMode before = fastcv_float_mode_enter();
        const FastcvQuadFault fault = fastcv_color_box_measure(&call->page.image, box);
        fastcv_float_mode_leave(before);
        if ((fault && refuse(call, i, box, fault) < 0) || py_is_interrupted(i))
            return -1;
        box->room = most_colors(call, box->width_px, box->height_px);
        room += box->room;
    }
    return (Py_ssize_t)room;
}

static PyObject *as_list(const ColorCall *call, const FastcvColorBox *boxes, Py_ssize_t count)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *pair =
            py_is_interrupted(i) ? NULL : as_arrays(call, boxes[i].colors, boxes[i].found);
        if (pair)
            PyList_SET_ITEM(list, i, pair);
        else
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *count_boxes(const ColorCall *call)
{
    const Py_ssize_t count = call->outlines.count;
    FastcvColorBox *boxes = PyMem_Calloc((size_t)count, sizeof *boxes);
    FastcvColorCount *colors = NULL;
    PyObject *result = NULL;
    PyRun run;
    if (!boxes)
        return PyErr_NoMemory();
    const Py_ssize_t room = plan_boxes(call, boxes);
    if (room < 0)
        goto done;
    colors = PyMem_Malloc((size_t)room * sizeof *colors);
    if (!colors) {
        PyErr_NoMemory();
        goto done;
    }
    FastcvColorCount *next = colors;
    for (Py_ssize_t i = 0; i < count; i++) {
        boxes[i].colors = next;
        next += boxes[i].room;
    }
    if (py_run_begin(&run, call->num_threads) < 0)
        goto done;
    const FastcvError error = {.status = fastcv_box_colors(&call->page, boxes, count, run.pool)};
    py_run_end(&run);
    if (error.status)
        py_set_run_error(call->function, error);
    else
        result = as_list(call, boxes, count);
done:
    PyMem_Free(colors);
    PyMem_Free(boxes);
    return result;
}

/* ---- entries ---- */

static PyObject *count_colors(PyObject *module, const char *function, const char *n_argument,
                              PyObject *const *args, Py_ssize_t nargs)
{
    ColorCall call = {.function = function};
    if (nargs != ARGUMENTS)
        return PyErr_Format(PyExc_TypeError, "%s: wants %d arguments", function, ARGUMENTS);
    PyObject *result = NULL;
    if (convert(state_of(module), n_argument, args, &call) == 0)
        result = args[BOXES] == Py_None ? count_image(&call) : count_boxes(&call);
    release(&call);
    return result;
}

static PyObject *main_colors(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return count_colors(module, "main_colors", "n", args, nargs);
}

static PyObject *extract_main_colors(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return count_colors(module, "extract_main_colors", "N", args, nargs);
}

static PyObject *extract_main_colors_openmp(PyObject *module, PyObject *const *args,
                                            Py_ssize_t nargs)
{
    return count_colors(module, "extract_main_colors_openmp", "N", args, nargs);
}

#define ENTRY(name)                                                                                \
    {#name, (PyCFunction)(void (*)(void))(name), METH_FASTCALL,                                    \
     #name "($module, image, n, boxes, mask, bits, num_threads, result, /)\n--\n\n"                \
           "The n most frequent colours and their counts, or a list of them, one a box, each a "   \
           "tuple of type result."}

PyMethodDef py_colors_methods[] = {
    ENTRY(main_colors),
    ENTRY(extract_main_colors),
    ENTRY(extract_main_colors_openmp),
    {NULL, NULL, 0, NULL},
};
