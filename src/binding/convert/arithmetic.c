#include "binding/convert/arithmetic.h"

#include "binding/convert/sampling.h"
#include "fastcv/build.h"

enum { AUTOMATIC = FASTCV_ARITHMETICS };

const char *const py_arithmetic_names[] = {
    [FASTCV_OPENCV4] = "opencv4", [FASTCV_OPENCV5] = "opencv5", [AUTOMATIC] = "auto", NULL};

int py_choose_arithmetic(ModuleState *state)
{
    const char *name = getenv("FASTCV_ARITHMETIC");
    state->default_arithmetic = FASTCV_OPENCV4;
    if (!name || !*name)
        return 0;
    for (int i = 0; py_arithmetic_names[i]; i++) {
        if (strcmp(py_arithmetic_names[i], name) == 0) {
            state->default_arithmetic = i;
            return 0;
        }
    }
    PyErr_Format(PyExc_ImportError,
                 "FASTCV_ARITHMETIC must be 'opencv4', 'opencv5' or 'auto', got '%s'", name);
    return -1;
}

/* Python finds packages, and knows whether cv2 is imported. */
static int ask_for_installed(void)
{
    PyObject *module = PyImport_ImportModule("fastcv.arithmetic");
    PyObject *major = module ? PyObject_CallMethod(module, "installed_major", NULL) : NULL;
    const long number = major ? PyLong_AsLong(major) : -1;
    Py_XDECREF(module);
    Py_XDECREF(major);
    if (PyErr_Occurred())
        return -1;
    return number >= 5 ? FASTCV_OPENCV5 : FASTCV_OPENCV4;
}

int py_arithmetic_convert(ModuleState *state, const char *function, PyObject *object)
{
    const int choice = object && object != Py_None
                           ? py_choice_convert(function, "arithmetic", object, py_arithmetic_names)
                           : state->default_arithmetic;
    return choice == AUTOMATIC ? ask_for_installed() : choice;
}

int py_arithmetic_check(const char *function, const FastcvSampling *sampling,
                        const FastcvImage *image)
{
    static const char *const depths[FASTCV_DEPTHS] = {"uint8", "uint16", "int16", "float32",
                                                      "float64"};
    if (fastcv_crop_is_offered(image, sampling))
        return 0;
    if (sampling->arithmetic == FASTCV_OPENCV4) {
        PyErr_Format(
            PyExc_ValueError,
            "%s: interpolation \"cubic\" of %s, %d channel%s and border \"%s\" is "
            "OpenCV's own, and this fastcv was built with OpenCV %s, whose cubic gives "
            "other pixels than OpenCV 4's: use a fastcv built with OpenCV 4, as its wheels "
            "are",
            function, depths[image->depth], image->channels, image->channels == 1 ? "" : "s",
            py_border_names[sampling->border], fastcv_build_opencv_compiled());
        return -1;
    }
    PyErr_Format(
        PyExc_ValueError,
        "%s: arithmetic \"opencv5\" takes uint8 images of 1, 3 or 4 channels, the "
        "interpolations \"nearest\", \"linear\", \"area\" and \"cubic\", and the borders "
        "\"constant\" and \"replicate\"; only \"opencv4\" takes %s, %d channel%s, \"%s\" and "
        "\"%s\"",
        function, depths[image->depth], image->channels, image->channels == 1 ? "" : "s",
        py_interpolation_names[sampling->interpolation], py_border_names[sampling->border]);
    return -1;
}
