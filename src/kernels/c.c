/* The variant that every machine has, in plain C; the others are checked against it. */
#include "kernels/map.h"

static int always(void)
{
    return 1;
}

static inline void blend_linear(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                                const uint32_t *fraction, int count, int channels, uint8_t *out)
{
    for (int k = 0; k < count; k++, out += channels) {
        const uint8_t *above = base + offset[k], *below = above + stride_bytes;
        const int i = (int)(fraction[k] & 0xFFFF), j = (int)(fraction[k] >> 16);
        for (int c = 0; c < channels; c++) {
            int upper = (32 - i) * above[c] + i * above[channels + c];
            int lower = (32 - i) * below[c] + i * below[channels + c];
            out[c] = (uint8_t)(((32 - j) * upper + j * lower + 512) >> 10);
        }
    }
}

static inline void blend_cubic(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                               const uint32_t *fraction, int count, int channels, uint8_t *out)
{
    static const int place[4] = {0, 2, 1, 3}; /* of a row of taps in the weights */
    for (int k = 0; k < count; k++, out += channels) {
        const int16_t *weights =
            fastcv_cubic_weights[(fraction[k] & 0xFFFF) + 32 * (fraction[k] >> 16)];
        const uint8_t *tap = base + offset[k] - stride_bytes - channels;
        int sum[4] = {0};
        for (int row = 0; row < 4; row++, tap += stride_bytes) {
            const int16_t *weight = weights + 4 * place[row];
            for (int c = 0; c < channels; c++)
                sum[c] += weight[0] * tap[c] + weight[1] * tap[channels + c] +
                          weight[2] * tap[2 * channels + c] + weight[3] * tap[3 * channels + c];
        }
        for (int c = 0; c < channels; c++) {
            int value = (sum[c] + 16384) >> 15;
            out[c] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
    }
}

/* One function for each number of channels, so that the loop over them is unrolled. */
#define DEFINE_BLEND(kind, channels)                                                               \
    static void blend_##kind##_##channels(const uint8_t *base, ptrdiff_t stride_bytes,             \
                                          const int32_t *offset, const uint32_t *fraction,         \
                                          int count, uint8_t *out)                                 \
    {                                                                                              \
        blend_##kind(base, stride_bytes, offset, fraction, count, channels, out);                  \
    }
DEFINE_BLEND(linear, 1)
DEFINE_BLEND(linear, 3)
DEFINE_BLEND(linear, 4)
DEFINE_BLEND(cubic, 1)
DEFINE_BLEND(cubic, 3)
DEFINE_BLEND(cubic, 4)

const FastcvKernels fastcv_kernels_c = {
    .name = "c",
    .is_supported = always,
    .project = project,
    .map_tile = map_tile,
    .blend =
        {[FASTCV_BLEND_LINEAR] = {[1] = blend_linear_1, [3] = blend_linear_3, [4] = blend_linear_4},
         [FASTCV_BLEND_CUBIC] = {[1] = blend_cubic_1, [3] = blend_cubic_3, [4] = blend_cubic_4}},
    .find_runs = fastcv_find_runs_c,
};

/* No blends: every crop is cv::remap's. */
const FastcvKernels fastcv_kernels_opencv = {
    .name = "opencv", .is_supported = always, .project = project, .find_runs = fastcv_find_runs_c};
