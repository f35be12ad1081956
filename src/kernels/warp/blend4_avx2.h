/* Blends in AVX2, for every variant that is compiled with AVX2 or more. */
#ifndef FASTCV_KERNELS_BLEND4_AVX2_H
#define FASTCV_KERNELS_BLEND4_AVX2_H

#include "kernels/warp/blend4_all.h"
#include "kernels/warp/pixels_avx2.h"

/* ---- linear ----
 *
 * Σ = (32−j)·H0 + j·H1 with H = (32−i)·left + i·right, and the result is (Σ + 512) >> 10. In 16
 * bits: maddubs gives h = 2H ≤ 16,320. mulhi(h1 − h0, 1024·j) = floor(j·(H1 − H0) / 32); adding H0
 * gives S = floor(Σ / 32). mulhrs(S, 1024) = (S + 16) >> 5, which is (Σ + 512) >> 10, because
 * nested floors are one floor. */

static inline __m256i combine(__m256i upper, __m256i lower, __m256i across, __m256i down)
{
    const __m256i h0 = _mm256_maddubs_epi16(upper, across);
    const __m256i h1 = _mm256_maddubs_epi16(lower, across);
    const __m256i part = _mm256_mulhi_epi16(_mm256_sub_epi16(h1, h0), down);
    return _mm256_mulhrs_epi16(_mm256_add_epi16(_mm256_srli_epi16(h0, 1), part),
                               _mm256_set1_epi16(1024));
}

/* For every fraction the bytes 64 − 2i and 2i and the word 1024·j. */
static inline __m256i linear_weights(const uint32_t *fraction)
{
    const __m256i both = _mm256_loadu_si256((const __m256i *)fraction);
    return _mm256_add_epi16(_mm256_mullo_epi16(both, _mm256_set1_epi32(1024 << 16 | 510)),
                            _mm256_set1_epi32(64));
}

/* Eight bytes each at pixels 0 and 1 in the low lane, 4 and 5 in the high. */
static inline __m256i load_pairs(const uint8_t *base, const int32_t *offset)
{
    const __m256i first = load_two(base + offset[0], base + offset[4]);
    const __m256i second = load_two(base + offset[1] - 8, base + offset[5] - 8);
    return _mm256_blend_epi32(first, second, 0xCC);
}

/* Pixels 0 and 1 as words in the low lane, 4 and 5 in the high. across and down hold the weights of
 * these four. */
static inline __m256i linear_four(const uint8_t *base, ptrdiff_t stride_bytes,
                                  const int32_t *offset, int channels, __m256i across, __m256i down)
{
    const __m256i neighbours = both_lanes(
        channels == 3 ? _mm_setr_epi8(0, 3, 1, 4, 2, 5, -1, -1, 8, 11, 9, 12, 10, 13, -1, -1)
                      : _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15));
    const __m256i upper = _mm256_shuffle_epi8(load_pairs(base, offset), neighbours);
    const __m256i lower = _mm256_shuffle_epi8(load_pairs(base + stride_bytes, offset), neighbours);
    return combine(upper, lower, across, down);
}

static inline void linear_eight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                                const uint32_t *fraction, int channels, int has_room, uint8_t *out)
{
    const __m256i across01 =
        both_lanes(_mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5));
    const __m256i down01 =
        both_lanes(_mm_setr_epi8(2, 3, 2, 3, 2, 3, 2, 3, 6, 7, 6, 7, 6, 7, 6, 7));
    const __m256i eight = _mm256_set1_epi8(8);
    const __m256i weights = linear_weights(fraction);
    const __m256i outer =
        linear_four(base, stride_bytes, offset, channels, _mm256_shuffle_epi8(weights, across01),
                    _mm256_shuffle_epi8(weights, down01));
    const __m256i inner =
        linear_four(base, stride_bytes, offset + 2, channels,
                    _mm256_shuffle_epi8(weights, _mm256_add_epi8(across01, eight)),
                    _mm256_shuffle_epi8(weights, _mm256_add_epi8(down01, eight)));
    pack_and_store(outer, inner, channels, has_room, out);
}

static inline void linear_eight_gray(const uint8_t *base, ptrdiff_t stride_bytes,
                                     const int32_t *offset, const uint32_t *fraction, int channels,
                                     int has_room, uint8_t *out)
{
    (void)channels, (void)has_room;
    const __m256i weights = linear_weights(fraction);
    const __m256i sorted = _mm256_permute4x64_epi64(
        _mm256_shuffle_epi8(weights, both_lanes(_mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7,
                                                              10, 11, 14, 15))),
        _MM_SHUFFLE(3, 1, 2, 0));
    const __m128i across = _mm256_castsi256_si128(sorted);
    const __m128i down = _mm256_extracti128_si256(sorted, 1);
    const __m128i h0 = _mm_maddubs_epi16(load_words(base, offset), across);
    const __m128i h1 = _mm_maddubs_epi16(load_words(base + stride_bytes, offset), across);
    const __m128i part = _mm_mulhi_epi16(_mm_sub_epi16(h1, h0), down);
    const __m128i words =
        _mm_mulhrs_epi16(_mm_add_epi16(_mm_srli_epi16(h0, 1), part), _mm_set1_epi16(1024));
    _mm_storel_epi64((__m128i *)out, _mm_packus_epi16(words, words));
}

