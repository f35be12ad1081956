#include "binding/convert.h"

#include <math.h>

int py_choice_convert(const char *function, const char *argument, PyObject *object,
                      const char *const names[])
{
    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s: %s must be a str, not %.200s", function, argument,
                     Py_TYPE(object)->tp_name);
        return -1;
    }
    char choices[128] = "";
    for (int i = 0; names[i]; i++) {
        if (PyUnicode_CompareWithASCIIString(object, names[i]) == 0)
            return i;
        size_t end = strlen(choices);
        const char *separator = i == 0 ? "" : names[i + 1] ? ", " : " or ";
        PyOS_snprintf(choices + end, sizeof choices - end, "%s\"%s\"", separator, names[i]);
    }
    PyErr_Format(PyExc_ValueError, "%s: %s must be %s, got %R", function, argument, choices,
                 object);
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

static int read_number(const char *function, PyObject *object, FastcvDepth depth, double *value)
{
    *value = PyFloat_AsDouble(object);
    if (*value == -1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError,
                         "%s: border_value must be a number or one number a channel, not %.200s",
                         function, Py_TYPE(object)->tp_name);
        return -1;
    }
    if (!is_in_range(*value, depth)) {
        PyErr_Format(PyExc_ValueError, "%s: border_value %R is outside the image's dtype", function,
                     object);
        return -1;
    }
    return 0;
}

int py_border_value_convert(const char *function, PyObject *object, const FastcvImage *image,
                            double value[FASTCV_MAX_CHANNELS])
{
    const int channels = image->channels;
    if (PyUnicode_Check(object) || !PySequence_Check(object) || PySequence_Size(object) < 0) {
        PyErr_Clear(); /* a zero-dimensional array has no length: it is a number */
        if (read_number(function, object, image->depth, &value[0]) < 0)
            return -1;
        for (int i = 1; i < FASTCV_MAX_CHANNELS; i++)
            value[i] = value[0];
        return 0;
    }
    PyObject *numbers = PySequence_Fast(object, "border_value");
    if (!numbers)
        return -1;
    int status = 0;
    if (PySequence_Fast_GET_SIZE(numbers) != channels) {
        PyErr_Format(PyExc_ValueError,
                     "%s: border_value must be a number or one number a channel (%d), got %R",
                     function, channels, object);
        status = -1;
    }
    for (int i = 0; i < channels && !status; i++)
        status =
            read_number(function, PySequence_Fast_GET_ITEM(numbers, i), image->depth, &value[i]);
    Py_DECREF(numbers);
    return status;
}
