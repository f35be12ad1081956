/* Products of two neighbouring taps at once, in 32 bits. Sums may overflow on the way; the last one
 * does not. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "kernels/resample/resample.h"

/* The sums of the weights' low parts and of their high parts. */
typedef struct Sums {
    __m256i low, high;
} Sums;

static inline Sums add(Sums sums, __m256i taps, __m256i low, __m256i high)
{
    return (Sums){_mm256_add_epi32(sums.low, _mm256_madd_epi16(taps, low)),
                  _mm256_add_epi32(sums.high, _mm256_madd_epi16(taps, high))};
}

static inline __m256i total(Sums sums)
{
    return _mm256_add_epi32(sums.low, _mm256_slli_epi32(sums.high, FASTCV_RESAMPLE_LOW_BITS));
}

static inline __m256i round_sums(__m256i sums)
{
    const __m256i half = _mm256_set1_epi32(1 << (FASTCV_RESAMPLE_BITS - 1));
    return _mm256_srli_epi32(_mm256_add_epi32(sums, half), FASTCV_RESAMPLE_BITS);
}

static inline __m256i load_two(const void *low, const void *high)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low)),
                                   _mm_loadu_si128((const __m128i *)high), 1);
}

static inline __m256i both_lanes(__m128i lane)
{
    return _mm256_broadcastsi128_si256(lane);
}

/* ---- along x ---- */

/* Px d in the low lane and d + 4 in the high: B, G, R and nothing, as 32-bit numbers. */
static inline __m256i across_two(const FastcvResampleAxis *axis, const uint8_t *source,
                                 int channels, int d)
{
    const __m256i first_two = both_lanes(
        channels == 3 ? _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1)
                      : _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, -1, -1, -1, -1));
    const __m256i last_two = both_lanes(
        channels == 3
            ? _mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1)
            : _mm_setr_epi8(8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, -1, -1, -1, -1));
    const uint8_t *left = source + (ptrdiff_t)axis->first[d] * channels;
    const uint8_t *right = source + (ptrdiff_t)axis->first[d + 4] * channels;
    const FastcvFourWeights *weights = axis->weights + (ptrdiff_t)d * axis->fours;
    Sums sums = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (int k = 0; k < axis->fours; k++, left += 4 * channels, right += 4 * channels) {
        const __m256i weight = load_two(weights + k, weights + 4 * axis->fours + k);
        const __m256i taps = load_two(left, right);
        sums = add(sums, _mm256_shuffle_epi8(taps, first_two), _mm256_shuffle_epi32(weight, 0x00),
                   _mm256_shuffle_epi32(weight, 0xAA));
        sums = add(sums, _mm256_shuffle_epi8(taps, last_two), _mm256_shuffle_epi32(weight, 0x55),
                   _mm256_shuffle_epi32(weight, 0xFF));
    }
    return round_sums(total(sums));
}

static inline void across_colors(const FastcvResampleAxis *axis, const uint8_t *source,
                                 int channels, uint8_t *out, ptrdiff_t plane_stride)
{
    const __m256i by_channel =
        both_lanes(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, -1, -1, -1, -1));
    const __m256i together = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    for (int d = 0; d < axis->target_px; d += 8) {
        const __m256i low = _mm256_packs_epi32(across_two(axis, source, channels, d),
                                               across_two(axis, source, channels, d + 1));
        const __m256i high = _mm256_packs_epi32(across_two(axis, source, channels, d + 2),
                                                across_two(axis, source, channels, d + 3));
        const __m256i planes = _mm256_permutevar8x32_epi32(
            _mm256_shuffle_epi8(_mm256_packus_epi16(low, high), by_channel), together);
        const __m128i first_two = _mm256_castsi256_si128(planes);
        _mm_storel_epi64((__m128i *)(out + d), first_two);
        _mm_storel_epi64((__m128i *)(out + plane_stride + d),
                         _mm_unpackhi_epi64(first_two, first_two));
        _mm_storel_epi64((__m128i *)(out + 2 * plane_stride + d),
                         _mm256_extracti128_si256(planes, 1));
    }
}

static inline __m128i load_four(const uint8_t *bytes)
{
    int32_t four;
    memcpy(&four, bytes, sizeof four);
    return _mm_cvtsi32_si128(four);
}

