#include "binding/convert/convention.h"

#include <math.h>
#include <stddef.h>

#include "binding/convert/arguments.h"
#include "fastcv/float_mode.h"

static const char *const size_names[] = {
    [FASTCV_SIZE_LONGER] = "longer",
    [FASTCV_SIZE_EDGES] = "edges",
    [FASTCV_SIZE_LONGER_EDGES] = "longer_edges",
    [FASTCV_SIZE_MEAN] = "mean",
    [FASTCV_SIZE_RULES] = NULL,
};
static const char *const corner_names[] = {"w", "w-1", NULL}; /* by the inset */
static const char *const transform_names[] = {
    [FASTCV_PERSPECTIVE] = "perspective",
    [FASTCV_AFFINE] = "affine",
    [FASTCV_TRANSFORMS] = NULL,
};
static const char *const order_names[] = {
    [FASTCV_ORDER_GIVEN] = "given",
    [FASTCV_ORDER_CLOCKWISE] = "clockwise",
    [FASTCV_ORDER_MIN_AREA_RECT] = "min_area_rect",
    [FASTCV_ORDERS] = NULL,
};

/* docs/conventions.md has the sources of these numbers. */
static const char *const upright_names[] = {"quad", "doctr", "easyocr", "mmocr", NULL};
static const FastcvSlicing slicings[] = {
    [1] = {.is_rounded = 1, .extra_px = 1},
    [2] = {.is_rounded = 0},
    [3] = {.long_pad = 0.4, .short_pad = 0.2},
};

/* ---- options ---- */

/* One call's arguments, and the convention's object; NULL if there is none. */
typedef struct Reader {
    const char *function;
    PyObject *convention;
} Reader;

/* An option's value, and how messages call it. */
typedef struct Option {
    PyObject *value; /* owned; NULL where the default holds */
    const char *argument;
} Option;

static void set_type_error(const Reader *reader)
{
    PyErr_Format(PyExc_TypeError, "%s: convention must be a name or a CropConvention, not %.200s",
                 reader->function, Py_TYPE(reader->convention)->tp_name);
}

/* The keyword if it is given, otherwise the convention's attribute. name is "convention.size", of
 * which a keyword's messages show only "size". */
static int find(const Reader *reader, const char *name, PyObject *keyword, Option *option)
{
    const size_t prefix = sizeof "convention." - 1;
    option->value = Py_XNewRef(keyword);
    option->argument = name + prefix;
    if (keyword || !reader->convention)
        return 0;
    option->argument = name;
    option->value = PyObject_GetAttrString(reader->convention, name + prefix);
    if (!option->value && PyErr_ExceptionMatches(PyExc_AttributeError))
        set_type_error(reader);
    return option->value ? 0 : -1;
}

/* *choice keeps its value, the default, where there is no option. cv2 has no ints for the names if
 * values is NULL. */
static int read_cv2_choice(const Reader *reader, const char *name, PyObject *keyword,
                           const char *const names[], const int values[], int count, int *choice)
{
    Option option;
    if (find(reader, name, keyword, &option) < 0)
        return -1;
    if (!option.value)
        return 0;
    *choice = values ? py_cv2_choice_convert(reader->function, option.argument, option.value, names,
                                             values, count)
                     : py_choice_convert(reader->function, option.argument, option.value, names);
    Py_DECREF(option.value);
    return *choice < 0 ? -1 : 0;
}

static int read_choice(const Reader *reader, const char *name, PyObject *keyword,
                       const char *const names[], int *choice)
{
    return read_cv2_choice(reader, name, keyword, names, NULL, 0, choice);
}

/* Not inlined: its comparison stays in the floating-point mode that the caller has set. */
static __attribute__((noinline)) int is_ratio(const double *value)
{
    return isfinite(*value) && *value > 0;
}

static int read_ratio(const char *function, const Option *option, double *ratio)
{
    if (PyBool_Check(option->value)) {
        PyErr_Format(PyExc_TypeError, "%s: %s must be a number or None, not bool", function,
                     option->argument);
        return -1;
    }
    if (py_number_convert(function, option->argument, option->value, "a number or None", ratio) < 0)
        return -1;
    const FastcvFloatMode before = fastcv_float_mode_enter();
    const int is_good = is_ratio(ratio);
    fastcv_float_mode_leave(before);
    if (!is_good)
        PyErr_Format(PyExc_ValueError, "%s: %s must be a finite number above 0, got %.200R",
                     function, option->argument, option->value);
    return is_good ? 0 : -1;
}

static int read_tall_ratio(const Reader *reader, PyObject *keyword, double *ratio)
{
    Option option;
    int status = find(reader, "convention.tall_ratio", keyword, &option);
    if (status == 0 && option.value && option.value != Py_None)
        status = read_ratio(reader->function, &option, ratio);
    Py_XDECREF(option.value);
    return status;
}

static int read_grayscale(const Reader *reader, PyObject *keyword, int *is_grayscale)
{
    Option option;
    int status = find(reader, "convention.grayscale", keyword, &option);
    if (option.value) {
        *is_grayscale = PyBool_Check(option.value) || PyArray_IsScalar(option.value, Bool)
                            ? PyObject_IsTrue(option.value)
                            : -1;
        if (*is_grayscale < 0 && !PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "%s: %s must be True or False, not %.200s",
                         reader->function, option.argument, Py_TYPE(option.value)->tp_name);
        status = *is_grayscale < 0 ? -1 : 0;
        Py_DECREF(option.value);
    }
    return status;
}

