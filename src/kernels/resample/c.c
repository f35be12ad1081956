/* Plain C, for every machine. */
#include "kernels/resample/resample.h"

enum { HALF = 1 << (FASTCV_RESAMPLE_BITS - 1), BLOCK = 32 };

static uint32_t weight_at(const FastcvFourWeights *weights, int tap)
{
    const FastcvFourWeights *four = &weights[tap / 4];
    return ((uint32_t)four->high[tap % 4] << FASTCV_RESAMPLE_LOW_BITS) +
           (uint32_t)four->low[tap % 4];
}

/* Weights are rounded, so their sum may be a little over 2^22. */
static uint8_t round_sum(uint32_t sum)
{
    const uint32_t value = sum >> FASTCV_RESAMPLE_BITS;
    return (uint8_t)(value > 255 ? 255 : value);
}

static inline void across_all(const FastcvResampleAxis *axis, const uint8_t *source, int channels,
                              uint8_t *out, ptrdiff_t plane_stride)
{
    const int planes = channels == 1 ? 1 : 3;
    const FastcvFourWeights *weights = axis->weights;
    for (int d = 0; d < axis->target_px; d++, weights += axis->fours) {
        const uint8_t *tap = source + (ptrdiff_t)axis->first[d] * channels;
        uint32_t sum[3] = {HALF, HALF, HALF};
        for (int t = 0; t < axis->reads; t++, tap += channels) {
            const uint32_t weight = weight_at(weights, t);
            for (int c = 0; c < planes; c++)
                sum[c] += tap[c] * weight;
        }
        for (int c = 0; c < planes; c++)
            out[c * plane_stride + d] = round_sum(sum[c]);
    }
}

static void across(const FastcvResampleAxis *axis, const uint8_t *source, int channels,
                   uint8_t *out, ptrdiff_t plane_stride)
{
    if (channels == 1)
        across_all(axis, source, 1, out, plane_stride);
    else if (channels == 3)
        across_all(axis, source, 3, out, plane_stride);
    else
        across_all(axis, source, 4, out, plane_stride);
}

/* Blocks are as long as compilers need to vectorise them. */
static void down(const FastcvResampleAxis *axis, int y, const uint8_t *rows, ptrdiff_t stride_bytes,
                 int count, uint8_t *out)
{
    const FastcvFourWeights *weights = axis->weights + (ptrdiff_t)y * axis->fours;
    for (int x = 0; x < count; x += BLOCK) {
        uint32_t sum[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            sum[i] = HALF;
        for (int t = 0; t < axis->reads; t++) {
            const uint8_t *row = rows + t * stride_bytes + x;
            const uint32_t weight = weight_at(weights, t);
            for (int i = 0; i < BLOCK; i++)
                sum[i] += row[i] * weight;
        }
        for (int i = 0; i < BLOCK; i++)
            out[x + i] = round_sum(sum[i]);
    }
}

const FastcvResampleKernels fastcv_resample_c = {.across = across, .down = down};
