/* Eight pixels at a time: packs them into 32-bit lanes, compares each with its left neighbour, and
 * moves those that differ together. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/runs/runs_all.h"

enum { LANES = 8, SKIP_PX = 32 };

static inline __m128i load(const uint8_t *bytes)
{
    return _mm_loadu_si128((const __m128i *)bytes);
}

/* Eight packed colours. With three channels, the second load ends with the eighth pixel, so its
 * four pixels begin at its byte 4. */
static inline __m256i pack_eight(const uint8_t *pixel, int channels)
{
    if (channels == 1) {
        const __m256i grey = _mm256_broadcastsi128_si256(_mm_loadl_epi64((const __m128i *)pixel));
        return _mm256_shuffle_epi8(
            grey, _mm256_setr_epi8(0, 0, 0, -1, 1, 1, 1, -1, 2, 2, 2, -1, 3, 3, 3, -1, //
                                   4, 4, 4, -1, 5, 5, 5, -1, 6, 6, 6, -1, 7, 7, 7, -1));
    }
    if (channels == 3) {
        const __m256i bytes =
            _mm256_inserti128_si256(_mm256_castsi128_si256(load(pixel)), load(pixel + 8), 1);
        return _mm256_shuffle_epi8(
            bytes, _mm256_setr_epi8(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1, //
                                    6, 5, 4, -1, 9, 8, 7, -1, 12, 11, 10, -1, 15, 14, 13, -1));
    }
    const __m256i bytes = _mm256_loadu_si256((const __m256i *)pixel);
    const __m256i colors = _mm256_shuffle_epi8(
        bytes, _mm256_setr_epi8(2, 1, 0, -1, 6, 5, 4, -1, 10, 9, 8, -1, 14, 13, 12, -1, //
                                2, 1, 0, -1, 6, 5, 4, -1, 10, 9, 8, -1, 14, 13, 12, -1));
    const __m256i is_transparent =
        _mm256_cmpeq_epi32(_mm256_srli_epi32(bytes, 24), _mm256_setzero_si256());
    return _mm256_or_si256(colors, is_transparent);
}

/* The numbers of the bits that are set in mask, lowest first, one a lane. Without PEXT, which is
 * slow microcode before Zen 3. */
static inline __m256i lanes_of(unsigned mask)
{
    static const uint32_t of_four[16] = {
        0x00, 0x00,   0x01,   0x0100,   0x02,   0x0200,   0x0201,   0x020100,
        0x03, 0x0300, 0x0301, 0x030100, 0x0302, 0x030200, 0x030201, 0x03020100,
    };
    const unsigned low = mask & 15, high = mask >> 4;
    const uint64_t lanes = of_four[low] | (UINT64_C(0x04040404) + of_four[high])
                                              << 8 * __builtin_popcount(low);
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)lanes));
}

/* Whether SKIP_PX pixels equal their left neighbours. */
static inline int is_within_run(const uint8_t *pixel, int channels)
{
    __m256i is_same = _mm256_set1_epi8(-1);
    for (int k = 0; k < SKIP_PX * channels; k += 32) {
        const __m256i here = _mm256_loadu_si256((const __m256i *)(pixel + k));
        const __m256i left = _mm256_loadu_si256((const __m256i *)(pixel + k - channels));
        is_same = _mm256_and_si256(is_same, _mm256_cmpeq_epi8(here, left));
    }
    return _mm256_movemask_epi8(is_same) == -1;
}

/* Does what find_one_by_one does, for eight pixels; i must be at least 1. Without a branch, because
 * the CPU cannot predict one in text. */
static inline int find_eight(const uint8_t *pixels, int i, int channels, int found,
                             FastcvRuns *runs)
{
    const __m256i colors = pack_eight(pixels + i * channels, channels);
    const __m256i before = pack_eight(pixels + (i - 1) * channels, channels);
    const __m256i is_same = _mm256_cmpeq_epi32(colors, before);
    const unsigned begins = ~(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(is_same)) & 0xFF;
    const __m256i lanes = lanes_of(begins);
    _mm256_storeu_si256((__m256i *)(runs->color + found),
                        _mm256_permutevar8x32_epi32(colors, lanes));
    _mm256_storeu_si256((__m256i *)(runs->length + found),
                        _mm256_add_epi32(lanes, _mm256_set1_epi32(i)));
    return found + __builtin_popcount(begins);
}

static inline int find(const uint8_t *pixels, int count, int channels, FastcvRuns *runs)
{
    int found = find_one_by_one(pixels, 0, 1, channels, 0, runs), i = 1;
    for (; i + SKIP_PX <= count; i += SKIP_PX) {
        if (is_within_run(pixels + i * channels, channels))
            continue;
        for (int k = 0; k < SKIP_PX; k += LANES)
            found = find_eight(pixels, i + k, channels, found, runs);
    }
    for (; i + LANES <= count; i += LANES)
        found = find_eight(pixels, i, channels, found, runs);
    found = find_one_by_one(pixels, i, count, channels, found, runs);
    return measure_runs(found, count, channels, runs);
}

static inline void store_eight(const uint8_t *pixels, int channels, uint32_t *colors)
{
    _mm256_storeu_si256((__m256i *)colors, pack_eight(pixels, channels));
}

static inline void pack_row(const uint8_t *pixels, ptrdiff_t count, int channels, uint32_t *colors)
{
    pack_by_vectors(store_eight, LANES, pixels, count, channels, colors);
}

DEFINE_KERNELS(find, pack_row)

const FastcvRunsKernels fastcv_runs_avx2 = {.find = find_runs, .pack = pack_pixels};

#endif
