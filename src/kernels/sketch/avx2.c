/* Sixteen hashes, or eight comparisons with each colour, at a time. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/sketch/sketch_all.h"

enum { LANES = 8 };

static inline __m256i load_colors(const uint32_t *colors)
{
    return _mm256_loadu_si256((const __m256i *)colors);
}

static inline __m256i hash_eight(const uint32_t *colors)
{
    const __m256i multiplier = _mm256_set1_epi32((int)UINT32_C(2654435769));
    return _mm256_srli_epi32(_mm256_mullo_epi32(load_colors(colors), multiplier),
                             32 - FASTCV_SKETCH_BITS);
}

static void hash(const uint32_t *colors, size_t count, uint16_t *hashes)
{
    size_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        const __m256i both =
            _mm256_packus_epi32(hash_eight(colors + i), hash_eight(colors + i + LANES));
        _mm256_storeu_si256((__m256i *)(hashes + i), _mm256_permute4x64_epi64(both, 0xD8));
    }
    hash_one_by_one(colors, i, count, hashes);
}

static inline uint32_t sum_lanes(__m256i sums)
{
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1));
    return (uint32_t)_mm_cvtsi128_si32(sum);
}

static void count_equal(const uint32_t *colors, size_t count, const uint32_t *wanted,
                        uint32_t *counts)
{
    __m256i all[FASTCV_SKETCH_COLORS], sums[FASTCV_SKETCH_COLORS];
    for (int k = 0; k < FASTCV_SKETCH_COLORS; k++) {
        all[k] = _mm256_set1_epi32((int)wanted[k]);
        sums[k] = _mm256_setzero_si256();
    }
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m256i eight = load_colors(colors + i);
        for (int k = 0; k < FASTCV_SKETCH_COLORS; k++) /* equal lanes are -1 */
            sums[k] = _mm256_sub_epi32(sums[k], _mm256_cmpeq_epi32(eight, all[k]));
    }
    for (int k = 0; k < FASTCV_SKETCH_COLORS; k++)
        counts[k] = sum_lanes(sums[k]);
    count_one_by_one(colors, i, count, wanted, counts);
}

const FastcvSketchKernels fastcv_sketch_avx2 = {.hash = hash, .count_equal = count_equal};

#endif
