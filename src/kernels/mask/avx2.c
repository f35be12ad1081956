/* Eight values at once. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/mask/mask_all.h"

static inline uint64_t eight_above(const float *values, __m256 threshold, __m256 most)
{
    const __m256 value = _mm256_loadu_ps(values);
    const __m256 is_above = _mm256_cmp_ps(value, threshold, _CMP_GT_OQ);
    const __m256 is_within = _mm256_cmp_ps(value, most, _CMP_LE_OQ);
    return (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_and_ps(is_above, is_within));
}

static void above(const float *values, ptrdiff_t count, float threshold, float most,
                  uint64_t *words)
{
    const __m256 thresholds = _mm256_set1_ps(threshold), mosts = _mm256_set1_ps(most);
    ptrdiff_t i = 0;
    for (; i + 64 <= count; i += 64) {
        uint64_t word = 0;
        for (int k = 0; k < 64; k += 8)
            word |= eight_above(values + i + k, thresholds, mosts) << k;
        *words++ = word;
    }
    *words = word_above(values + i, count - i, threshold, most);
}

typedef struct Sums {
    __m256d low, high;
    __m256 least, greatest; /* magnitudes; least of those that are not 0 */
    ptrdiff_t count;
} Sums;

/* The values of eight bits. */
static inline void add_eight(Sums *sums, const float *values, unsigned bits)
{
    const __m256i places = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i chosen = _mm256_and_si256(_mm256_set1_epi32((int)bits), places);
    const __m256 value = _mm256_maskload_ps(values, _mm256_cmpeq_epi32(chosen, places));
    const __m256 size = _mm256_andnot_ps(_mm256_set1_ps(-0.f), value);
    const __m256 is_zero = _mm256_cmp_ps(size, _mm256_setzero_ps(), _CMP_EQ_OQ);
    sums->low = _mm256_add_pd(sums->low, _mm256_cvtps_pd(_mm256_castps256_ps128(value)));
    sums->high = _mm256_add_pd(sums->high, _mm256_cvtps_pd(_mm256_extractf128_ps(value, 1)));
    sums->greatest = _mm256_max_ps(sums->greatest, size);
    sums->least =
        _mm256_min_ps(sums->least, _mm256_blendv_ps(size, _mm256_set1_ps(FLT_MAX), is_zero));
}

static void add_row(Sums *sums, const float *values, const uint64_t *row, ptrdiff_t words)
{
    for (ptrdiff_t word = 0; word < words; word++, values += 64) {
        uint64_t bits = row[word];
        sums->count += __builtin_popcountll(bits);
        for (const float *eight = values; bits; eight += 8, bits >>= 8) {
            if (bits & 255)
                add_eight(sums, eight, (unsigned)bits & 255);
        }
    }
}

/* Every value is a multiple of the least one's last place, 2^-23 of its power of two. As long as no
 * sum exceeds 2^53 of these, all additions are exact and their order does not matter. */
static int is_exact(const Sums *sums, double sum)
{
    float least[8], greatest[8];
    _mm256_storeu_ps(least, sums->least);
    _mm256_storeu_ps(greatest, sums->greatest);
    for (int i = 1; i < 8; i++) {
        least[0] = least[i] < least[0] ? least[i] : least[0];
        greatest[0] = greatest[i] > greatest[0] ? greatest[i] : greatest[0];
    }
    return sum - sum == 0 && /* finite */
           (double)sums->count * (double)greatest[0] <= (double)least[0] * 0x1p29;
}

static double sum(const FastcvSelection *selection, ptrdiff_t *count)
{
    double parts[4];
    Sums sums = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_set1_ps(FLT_MAX),
                 _mm256_setzero_ps(), 0};
    for (ptrdiff_t y = 0; y < selection->rows; y++)
        add_row(&sums, (const float *)(selection->values + y * selection->stride_bytes),
                selection->bits + y * selection->row_words, selection->row_words);
    _mm256_storeu_pd(parts, _mm256_add_pd(sums.low, sums.high));
    const double all = parts[0] + parts[1] + (parts[2] + parts[3]);
    *count = sums.count;
    return is_exact(&sums, all) ? all : sum_in_order(selection, count);
}

const FastcvMaskKernels fastcv_mask_avx2 = {above, sum};

#endif
