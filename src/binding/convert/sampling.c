#include "binding/convert/sampling.h"

static const char *const interpolation_names[] = {
    [FASTCV_NEAREST] = "nearest", [FASTCV_LINEAR] = "linear",     [FASTCV_CUBIC] = "cubic",
    [FASTCV_AREA] = "area",       [FASTCV_LANCZOS4] = "lanczos4", [FASTCV_INTERPOLATIONS] = NULL};

static const char *const border_names[] = {
    [FASTCV_CONSTANT] = "constant", [FASTCV_REPLICATE] = "replicate",
    [FASTCV_REFLECT] = "reflect",   [FASTCV_REFLECT101] = "reflect101",
    [FASTCV_WRAP] = "wrap",         [FASTCV_BORDERS] = NULL};

int py_sampling_convert(const char *function, const PySamplingArguments *arguments,
                        PySampling *sampling)
{
    int interpolation = FASTCV_LINEAR, border = FASTCV_CONSTANT;
    *sampling = (PySampling){0};
    if (arguments->interpolation)
        interpolation = py_choice_convert(function, "interpolation", arguments->interpolation,
                                          interpolation_names);
    if (interpolation < 0)
        return -1;
    if (arguments->border)
        border = py_choice_convert(function, "border", arguments->border, border_names);
    if (border < 0)
        return -1;
    sampling->options = (FastcvSampling){(FastcvInterpolation)interpolation, (FastcvBorder)border};
    if (!arguments->border_value)
        return 0;
    return py_border_value_convert(function, arguments->border_value, &sampling->border_value);
}
