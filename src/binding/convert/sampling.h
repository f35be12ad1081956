/* The sampling options, which every entry that reads pixels takes. */
#ifndef FASTCV_BINDING_CONVERT_SAMPLING_H
#define FASTCV_BINDING_CONVERT_SAMPLING_H

#include "binding/convert/convert.h"

/* By FastcvInterpolation and FastcvBorder; NULL after the last. */
extern const char *const py_interpolation_names[], *const py_border_names[];

/* The same, by the ints that cv2 has for them (cv2.INTER_CUBIC, cv2.BORDER_REFLECT_101). */
enum { PY_CV2_INTERPOLATIONS = 5, PY_CV2_BORDERS = 5 };
extern const int py_cv2_interpolations[PY_CV2_INTERPOLATIONS], py_cv2_borders[PY_CV2_BORDERS];

typedef struct PySampling {
    FastcvSampling options;
    PyBorderValue
        border_value; /* py_border_value_apply makes numbers of it once the image is known */
} PySampling;

#endif
