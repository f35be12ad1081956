/* OpenCV 5's blends in AVX2 and FMA, for every variant that is compiled with AVX2 or more. A float
 * that is no number is converted to −2^31, and packed to 0. */
#ifndef FASTCV_KERNELS_BLEND5_AVX2_H
#define FASTCV_KERNELS_BLEND5_AVX2_H

#include "kernels/warp/blend5_all.h"
#include "kernels/warp/pixels_avx2.h"

/* a + fraction · (b − a) */
static inline __m256 between_eight(__m256 a, __m256 b, __m256 fraction)
{
    return _mm256_fmadd_ps(fraction, _mm256_sub_ps(b, a), a);
}

/* Four bytes of each lane's 16, from byte `first` on, as floats. */
static inline __m256 floats_at(__m256i bytes, int first)
{
    const __m128i places = _mm_add_epi8(_mm_setr_epi8(0, -128, -128, -128, 1, -128, -128, -128, 2,
                                                      -128, -128, -128, 3, -128, -128, -128),
                                        _mm_set1_epi8((char)first));
    return _mm256_cvtepi32_ps(_mm256_shuffle_epi8(bytes, both_lanes(places)));
}

/* Packs four pairs of pixels, 0 4, 1 5, 2 6 and 3 7, of which each has four lanes. */
static inline void round_and_store(const __m256 pairs[4], int channels, int has_room, uint8_t *out)
{
    const __m256i outer =
        _mm256_packs_epi32(_mm256_cvtps_epi32(pairs[0]), _mm256_cvtps_epi32(pairs[1]));
    const __m256i inner =
        _mm256_packs_epi32(_mm256_cvtps_epi32(pairs[2]), _mm256_cvtps_epi32(pairs[3]));
    pack_and_store(outer, inner, channels, has_room, out);
}

static inline void round_and_store_gray(__m256 pixels, uint8_t *out)
{
    const __m256i whole = _mm256_cvtps_epi32(pixels);
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64((__m128i *)out, _mm_packus_epi16(words, words));
}

/* ---- linear ---- */

/* Pixel 0 in the low lane, pixel 4 in the high. */
INLINED __m256 linear5_two(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                           __m256 across, __m256 down, int channels)
{
    const uint8_t *low = base + offset[0], *high = base + offset[4];
    const __m256i upper = load_two(low, high);
    const __m256i lower = load_two(low + stride_bytes, high + stride_bytes);
    return between_eight(between_eight(floats_at(upper, 0), floats_at(upper, channels), across),
                         between_eight(floats_at(lower, 0), floats_at(lower, channels), across),
                         down);
}

INLINED void linear5_eight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                           const float *across, const float *down, int channels, int has_room,
                           uint8_t *out)
{
    const __m256 a = _mm256_loadu_ps(across), b = _mm256_loadu_ps(down);
    const __m256 pairs[4] = {
        linear5_two(base, stride_bytes, offset, _mm256_permute_ps(a, 0x00),
                    _mm256_permute_ps(b, 0x00), channels),
        linear5_two(base, stride_bytes, offset + 1, _mm256_permute_ps(a, 0x55),
                    _mm256_permute_ps(b, 0x55), channels),
        linear5_two(base, stride_bytes, offset + 2, _mm256_permute_ps(a, 0xAA),
                    _mm256_permute_ps(b, 0xAA), channels),
        linear5_two(base, stride_bytes, offset + 3, _mm256_permute_ps(a, 0xFF),
                    _mm256_permute_ps(b, 0xFF), channels),
    };
    round_and_store(pairs, channels, has_room, out);
}

/* Of the two bytes at every pixel: the left ones between the right ones. */
static inline __m256 between_neighbours(__m128i words, __m256 across)
{
    const __m256i both = _mm256_cvtepu16_epi32(words);
    return between_eight(_mm256_cvtepi32_ps(_mm256_and_si256(both, _mm256_set1_epi32(255))),
                         _mm256_cvtepi32_ps(_mm256_srli_epi32(both, 8)), across);
}

static inline void linear5_eight_gray(const uint8_t *base, ptrdiff_t stride_bytes,
                                      const int32_t *offset, const float *across, const float *down,
                                      int channels, int has_room, uint8_t *out)
{
    (void)channels, (void)has_room;
    const __m256 a = _mm256_loadu_ps(across);
    const __m256 upper = between_neighbours(load_words(base, offset), a);
    const __m256 lower = between_neighbours(load_words(base + stride_bytes, offset), a);
    round_and_store_gray(between_eight(upper, lower, _mm256_loadu_ps(down)), out);
}

/* ---- cubic ---- */

/* Of eight pixels, by tap. */
typedef struct CubicWeights5Eight {
    __m256 tap[4];
} CubicWeights5Eight;