/* Px d and d + 1 in the low lane, d + 2 and d + 3 in the high, two partial sums of each. */
static inline __m256i across_four_gray(const FastcvResampleAxis *axis, const uint8_t *source, int d)
{
    const int fours = axis->fours;
    const int32_t *first = axis->first + d;
    const FastcvFourWeights *weights = axis->weights + (ptrdiff_t)d * fours;
    Sums sums = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (int k = 0; k < fours; k++, source += 4, weights++) {
        const __m128i left =
            _mm_unpacklo_epi32(load_four(source + first[0]), load_four(source + first[1]));
        const __m128i right =
            _mm_unpacklo_epi32(load_four(source + first[2]), load_four(source + first[3]));
        const __m256i taps = _mm256_cvtepu8_epi16(_mm_unpacklo_epi64(left, right));
        const __m256i even = load_two(weights, weights + 2 * fours);
        const __m256i odd = load_two(weights + fours, weights + 3 * fours);
        sums = add(sums, taps, _mm256_unpacklo_epi64(even, odd), _mm256_unpackhi_epi64(even, odd));
    }
    return total(sums);
}

static void across_gray(const FastcvResampleAxis *axis, const uint8_t *source, uint8_t *out)
{
    for (int d = 0; d < axis->target_px; d += 8) {
        /* Px 0, 1, 4, 5 in the low lane and 2, 3, 6, 7 in the high. */
        const __m256i sums = _mm256_hadd_epi32(across_four_gray(axis, source, d),
                                               across_four_gray(axis, source, d + 4));
        const __m256i sorted = _mm256_permute4x64_epi64(round_sums(sums), _MM_SHUFFLE(3, 1, 2, 0));
        const __m128i words =
            _mm_packs_epi32(_mm256_castsi256_si128(sorted), _mm256_extracti128_si256(sorted, 1));
        _mm_storel_epi64((__m128i *)(out + d), _mm_packus_epi16(words, words));
    }
}

static void across(const FastcvResampleAxis *axis, const uint8_t *source, int channels,
                   uint8_t *out, ptrdiff_t plane_stride)
{
    if (channels == 1)
        across_gray(axis, source, out);
    else if (channels == 3)
        across_colors(axis, source, 3, out, plane_stride);
    else
        across_colors(axis, source, 4, out, plane_stride);
}

/* ---- along y ---- */

static inline __m256i load(const uint8_t *bytes)
{
    return _mm256_loadu_si256((const __m256i *)bytes);
}

/* Weights of two neighbouring taps, in every lane. */
static inline __m256i two_weights(const int16_t *weights)
{
    int32_t both;
    memcpy(&both, weights, sizeof both);
    return _mm256_set1_epi32(both);
}

/* The bytes of two rows in turn, as 16-bit numbers: sixteen px at a time, the first eight of each
 * lane or the last. */
static inline void add_two_rows(Sums sums[4], __m256i upper, __m256i lower, __m256i low,
                                __m256i high)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i first = _mm256_unpacklo_epi8(upper, lower);
    const __m256i last = _mm256_unpackhi_epi8(upper, lower);
    sums[0] = add(sums[0], _mm256_unpacklo_epi8(first, zero), low, high);
    sums[1] = add(sums[1], _mm256_unpackhi_epi8(first, zero), low, high);
    sums[2] = add(sums[2], _mm256_unpacklo_epi8(last, zero), low, high);
    sums[3] = add(sums[3], _mm256_unpackhi_epi8(last, zero), low, high);
}

static void down(const FastcvResampleAxis *axis, int y, const uint8_t *rows, ptrdiff_t stride_bytes,
                 int count, uint8_t *out)
{
    const FastcvFourWeights *weights = axis->weights + (ptrdiff_t)y * axis->fours;
    for (int x = 0; x < count; x += 32) {
        Sums sums[4] = {{_mm256_setzero_si256(), _mm256_setzero_si256()}};
        sums[1] = sums[2] = sums[3] = sums[0];
        for (int t = 0; t < axis->reads; t += 2) {
            const uint8_t *upper = rows + t * stride_bytes + x;
            const uint8_t *lower = t + 1 < axis->reads ? upper + stride_bytes : upper;
            const FastcvFourWeights *four = &weights[t / 4];
            add_two_rows(sums, load(upper), load(lower), two_weights(four->low + t % 4),
                         two_weights(four->high + t % 4));
        }
        const __m256i first = _mm256_packs_epi32(round_sums(total(sums[0])), //
                                                 round_sums(total(sums[1])));
        const __m256i last = _mm256_packs_epi32(round_sums(total(sums[2])), //
                                                round_sums(total(sums[3])));
        _mm256_storeu_si256((__m256i *)(out + x), _mm256_packus_epi16(first, last));
    }
}

const FastcvResampleKernels fastcv_resample_avx2 = {
    .across = across,
    .down = down,
    .reads_after = 13, /* a four has one tap; then 3 px of 3 channels are read, and 4 bytes */
};

#endif
