/* Ints, numbers, choices and border values. */
#include "binding/convert/convert.h"

#include <math.h>

#include "fastcv/float_mode.h"

/* The int's digits. Python refuses to write thousands of digits, or takes long. */
static PyObject *show_int(PyObject *number)
{
    if (PyLong_AsDouble(number) != -1 || !PyErr_Occurred())
        return PyObject_Repr(number);
    PyErr_Clear();
    return PyUnicode_FromString("an int beyond float64");
}

int py_int_convert(const char *function, const char *argument, PyObject *object, const char *wanted,
                   int64_t least, int64_t most, int64_t *value)
{
    PyObject *number = PyIndex_Check(object) ? PyNumber_Index(object) : NULL;
    if (!number) {
        if (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "%s: %s must be %s, not %.200s", function, argument,
                         wanted, Py_TYPE(object)->tp_name);
        return -1;
    }
    int is_beyond; /* -1 or 1 if a long long is too small for it */
    *value = PyLong_AsLongLongAndOverflow(number, &is_beyond);
    if (is_beyond)
        *value = is_beyond < 0 ? INT64_MIN : INT64_MAX;
    const int is_refused = *value < least || *value > most;
    PyObject *shown = is_refused ? show_int(number) : NULL;
    if (shown && most == INT64_MAX)
        PyErr_Format(PyExc_ValueError, "%s: %s must be at least %lld, got %U", function, argument,
                     (long long)least, shown);
    else if (shown)
        PyErr_Format(PyExc_ValueError, "%s: %s must be from %lld to %lld, got %U", function,
                     argument, (long long)least, (long long)most, shown);
    Py_XDECREF(shown);
    Py_DECREF(number);
    return is_refused ? -1 : 0;
}

int py_number_convert(const char *function, const char *argument, PyObject *object,
                      const char *wanted, double *value)
{
    *value = PyFloat_AsDouble(object);
    if (*value != -1 || !PyErr_Occurred())
        return 0;
    /* For an array of text NumPy raises a ValueError. */
    if (PyErr_ExceptionMatches(PyExc_TypeError) ||
        (PyArray_Check(object) && PyErr_ExceptionMatches(PyExc_ValueError)))
        PyErr_Format(PyExc_TypeError, "%s: %s must be %s, not %.200s", function, argument, wanted,
                     Py_TYPE(object)->tp_name);
    else if (PyErr_ExceptionMatches(PyExc_OverflowError))
        PyErr_Format(PyExc_ValueError, "%s: %s is beyond float64", function, argument);
    return -1;
}

/* "a", "b" or "c" */
static PyObject *list_choices(const char *const names[])
{
    PyObject *list = PyUnicode_FromString("");
    for (int i = 0; list && names[i]; i++) {
        const char *separator = i == 0 ? "" : names[i + 1] ? ", " : " or ";
        Py_SETREF(list, PyUnicode_FromFormat("%U%s\"%s\"", list, separator, names[i]));
    }
    return list;
}

int py_choice_convert(const char *function, const char *argument, PyObject *object,
                      const char *const names[])
{
    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s: %s must be a str, not %.200s", function, argument,
                     Py_TYPE(object)->tp_name);
        return -1;
    }
    for (int i = 0; names[i]; i++) {
        if (PyUnicode_CompareWithASCIIString(object, names[i]) == 0)
            return i;
    }
    PyObject *choices = list_choices(names);
    if (choices)
        PyErr_Format(PyExc_ValueError, "%s: %s must be %U, got %.200R", function, argument, choices,
                     object);
    Py_XDECREF(choices);
    return -1;
}