static inline CubicWeights5Eight cubic5_weights_eight(const float *fractions)
{
    const __m256 one = _mm256_set1_ps(1), sharp = _mm256_set1_ps(-0.75f);
    const __m256 a = _mm256_loadu_ps(fractions), b = _mm256_sub_ps(one, a);
    const __m256 aa = _mm256_mul_ps(a, a), bb = _mm256_mul_ps(b, b);
    const __m256 first = _mm256_mul_ps(sharp, _mm256_mul_ps(a, bb));
    const __m256 last = _mm256_mul_ps(sharp, _mm256_mul_ps(aa, b));
    const __m256 inner = _mm256_fmadd_ps(_mm256_set1_ps(1.25f), a, _mm256_set1_ps(-2.25f));
    const __m256 second = _mm256_fmadd_ps(aa, inner, one);
    const __m256 third = _mm256_sub_ps(_mm256_sub_ps(_mm256_sub_ps(one, first), second), last);
    return (CubicWeights5Eight){{first, second, third, last}};
}

/* The weights of pixels `pixel` and pixel + 4, four lanes each. */
#define PAIR_OF(weights, pixel)                                                                    \
    {                                                                                              \
        {                                                                                          \
            _mm256_permute_ps((weights).tap[0], (pixel) * 0x55),                                   \
                _mm256_permute_ps((weights).tap[1], (pixel) * 0x55),                               \
                _mm256_permute_ps((weights).tap[2], (pixel) * 0x55),                               \
                _mm256_permute_ps((weights).tap[3], (pixel) * 0x55)                                \
        }                                                                                          \
    }

INLINED __m256 cubic5_two(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                          const CubicWeights5Eight *x, const CubicWeights5Eight *y, int channels)
{
    const uint8_t *low = base + offset[0] - stride_bytes - channels;
    const uint8_t *high = base + offset[4] - stride_bytes - channels;
    __m256 total = _mm256_setzero_ps();
    for (int row = 0; row < 4; row++, low += stride_bytes, high += stride_bytes) {
        const __m256i taps = load_two(low, high);
        __m256 sum = _mm256_mul_ps(floats_at(taps, 0), x->tap[0]);
        sum = _mm256_fmadd_ps(floats_at(taps, channels), x->tap[1], sum);
        sum = _mm256_fmadd_ps(floats_at(taps, 2 * channels), x->tap[2], sum);
        sum = _mm256_fmadd_ps(floats_at(taps, 3 * channels), x->tap[3], sum);
        total = _mm256_fmadd_ps(sum, y->tap[row], total);
    }
    return total;
}

INLINED void cubic5_eight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                          const float *across, const float *down, int channels, int has_room,
                          uint8_t *out)
{
    const CubicWeights5Eight x = cubic5_weights_eight(across), y = cubic5_weights_eight(down);
    const CubicWeights5Eight xs[4] = {PAIR_OF(x, 0), PAIR_OF(x, 1), PAIR_OF(x, 2), PAIR_OF(x, 3)};
    const CubicWeights5Eight ys[4] = {PAIR_OF(y, 0), PAIR_OF(y, 1), PAIR_OF(y, 2), PAIR_OF(y, 3)};
    __m256 pairs[4];
    for (int k = 0; k < 4; k++)
        pairs[k] = cubic5_two(base, stride_bytes, offset + k, &xs[k], &ys[k], channels);
    round_and_store(pairs, channels, has_room, out);
}

/* Eight gray pixels' row of four taps, tap by tap. */
static inline __m256 cubic5_row_gray(const uint8_t *tap, const int32_t *offset,
                                     const CubicWeights5Eight *x)
{
    const __m256i taps = _mm256_setr_epi32(load_i32(tap + offset[0]), load_i32(tap + offset[1]),
                                           load_i32(tap + offset[2]), load_i32(tap + offset[3]),
                                           load_i32(tap + offset[4]), load_i32(tap + offset[5]),
                                           load_i32(tap + offset[6]), load_i32(tap + offset[7]));
    const __m256i byte = _mm256_set1_epi32(255);
    __m256 sum = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_and_si256(taps, byte)), x->tap[0]);
    sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(taps, 8), byte)),
                          x->tap[1], sum);
    sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(taps, 16), byte)),
                          x->tap[2], sum);
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32(taps, 24)), x->tap[3], sum);
}

static inline void cubic5_eight_gray(const uint8_t *base, ptrdiff_t stride_bytes,
                                     const int32_t *offset, const float *across, const float *down,
                                     int channels, int has_room, uint8_t *out)
{
    (void)channels, (void)has_room;
    const CubicWeights5Eight x = cubic5_weights_eight(across), y = cubic5_weights_eight(down);
    const uint8_t *tap = base - stride_bytes - 1;
    __m256 total = _mm256_setzero_ps();
    for (int row = 0; row < 4; row++, tap += stride_bytes)
        total = _mm256_fmadd_ps(cubic5_row_gray(tap, offset, &x), y.tap[row], total);
    round_and_store_gray(total, out);
}

#endif
