/* NEON: every 64-bit ARM that runs little-endian. */
#if defined(__AARCH64EL__)

#include "kernels/warp/blend4_all.h"
#include "kernels/warp/blend5_neon.h"
#include "kernels/warp/map4_all.h"
#include "kernels/warp/map5_all.h"
#include "kernels/warp/warp.h"

/* ---- linear ----
 *
 * Σ = (32−j)·H0 + j·H1 with H = (32−i)·left + i·right ≤ 8,160, and the result is (Σ + 512) >> 10.
 * In 16 bits: sqdmulh(H1 − H0, 1024·j) = floor(j·(H1 − H0) / 32); adding H0 gives floor(Σ / 32). A
 * rounding shift by 5 then gives the result, because nested floors are one floor. */

typedef struct LinearWeights {
    uint8x8_t left, right; /* 32 − i and i */
    int16x8_t down;        /* 1024·j */
} LinearWeights;

static inline LinearWeights linear_weights(uint8x8_t i, int16x8_t down)
{
    return (LinearWeights){vsub_u8(vdup_n_u8(32), i), i, down};
}

static inline uint16x8_t across(uint8x8_t left, uint8x8_t right, LinearWeights weights)
{
    return vmlal_u8(vmull_u8(left, weights.left), right, weights.right);
}

static inline uint8x8_t combine(uint16x8_t upper, uint16x8_t lower, int16x8_t down)
{
    const int16x8_t h0 = vreinterpretq_s16_u16(upper), h1 = vreinterpretq_s16_u16(lower);
    const int16x8_t sum = vaddq_s16(h0, vqdmulhq_s16(vsubq_s16(h1, h0), down));
    return vrshrn_n_u16(vreinterpretq_u16_s16(sum), 5);
}

/* The weights of two neighbouring pixels, four lanes each. */
static inline LinearWeights weights_of_pair(const uint32_t *fraction)
{
    static const uint8_t i_places[8] = {0, 0, 0, 0, 4, 4, 4, 4};
    static const uint8_t j_places[16] = {255, 2, 255, 2, 255, 2, 255, 2,
                                         255, 6, 255, 6, 255, 6, 255, 6}; /* 255 gives 0 */
    const uint32x2_t both = vld1_u32(fraction);
    const uint8x8_t quarters = vreinterpret_u8_u32(vshl_n_u32(both, 2));
    const uint8x16_t j = vqtbl1q_u8(vcombine_u8(quarters, quarters), vld1q_u8(j_places));
    return linear_weights(vtbl1_u8(vreinterpret_u8_u32(both), vld1_u8(i_places)),
                          vreinterpretq_s16_u8(j));
}

/* H of two pixels, from one row. */
static inline uint16x8_t row_of_pair(const uint8_t *base, const int32_t *offset, int channels,
                                     LinearWeights weights)
{
    static const uint8_t left[8] = {0, 1, 2, 3, 8, 9, 10, 11};
    static const uint8_t right_3[8] = {3, 4, 5, 6, 11, 12, 13, 14};
    static const uint8_t right_4[8] = {4, 5, 6, 7, 12, 13, 14, 15};
    const uint8x16_t taps = vcombine_u8(vld1_u8(base + offset[0]), vld1_u8(base + offset[1]));
    return across(vqtbl1_u8(taps, vld1_u8(left)),
                  vqtbl1_u8(taps, vld1_u8(channels == 3 ? right_3 : right_4)), weights);
}

static inline void linear_eight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                                const uint32_t *fraction, int channels, int has_room, uint8_t *out)
{
    (void)has_room;
    uint8x8_t pairs[4];
    for (int k = 0; k < 4; k++) {
        const LinearWeights weights = weights_of_pair(fraction + 2 * k);
        pairs[k] = combine(row_of_pair(base, offset + 2 * k, channels, weights),
                           row_of_pair(base + stride_bytes, offset + 2 * k, channels, weights),
                           weights.down);
    }
    store_pixels(out, pairs, channels);
}

static inline void linear_eight_gray(const uint8_t *base, ptrdiff_t stride_bytes,
                                     const int32_t *offset, const uint32_t *fraction, int channels,
                                     int has_room, uint8_t *out)
{
    (void)channels, (void)has_room;
    const uint16x8_t low = vreinterpretq_u16_u32(vld1q_u32(fraction));
    const uint16x8_t high = vreinterpretq_u16_u32(vld1q_u32(fraction + 4));
    const uint16x8_t i = vuzp1q_u16(low, high), j = vuzp2q_u16(low, high);
    const LinearWeights weights =
        linear_weights(vmovn_u16(i), vreinterpretq_s16_u16(vshlq_n_u16(j, 10)));
    const uint8x8x2_t upper = load_neighbours(base, offset);
    const uint8x8x2_t lower = load_neighbours(base + stride_bytes, offset);
    vst1_u8(out, combine(across(upper.val[0], upper.val[1], weights),
                         across(lower.val[0], lower.val[1], weights), weights.down));
}

/* ---- cubic ---- */

static inline const int16_t *cubic_weights(uint32_t fraction)
{
    return fastcv_cubic_weights[(fraction & 0xFFFF) | fraction >> 11];
}

