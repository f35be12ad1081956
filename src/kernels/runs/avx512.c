/* Sixteen pixels at a time: packs them into 32-bit lanes, compares each with its left neighbour,
 * and compresses those that differ. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/runs/runs_all.h"

enum { LANES = 16, SKIP_PX = 64 };

/* A mask of the lower three bytes of each lane. */
#define COLOR_BYTES UINT64_C(0x7777777777777777)

static inline __m256i load(const uint8_t *bytes)
{
    return _mm256_loadu_si256((const __m256i *)bytes);
}

/* Sixteen packed colours. The 48 bytes of three channels come in two loads of 32, which overlap:
 * such loads cross cache lines half as often as one of 64 bytes, and read only the pixels. */
static inline __m512i pack_sixteen(const uint8_t *pixel, int channels)
{
    if (channels == 1) {
        const __m512i places = _mm512_setr_epi32(
            0x000000, 0x010101, 0x020202, 0x030303, 0x040404, 0x050505, 0x060606, 0x070707,
            0x080808, 0x090909, 0x0A0A0A, 0x0B0B0B, 0x0C0C0C, 0x0D0D0D, 0x0E0E0E, 0x0F0F0F);
        const __m512i grey =
            _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)pixel));
        return _mm512_maskz_shuffle_epi8(COLOR_BYTES, grey, places);
    }
    if (channels == 3) {
        const __m512i bytes =
            _mm512_inserti64x4(_mm512_castsi256_si512(load(pixel)), load(pixel + 16), 1);
        const __m512i places = _mm512_setr_epi32(
            0x000102, 0x030405, 0x060708, 0x090A0B, 0x0C0D0E, 0x0F1011, 0x121314, 0x151617, //
            0x18191A, 0x1B1C1D, 0x1E1F30, 0x313233, 0x343536, 0x373839, 0x3A3B3C, 0x3D3E3F);
        return _mm512_maskz_permutexvar_epi8(COLOR_BYTES, places, bytes);
    }
    const __m512i bytes = _mm512_loadu_si512(pixel);
    const __m512i colors =
        _mm512_shuffle_epi8(bytes, _mm512_broadcast_i32x4(_mm_setr_epi8(
                                       2, 1, 0, -1, 6, 5, 4, -1, 10, 9, 8, -1, 14, 13, 12, -1)));
    const __mmask16 is_transparent =
        _mm512_cmpeq_epi32_mask(_mm512_srli_epi32(bytes, 24), _mm512_setzero_si512());
    return _mm512_mask_set1_epi32(colors, is_transparent, -1);
}

/* Whether SKIP_PX pixels equal their left neighbours. */
static inline int is_within_run(const uint8_t *pixel, int channels)
{
    enum { FIRST_OR_OTHERS_DIFFER = 0xF0 | (0xCC ^ 0xAA) };
    __m256i difference = _mm256_setzero_si256();
    for (int k = 0; k < SKIP_PX * channels; k += 32)
        difference = _mm256_ternarylogic_epi32(difference, load(pixel + k),
                                               load(pixel + k - channels), FIRST_OR_OTHERS_DIFFER);
    return _mm256_testz_si256(difference, difference);
}

/* Does what find_one_by_one does, for sixteen pixels. *before has those to the left. */
static inline int find_sixteen(const uint8_t *pixels, int i, int channels, int found,
                               __m512i *before, FastcvRuns *runs)
{
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i left_lanes =
        _mm512_setr_epi32(31, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    const __m512i colors = pack_sixteen(pixels + (ptrdiff_t)i * channels, channels);
    const __m512i left = _mm512_permutex2var_epi32(colors, left_lanes, *before);
    const __mmask16 begins = (__mmask16)~_mm512_cmpeq_epi32_mask(colors, left);
    _mm512_storeu_si512(runs->color + found, _mm512_maskz_compress_epi32(begins, colors));
    _mm512_storeu_si512(
        runs->length + found,
        _mm512_maskz_compress_epi32(begins, _mm512_add_epi32(lanes, _mm512_set1_epi32(i))));
    *before = colors;
    return found + __builtin_popcount(begins);
}

static inline int find(const uint8_t *pixels, int count, int channels, FastcvRuns *runs)
{
    __m512i before = _mm512_set1_epi32((int)RUNS_NO_PIXEL);
    int found = 0, i = 0;
    while (i + LANES <= count) {
        if (i && i + SKIP_PX <= count && is_within_run(pixels + i * channels, channels)) {
            before = _mm512_set1_epi32((int)runs->color[found - 1]);
            i += SKIP_PX;
            continue;
        }
        const int end = count - i < SKIP_PX ? count : i + SKIP_PX;
        for (; i + LANES <= end; i += LANES)
            found = find_sixteen(pixels, i, channels, found, &before, runs);
    }
    found = find_one_by_one(pixels, i, count, channels, found, runs);
    return measure_runs(found, count, channels, runs);
}

static inline void store_sixteen(const uint8_t *pixels, int channels, uint32_t *colors)
{
    _mm512_storeu_si512(colors, pack_sixteen(pixels, channels));
}

static inline void pack_row(const uint8_t *pixels, ptrdiff_t count, int channels, uint32_t *colors)
{
    pack_by_vectors(store_sixteen, LANES, pixels, count, channels, colors);
}

DEFINE_KERNELS(find, pack_row)

const FastcvRunsKernels fastcv_runs_avx512 = {.find = find_runs, .pack = pack_pixels};

#endif
