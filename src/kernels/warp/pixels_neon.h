/* What NEON's blends in either arithmetic share: taps in, pixels out. A pixel takes four lanes.
 * With three channels the last lane is not used. */
#ifndef FASTCV_KERNELS_PIXELS_NEON_H
#define FASTCV_KERNELS_PIXELS_NEON_H

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

/* Eight pixels, two a vector. */
static inline void store_pixels(uint8_t *out, const uint8x8_t pairs[4], int channels)
{
    static const uint8_t places[24] = {0,  1,  2,  4,  5,  6,  8,  9,  10, 12, 13, 14,
                                       16, 17, 18, 20, 21, 22, 24, 25, 26, 28, 29, 30};
    const uint8x16x2_t pixels = {
        {vcombine_u8(pairs[0], pairs[1]), vcombine_u8(pairs[2], pairs[3])}};
    if (channels == 4) {
        vst1q_u8(out, pixels.val[0]);
        vst1q_u8(out + 16, pixels.val[1]);
    } else {
        vst1q_u8(out, vqtbl2q_u8(pixels, vld1q_u8(places)));
        vst1_u8(out + 16, vqtbl2_u8(pixels, vld1_u8(places + 16)));
    }
}

/* The two bytes at every pixel: all left ones, then all right ones. */
static inline uint8x8x2_t load_neighbours(const uint8_t *base, const int32_t *offset)
{
    uint8x8x2_t both = {{vdup_n_u8(0), vdup_n_u8(0)}};
    both = vld2_lane_u8(base + offset[0], both, 0);
    both = vld2_lane_u8(base + offset[1], both, 1);
    both = vld2_lane_u8(base + offset[2], both, 2);
    both = vld2_lane_u8(base + offset[3], both, 3);
    both = vld2_lane_u8(base + offset[4], both, 4);
    both = vld2_lane_u8(base + offset[5], both, 5);
    both = vld2_lane_u8(base + offset[6], both, 6);
    return vld2_lane_u8(base + offset[7], both, 7);
}

static inline uint32_t load_u32(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

#endif
