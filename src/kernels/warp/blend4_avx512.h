/* AVX-512's blends of OpenCV 4's pixels, where they lie side by side.
 *
 * In text that is upright or a little turned, sixteen neighbours mostly lie within 64 bytes of one
 * row of the page, or of two rows that follow each other. So 64 bytes of both rows and of the rows
 * around them are loaded, and vpermi2b moves every tap to its place: 4 loads in place of AVX2's 32,
 * or 8 in place of 64 for cubic. Pixels that lie otherwise are blended as in AVX2. */
#ifndef FASTCV_KERNELS_BLEND4_AVX512_H
#define FASTCV_KERNELS_BLEND4_AVX512_H

#include "kernels/warp/blend4_avx2.h"

enum { ROW_BYTES = 64, GROUP_PX = 16 };

static inline __m512i load_512(const void *bytes)
{
    return _mm512_loadu_si512(bytes);
}

/* Compilers would load 64 bytes again for every use, though they mostly cross a cache line. */
static inline __m512i load_once(const uint8_t *bytes)
{
    __m512i loaded = load_512(bytes);
#ifdef __AVX512F__
    __asm__("" : "+v"(loaded));
#endif
    return loaded;
}

/* Two rows of the page that a group's pixels lie on. */
typedef struct GroupRows {
    ptrdiff_t begin; /* from the base to the first row's 64 bytes */
    ptrdiff_t other; /* from there to the second row's: 0 if all pixels lie on the first */
    __m512i taps;    /* where each pixel's first tap is in these 128 bytes, 32 bits each */
} GroupRows;

/* Returns whether the pixels of the group lie so. A pixel's taps of a row are tap_bytes long. */
static inline int find_rows(const int32_t *offset, ptrdiff_t stride_bytes, int tap_bytes,
                            GroupRows *rows)
{
    const uint32_t reach =
        ROW_BYTES - (uint32_t)tap_bytes; /* of a pixel from its row's first byte */
    const __m512i reaches = _mm512_set1_epi32((int)reach);
    const int32_t step = (int32_t)(stride_bytes < 0 ? -stride_bytes : stride_bytes);
    /* The bytes begin at the first pixel or, in mirrored text, before it. */
    const int32_t begin = offset[2] < offset[0] ? offset[0] - (int32_t)reach : offset[0];
    const int32_t way = offset[GROUP_PX - 1] - begin; /* the last pixel tells the second row */
    const int32_t other = (uint32_t)way <= reach ? 0 : way < 0 ? -step : step;

    const __m512i along = _mm512_sub_epi32(load_512(offset), _mm512_set1_epi32(begin));
    const __m512i along_other = _mm512_sub_epi32(along, _mm512_set1_epi32(other));
    const __mmask16 on_other = _mm512_cmpgt_epu32_mask(along, reaches);
    rows->begin = begin;
    rows->other = other;
    rows->taps = _mm512_mask_add_epi32(along, on_other, along_other, _mm512_set1_epi32(ROW_BYTES));
    return !_mm512_mask_cmpgt_epu32_mask(on_other, along_other, reaches);
}

/* Stores a group's pixels. */
static inline void store_group(__m512i bytes, int channels, uint8_t *out)
{
    _mm512_mask_storeu_epi8(out, ((__mmask64)1 << channels * GROUP_PX) - 1, bytes);
}

/* ---- linear ---- */

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
static inline __attribute__((always_inline)) int
linear_group(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
             const uint32_t *fraction, int channels, uint8_t *out)
{
    GroupRows at;
    if (!find_rows(offset, stride_bytes, 2 * channels, &at))
        return 0;
    const uint8_t *row = base + at.begin, *next = row + at.other;
    const __m512i rows[2] = {load_512(row), load_512(next)};
    const __m512i below[2] = {load_512(row + stride_bytes), load_512(next + stride_bytes)};
    const __m512i weights = linear_weights_512(fraction);
    const __m512i words = linear_words(rows, below, at.taps, weights, 0, channels);
    const __m512i more =
        channels == 1 ? words : linear_words(rows, below, at.taps, weights, 8, channels);
    const __m512i bytes = _mm512_packus_epi16(words, more);
    store_group(
        _mm512_permutexvar_epi8(load_512(channels == 1 ? packed_gray : packed_color), bytes),
        channels, out);
    return 1;
}

