/* The sampling options, which every entry that reads pixels takes. */
#ifndef FASTCV_BINDING_CONVERT_SAMPLING_H
#define FASTCV_BINDING_CONVERT_SAMPLING_H

#include "binding/convert/convert.h"

/* As Python gave them: borrowed, NULL where left out. */
typedef struct PySamplingArguments {
    PyObject *interpolation, *border, *border_value;
} PySamplingArguments;

typedef struct PySampling {
    FastcvSampling options;
    PyBorderValue
        border_value; /* py_border_value_apply makes numbers of it once the image is known */
} PySampling;

/* Returns 0, or -1 with an exception that names the argument. May run code of the caller's. */
int py_sampling_convert(const char *function, const PySamplingArguments *arguments,
                        PySampling *sampling);

#endif