/* The order of the rows of taps in the table of weights. */
static const int row_order[4] = {0, 2, 1, 3};

/* The sums of one pixel's channels. */
static inline int32x4_t cubic_sums(const uint8_t *tap, ptrdiff_t stride_bytes, int channels,
                                   uint32_t fraction)
{
    static const uint8_t places[16] = {0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255};
    const int16_t *weights = cubic_weights(fraction);
    int32x4_t sums = vdupq_n_s32(0);
    for (int row = 0; row < 4; row++) {
        const int16x4_t weight = vld1_s16(weights + 4 * row);
        uint8x16_t taps = vld1q_u8(tap + row_order[row] * stride_bytes);
        if (channels == 3)
            taps = vqtbl1q_u8(taps, vld1q_u8(places));
        const int16x8_t left = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(taps)));
        const int16x8_t right = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(taps)));
        sums = vmlal_lane_s16(sums, vget_low_s16(left), weight, 0);
        sums = vmlal_lane_s16(sums, vget_high_s16(left), weight, 1);
        sums = vmlal_lane_s16(sums, vget_low_s16(right), weight, 2);
        sums = vmlal_lane_s16(sums, vget_high_s16(right), weight, 3);
    }
    return sums;
}

/* (Σ + 16,384) >> 15, clamped to a byte. */
static inline uint8x8_t cubic_round(int32x4_t low, int32x4_t high)
{
    return vqmovun_s16(vcombine_s16(vqrshrn_n_s32(low, 15), vqrshrn_n_s32(high, 15)));
}

static inline void cubic_eight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                               const uint32_t *fraction, int channels, int has_room, uint8_t *out)
{
    (void)has_room;
    const uint8_t *tap = base - stride_bytes - channels;
    uint8x8_t pairs[4];
    for (int k = 0; k < 4; k++)
        pairs[k] = cubic_round(
            cubic_sums(tap + offset[2 * k], stride_bytes, channels, fraction[2 * k]),
            cubic_sums(tap + offset[2 * k + 1], stride_bytes, channels, fraction[2 * k + 1]));
    store_pixels(out, pairs, channels);
}

/* Four partial sums of one gray pixel: all 16 taps at once, the rows in the order of the weights.
 */
static inline int32x4_t cubic_sums_gray(const uint8_t *tap, ptrdiff_t stride_bytes,
                                        uint32_t fraction)
{
    const int16_t *weights = cubic_weights(fraction);
    uint32x4_t rows = vdupq_n_u32(load_u32(tap));
    rows = vsetq_lane_u32(load_u32(tap + row_order[1] * stride_bytes), rows, 1);
    rows = vsetq_lane_u32(load_u32(tap + row_order[2] * stride_bytes), rows, 2);
    rows = vsetq_lane_u32(load_u32(tap + row_order[3] * stride_bytes), rows, 3);
    const uint8x16_t taps = vreinterpretq_u8_u32(rows);
    const int16x8_t upper = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(taps)));
    const int16x8_t lower = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(taps)));
    const int16x8_t weight0 = vld1q_s16(weights), weight1 = vld1q_s16(weights + 8);
    int32x4_t sums = vmull_s16(vget_low_s16(upper), vget_low_s16(weight0));
    sums = vmlal_s16(sums, vget_high_s16(upper), vget_high_s16(weight0));
    sums = vmlal_s16(sums, vget_low_s16(lower), vget_low_s16(weight1));
    return vmlal_s16(sums, vget_high_s16(lower), vget_high_s16(weight1));
}

static inline int32x4_t cubic_four_gray(const uint8_t *tap, ptrdiff_t stride_bytes,
                                        const int32_t *offset, const uint32_t *fraction)
{
    int32x4_t sums[4];
    for (int k = 0; k < 4; k++)
        sums[k] = cubic_sums_gray(tap + offset[k], stride_bytes, fraction[k]);
    return vpaddq_s32(vpaddq_s32(sums[0], sums[1]), vpaddq_s32(sums[2], sums[3]));
}

static inline void cubic_eight_gray(const uint8_t *base, ptrdiff_t stride_bytes,
                                    const int32_t *offset, const uint32_t *fraction, int channels,
                                    int has_room, uint8_t *out)
{
    (void)has_room;
    const uint8_t *tap = base - stride_bytes - channels;
    vst1_u8(out, cubic_round(cubic_four_gray(tap, stride_bytes, offset, fraction),
                             cubic_four_gray(tap, stride_bytes, offset + 4, fraction + 4)));
}

DEFINE_BLENDS(blend_rows, blend_rows)

/* ---- OpenCV 5's arithmetic ---- */

DEFINE_BLENDS5

static const FastcvMap5 map5 = MAP5;

const FastcvWarpKernels fastcv_warp_neon = {
    MAP4_ENTRIES,
    .map5 = &map5,
    .blend4 = {BLEND_ENTRIES, .reads.after = 4}, /* cubic_sums reads 16 bytes of a row's 12 */
    .blend5 = {BLEND5_ENTRIES, .reads.after = BLEND5_READS_AFTER},
};

#endif