int py_cv2_choice_convert(const char *function, const char *argument, PyObject *object,
                          const char *const names[], const int values[], int count)
{
    static const char wanted[] = "a str or cv2's int";
    if (PyUnicode_Check(object))
        return py_choice_convert(function, argument, object, names);
    int64_t number;
    if (PyBool_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s: %s must be %s, not bool", function, argument, wanted);
        return -1;
    }
    if (py_int_convert(function, argument, object, wanted, INT64_MIN, INT64_MAX, &number) < 0)
        return -1;
    if (number >= 0 && number < count)
        return values[number];
    PyObject *choices = list_choices(names);
    PyObject *shown = choices ? PyNumber_Index(object) : NULL;
    if (shown)
        Py_SETREF(shown, show_int(shown));
    if (shown)
        PyErr_Format(PyExc_ValueError, "%s: %s must be %U, or cv2's int for one of them, got %U",
                     function, argument, choices, shown);
    Py_XDECREF(choices);
    Py_XDECREF(shown);
    return -1;
}

static int is_in_range(double value, FastcvDepth depth)
{
    switch (depth) {
    case FASTCV_U8:
        return value >= 0 && value <= UINT8_MAX;
    case FASTCV_U16:
        return value >= 0 && value <= UINT16_MAX;
    case FASTCV_S16:
        return value >= INT16_MIN && value <= INT16_MAX;
    case FASTCV_F32:
        return !isfinite(value) || fabs(value) <= 3.4028234663852886e38; /* FLT_MAX */
    default:
        return 1;
    }
}

/* Not inlined, so that its comparisons stay in the floating-point mode that the caller has set:
 * flushing to zero would take a tiny negative number for 0. */
static __attribute__((noinline)) int first_outside(const double *values, int count,
                                                   FastcvDepth depth)
{
    int i = 0;
    while (i < count && is_in_range(values[i], depth))
        i++;
    return i;
}

static int read_number(const char *function, PyObject *object, double *value)
{
    return py_number_convert(function, "border_value", object, "a number or one number a channel",
                             value);
}

/* Whether the object is one number: it has no length, or is text. -1 on error. */
static int is_single(PyObject *object)
{
    if (PyUnicode_Check(object) || PyBytes_Check(object) || PyByteArray_Check(object) ||
        !PySequence_Check(object))
        return 1;
    if (PySequence_Size(object) >= 0)
        return 0;
    if (!PyErr_ExceptionMatches(PyExc_TypeError))
        return -1;
    PyErr_Clear(); /* a zero-dimensional array: a number */
    return 1;
}

int py_border_value_convert(const char *function, PyObject *object, PyBorderValue *border)
{
    border->count = 0;
    const int is_number = is_single(object);
    if (is_number < 0)
        return -1;
    if (is_number)
        return read_number(function, object, &border->numbers[0]);

    PyObject *numbers =
        PySequence_Tuple(object); /* a copy: a number's own code may change a list */
    if (!numbers)
        return -1;
    int status = 0;
    border->count = PyTuple_GET_SIZE(numbers);
    if (border->count < 1 || border->count > FASTCV_MAX_CHANNELS) {
        PyErr_Format(PyExc_ValueError,
                     "%s: border_value must be a number or one number a channel, got %zd numbers",
                     function, border->count);
        status = -1;
    }
    for (Py_ssize_t i = 0; i < border->count && !status; i++)
        status = read_number(function, PyTuple_GET_ITEM(numbers, i), &border->numbers[i]);
    Py_DECREF(numbers);
    return status;
}

int py_border_value_apply(const char *function, const PyBorderValue *border,
                          const FastcvImage *image, double value[FASTCV_MAX_CHANNELS])
{
    if (border->count && border->count != image->channels) {
        PyErr_Format(PyExc_ValueError,
                     "%s: border_value must be a number or one number a channel (%d), "
                     "got %zd numbers",
                     function, image->channels, border->count);
        return -1;
    }
    for (int i = 0; i < image->channels; i++)
        value[i] = border->numbers[border->count ? i : 0];
    const FastcvFloatMode before = fastcv_float_mode_enter();
    const int outside = first_outside(value, image->channels, image->depth);
    fastcv_float_mode_leave(before);
    if (outside == image->channels)
        return 0;
    PyObject *number = PyFloat_FromDouble(value[outside]);
    if (number)
        PyErr_Format(PyExc_ValueError, "%s: border_value %R is outside the image's dtype", function,
                     number);
    Py_XDECREF(number);
    return -1;
}
