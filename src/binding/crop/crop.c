/* image_crop and image_crop_openmp: plan, run, hand over. */
#include "binding/crop/outputs.h"

static const char *const interpolation_names[] = {
    [FASTCV_NEAREST] = "nearest", [FASTCV_LINEAR] = "linear",     [FASTCV_CUBIC] = "cubic",
    [FASTCV_AREA] = "area",       [FASTCV_LANCZOS4] = "lanczos4", [FASTCV_INTERPOLATIONS] = NULL};

static const char *const border_names[] = {
    [FASTCV_CONSTANT] = "constant", [FASTCV_REPLICATE] = "replicate",
    [FASTCV_REFLECT] = "reflect",   [FASTCV_REFLECT101] = "reflect101",
    [FASTCV_WRAP] = "wrap",         [FASTCV_BORDERS] = NULL};

enum { DEGENERATE_RAISE, DEGENERATE_EMPTY };
static const char *const degenerate_names[] = {"raise", "empty", NULL};

static const char *const fault_texts[] = {
    [FASTCV_QUAD_NOT_FINITE] = "has a corner that is not finite",
    [FASTCV_QUAD_TOO_FAR] = "has a corner beyond ±2**30 px",
    [FASTCV_QUAD_TOO_SMALL] = "is under 2 px wide or high",
    [FASTCV_QUAD_COLLINEAR] = "has three corners on a line",
    [FASTCV_QUAD_SINGULAR] = "has no perspective transform",
    [FASTCV_QUAD_TOO_LARGE] = "is 2**30 px or more wide or high",
    [FASTCV_QUAD_OUT_OF_REACH] =
        "cannot be cut from a page with a side over 32,766 px: it is not convex or all but "
        "degenerate, or what it reads of the page is itself that large, lies beyond 2**24 px, or, "
        "under a border other than constant and replicate, is partly outside",
};

/* One call: its arguments, and what is allocated for it. */
typedef struct CropCall {
    const char *function;
    PyImage image;
    FastcvSampling options;
    FastcvCropEngine engine;
    int degenerate;
    int num_threads;
    PyRun run;
    PyObject *out;      /* borrowed from the arguments */
    PyObject *out_hold; /* on its memory */
    size_t bytes;       /* of all crops */
    FastcvQuad *quads;
    FastcvCrop *crops;
    Py_ssize_t count;
} CropCall;

static void release(CropCall *call)
{
    py_image_release(&call->image);
    Py_XDECREF(call->out_hold);
    PyMem_Free(call->quads);
    PyMem_Free(call->crops);
}

/* An option left out is its default. */
static int read_choice(CropCall *call, const char *argument, PyObject *object,
                       const char *const names[], int by_default)
{
    return object ? py_choice_convert(call->function, argument, object, names) : by_default;
}

static int read_arguments(CropCall *call, ModuleState *state, PyObject *args, PyObject *kwargs,
                          int takes_threads)
{
    PyObject *image, *boxes, *interpolation = NULL, *border = NULL, *border_value = NULL;
    PyObject *degenerate = NULL, *num_threads = Py_None;
    char *names[] = {"image",
                     "boxes",
                     "interpolation",
                     "border",
                     "border_value",
                     "degenerate",
                     "out",
                     takes_threads ? "num_threads" : NULL,
                     NULL};
    char format[40];
    PyOS_snprintf(format, sizeof format, "OO|$OOOOO%s:%s", takes_threads ? "O" : "",
                  call->function);
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, names, &image, &boxes, &interpolation,
                                     &border, &border_value, &degenerate, &call->out, &num_threads))
        return -1;

    FastcvSampling *options = &call->options;
    int choice =
        read_choice(call, "interpolation", interpolation, interpolation_names, FASTCV_LINEAR);
    if (choice < 0)
        return -1;
    options->interpolation = (FastcvInterpolation)choice;
    choice = read_choice(call, "border", border, border_names, FASTCV_CONSTANT);
    if (choice < 0)
        return -1;
    options->border = (FastcvBorder)choice;
    call->degenerate =
        read_choice(call, "degenerate", degenerate, degenerate_names, DEGENERATE_RAISE);
    if (call->degenerate < 0)
        return -1;
    call->num_threads = takes_threads ? py_resolve_threads(call->function, num_threads) : 1;
    if (call->num_threads < 0)
        return -1;
    if (py_out_check_type(state, call->function, call->out) < 0)
        return -1;
    PyBorderValue border_numbers = {0};
    if (border_value && py_border_value_convert(call->function, border_value, &border_numbers) < 0)
        return -1;
    if (py_boxes_convert(state, call->function, boxes, &call->quads, &call->count) < 0)
        return -1;
    /* Last, for all of the above may run code of the caller's that changes the image. */
    const unsigned every_depth = (1u << FASTCV_DEPTHS) - 1;
    if (py_image_convert(state, call->function, image, every_depth, INT64_MAX, &call->image) < 0)
        return -1;
    return py_border_value_apply(call->function, &border_numbers, &call->image.view,
                                 options->border_value);
}

static int is_refused(const CropCall *call, FastcvQuadFault fault)
{
    return call->degenerate == DEGENERATE_RAISE || !fastcv_quad_is_degenerate(fault);
}

