/* image_crop and image_crop_openmp: plan, run, hand over. */
#include "binding/crop/crop.h"

#include "binding/convert/arguments.h"
#include "binding/convert/convention.h"
#include "binding/convert/gray.h"
#include "binding/crop/faults.h"
#include "binding/crop/outputs.h"

/* What Python gave, borrowed; NULL where an option was left out. */
typedef struct CropArguments {
    const char *function;
    PyObject *image, *boxes, *degenerate, *out;
    PyConventionArguments convention;
} CropArguments;

/* One call: its arguments, read, and what is allocated for it. */
typedef struct CropCall {
    const char *function;
    PyImage image; /* gray once the convention has made it so */
    PyGray gray;
    PyConvention convention;
    double border_value[FASTCV_MAX_CHANNELS];
    PyDegenerate degenerate;
    PyObject *out;      /* borrowed; None for memory of our own */
    PyObject *out_hold; /* on its memory */
    PyRun run;
    FastcvCropEngine engine;
    PyBoxes boxes;
    FastcvRule rule;
    FastcvCrop *crops;
    Py_ssize_t count;  /* of crops: fewer than boxes if some are left out */
    PyObject *indices; /* of the boxes that are cut; NULL if none is left out */
    FastcvRows *rows;  /* each crop's place in its array */
    size_t bytes;      /* of all crops */
} CropCall;

static void release(CropCall *call)
{
    py_gray_release(&call->gray);
    py_image_release(&call->image);
    Py_XDECREF(call->out_hold);
    Py_XDECREF(call->indices);
    PyMem_Free(call->boxes.quads);
    PyMem_Free(call->crops);
    PyMem_Free(call->rows);
}

static int read_arguments(CropCall *call, ModuleState *state, const CropArguments *given)
{
    const unsigned every_depth = (1u << FASTCV_DEPTHS) - 1;
    const char *function = call->function = given->function;
    call->out = given->out ? given->out : Py_None;
    /* The image comes last: reading anything else may run code of the caller's that changes it. */
    if (py_convention_convert(state, function, &given->convention, &call->convention) < 0 ||
        py_degenerate_convert(function, given->degenerate, &call->degenerate) < 0 ||
        py_out_check_type(state, function, call->out) < 0 ||
        py_boxes_convert(state, function, given->boxes, call->convention.rule.order, &call->boxes) <
            0 ||
        py_image_convert(state, function, "image", given->image, every_depth, INT64_MAX,
                         &call->image) < 0)
        return -1;
    call->rule = py_rule_for(&call->convention, &call->boxes);
    if (call->convention.is_grayscale && py_gray_begin(function, &call->image, &call->gray) < 0)
        return -1;
    if (py_arithmetic_check(function, &call->convention.sampling.options, &call->image.view) < 0)
        return -1;
    return py_border_value_apply(function, &call->convention.sampling.border_value,
                                 &call->image.view, call->border_value);
}

/* The gray page and all geometry, without the GIL. */
static int plan(CropCall *call, int num_threads)
{
    call->engine = fastcv_crop_engine(&call->image.view, &call->convention.sampling.options);
    call->crops = PyMem_New(FastcvCrop, call->boxes.count);
    call->rows = PyMem_New(FastcvRows, call->boxes.count);
    if (!call->crops || !call->rows) {
        PyErr_NoMemory();
        return -1;
    }
    if (py_run_begin(&call->run, num_threads) < 0)
        return -1;
    FastcvError error = {.status = py_gray_fill(&call->gray, &call->image, call->run.pool)};
    if (!error.status)
        error.status =
            fastcv_crops_plan(&call->engine, &call->rule, call->boxes.quads, call->border_value,
                              call->crops, call->boxes.count, call->run.pool);
    py_run_end(&call->run);
    if (error.status)
        py_set_run_error(call->function, error);
    return error.status ? -1 : 0;
}