/* ---- cubic ---- */

static inline const FastcvCubicWeights *cubic_weights(uint32_t fraction)
{
    return &fastcv_cubic_weights[(fraction & 0xFFFF) | fraction >> 11];
}

/* The weighted sums of one pixel's channels: of rows 0 and 2 in the low lane, of 1 and 3 in the
 * high. For madd, two neighbouring taps of a channel are a pair of words. */
static inline __m256i cubic_sums(const uint8_t *tap, ptrdiff_t stride_bytes, int channels,
                                 uint32_t fraction)
{
    const __m256i left = both_lanes(
        channels == 3 ? _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1)
                      : _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
    const __m256i right = both_lanes(
        channels == 3
            ? _mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1)
            : _mm_setr_epi8(8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1));
    const __m256i weights = _mm256_load_si256((const __m256i *)cubic_weights(fraction));
    const __m256i upper = load_two(tap, tap + stride_bytes);
    const __m256i lower = load_two(tap + 2 * stride_bytes, tap + 3 * stride_bytes);
    const __m256i a =
        _mm256_madd_epi16(_mm256_shuffle_epi8(upper, left), _mm256_shuffle_epi32(weights, 0x00));
    const __m256i b =
        _mm256_madd_epi16(_mm256_shuffle_epi8(upper, right), _mm256_shuffle_epi32(weights, 0x55));
    const __m256i c =
        _mm256_madd_epi16(_mm256_shuffle_epi8(lower, left), _mm256_shuffle_epi32(weights, 0xAA));
    const __m256i d =
        _mm256_madd_epi16(_mm256_shuffle_epi8(lower, right), _mm256_shuffle_epi32(weights, 0xFF));
    return _mm256_add_epi32(_mm256_add_epi32(a, b), _mm256_add_epi32(c, d));
}

/* Rounded: pixel 0 in the low lane, pixel 4 in the high. */
static inline __m256i cubic_two(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                                const uint32_t *fraction, int channels)
{
    const __m256i one = cubic_sums(base + offset[0], stride_bytes, channels, fraction[0]);
    const __m256i other = cubic_sums(base + offset[4], stride_bytes, channels, fraction[4]);
    const __m256i sums = _mm256_add_epi32(_mm256_permute2x128_si256(one, other, 0x20),
                                          _mm256_permute2x128_si256(one, other, 0x31));
    return _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(1 << 14)), 15);
}

static inline void cubic_eight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                               const uint32_t *fraction, int channels, int has_room, uint8_t *out)
{
    const uint8_t *tap = base - stride_bytes - channels;
    const __m256i outer =
        _mm256_packs_epi32(cubic_two(tap, stride_bytes, offset, fraction, channels),
                           cubic_two(tap, stride_bytes, offset + 1, fraction + 1, channels));
    const __m256i inner =
        _mm256_packs_epi32(cubic_two(tap, stride_bytes, offset + 2, fraction + 2, channels),
                           cubic_two(tap, stride_bytes, offset + 3, fraction + 3, channels));
    pack_and_store(outer, inner, channels, has_room, out);
}

/* Eight partial sums of one gray pixel: all 16 taps at once, the rows in the order of the weights.
 */
static inline __m256i cubic_sums_gray(const uint8_t *tap, ptrdiff_t stride_bytes, uint32_t fraction)
{
    __m128i taps = _mm_cvtsi32_si128(load_i32(tap));
    taps = _mm_insert_epi32(taps, load_i32(tap + 2 * stride_bytes), 1);
    taps = _mm_insert_epi32(taps, load_i32(tap + stride_bytes), 2);
    taps = _mm_insert_epi32(taps, load_i32(tap + 3 * stride_bytes), 3);
    return _mm256_madd_epi16(_mm256_cvtepu8_epi16(taps),
                             _mm256_load_si256((const __m256i *)cubic_weights(fraction)));
}

static inline __m256i cubic_four_gray(const uint8_t *base, ptrdiff_t stride_bytes,
                                      const int32_t *offset, const uint32_t *fraction)
{
    __m256i sums[4];
    for (int k = 0; k < 4; k++)
        sums[k] = cubic_sums_gray(base + offset[k], stride_bytes, fraction[k]);
    return _mm256_hadd_epi32(_mm256_hadd_epi32(sums[0], sums[1]),
                             _mm256_hadd_epi32(sums[2], sums[3]));
}

static inline void cubic_eight_gray(const uint8_t *base, ptrdiff_t stride_bytes,
                                    const int32_t *offset, const uint32_t *fraction, int channels,
                                    int has_room, uint8_t *out)
{
    (void)has_room;
    const uint8_t *tap = base - stride_bytes - channels;
    const __m256i low = cubic_four_gray(tap, stride_bytes, offset, fraction);
    const __m256i high = cubic_four_gray(tap, stride_bytes, offset + 4, fraction + 4);
    __m256i sums = _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20),
                                    _mm256_permute2x128_si256(low, high, 0x31));
    sums = _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(1 << 14)), 15);
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    _mm_storel_epi64((__m128i *)out, _mm_packus_epi16(words, words));
}

#endif
