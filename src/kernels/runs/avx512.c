/* Sixteen pixels at a time: packs them into 32-bit lanes, compares each with its left neighbour,
 * and compresses those that differ. The last vector is masked. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/runs/runs_all.h"

enum { LANES = 16, SKIP_PX = 64 };

/* The bytes of count three-channel pixels: pixel 10's red ends the first half, and the second half
 * begins at its own byte 16. Two loads of 32 bytes cross cache lines half as often as one of 64. */
static inline __m512i load_triples(const uint8_t *pixel, int count)
{
    const __m512i halves = _mm512_setr_epi64(0, 1, 2, 3, 2, 3, 4, 5);
    if (count == LANES)
        return _mm512_inserti64x4(
            _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)pixel)),
            _mm256_loadu_si256((const __m256i *)(pixel + 16)), 1);
    return _mm512_permutexvar_epi64(
        halves, _mm512_maskz_loadu_epi8((UINT64_C(1) << 3 * count) - 1, (const void *)pixel));
}

/* count packed colours, at most LANES; arbitrary in the other lanes. */
static inline __m512i pack_some(const uint8_t *pixel, int count, int channels)
{
    const __mmask16 pixels = (__mmask16)((1u << count) - 1);
    if (channels == 1) {
        const __m512i grey = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(pixels, pixel));
        return _mm512_mullo_epi32(grey, _mm512_set1_epi32(0x010101));
    }
    if (channels == 3) {
        const __m512i places = _mm512_setr_epi32(
            0x000102, 0x030405, 0x060708, 0x090A0B, 0x0C0D0E, 0x0F1011, 0x121314, 0x151617, //
            0x18191A, 0x1B1C1D, 0x1E1F30, 0x313233, 0x343536, 0x373839, 0x3A3B3C, 0x3D3E3F);
        return _mm512_maskz_permutexvar_epi8(0x7777777777777777, places,
                                             load_triples(pixel, count));
    }
    const __m512i bytes = _mm512_maskz_loadu_epi32(pixels, pixel);
    const __m512i order = _mm512_broadcast_i32x4(
        _mm_setr_epi8(2, 1, 0, -1, 6, 5, 4, -1, 10, 9, 8, -1, 14, 13, 12, -1));
    const __mmask16 is_transparent =
        _mm512_testn_epi32_mask(bytes, _mm512_set1_epi32((int)0xFF000000));
    return _mm512_mask_set1_epi32(_mm512_shuffle_epi8(bytes, order), is_transparent, -1);
}

/* Whether SKIP_PX pixels equal their left neighbours. */
static inline int is_within_run(const uint8_t *pixel, int channels)
{
    enum { XOR_OR = 0xF0 | (0xCC ^ 0xAA) };
    __m256i difference = _mm256_setzero_si256();
    for (int k = 0; k < SKIP_PX * channels; k += 32) {
        const __m256i here = _mm256_loadu_si256((const __m256i *)(pixel + k));
        const __m256i left = _mm256_loadu_si256((const __m256i *)(pixel + k - channels));
        difference = _mm256_ternarylogic_epi32(difference, here, left, XOR_OR);
    }
    return _mm256_testz_si256(difference, difference);
}

/* Does what find_one_by_one does, for count pixels. before holds the vector to the left. */
static inline int find_some(const uint8_t *pixels, int i, int count, int channels, int found,
                            __m512i *before, FastcvRuns *runs)
{
    const __m512i colors = pack_some(pixels + (ptrdiff_t)i * channels, count, channels);
    const __m512i left = _mm512_alignr_epi32(colors, *before, LANES - 1);
    const __mmask16 begins =
        _mm512_cmpneq_epi32_mask(colors, left) & (__mmask16)((1u << count) - 1);
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    _mm512_storeu_si512(runs->color + found, _mm512_maskz_compress_epi32(begins, colors));
    _mm512_storeu_si512(
        runs->length + found,
        _mm512_maskz_compress_epi32(begins, _mm512_add_epi32(lanes, _mm512_set1_epi32(i))));
    *before = colors;
    return found + __builtin_popcount(begins);
}

/* As measure_runs. */
static inline int measure(int found, int count, int channels, FastcvRuns *runs)
{
    int kept = 0;
    runs->length[found] = (uint32_t)count;
    for (int k = 0; k < found; k += LANES) {
        const __m512i begins = _mm512_loadu_si512(runs->length + k);
        const __m512i lengths = _mm512_sub_epi32(_mm512_loadu_si512(runs->length + k + 1), begins);
        if (channels < 4) {
            _mm512_storeu_si512(runs->length + k, lengths);
            continue;
        }
        const __m512i colors = _mm512_loadu_si512(runs->color + k);
        const int rest = found - k < LANES ? found - k : LANES;
        const __mmask16 is_visible =
            _mm512_cmpneq_epi32_mask(colors, _mm512_set1_epi32((int)FASTCV_TRANSPARENT)) &
            (__mmask16)((1u << rest) - 1);
        _mm512_storeu_si512(runs->color + kept, _mm512_maskz_compress_epi32(is_visible, colors));
        _mm512_storeu_si512(runs->length + kept, _mm512_maskz_compress_epi32(is_visible, lengths));
        kept += __builtin_popcount(is_visible);
    }
    return channels < 4 ? found : kept;
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
            found = find_some(pixels, i, LANES, channels, found, &before, runs);
    }
    if (i < count)
        found = find_some(pixels, i, count - i, channels, found, &before, runs);
    return measure(found, count, channels, runs);
}

static inline void pack_row(const uint8_t *pixels, ptrdiff_t count, int channels, uint32_t *colors)
{
    ptrdiff_t i = 0;
    for (; i + LANES <= count; i += LANES)
        _mm512_storeu_si512(colors + i, pack_some(pixels + i * channels, LANES, channels));
    const int rest = (int)(count - i);
    if (rest)
        _mm512_mask_storeu_epi32(colors + i, (__mmask16)((1u << rest) - 1),
                                 pack_some(pixels + i * channels, rest, channels));
}

DEFINE_KERNELS(find, pack_row)

const FastcvRunsKernels fastcv_runs_avx512 = {.find = find_runs, .pack = pack_pixels};

#endif
