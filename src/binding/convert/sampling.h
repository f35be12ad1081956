/* The sampling options, which every entry that reads pixels takes. */
#ifndef FASTCV_BINDING_CONVERT_SAMPLING_H
#define FASTCV_BINDING_CONVERT_SAMPLING_H

#include "binding/convert/convert.h"

/* By FastcvInterpolation and FastcvBorder; NULL after the last. */
extern const char *const py_interpolation_names[], *const py_border_names[];

typedef struct PySampling {
    FastcvSampling options;
    PyBorderValue
        border_value; /* py_border_value_apply makes numbers of it once the image is known */
} PySampling;

#endif