static int read_border_value(const Reader *reader, PyObject *keyword, PyBorderValue *border)
{
    Option option;
    int status = find(reader, "convention.border_value", keyword, &option);
    if (option.value)
        status = py_border_value_convert(reader->function, option.value, border);
    Py_XDECREF(option.value);
    return status;
}

static int read_rule(const Reader *reader, const PyConventionArguments *given, FastcvRule *rule)
{
    int size = FASTCV_SIZE_LONGER, inset = 1, transform = FASTCV_PERSPECTIVE;
    int order = FASTCV_ORDER_GIVEN;
    *rule = (FastcvRule){0};
    if (read_choice(reader, "convention.size", given->size, size_names, &size) < 0 ||
        read_choice(reader, "convention.corners", given->corners, corner_names, &inset) < 0 ||
        read_choice(reader, "convention.transform", given->transform, transform_names, &transform) <
            0 ||
        read_choice(reader, "convention.order", given->order, order_names, &order) < 0 ||
        read_tall_ratio(reader, given->tall_ratio, &rule->tall_ratio) < 0)
        return -1;
    rule->size = (FastcvSizeRule)size;
    rule->inset_px = inset;
    rule->transform = (FastcvTransform)transform;
    rule->order = (FastcvOrder)order;
    return 0;
}

static int read_all(const Reader *reader, const PyConventionArguments *given,
                    PyConvention *convention)
{
    FastcvSampling *options = &convention->sampling.options;
    int upright = 0, interpolation = FASTCV_LINEAR, border = FASTCV_CONSTANT;
    if (read_rule(reader, given, &convention->rule) < 0 ||
        read_choice(reader, "convention.upright", NULL, upright_names, &upright) < 0 ||
        read_cv2_choice(reader, "convention.interpolation", given->interpolation,
                        py_interpolation_names, py_cv2_interpolations, PY_CV2_INTERPOLATIONS,
                        &interpolation) < 0 ||
        read_cv2_choice(reader, "convention.border", given->border, py_border_names, py_cv2_borders,
                        PY_CV2_BORDERS, &border) < 0 ||
        read_border_value(reader, given->border_value, &convention->sampling.border_value) < 0 ||
        read_grayscale(reader, given->grayscale, &convention->is_grayscale) < 0)
        return -1;
    options->interpolation = (FastcvInterpolation)interpolation;
    options->border = (FastcvBorder)border;
    convention->slicing = upright ? &slicings[upright] : NULL;
    return 0;
}

/* ---- the convention itself ---- */

static void set_name_error(const char *function, PyObject *conventions, PyObject *name)
{
    PyObject *names = PySequence_List(conventions);
    PyObject *separator = PyUnicode_FromString("\", \"");
    PyObject *joined = names && separator ? PyUnicode_Join(separator, names) : NULL;
    if (joined)
        PyErr_Format(PyExc_ValueError,
                     "%s: convention must be a CropConvention or one of \"%U\", got %.200R",
                     function, joined, name);
    Py_XDECREF(joined);
    Py_XDECREF(separator);
    Py_XDECREF(names);
}

/* The names come with the module that has the conventions, which is imported when one is needed. */
static int learn_names(ModuleState *state)
{
    const Py_ssize_t known = PyObject_Size(state->conventions);
    if (known != 0)
        return known < 0 ? -1 : 0;
    PyObject *module = PyImport_ImportModule("fastcv.conventions");
    Py_XDECREF(module);
    return module ? 0 : -1;
}

/* The object of that name. A new reference, or NULL with an exception. */
static PyObject *look_up(ModuleState *state, const char *function, PyObject *name)
{
    if (learn_names(state) < 0)
        return NULL;
    PyObject *convention = PyObject_GetItem(state->conventions, name);
    if (!convention && PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_Clear();
        set_name_error(function, state->conventions, name);
    }
    return convention;
}

int py_convention_convert(ModuleState *state, const char *function,
                          const PyConventionArguments *arguments, PyConvention *convention)
{
    Reader reader = {function, NULL};
    PyObject *given = arguments->convention;
    *convention = (PyConvention){0};
    if (given) {
        reader.convention =
            PyUnicode_Check(given) ? look_up(state, function, given) : Py_NewRef(given);
        if (!reader.convention)
            return -1;
    }
    const int status = read_all(&reader, arguments, convention);
    Py_XDECREF(reader.convention);
    const int arithmetic =
        status < 0 ? -1 : py_arithmetic_convert(state, function, arguments->arithmetic);
    convention->sampling.options.arithmetic = (FastcvArithmetic)arithmetic;
    return arithmetic < 0 ? -1 : 0;
}

int py_convention_arguments_from(const char *function, PyObject *dict,
                                 PyConventionArguments *arguments)
{
    static const char *const names[] = {PY_CONVENTION_NAMES};
    const PyParameters parameters = {function, names, PY_LENGTH(names), .required = 0};
    *arguments = (PyConventionArguments){0};
    PyObject **const places[] = {PY_CONVENTION_PLACES(*arguments)};
    PyObject *name, *value;
    Py_ssize_t at = 0;
    while (PyDict_Next(dict, &at, &name, &value)) {
        if (py_argument_read(&parameters, name, value, places) < 0)
            return -1;
    }
    return 0;
}
