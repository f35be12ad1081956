/* crop_shapes: how large crops will be. */
#include "binding/convert/arguments.h"
#include "binding/convert/convention.h"
#include "binding/crop/crop.h"
#include "binding/crop/faults.h"

/* What Python gave, borrowed; NULL where an option was left out. */
typedef struct ShapesArguments {
    PyObject *boxes, *degenerate, *image_shape;
    PyConventionArguments convention;
} ShapesArguments;

typedef struct ShapesCall {
    PyConvention convention;
    PyDegenerate degenerate;
    FastcvImage page; /* only its size; 0 if unknown */
    PyBoxes boxes;
    FastcvRule rule;
    FastcvGeometry *geometries;
} ShapesCall;

static const char function[] = "crop_shapes";

static int read_side(PyObject *object, int axis, ptrdiff_t *side)
{
    char argument[24];
    int64_t value;
    PyOS_snprintf(argument, sizeof argument, "image_shape[%d]", axis);
    if (py_int_convert(function, argument, object, "an int", 1, PTRDIFF_MAX, &value) < 0)
        return -1;
    *side = (ptrdiff_t)value;
    return 0;
}

/* (height, width), or an image's own shape. */
static int read_image_shape(PyObject *object, FastcvImage *page)
{
    if (!object || object == Py_None)
        return 0;
    PyObject *sides =
        PyTuple_Check(object) || PyList_Check(object) ? PySequence_Tuple(object) : NULL;
    if (!sides) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "%s: image_shape must be a tuple or None, not %.200s",
                         function, Py_TYPE(object)->tp_name);
        return -1;
    }
    const Py_ssize_t count = PyTuple_GET_SIZE(sides);
    int status = -1;
    if (count != 2 && count != 3)
        PyErr_Format(PyExc_ValueError,
                     "%s: image_shape must be (height, width) or (height, width, channels), got "
                     "%zd numbers",
                     function, count);
    else if (read_side(PyTuple_GET_ITEM(sides, 0), 0, &page->height_px) == 0)
        status = read_side(PyTuple_GET_ITEM(sides, 1), 1, &page->width_px);
    Py_DECREF(sides);
    return status;
}

static int read_arguments(ModuleState *state, const ShapesArguments *given, ShapesCall *call)
{
    if (py_convention_convert(state, function, &given->convention, &call->convention) < 0 ||
        py_degenerate_convert(function, given->degenerate, &call->degenerate) < 0 ||
        read_image_shape(given->image_shape, &call->page) < 0 ||
        py_boxes_convert(state, function, given->boxes, call->convention.rule.order, &call->boxes) <
            0)
        return -1;
    call->rule = py_rule_for(&call->convention, &call->boxes);
    if (!call->rule.slicing || call->page.width_px)
        return 0;
    PyErr_Format(PyExc_ValueError,
                 "%s: the convention makes slices of upright boxes, which end where the page ends: "
                 "image_shape is needed",
                 function);
    return -1;
}

/* Every box's geometry, without the GIL. */
static int measure(ShapesCall *call)
{
    call->geometries = PyMem_New(FastcvGeometry, call->boxes.count);
    if (!call->geometries) {
        PyErr_NoMemory();
        return -1;
    }
    PyRun run;
    if (py_run_begin(&run, 1) < 0)
        return -1;
    const FastcvError error = {.status = fastcv_crops_measure(&call->page, &call->rule,
                                                              call->boxes.quads, call->geometries,
                                                              call->boxes.count, run.pool)};
    py_run_end(&run);
    if (error.status)
        py_set_run_error(function, error);
    return error.status ? -1 : 0;
}

static int check_boxes(const ShapesCall *call)
{
    for (Py_ssize_t i = 0; i < call->boxes.count; i++) {
        if (py_fault_check(function, call->degenerate, &call->rule, &call->boxes.quads[i], i,
                           call->geometries[i].fault) < 0 ||
            py_is_interrupted(i))
            return -1;
    }
    return 0;
}

static PyObject *shapes_of(const ShapesCall *call)
{
    const int is_skipping = call->degenerate == PY_DEGENERATE_SKIP;
    PyObject *indices = NULL;
    if (is_skipping) {
        indices = py_cut_indices(call->geometries, sizeof *call->geometries, call->boxes.count);
        if (!indices)
            return NULL;
    }
    npy_intp dims[2] = {is_skipping ? PyArray_SIZE((PyArrayObject *)indices) : call->boxes.count,
                        2};
    PyObject *shapes = PyArray_SimpleNew(2, dims, NPY_INTP);
    npy_intp *sides = shapes ? PyArray_DATA((PyArrayObject *)shapes) : NULL;
    for (Py_ssize_t i = 0; shapes && i < call->boxes.count; i++) {
        const FastcvGeometry *crop = &call->geometries[i];
        if (is_skipping && crop->fault)
            continue;
        *sides++ = fastcv_geometry_height(crop);
        *sides++ = fastcv_geometry_width(crop);
    }
    if (shapes && indices)
        Py_SETREF(shapes, PyTuple_Pack(2, shapes, indices));
    Py_XDECREF(indices);
    return shapes;
}

PyObject *py_crop_shapes(PyObject *module, PyObject *const *values, Py_ssize_t positional,
                         PyObject *kwnames)
{
    static const char *const names[] = {"boxes", "degenerate", "image_shape", PY_CONVENTION_NAMES};
    static const PyParameters parameters = {function, names, PY_LENGTH(names), .required = 1};
    ShapesArguments given = {0};
    ShapesCall call = {0};
    PyObject *shapes = NULL;
    PyObject **const places[] = {&given.boxes, &given.degenerate, &given.image_shape,
                                 PY_CONVENTION_PLACES(given.convention)};
    if (py_arguments_read(&parameters, &(PyGiven){values, positional, kwnames}, places) == 0 &&
        read_arguments(state_of(module), &given, &call) == 0 && measure(&call) == 0 &&
        check_boxes(&call) == 0)
        shapes = shapes_of(&call);
    PyMem_Free(call.geometries);
    PyMem_Free(call.boxes.quads);
    return shapes;
}