static void set_fault(const CropCall *call, Py_ssize_t index, FastcvQuadFault fault)
{
    const FastcvQuad *q = &call->quads[index];
    char corners[160];
    PyOS_snprintf(corners, sizeof corners,
                  "[[%.9g, %.9g], [%.9g, %.9g], [%.9g, %.9g], [%.9g, %.9g]]", q->x[0], q->y[0],
                  q->x[1], q->y[1], q->x[2], q->y[2], q->x[3], q->y[3]);
    PyErr_Format(PyExc_ValueError, "%s: boxes[%zd] %s: %s", call->function, index,
                 fault_texts[fault], corners);
}

/* All matrices, without the GIL. */
static int plan(CropCall *call)
{
    call->engine = fastcv_crop_engine(&call->image.view, &call->options);
    call->crops = PyMem_Calloc((size_t)call->count, sizeof *call->crops);
    if (!call->crops) {
        PyErr_NoMemory();
        return -1;
    }
    if (py_run_begin(&call->run, call->num_threads) < 0)
        return -1;
    FastcvError error = {.status = fastcv_crop_plan(&call->engine, call->quads, call->crops,
                                                    call->count, call->run.pool)};
    py_run_end(&call->run);
    if (error.status)
        py_set_run_error(call->function, error);
    return error.status ? -1 : 0;
}

/* Whatever is wrong with a box or too large, the first of them; and how many bytes they take. */
static int check_plan(CropCall *call, ModuleState *state)
{
    const size_t crop_cap = atomic_load(&state->crop_bytes_cap);
    const size_t call_cap = atomic_load(&state->call_bytes_cap);

    for (Py_ssize_t i = 0; i < call->count; i++) {
        const FastcvCrop *crop = &call->crops[i];
        if (crop->fault && is_refused(call, crop->fault)) {
            set_fault(call, i, crop->fault);
            return -1;
        }
        size_t bytes = py_crop_bytes(&call->image, crop);
        if (bytes > crop_cap) {
            PyErr_Format(PyExc_ValueError,
                         "%s: boxes[%zd] makes a crop of %d x %d px, over the limit of %zu bytes "
                         "a crop (set_output_limits)",
                         call->function, i, (int)crop->width_px, (int)crop->height_px, crop_cap);
            return -1;
        }
        if (bytes > call_cap - call->bytes) {
            PyErr_Format(PyExc_ValueError,
                         "%s: boxes[0] to boxes[%zd] make more than the limit of %zu bytes a call "
                         "(set_output_limits)",
                         call->function, i, call_cap);
            return -1;
        }
        call->bytes += bytes;
    }
    return 0;
}

static PyObject *cut_boxes(const char *function, PyObject *module, PyObject *args, PyObject *kwargs,
                           int takes_threads)
{
    CropCall call = {.function = function, .out = Py_None};
    ModuleState *state = state_of(module);
    PyObject *list = NULL;

    if (read_arguments(&call, state, args, kwargs, takes_threads) < 0 || plan(&call) < 0 ||
        check_plan(&call, state) < 0)
        goto done;
    if (call.out != Py_None) {
        call.out_hold = py_hold_memory((PyArrayObject *)call.out);
        if (!call.out_hold || py_out_check(function, call.out, &call.image, call.bytes) < 0)
            goto done;
    }
    list = py_crops_allocate(&call.image, call.crops, call.count, call.out);
    if (!list)
        goto done;

    py_run_resume(&call.run);
    FastcvError error = fastcv_crop_run(&call.engine, call.crops, call.count, call.run.pool);
    py_run_end(&call.run);
    if (error.status) {
        py_set_run_error(function, error);
        Py_CLEAR(list);
    }
done:
    release(&call);
    return list;
}

PyObject *py_image_crop(PyObject *module, PyObject *args, PyObject *kwargs)
{
    return cut_boxes("image_crop", module, args, kwargs, 0);
}

PyObject *py_image_crop_openmp(PyObject *module, PyObject *args, PyObject *kwargs)
{
    return cut_boxes("image_crop_openmp", module, args, kwargs, 1);
}

/* Height and width of every box's crop on any page. */
static PyObject *shapes_of(CropCall *call)
{
    npy_intp shape[2] = {call->count, 2};
    PyObject *array = PyArray_ZEROS(2, shape, NPY_INTP, 0);
    npy_intp *sides = array ? PyArray_DATA((PyArrayObject *)array) : NULL;

    for (Py_ssize_t i = 0; array && i < call->count; i++) {
        const FastcvQuad *quad = &call->quads[i];
        double inverse[9];
        int32_t width, height;
        FastcvQuadFault fault = fastcv_quad_size(quad, &width, &height);
        if (!fault)
            fault = fastcv_quad_inverse(quad, width, height, inverse);
        if (!fault) {
            sides[2 * i] = height;
            sides[2 * i + 1] = width;
        } else if (is_refused(call, fault)) {
            set_fault(call, i, fault);
            Py_CLEAR(array);
        }
        if (array && py_is_interrupted(i))
            Py_CLEAR(array);
    }
    return array;
}

PyObject *py_crop_shapes(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"boxes", "degenerate", NULL};
    CropCall call = {.function = "crop_shapes"};
    PyObject *boxes, *degenerate = NULL, *shapes = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$O:crop_shapes", names, &boxes, &degenerate))
        return NULL;
    call.degenerate =
        read_choice(&call, "degenerate", degenerate, degenerate_names, DEGENERATE_RAISE);
    if (call.degenerate >= 0 &&
        py_boxes_convert(state_of(module), call.function, boxes, &call.quads, &call.count) == 0)
        shapes = shapes_of(&call);
    release(&call);
    return shapes;
}
