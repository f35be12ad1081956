#include "binding/convert/sampling.h"

const char *const py_interpolation_names[] = {
    [FASTCV_NEAREST] = "nearest", [FASTCV_LINEAR] = "linear",     [FASTCV_CUBIC] = "cubic",
    [FASTCV_AREA] = "area",       [FASTCV_LANCZOS4] = "lanczos4", [FASTCV_INTERPOLATIONS] = NULL};

const char *const py_border_names[] = {
    [FASTCV_CONSTANT] = "constant", [FASTCV_REPLICATE] = "replicate",
    [FASTCV_REFLECT] = "reflect",   [FASTCV_REFLECT101] = "reflect101",
    [FASTCV_WRAP] = "wrap",         [FASTCV_BORDERS] = NULL};

const int py_cv2_interpolations[PY_CV2_INTERPOLATIONS] = {
    FASTCV_NEAREST, FASTCV_LINEAR, FASTCV_CUBIC, FASTCV_AREA, FASTCV_LANCZOS4};

const int py_cv2_borders[PY_CV2_BORDERS] = {FASTCV_CONSTANT, FASTCV_REPLICATE, FASTCV_REFLECT,
                                            FASTCV_WRAP, FASTCV_REFLECT101};
