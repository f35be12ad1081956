/* Sixteen hashes, or eight comparisons with each of four colours, at a time. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/sketch/sketch_all.h"

enum { LANES = 8, FOUR = 4 };

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

static void add(const uint32_t *colors, size_t count, uint16_t *hashes,
                FastcvSketchCounters *counters)
{
    size_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        const __m256i both =
            _mm256_packus_epi32(hash_eight(colors + i), hash_eight(colors + i + LANES));
        _mm256_storeu_si256((__m256i *)(hashes + i), _mm256_permute4x64_epi64(both, 0xD8));
    }
    hash_one_by_one(colors, i, count, hashes);
    count_hashes(hashes, count, counters);
}

static inline __m256i load_words(const void *words)
{
    return _mm256_loadu_si256(words);
}

/* All bits of the words that reach the threshold. */
static inline __m256i reaches(const uint16_t *values, __m256i threshold)
{
    const __m256i sixteen = load_words(values);
    return _mm256_cmpeq_epi16(_mm256_max_epu16(sixteen, threshold), sixteen);
}

/* Which of thirty-two values reach the threshold. */
static inline uint32_t find_in_half(const uint16_t *values, __m256i threshold)
{
    const __m256i low = reaches(values, threshold), high = reaches(values + 16, threshold);
    const __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xD8);
    return (uint32_t)_mm256_movemask_epi8(both);
}

static uint64_t find_reaching(const uint16_t *values, uint16_t threshold)
{
    const __m256i least = _mm256_set1_epi16((int16_t)threshold);
    return (uint64_t)find_in_half(values + 32, least) << 32 | find_in_half(values, least);
}

static int count_reaching(const uint16_t *values, uint16_t threshold)
{
    return __builtin_popcountll(find_reaching(values, threshold));
}

static uint16_t sum(FastcvSketchCounters *counters, int wanted)
{
    return sum_counters(counters, wanted, count_reaching);
}

static int find_large(const uint16_t *sums, uint16_t threshold, uint16_t *found, int room)
{
    return find_large_by(find_reaching, sums, threshold, found, room);
}

static size_t find_hash(const uint16_t *hashes, size_t i, size_t count, uint16_t hash)
{
    const __m256i wanted = _mm256_set1_epi16((int16_t)hash);
    for (; i + 16 <= count; i += 16) {
        const unsigned mask =
            (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi16(load_words(hashes + i), wanted));
        if (mask)
            return i + (size_t)__builtin_ctz(mask) / 2;
    }
    return find_hash_one_by_one(hashes, i, hash);
}

static inline uint32_t sum_lanes(__m256i sums)
{
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1));
    return (uint32_t)_mm_cvtsi128_si32(sum);
}

static void count_four(const uint32_t *colors, size_t count, const uint32_t *wanted,
                       uint32_t *counts)
{
    __m256i all[FOUR], sums[FOUR];
    for (int k = 0; k < FOUR; k++) {
        all[k] = _mm256_set1_epi32((int)wanted[k]);
        sums[k] = _mm256_setzero_si256();
    }
    for (size_t i = 0; i + LANES <= count; i += LANES) {
        const __m256i eight = load_colors(colors + i);
        for (int k = 0; k < FOUR; k++) /* equal lanes are -1 */
            sums[k] = _mm256_sub_epi32(sums[k], _mm256_cmpeq_epi32(eight, all[k]));
    }
    for (int k = 0; k < FOUR; k++)
        counts[k] = sum_lanes(sums[k]);
}

/* Eight colours and their counts would take more registers than there are. */
static void count_equal(const uint32_t *colors, size_t count, const uint32_t *wanted,
                        uint32_t *counts)
{
    for (int k = 0; k < FASTCV_SKETCH_COLORS; k += FOUR)
        count_four(colors, count, wanted + k, counts + k);
    count_one_by_one(colors, count - count % LANES, count, wanted, counts);
}

const FastcvSketchKernels fastcv_sketch_avx2 = {.add = add,
                                                .sum = sum,
                                                .find_large = find_large,
                                                .find_hash = find_hash,
                                                .count_equal = count_equal};

#endif
