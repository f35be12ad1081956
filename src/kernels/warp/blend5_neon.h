/* OpenCV 5's blends in NEON. A colour pixel takes the four lanes of a vector; with three channels
 * the last lane is not used. A row of its taps is 8 bytes, or 16 for cubic. */
#ifndef FASTCV_KERNELS_BLEND5_NEON_H
#define FASTCV_KERNELS_BLEND5_NEON_H

#include <arm_neon.h>

#include "kernels/warp/blend5_all.h"
#include "kernels/warp/pixels_neon.h"

enum { BLEND5_READS_AFTER = 4 }; /* cubic reads 16 bytes of a row's 12 */

/* a + fraction · (b − a) */
static inline float32x4_t between_four(float32x4_t a, float32x4_t b, float32x4_t fraction)
{
    return vfmaq_f32(a, fraction, vsubq_f32(b, a));
}

/* Half to even. What is no number, or beyond int32, becomes 0. */
static inline int16x4_t round_four(float32x4_t values)
{
    const uint32x4_t is_whole = vcltq_f32(values, vdupq_n_f32(2147483648.0f));
    return vqmovn_s32(vandq_s32(vcvtnq_s32_f32(values), vreinterpretq_s32_u32(is_whole)));
}

/* The floats of two pixels, or of eight gray ones, as bytes. */
static inline uint8x8_t round_eight(float32x4_t low, float32x4_t high)
{
    return vqmovun_s16(vcombine_s16(round_four(low), round_four(high)));
}

/* A pixel's tap of each channel: four bytes from `first` on, as floats. */
static inline float32x4_t floats_at(uint8x16_t taps, int first)
{
    static const uint8_t places[16] = {0, 128, 128, 128, 1, 128, 128, 128,
                                       2, 128, 128, 128, 3, 128, 128, 128}; /* 128 gives 0 */
    const uint8x16_t from = vaddq_u8(vld1q_u8(places), vdupq_n_u8((uint8_t)first));
    return vcvtq_f32_u32(vreinterpretq_u32_u8(vqtbl1q_u8(taps, from)));
}

/* ---- linear ---- */

static inline float32x4_t linear5_row(const uint8_t *row, float32x4_t across, int channels)
{
    const uint8x16_t taps = vcombine_u8(vld1_u8(row), vdup_n_u8(0));
    return between_four(floats_at(taps, 0), floats_at(taps, channels), across);
}

static inline float32x4_t linear5_pixel(const uint8_t *row, ptrdiff_t stride_bytes, float across,
                                        float down, int channels)
{
    const float32x4_t a = vdupq_n_f32(across);
    return between_four(linear5_row(row, a, channels), linear5_row(row + stride_bytes, a, channels),
                        vdupq_n_f32(down));
}

INLINED void linear5_eight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                           const float *across, const float *down, int channels, int has_room,
                           uint8_t *out)
{
    (void)has_room;
    uint8x8_t pairs[4];
    for (int k = 0; k < 8; k += 2)
        pairs[k / 2] =
            round_eight(linear5_pixel(base + offset[k], stride_bytes, across[k], down[k], channels),
                        linear5_pixel(base + offset[k + 1], stride_bytes, across[k + 1],
                                      down[k + 1], channels));
    store_pixels(out, pairs, channels);
}

/* The first four of eight bytes, or the last, as floats. */
static inline float32x4_t low_floats(uint8x8_t bytes)
{
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(bytes))));
}

static inline float32x4_t high_floats(uint8x8_t bytes)
{
    return vcvtq_f32_u32(vmovl_u16(vget_high_u16(vmovl_u8(bytes))));
}

static inline void linear5_eight_gray(const uint8_t *base, ptrdiff_t stride_bytes,
                                      const int32_t *offset, const float *across, const float *down,
                                      int channels, int has_room, uint8_t *out)
{
    (void)channels, (void)has_room;
    const uint8x8x2_t upper = load_neighbours(base, offset);
    const uint8x8x2_t lower = load_neighbours(base + stride_bytes, offset);
    const float32x4_t a = vld1q_f32(across), a_high = vld1q_f32(across + 4);
    const float32x4_t low = between_four(
        between_four(low_floats(upper.val[0]), low_floats(upper.val[1]), a),
        between_four(low_floats(lower.val[0]), low_floats(lower.val[1]), a), vld1q_f32(down));
    const float32x4_t high =
        between_four(between_four(high_floats(upper.val[0]), high_floats(upper.val[1]), a_high),
                     between_four(high_floats(lower.val[0]), high_floats(lower.val[1]), a_high),
                     vld1q_f32(down + 4));
    vst1_u8(out, round_eight(low, high));
}

/* ---- cubic ---- */

/* cubic_weights5 of eight pixels, by tap. */
typedef struct CubicWeights5Eight {
    float tap[4][8];
} CubicWeights5Eight;

