/* OpenCV 5's blends in plain C: the variant "c", and what the other variants have no code for. The
 * order and the rounding of every operation are OpenCV's. */
#ifndef FASTCV_KERNELS_BLEND5_C_H
#define FASTCV_KERNELS_BLEND5_C_H

#include <math.h>
#include <string.h>

#include "kernels/warp/blend5.h"
#include "kernels/warp/fused.h"

/* Half to even. What is no number, or beyond int32, becomes 0, as x86 converts and packs it. */
static inline uint8_t float_to_byte(float value)
{
    return value > 0 && value < 2147483648.0f ? (uint8_t)lrintf(value < 255 ? value : 255) : 0;
}

static inline void nearest_row(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                               const float *across, const float *down, int count, int channels,
                               uint8_t *out)
{
    (void)stride_bytes, (void)across, (void)down;
    int k = 0;
    if (channels == 3) { /* four bytes at once: the fourth is written again with the next pixel */
        for (; k + 1 < count; k++)
            memcpy(out + 3 * k, base + offset[k], 4);
    }
    for (; k < count; k++)
        memcpy(out + k * channels, base + offset[k], (size_t)channels);
}

static inline float between(float left, float right, float fraction)
{
    return fastcv_fused(fraction, right - left, left);
}

static inline void linear_row(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                              const float *across, const float *down, int count, int channels,
                              uint8_t *out)
{
    for (int k = 0; k < count; k++) {
        const uint8_t *above = base + offset[k], *below = above + stride_bytes;
        for (int c = 0; c < channels; c++) {
            const float upper = between(above[c], above[channels + c], across[k]);
            const float lower = between(below[c], below[channels + c], across[k]);
            *out++ = float_to_byte(between(upper, lower, down[k]));
        }
    }
}

/* Of the taps −1, 0, 1 and 2 px from the pixel. */
typedef struct CubicWeights5 {
    float tap[4];
} CubicWeights5;

static inline CubicWeights5 cubic_weights5(float a)
{
    const float sharp = -0.75f, b = 1 - a;
    const float first = sharp * (a * (b * b)), last = sharp * (a * a * b);
    const float second = fastcv_fused(a * a, fastcv_fused(sharp + 2, a, -(sharp + 3)), 1);
    return (CubicWeights5){{first, second, 1 - first - second - last, last}};
}

static inline void cubic_row(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                             const float *across, const float *down, int count, int channels,
                             uint8_t *out)
{
    for (int k = 0; k < count; k++) {
        const CubicWeights5 x = cubic_weights5(across[k]), y = cubic_weights5(down[k]);
        const uint8_t *first = base + offset[k] - stride_bytes - channels;
        for (int c = 0; c < channels; c++) {
            const uint8_t *tap = first + c;
            float total = 0;
            for (int row = 0; row < 4; row++, tap += stride_bytes) {
                float sum = tap[0] * x.tap[0];
                sum = fastcv_fused(tap[channels], x.tap[1], sum);
                sum = fastcv_fused(tap[2 * channels], x.tap[2], sum);
                sum = fastcv_fused(tap[3 * channels], x.tap[3], sum);
                total = fastcv_fused(sum, y.tap[row], total);
            }
            *out++ = float_to_byte(total);
        }
    }
}

/* A function for each number of channels, so that compilers unroll the loop over them. */
#define DEFINE_BLEND5(kind, channels)                                                              \
    static void kind##_row_##channels(const uint8_t *base, ptrdiff_t stride_bytes,                 \
                                      const int32_t *offset, const float *across,                  \
                                      const float *down, int count, uint8_t *out)                  \
    {                                                                                              \
        kind##_row(base, stride_bytes, offset, across, down, count, channels, out);                \
    }
#define BLEND5_ROWS(kind) {[1] = kind##_row_1, [3] = kind##_row_3, [4] = kind##_row_4}

#define DEFINE_NEAREST5                                                                            \
    DEFINE_BLEND5(nearest, 1)                                                                      \
    DEFINE_BLEND5(nearest, 3)                                                                      \
    DEFINE_BLEND5(nearest, 4)

/* All blends in plain C. */
#define DEFINE_BLENDS5_C                                                                           \
    DEFINE_NEAREST5                                                                                \
    DEFINE_BLEND5(linear, 1)                                                                       \
    DEFINE_BLEND5(linear, 3)                                                                       \
    DEFINE_BLEND5(linear, 4)                                                                       \
    DEFINE_BLEND5(cubic, 1)                                                                        \
    DEFINE_BLEND5(cubic, 3)                                                                        \
    DEFINE_BLEND5(cubic, 4)

/* The blends of the variant's table. */
#define BLEND5_ENTRIES                                                                             \
    .blend = {[FASTCV_BLEND5_NEAREST] = BLEND5_ROWS(nearest),                                      \
              [FASTCV_BLEND5_LINEAR] = BLEND5_ROWS(linear),                                        \
              [FASTCV_BLEND5_CUBIC] = BLEND5_ROWS(cubic)}

#endif
