/* AVX-512 with VBMI: the CPUs are named in cpu.c. */
#if defined(__x86_64__)

#include "kernels/warp/blend4_avx2.h"
#include "kernels/warp/blend5_avx512.h"
#include "kernels/warp/map4_all.h"
#include "kernels/warp/warp.h"

/* ---- linear, of pixels side by side ----
 *
 * In text that is upright or a little turned, sixteen neighbours mostly lie within 64 bytes of one
 * row of the page, or of two rows that follow each other. So 64 bytes of both rows and of the rows
 * below them are loaded, and vpermi2b moves every tap to its word: 4 loads in place of AVX2's 32.
 * Pixels that lie otherwise are blended as in AVX2. */

enum { ROW_BYTES = 64, GROUP_PX = 16 };

/* The pixel and the channel of every word of a result: of 16 gray pixels, or of 8 colours. */
typedef struct Places {
    _Alignas(64) uint16_t pixel[32];
    _Alignas(64) uint16_t channel[32];
} Places;

static const Places gray_places = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {0}};
static const Places color_places = {
    {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7},
    {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}};

/* Where every byte of the output is after packus, which takes 8 words of each half in turn. */
static const _Alignas(64) uint8_t packed_gray[64] = {0,  1,  2,  3,  4,  5,  6,  7,
                                                     16, 17, 18, 19, 20, 21, 22, 23};
static const _Alignas(64) uint8_t packed_color[64] = {
    0, 1, 2,  3,  4,  5,  6,  7,  16, 17, 18, 19, 20, 21, 22, 23, 32, 33, 34, 35, 36, 37, 38, 39,
    8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31, 40, 41, 42, 43, 44, 45, 46, 47};

static inline __m512i load_512(const void *bytes)
{
    return _mm512_loadu_si512(bytes);
}

/* AVX2's linear_weights and combine, twice as wide. */
static inline __m512i linear_weights_512(const uint32_t *fraction)
{
    return _mm512_add_epi16(
        _mm512_mullo_epi16(load_512(fraction), _mm512_set1_epi32(1024 << 16 | 510)),
        _mm512_set1_epi32(64));
}

static inline __m512i combine_512(__m512i upper, __m512i lower, __m512i across, __m512i down)
{
    const __m512i h0 = _mm512_maddubs_epi16(upper, across);
    const __m512i h1 = _mm512_maddubs_epi16(lower, across);
    const __m512i part = _mm512_mulhi_epi16(_mm512_sub_epi16(h1, h0), down);
    return _mm512_mulhrs_epi16(_mm512_add_epi16(_mm512_srli_epi16(h0, 1), part),
                               _mm512_set1_epi16(1024));
}

/* The words of 8 pixels from lane `first` on, or of 16 gray ones. A lane of taps is the place of
 * the pixel's first tap in the 128 bytes of two rows; below them are the next two. */
static inline __m512i linear_words(const __m512i rows[2], const __m512i below[2], __m512i taps,
                                   __m512i weights, int first, int channels)
{
    const Places *places = channels == 1 ? &gray_places : &color_places;
    const __m512i lane =
        _mm512_mullo_epi16(_mm512_add_epi16(load_512(places->pixel), _mm512_set1_epi16(first)),
                           _mm512_set1_epi16(0x0404)); /* the pixel's first byte, twice */
    const __m512i neighbours =
        _mm512_add_epi8(_mm512_mullo_epi16(load_512(places->channel), _mm512_set1_epi16(0x0101)),
                        _mm512_set1_epi16(channels << 8));
    const __m512i index = _mm512_add_epi8(_mm512_permutexvar_epi8(lane, taps), neighbours);
    const __m512i across =
        _mm512_permutexvar_epi8(_mm512_add_epi8(lane, _mm512_set1_epi16(0x0100)), weights);
    const __m512i down =
        _mm512_permutexvar_epi8(_mm512_add_epi8(lane, _mm512_set1_epi16(0x0302)), weights);
    return combine_512(_mm512_permutex2var_epi8(rows[0], index, rows[1]),
                       _mm512_permutex2var_epi8(below[0], index, below[1]), across, down);
}