/* Refuses the first box that has a fault or makes too much, and sums up the bytes of all crops. */
static int check_plan(CropCall *call, ModuleState *state)
{
    const size_t crop_cap = atomic_load(&state->crop_bytes_cap);
    const size_t call_cap = atomic_load(&state->call_bytes_cap);

    for (Py_ssize_t i = 0; i < call->boxes.count; i++) {
        const FastcvGeometry *crop = &call->crops[i].geometry;
        if (py_fault_check(call->function, call->degenerate, &call->rule, &call->boxes.quads[i], i,
                           crop->fault) < 0)
            return -1;
        const size_t bytes = py_crop_bytes(&call->image, crop);
        if (py_cap_check(call->function, crop, i, bytes, crop_cap) < 0)
            return -1;
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

/* What degenerate="skip" is about: the crops that are left move up. 0, or -1 with an exception. */
static int leave_out(CropCall *call)
{
    call->count = call->boxes.count;
    if (call->degenerate != PY_DEGENERATE_SKIP)
        return 0;
    call->indices = py_cut_indices(&call->crops->geometry, sizeof *call->crops, call->count);
    if (!call->indices)
        return -1;
    call->count = 0;
    for (Py_ssize_t i = 0; i < call->boxes.count; i++) {
        if (!call->crops[i].geometry.fault)
            call->crops[call->count++] = call->crops[i];
    }
    return 0;
}

/* The arrays to hand over, uninitialised; call->rows lie in them. */
static PyObject *allocate(CropCall *call)
{
    if (call->out != Py_None) {
        call->out_hold = py_hold_memory((PyArrayObject *)call->out);
        if (!call->out_hold ||
            py_out_check(call->function, call->out, &call->image, call->bytes) < 0)
            return NULL;
    }
    return py_crops_allocate(&call->image, call->crops, call->count, call->out, call->rows);
}

static int cut(CropCall *call)
{
    py_run_resume(&call->run);
    const FastcvError error =
        fastcv_crops_cut(&call->engine, call->crops, call->rows, call->count, call->run.pool);
    py_run_end(&call->run);
    if (error.status)
        py_set_run_error(call->function, error);
    return error.status ? -1 : 0;
}

static PyObject *crop(PyObject *module, const CropArguments *given, int num_threads)
{
    ModuleState *state = state_of(module);
    CropCall call = {0};
    PyObject *list = NULL;
    if (read_arguments(&call, state, given) == 0 && plan(&call, num_threads) == 0 &&
        check_plan(&call, state) == 0 && leave_out(&call) == 0)
        list = allocate(&call);
    if (list && cut(&call) < 0)
        Py_CLEAR(list);
    if (list && call.indices)
        Py_SETREF(list, PyTuple_Pack(2, list, call.indices));
    release(&call);
    return list;
}

PyObject *py_image_crop(PyObject *module, PyObject *const *values, Py_ssize_t positional,
                        PyObject *kwnames)
{
    static const char *const names[] = {"image", "boxes", "degenerate", "out", PY_CONVENTION_NAMES};
    static const PyParameters parameters = {"image_crop", names, PY_LENGTH(names), .required = 2};
    CropArguments given = {.function = parameters.function};
    PyObject **const places[] = {&given.image, &given.boxes, &given.degenerate, &given.out,
                                 PY_CONVENTION_PLACES(given.convention)};
    if (py_arguments_read(&parameters, &(PyGiven){values, positional, kwnames}, places) < 0)
        return NULL;
    return crop(module, &given, 1);
}

PyObject *py_image_crop_openmp(PyObject *module, PyObject *const *values, Py_ssize_t positional,
                               PyObject *kwnames)
{
    static const char *const names[] = {"image",       "boxes", "degenerate",
                                        "num_threads", "out",   PY_CONVENTION_NAMES};
    static const PyParameters parameters = {"image_crop_openmp", names, PY_LENGTH(names),
                                            .required = 2};
    CropArguments given = {.function = parameters.function};
    PyObject *threads = Py_None;
    PyObject **const places[] = {&given.image,      &given.boxes,
                                 &given.degenerate, &threads,
                                 &given.out,        PY_CONVENTION_PLACES(given.convention)};
    if (py_arguments_read(&parameters, &(PyGiven){values, positional, kwnames}, places) < 0)
        return NULL;
    const int num_threads = py_resolve_threads(given.function, threads);
    return num_threads < 0 ? NULL : crop(module, &given, num_threads);
}

PyObject *py_set_conventions(PyObject *module, PyObject *conventions)
{
    return PyDict_Update(state_of(module)->conventions, conventions) < 0 ? NULL
                                                                         : Py_NewRef(Py_None);
}
