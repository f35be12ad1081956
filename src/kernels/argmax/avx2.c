/* Four vectors at once. VMAXPS returns its second operand where one is NaN, so that NaNs never get
 * into the maximum; comparing two vectors as unordered finds the NaNs of both. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/argmax/argmax_all.h"

enum { FLOATS = 8, HALVES = 16 };

static inline __m256i load(const uint16_t *values)
{
    return _mm256_loadu_si256((const __m256i *)values);
}

static inline __m256i magnitudes_of(__m256i bits)
{
    return _mm256_and_si256(bits, _mm256_set1_epi16(F16_MAGNITUDE));
}

/* VPSIGNW negates where the bits are negative, and sets to 0 where they are 0: not with a bit set.
 */
static inline __m256i ranks_of(__m256i bits)
{
    return _mm256_sign_epi16(magnitudes_of(bits), _mm256_or_si256(bits, _mm256_set1_epi16(1)));
}

static inline float largest_lane_f32(__m256 lanes)
{
    __m128 most = _mm_max_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
    most = _mm_max_ps(most, _mm_movehl_ps(most, most));
    return _mm_cvtss_f32(_mm_max_ss(most, _mm_movehdup_ps(most)));
}

/* VPHMINPOSUW finds the least of eight unsigned numbers. */
static inline int largest_lane_f16(__m256i lanes)
{
    const __m128i most =
        _mm_max_epi16(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    const __m128i below = _mm_sub_epi16(_mm_set1_epi16(F16_MAGNITUDE), most);
    return F16_MAGNITUDE - _mm_extract_epi16(_mm_minpos_epu16(below), 0);
}

static inline LargestF32 largest_f32(const float *values, int count)
{
    __m256 is_nan = _mm256_setzero_ps(), most[4];
    int i = 0;
    for (int k = 0; k < 4; k++)
        most[k] = _mm256_set1_ps(-INFINITY);
    for (; i + 4 * FLOATS <= count; i += 4 * FLOATS) {
        for (int k = 0; k < 4; k += 2) {
            fetch_ahead(values + i + k * FLOATS);
            const __m256 left = _mm256_loadu_ps(values + i + k * FLOATS);
            const __m256 right = _mm256_loadu_ps(values + i + (k + 1) * FLOATS);
            most[k] = _mm256_max_ps(left, most[k]);
            most[k + 1] = _mm256_max_ps(right, most[k + 1]);
            is_nan = _mm256_or_ps(is_nan, _mm256_cmp_ps(left, right, _CMP_UNORD_Q));
        }
    }
    for (; i + FLOATS <= count; i += FLOATS) {
        const __m256 next = _mm256_loadu_ps(values + i);
        most[0] = _mm256_max_ps(next, most[0]);
        is_nan = _mm256_or_ps(is_nan, _mm256_cmp_ps(next, next, _CMP_UNORD_Q));
    }
    most[0] = _mm256_max_ps(_mm256_max_ps(most[0], most[1]), _mm256_max_ps(most[2], most[3]));
    const LargestF32 largest = {largest_lane_f32(most[0]), _mm256_movemask_ps(is_nan)};
    return with_rest_f32(largest, values, i, count);
}

static inline LargestF16 largest_f16(const uint16_t *values, int count)
{
    __m256i most[2], magnitudes = _mm256_setzero_si256();
    int i = 0;
    most[0] = most[1] = _mm256_set1_epi16(-F16_MAGNITUDE);
    for (; i + 2 * HALVES <= count; i += 2 * HALVES) {
        fetch_ahead(values + i);
        for (int k = 0; k < 2; k++) {
            const __m256i bits = load(values + i + k * HALVES);
            most[k] = _mm256_max_epi16(most[k], ranks_of(bits));
            magnitudes = _mm256_max_epi16(magnitudes, magnitudes_of(bits));
        }
    }
    for (; i + HALVES <= count; i += HALVES) {
        const __m256i bits = load(values + i);
        most[0] = _mm256_max_epi16(most[0], ranks_of(bits));
        magnitudes = _mm256_max_epi16(magnitudes, magnitudes_of(bits));
    }
    const __m256i is_nan = _mm256_cmpgt_epi16(magnitudes, _mm256_set1_epi16(F16_INFINITY));
    const LargestF16 largest = {largest_lane_f16(_mm256_max_epi16(most[0], most[1])),
                                _mm256_movemask_epi8(is_nan)};
    return with_rest_f16(largest, values, i, count);
}

static inline ptrdiff_t find_f32(const float *values, int count, float largest)
{
    int i = 0;
    for (; i + FLOATS <= count; i += FLOATS) {
        const __m256 is_it =
            _mm256_cmp_ps(_mm256_loadu_ps(values + i), _mm256_set1_ps(largest), _CMP_EQ_OQ);
        const unsigned mask = (unsigned)_mm256_movemask_ps(is_it);
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
        const __m256i is_it =
            _mm256_cmpeq_epi16(ranks_of(load(values + i)), _mm256_set1_epi16((short)largest));
        const unsigned mask = (unsigned)_mm256_movemask_epi8(is_it);
        if (mask)
            return i + __builtin_ctz(mask) / 2;
    }
    while (rank_f16(values[i]) != largest)
        i++;
    return i;
}

DEFINE_ARGMAX(f32, float, LargestF32)
DEFINE_ARGMAX(f16, uint16_t, LargestF16)

const FastcvArgmaxKernels fastcv_argmax_avx2 = {ARGMAX_ENTRIES};

#endif