/* Blends the pixels of a group, and returns whether they lie so that it can. */
static inline int linear_group(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                               const uint32_t *fraction, int channels, uint8_t *out)
{
    /* The furthest that a pixel's first tap may be from the first byte of its row. */
    const uint32_t reach = ROW_BYTES - 2 * (uint32_t)channels;
    const __m512i reaches = _mm512_set1_epi32((int)reach);
    const int32_t step = (int32_t)(stride_bytes < 0 ? -stride_bytes : stride_bytes);
    /* The rows' bytes begin at the first pixel or, in mirrored text, before it. */
    const int32_t begin = offset[2] < offset[0] ? offset[0] - (int32_t)reach : offset[0];
    /* The step to the second row, or 0 if there is none: the last pixel tells. */
    const int32_t way = offset[GROUP_PX - 1] - begin;
    const int32_t other = (uint32_t)way <= reach ? 0 : way < 0 ? -step : step;

    const __m512i along = _mm512_sub_epi32(load_512(offset), _mm512_set1_epi32(begin));
    const __m512i along_other = _mm512_sub_epi32(along, _mm512_set1_epi32(other));
    const __mmask16 on_other = _mm512_cmpgt_epu32_mask(along, reaches);
    if (_mm512_mask_cmpgt_epu32_mask(on_other, along_other, reaches))
        return 0;

    const uint8_t *row = base + begin;
    const __m512i rows[2] = {load_512(row), load_512(row + other)};
    const __m512i below[2] = {load_512(row + stride_bytes), load_512(row + stride_bytes + other)};
    const __m512i taps =
        _mm512_mask_add_epi32(along, on_other, along_other, _mm512_set1_epi32(ROW_BYTES));
    const __m512i weights = linear_weights_512(fraction);
    const __m512i words = linear_words(rows, below, taps, weights, 0, channels);
    const __m512i more =
        channels == 1 ? words : linear_words(rows, below, taps, weights, 8, channels);
    _mm512_mask_storeu_epi8(
        out, ((__mmask64)1 << channels * GROUP_PX) - 1,
        _mm512_permutexvar_epi8(load_512(channels == 1 ? packed_gray : packed_color),
                                _mm512_packus_epi16(words, more)));
    return 1;
}

/* A row's last group overlaps the one before. If a tile's first group lies otherwise, its text is
 * turned, and no other group is tried. */
static inline void linear_rows(BlendEight *eight, const uint8_t *base, ptrdiff_t stride_bytes,
                               const int32_t *offset, const uint32_t *fraction, int columns,
                               int count, int channels, uint8_t *out)
{
    if (columns < GROUP_PX || !linear_group(base, stride_bytes, offset, fraction, channels, out)) {
        blend_all(eight, base, stride_bytes, offset, fraction, count, channels, out);
        return;
    }
    for (int row = 0; row < count; row += columns) {
        for (int column = 0; column < columns; column += GROUP_PX) {
            const int k = row + (column < columns - GROUP_PX ? column : columns - GROUP_PX);
            uint8_t *pixels = out + k * channels;
            if (!linear_group(base, stride_bytes, offset + k, fraction + k, channels, pixels))
                blend_all(eight, base, stride_bytes, offset + k, fraction + k, GROUP_PX, channels,
                          pixels);
        }
    }
}

DEFINE_BLENDS(linear_rows)

/* ---- OpenCV 5's arithmetic ---- */

DEFINE_BLENDS5_SIDE_BY_SIDE

const FastcvWarpKernels fastcv_warp_avx512 = {
    MAP4_ENTRIES,
    .map5 = &fastcv_map5_avx2,
    .blend4 = {BLEND_ENTRIES,
               .reads = {.before = ROW_BYTES - 2, /* linear_group, with gray pixels */
                         .after = ROW_BYTES - 2}},
    .blend5 = {BLEND5_ENTRIES, .reads = {.before = WINDOW_BYTES - 2, /* load_windows, as above */
                                         .after = WINDOW_BYTES - 2}},
};

#endif
