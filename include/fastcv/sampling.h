/* How a page is read between its pixels and beyond its edges: OpenCV's terms. */
#ifndef FASTCV_SAMPLING_H
#define FASTCV_SAMPLING_H

typedef enum FastcvArithmetic {
    FASTCV_OPENCV4, /* positions in 1/32 px, blended in whole numbers */
    FASTCV_OPENCV5, /* positions and blends in float */
    FASTCV_ARITHMETICS
} FastcvArithmetic;

typedef enum FastcvInterpolation {
    FASTCV_NEAREST,
    FASTCV_LINEAR,
    FASTCV_CUBIC,
    FASTCV_AREA, /* OpenCV's warp takes it and computes FASTCV_LINEAR */
    FASTCV_LANCZOS4,
    FASTCV_INTERPOLATIONS
} FastcvInterpolation;

typedef enum FastcvBorder {
    FASTCV_CONSTANT,
    FASTCV_REPLICATE,
    FASTCV_REFLECT,
    FASTCV_REFLECT101,
    FASTCV_WRAP,
    FASTCV_BORDERS
} FastcvBorder;

typedef struct FastcvSampling {
    FastcvInterpolation interpolation;
    FastcvBorder border;
    FastcvArithmetic arithmetic;
} FastcvSampling;

#endif
