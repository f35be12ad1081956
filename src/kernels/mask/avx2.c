/* Eight values' comparisons at once. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/mask/mask_all.h"

static inline uint64_t eight_above(const float *values, __m256 threshold)
{
    const __m256 value = _mm256_loadu_ps(values);
    const __m256 is_above = _mm256_cmp_ps(value, threshold, _CMP_GT_OQ);
    const __m256 is_finite = _mm256_cmp_ps(value, _mm256_set1_ps(FLT_MAX), _CMP_LE_OQ);
    return (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_and_ps(is_above, is_finite));
}

static void above(const float *values, ptrdiff_t count, float threshold, uint64_t *words)
{
    const __m256 thresholds = _mm256_set1_ps(threshold);
    ptrdiff_t i = 0;
    for (; i + 64 <= count; i += 64) {
        uint64_t word = 0;
        for (int k = 0; k < 64; k += 8)
            word |= eight_above(values + i + k, thresholds) << k;
        *words++ = word;
    }
    *words = word_above(values + i, count - i, threshold);
}

const FastcvMaskKernels fastcv_mask_avx2 = {above};

#endif