/* ---- cubic ----
 *
 * vpdpbusd adds four products of an unsigned and a signed byte to a sum of 32 bits: the taps of a
 * row and their weights. A weight has 16 bits, so it is taken as two bytes, and sums of both kinds
 * are put together at the end. */

/* The weights of sixteen pixels: for each row of taps the low bytes and the high ones, four of a
 * pixel in 32 bits. */
static inline void cubic_weights_512(const uint32_t *fraction, __m512i weights[8])
{
    /* Where each pixel's weights begin in the table: 32 · (32 · j + i) bytes. */
    _Alignas(64) uint32_t entry[GROUP_PX];
    const __m512i fractions = load_512(fraction);
    _mm512_store_si512(entry, _mm512_or_si512(_mm512_and_si512(_mm512_slli_epi32(fractions, 5),
                                                               _mm512_set1_epi32(31 << 5)),
                                              _mm512_srli_epi32(fractions, 6)));
    __asm__("" : "+m"(entry)); /* 16 loads of 32 bits: compilers would take the vector apart */

    __m512i pairs[8]; /* of pixels: 0 and 4, 1 and 5, 2 and 6, 3 and 7, then 8 and 12 … */
    for (int i = 0; i < 8; i++) {
        const int k = i % 4 + i / 4 * 8;
        const int8_t *bytes = fastcv_cubic_bytes[0];
        pairs[i] = _mm512_inserti64x4(
            _mm512_castsi256_si512(_mm256_load_si256((const __m256i *)(bytes + entry[k]))),
            _mm256_load_si256((const __m256i *)(bytes + entry[k + 4])), 1);
    }
    __m512i fours[2][4]; /* [i][j]: words j and j + 4 of pixels 8i to 8i + 7 */
    for (int i = 0; i < 2; i++) {
        const __m512i *pair = pairs + 4 * i;
        const __m512i low01 = _mm512_unpacklo_epi32(pair[0], pair[1]);
        const __m512i high01 = _mm512_unpackhi_epi32(pair[0], pair[1]);
        const __m512i low23 = _mm512_unpacklo_epi32(pair[2], pair[3]);
        const __m512i high23 = _mm512_unpackhi_epi32(pair[2], pair[3]);
        fours[i][0] = _mm512_unpacklo_epi64(low01, low23);
        fours[i][1] = _mm512_unpackhi_epi64(low01, low23);
        fours[i][2] = _mm512_unpacklo_epi64(high01, high23);
        fours[i][3] = _mm512_unpackhi_epi64(high01, high23);
    }
    for (int j = 0; j < 4; j++) {
        weights[j] = _mm512_shuffle_i32x4(fours[0][j], fours[1][j], 0x88);
        weights[j + 4] = _mm512_shuffle_i32x4(fours[0][j], fours[1][j], 0xDD);
    }
}

/* Where every byte of the output is after two packs, which leave four pixels' bytes of each channel
 * in every 16. */
static const _Alignas(64) uint8_t packed_cubic_gray[64] = {0,  1,  2,  3,  16, 17, 18, 19,
                                                           32, 33, 34, 35, 48, 49, 50, 51};
static const _Alignas(64) uint8_t packed_cubic_color[64] = {
    0,  4,  8,  1,  5,  9,  2,  6,  10, 3,  7,  11, 16, 20, 24, 17, 21, 25, 18, 22, 26, 19, 23, 27,
    32, 36, 40, 33, 37, 41, 34, 38, 42, 35, 39, 43, 48, 52, 56, 49, 53, 57, 50, 54, 58, 51, 55, 59};

