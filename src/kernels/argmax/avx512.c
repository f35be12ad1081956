/* As avx2.c, in vectors twice as long; masks load the rest. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/argmax/argmax_all.h"

enum { FLOATS = 16, HALVES = 32 };

/* The first values of a vector that starts with the last `left` values of a row. */
static inline __mmask16 mask_floats(int left)
{
    return (__mmask16)((1u << left) - 1);
}

static inline __mmask32 mask_halves(int left)
{
    return (__mmask32)((UINT64_C(1) << left) - 1);
}

static inline __m512i magnitudes_of(__m512i bits)
{
    return _mm512_and_si512(bits, _mm512_set1_epi16(F16_MAGNITUDE));
}

static inline __m512i ranks_of(__m512i bits)
{
    const __m512i magnitudes = magnitudes_of(bits);
    return _mm512_mask_mov_epi16(magnitudes, _mm512_movepi16_mask(bits),
                                 _mm512_sub_epi16(_mm512_setzero_si512(), magnitudes));
}

/* VPHMINPOSUW finds the least of eight unsigned numbers. */
static inline int largest_lane_f16(__m512i lanes)
{
    const __m256i half =
        _mm256_max_epi16(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64(lanes, 1));
    const __m128i most =
        _mm_max_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    const __m128i below = _mm_sub_epi16(_mm_set1_epi16(F16_MAGNITUDE), most);
    return F16_MAGNITUDE - _mm_extract_epi16(_mm_minpos_epu16(below), 0);
}

static inline float largest_lane_f32(__m512 lanes)
{
    const __m256 half =
        _mm256_max_ps(_mm512_castps512_ps256(lanes),
                      _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(lanes), 1)));
    __m128 most = _mm_max_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
    most = _mm_max_ps(most, _mm_movehl_ps(most, most));
    return _mm_cvtss_f32(_mm_max_ss(most, _mm_movehdup_ps(most)));
}

static inline LargestF32 largest_f32(const float *values, int count)
{
    const __m512 least = _mm512_set1_ps(-INFINITY);
    __m512 most[4] = {least, least, least, least};
    unsigned is_nan = 0;
    int i = 0;
    for (; i + 4 * FLOATS <= count; i += 4 * FLOATS) {
        for (int k = 0; k < 4; k += 2) {
            fetch_ahead(values + i + k * FLOATS);
            fetch_ahead(values + i + (k + 1) * FLOATS);
            const __m512 left = _mm512_loadu_ps(values + i + k * FLOATS);
            const __m512 right = _mm512_loadu_ps(values + i + (k + 1) * FLOATS);
            most[k] = _mm512_max_ps(left, most[k]);
            most[k + 1] = _mm512_max_ps(right, most[k + 1]);
            is_nan |= _mm512_cmp_ps_mask(left, right, _CMP_UNORD_Q);
        }
    }
    for (; i < count; i += FLOATS) {
        const __m512 next = count - i < FLOATS
                                ? _mm512_mask_loadu_ps(least, mask_floats(count - i), values + i)
                                : _mm512_loadu_ps(values + i);
        most[0] = _mm512_max_ps(next, most[0]);
        is_nan |= _mm512_cmp_ps_mask(next, next, _CMP_UNORD_Q);
    }
    most[0] = _mm512_max_ps(_mm512_max_ps(most[0], most[1]), _mm512_max_ps(most[2], most[3]));
    return (LargestF32){largest_lane_f32(most[0]), is_nan != 0};
}

static inline LargestF16 largest_f16(const uint16_t *values, int count)
{
    const __m512i least = _mm512_set1_epi16((short)(0x8000 | F16_INFINITY)); /* −infinity */
    __m512i most[2], magnitudes = _mm512_setzero_si512();
    int i = 0;
    most[0] = most[1] = _mm512_set1_epi16(-F16_MAGNITUDE);
    for (; i + 2 * HALVES <= count; i += 2 * HALVES) {
        for (int k = 0; k < 2; k++) {
            fetch_ahead(values + i + k * HALVES);
            const __m512i bits = _mm512_loadu_si512(values + i + k * HALVES);
            most[k] = _mm512_max_epi16(most[k], ranks_of(bits));
            magnitudes = _mm512_max_epi16(magnitudes, magnitudes_of(bits));
        }
    }
    for (; i < count; i += HALVES) {
        const __m512i bits =
            count - i < HALVES ? _mm512_mask_loadu_epi16(least, mask_halves(count - i), values + i)
                               : _mm512_loadu_si512(values + i);
        most[0] = _mm512_max_epi16(most[0], ranks_of(bits));
        magnitudes = _mm512_max_epi16(magnitudes, magnitudes_of(bits));
    }
    return (LargestF16){largest_lane_f16(_mm512_max_epi16(most[0], most[1])),
                        largest_lane_f16(magnitudes) > F16_INFINITY};
}

static inline ptrdiff_t find_f32(const float *values, int count, float largest)
{
    int i = 0;
    for (; i + FLOATS <= count; i += FLOATS) {
        const unsigned mask =
            _mm512_cmp_ps_mask(_mm512_loadu_ps(values + i), _mm512_set1_ps(largest), _CMP_EQ_OQ);
        if (mask)
            return i + __builtin_ctz(mask);
    }
    while (values[i] != largest)
        i++;
    return i;
}

static inline ptrdiff_t find_f16(const uint16_t *values, int count, int largest)
{
    int i = 0;
    for (; i + HALVES <= count; i += HALVES) {
        const unsigned mask = _mm512_cmpeq_epi16_mask(ranks_of(_mm512_loadu_si512(values + i)),
                                                      _mm512_set1_epi16((short)largest));
        if (mask)
            return i + __builtin_ctz(mask);
    }
    while (rank_f16(values[i]) != largest)
        i++;
    return i;
}

DEFINE_ARGMAX(f32, float, LargestF32)
DEFINE_ARGMAX(f16, uint16_t, LargestF16)

const FastcvArgmaxKernels fastcv_argmax_avx512 = {ARGMAX_ENTRIES};

#endif
