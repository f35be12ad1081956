/* Plain C, for every machine. The other variants are checked against it. */
#include <string.h>

#include "kernels/warp/blend5_c.h"
#include "kernels/warp/map4_all.h"
#include "kernels/warp/map5_all.h"
#include "kernels/warp/warp.h"

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

/* ---- linear, two pixels of 3 or 4 channels at once, in GNU C's vectors: four words a pixel ----
 */

typedef uint8_t Bytes __attribute__((vector_size(8)));
typedef uint32_t Pair __attribute__((vector_size(8)));
typedef int16_t Words __attribute__((vector_size(16)));
typedef uint64_t Quads __attribute__((vector_size(16)));

static inline uint32_t load_four(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline Words load_two(const uint8_t *first, const uint8_t *second)
{
    const Pair both = {load_four(first), load_four(second)};
    return __builtin_convertvector((Bytes)both, Words);
}

static inline Words spread(uint32_t first, uint32_t second)
{
    const uint64_t each = UINT64_C(0x0001000100010001);
    const Quads both = {first * each, second * each};
    return (Words)both;
}

/* Σ = 32·H0 + j·(H1 − H0) takes 18 bits, but floor(Σ/32) = H0 + floor(j·(H1 − H0)/32) does not, and
 * (floor(Σ/32) + 16) >> 5 is (Σ + 512) >> 10. */
static inline Pair linear_two(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                              const uint32_t *fraction, int channels)
{
    const uint8_t *first = base + offset[0], *second = base + offset[1];
    const Words i = spread(fraction[0] & 0xFFFF, fraction[1] & 0xFFFF);
    const Words j = spread(fraction[0] >> 16, fraction[1] >> 16);
    const Words left = load_two(first, second);
    const Words right = load_two(first + channels, second + channels);
    const Words left_below = load_two(first + stride_bytes, second + stride_bytes);
    const Words right_below =
        load_two(first + stride_bytes + channels, second + stride_bytes + channels);
    const Words upper = left * 32 + (right - left) * i;
    const Words lower = left_below * 32 + (right_below - left_below) * i;
    const Words step = lower - upper;
    const Words sum = upper + (step >> 5) * j + ((step & 31) * j >> 5);
    return (Pair) __builtin_convertvector((sum + 16) >> 5, Bytes);
}

static inline void blend_linear_in_twos(const uint8_t *base, ptrdiff_t stride_bytes,
                                        const int32_t *offset, const uint32_t *fraction, int count,
                                        int channels, uint8_t *out)
{
    int k = 0;
    for (; k + 3 <= count; k += 2) { /* each store is four bytes, so a next pixel must follow */
        const Pair two = linear_two(base, stride_bytes, offset + k, fraction + k, channels);
        const uint32_t first = two[0], second = two[1];
        memcpy(out + k * channels, &first, sizeof first);
        memcpy(out + (k + 1) * channels, &second, sizeof second);
    }
    blend_linear(base, stride_bytes, offset + k, fraction + k, count - k, channels,
                 out + k * channels);
}

static inline void blend_cubic(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                               const uint32_t *fraction, int count, int channels, uint8_t *out)
{
    static const int place[4] = {0, 2, 1, 3}; /* where the weights have a row of taps */
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

/* A function for each number of channels, so that compilers unroll the loop over them. */
#define DEFINE_BLEND(kind, channels)                                                               \
    static void blend_##kind##_##channels(const uint8_t *base, ptrdiff_t stride_bytes,             \
                                          const int32_t *offset, const uint32_t *fraction,         \
                                          int columns, int count, uint8_t *out)                    \
    {                                                                                              \
        (void)columns;                                                                             \
        blend_##kind(base, stride_bytes, offset, fraction, count, channels, out);                  \
    }
DEFINE_BLEND(linear, 1)
DEFINE_BLEND(linear_in_twos, 3)
DEFINE_BLEND(linear_in_twos, 4)
DEFINE_BLEND(cubic, 1)
DEFINE_BLEND(cubic, 3)
DEFINE_BLEND(cubic, 4)

/* ---- OpenCV 5's arithmetic ---- */

DEFINE_BLENDS5_C

static const FastcvMap5 map5 = MAP5;

const FastcvWarpKernels fastcv_warp_c = {
    MAP4_ENTRIES,
    .map5 = &map5,
    .blend4 = {.blend = {[FASTCV_BLEND_LINEAR] = {[1] = blend_linear_1,
                                                  [3] = blend_linear_in_twos_3,
                                                  [4] = blend_linear_in_twos_4},
                         [FASTCV_BLEND_CUBIC] = {[1] = blend_cubic_1,
                                                 [3] = blend_cubic_3,
                                                 [4] = blend_cubic_4}},
               .reads.after = 1},                 /* load_two, with 3 channels */
    .blend5 = {BLEND5_ENTRIES, .reads.after = 1}, /* nearest, with 3 channels */
};