static inline __attribute__((always_inline)) int
cubic_group(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
            const uint32_t *fraction, int channels, uint8_t *out)
{
    GroupRows at;
    if (!find_rows(offset, stride_bytes, 4 * channels, &at))
        return 0;
    __m512i weights[8];
    cubic_weights_512(fraction, weights);
    const __m512i neighbours =
        _mm512_add_epi32(_mm512_mullo_epi32(at.taps, _mm512_set1_epi32(0x01010101)),
                         _mm512_set1_epi32(channels == 1 ? 0x03020100 : 0x09060300));

    __m512i low[3], high[3];
    for (int c = 0; c < channels; c++)
        low[c] = high[c] = _mm512_setzero_si512();
    const uint8_t *row = base + at.begin - stride_bytes - channels;
    for (int i = 0; i < 4; i++, row += stride_bytes) {
        const __m512i bytes = load_once(row), other = load_once(row + at.other);
        for (int c = 0; c < channels; c++) {
            const __m512i index = _mm512_add_epi8(neighbours, _mm512_set1_epi8((char)c));
            const __m512i taps = _mm512_permutex2var_epi8(bytes, index, other);
            low[c] = _mm512_dpbusd_epi32(low[c], taps, weights[2 * i]);
            high[c] = _mm512_dpbusd_epi32(high[c], taps, weights[2 * i + 1]);
        }
    }
    __m512i sums[3];
    for (int c = 0; c < channels; c++) /* the weights are negated */
        sums[c] =
            _mm512_srai_epi32(_mm512_sub_epi32(_mm512_sub_epi32(_mm512_set1_epi32(1 << 14), low[c]),
                                               _mm512_slli_epi32(high[c], 8)),
                              15);
    const int last = channels - 1;
    const __m512i first_two = _mm512_packs_epi32(sums[0], sums[last ? 1 : 0]);
    const __m512i packed =
        _mm512_packus_epi16(first_two, _mm512_packs_epi32(sums[last], sums[last]));
    store_group(_mm512_permutexvar_epi8(
                    load_512(channels == 1 ? packed_cubic_gray : packed_cubic_color), packed),
                channels, out);
    return 1;
}

/* ---- rows ---- */

typedef int BlendGroup(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                       const uint32_t *fraction, int channels, uint8_t *out);

/* A row's last group overlaps the one before. If a tile's first group lies otherwise, its text is
 * turned, and no other group is tried. group and eight must be constants, so that they are inlined.
 */
static inline void blend_groups(BlendGroup *group, int taps, BlendEight *eight, const uint8_t *base,
                                ptrdiff_t stride_bytes, const int32_t *offset,
                                const uint32_t *fraction, int columns, int count, int channels,
                                uint8_t *out)
{
    GroupRows at;
    if (columns < GROUP_PX || !find_rows(offset, stride_bytes, taps * channels, &at)) {
        blend_all(eight, base, stride_bytes, offset, fraction, count, channels, out);
        return;
    }
    for (int row = 0; row < count; row += columns) {
        for (int column = 0; column < columns; column += GROUP_PX) {
            const int k = row + (column < columns - GROUP_PX ? column : columns - GROUP_PX);
            uint8_t *pixels = out + k * channels;
            if (!group(base, stride_bytes, offset + k, fraction + k, channels, pixels))
                blend_all(eight, base, stride_bytes, offset + k, fraction + k, GROUP_PX, channels,
                          pixels);
        }
    }
}

static inline void linear_groups(BlendEight *eight, const uint8_t *base, ptrdiff_t stride_bytes,
                                 const int32_t *offset, const uint32_t *fraction, int columns,
                                 int count, int channels, uint8_t *out)
{
    blend_groups(linear_group, 2, eight, base, stride_bytes, offset, fraction, columns, count,
                 channels, out);
}

static inline void cubic_groups(BlendEight *eight, const uint8_t *base, ptrdiff_t stride_bytes,
                                const int32_t *offset, const uint32_t *fraction, int columns,
                                int count, int channels, uint8_t *out)
{
    blend_groups(cubic_group, 4, eight, base, stride_bytes, offset, fraction, columns, count,
                 channels, out);
}

#endif