static inline CubicWeights5Eight cubic5_weights_eight(const float *fractions)
{
    const float32x4_t one = vdupq_n_f32(1);
    CubicWeights5Eight weights;
    for (int k = 0; k < 8; k += 4) {
        const float32x4_t a = vld1q_f32(fractions + k), b = vsubq_f32(one, a);
        const float32x4_t aa = vmulq_f32(a, a), bb = vmulq_f32(b, b);
        const float32x4_t first = vmulq_n_f32(vmulq_f32(a, bb), -0.75f);
        const float32x4_t last = vmulq_n_f32(vmulq_f32(aa, b), -0.75f);
        const float32x4_t inner = vfmaq_f32(vdupq_n_f32(-2.25f), a, vdupq_n_f32(1.25f));
        const float32x4_t second = vfmaq_f32(one, aa, inner);
        vst1q_f32(weights.tap[0] + k, first);
        vst1q_f32(weights.tap[1] + k, second);
        vst1q_f32(weights.tap[2] + k, vsubq_f32(vsubq_f32(vsubq_f32(one, first), second), last));
        vst1q_f32(weights.tap[3] + k, last);
    }
    return weights;
}

INLINED float32x4_t cubic5_pixel(const uint8_t *tap, ptrdiff_t stride_bytes,
                                 const CubicWeights5Eight *x, const CubicWeights5Eight *y,
                                 int pixel, int channels)
{
    float32x4_t total = vdupq_n_f32(0);
    for (int row = 0; row < 4; row++, tap += stride_bytes) {
        const uint8x16_t taps = vld1q_u8(tap);
        float32x4_t sum = vmulq_n_f32(floats_at(taps, 0), x->tap[0][pixel]);
        for (int column = 1; column < 4; column++)
            sum = vfmaq_n_f32(sum, floats_at(taps, column * channels), x->tap[column][pixel]);
        total = vfmaq_n_f32(total, sum, y->tap[row][pixel]);
    }
    return total;
}

INLINED void cubic5_eight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                          const float *across, const float *down, int channels, int has_room,
                          uint8_t *out)
{
    (void)has_room;
    const CubicWeights5Eight x = cubic5_weights_eight(across), y = cubic5_weights_eight(down);
    const uint8_t *tap = base - stride_bytes - channels;
    uint8x8_t pairs[4];
    for (int k = 0; k < 8; k += 2)
        pairs[k / 2] =
            round_eight(cubic5_pixel(tap + offset[k], stride_bytes, &x, &y, k, channels),
                        cubic5_pixel(tap + offset[k + 1], stride_bytes, &x, &y, k + 1, channels));
    store_pixels(out, pairs, channels);
}

/* Four gray pixels, from pixel k on: their rows of four taps, tap by tap. */
static inline float32x4_t cubic5_four_gray(const uint8_t *tap, ptrdiff_t stride_bytes,
                                           const int32_t *offset, const CubicWeights5Eight *x,
                                           const CubicWeights5Eight *y, int k)
{
    const uint32x4_t byte = vdupq_n_u32(255);
    float32x4_t total = vdupq_n_f32(0);
    for (int row = 0; row < 4; row++, tap += stride_bytes) {
        uint32x4_t taps = vdupq_n_u32(load_u32(tap + offset[k]));
        taps = vsetq_lane_u32(load_u32(tap + offset[k + 1]), taps, 1);
        taps = vsetq_lane_u32(load_u32(tap + offset[k + 2]), taps, 2);
        taps = vsetq_lane_u32(load_u32(tap + offset[k + 3]), taps, 3);
        float32x4_t sum = vmulq_f32(vcvtq_f32_u32(vandq_u32(taps, byte)), vld1q_f32(x->tap[0] + k));
        sum = vfmaq_f32(sum, vcvtq_f32_u32(vandq_u32(vshrq_n_u32(taps, 8), byte)),
                        vld1q_f32(x->tap[1] + k));
        sum = vfmaq_f32(sum, vcvtq_f32_u32(vandq_u32(vshrq_n_u32(taps, 16), byte)),
                        vld1q_f32(x->tap[2] + k));
        sum = vfmaq_f32(sum, vcvtq_f32_u32(vshrq_n_u32(taps, 24)), vld1q_f32(x->tap[3] + k));
        total = vfmaq_f32(total, sum, vld1q_f32(y->tap[row] + k));
    }
    return total;
}

static inline void cubic5_eight_gray(const uint8_t *base, ptrdiff_t stride_bytes,
                                     const int32_t *offset, const float *across, const float *down,
                                     int channels, int has_room, uint8_t *out)
{
    (void)channels, (void)has_room;
    const CubicWeights5Eight x = cubic5_weights_eight(across), y = cubic5_weights_eight(down);
    const uint8_t *tap = base - stride_bytes - 1;
    vst1_u8(out, round_eight(cubic5_four_gray(tap, stride_bytes, offset, &x, &y, 0),
                             cubic5_four_gray(tap, stride_bytes, offset, &x, &y, 4)));
}

#endif
