/* Thirty-two hashes, or sixteen comparisons with each colour, at a time. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/sketch/sketch_all.h"

enum { LANES = 16, HASHES = 2 * LANES };

static inline __m512i multiply(const uint32_t *colors)
{
    const __m512i multiplier = _mm512_set1_epi32((int)UINT32_C(2654435769));
    return _mm512_mullo_epi32(_mm512_loadu_si512(colors), multiplier);
}

/* A hash is the upper bits of a product. */
static void add(const uint32_t *colors, size_t count, uint16_t *hashes,
                FastcvSketchCounters *counters)
{
    const __m512i upper =
        _mm512_set_epi16(63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27,
                         25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    size_t i = 0;
    for (; i + HASHES <= count; i += HASHES) {
        const __m512i both =
            _mm512_permutex2var_epi16(multiply(colors + i), upper, multiply(colors + i + LANES));
        _mm512_storeu_si512(hashes + i, _mm512_srli_epi16(both, 16 - FASTCV_SKETCH_BITS));
    }
    hash_one_by_one(colors, i, count, hashes);
    count_hashes(hashes, count, counters);
}

/* Joins masks of HASHES lanes. */
static inline uint64_t join(__mmask32 low, __mmask32 high)
{
    return (uint64_t)high << HASHES | low;
}

static uint64_t find_reaching(const uint16_t *values, uint16_t threshold)
{
    const __m512i least = _mm512_set1_epi16((int16_t)threshold);
    return join(_mm512_cmpge_epu16_mask(_mm512_loadu_si512(values), least),
                _mm512_cmpge_epu16_mask(_mm512_loadu_si512(values + HASHES), least));
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
    const __m512i wanted = _mm512_set1_epi16((int16_t)hash);
    for (; i + 2 * HASHES <= count; i += 2 * HASHES) {
        const uint64_t mask =
            join(_mm512_cmpeq_epi16_mask(_mm512_loadu_si512(hashes + i), wanted),
                 _mm512_cmpeq_epi16_mask(_mm512_loadu_si512(hashes + i + HASHES), wanted));
        if (mask)
            return i + (size_t)__builtin_ctzll(mask);
    }
    return find_hash_one_by_one(hashes, i, hash);
}

static void count_equal(const uint32_t *colors, size_t count, const uint32_t *wanted,
                        uint32_t *counts)
{
    const __m512i one = _mm512_set1_epi32(1);
    __m512i all[FASTCV_SKETCH_COLORS], sums[FASTCV_SKETCH_COLORS];
    for (int k = 0; k < FASTCV_SKETCH_COLORS; k++) {
        all[k] = _mm512_set1_epi32((int)wanted[k]);
        sums[k] = _mm512_setzero_si512();
    }
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m512i sixteen = _mm512_loadu_si512(colors + i);
        for (int k = 0; k < FASTCV_SKETCH_COLORS; k++)
            sums[k] = _mm512_mask_add_epi32(sums[k], _mm512_cmpeq_epi32_mask(sixteen, all[k]),
                                            sums[k], one);
    }
    for (int k = 0; k < FASTCV_SKETCH_COLORS; k++)
        counts[k] = (uint32_t)_mm512_reduce_add_epi32(sums[k]);
    count_one_by_one(colors, i, count, wanted, counts);
}

const FastcvSketchKernels fastcv_sketch_avx512 = {.add = add,
                                                  .sum = sum,
                                                  .find_large = find_large,
                                                  .find_hash = find_hash,
                                                  .count_equal = count_equal};

#endif
