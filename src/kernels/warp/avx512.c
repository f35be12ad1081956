/* AVX-512 with VBMI: the CPUs are named in cpu.c. */
#if defined(__x86_64__)

#include "kernels/warp/blend4_avx2.h"
#include "kernels/warp/blend5_avx512.h"
#include "kernels/warp/map4_all.h"
#include "kernels/warp/warp.h"

/* ---- linear, of pixels side by side ----
 *
 * In upright text, eight neighbours (gray: sixteen) mostly lie within 32 bytes of one row of the
 * page; if the text is a little turned, of two rows. So 32 bytes of both rows and of the rows below
 * them are loaded, and vpermb moves every tap to its word: 4 loads in place of AVX2's 16. Pixels
 * that lie otherwise are blended as in AVX2. */

enum { ROW_BYTES = 32, GROUP_PX = 16 };

/* The pixel and the channel of every word of a result. */
typedef struct Places {
    _Alignas(64) uint16_t pixel[32];
    _Alignas(64) uint16_t channel[32];
} Places;

static const Places gray_places = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {0}};
static const Places color_places = {
    {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7},
    {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}};

/* Where every byte of the output is after packus, which takes 8 words of each part in turn. */
static const _Alignas(64) uint8_t packed_gray[64] = {0,  1,  2,  3,  4,  5,  6,  7,
                                                     16, 17, 18, 19, 20, 21, 22, 23};
static const _Alignas(64) uint8_t packed_color[64] = {
    0, 1, 2,  3,  4,  5,  6,  7,  16, 17, 18, 19, 20, 21, 22, 23, 32, 33, 34, 35, 36, 37, 38, 39,
    8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31, 40, 41, 42, 43, 44, 45, 46, 47};

static inline __m512i load_512(const void *bytes)
{
    return _mm512_loadu_si512(bytes);
}

static inline __m512i load_rows(const uint8_t *row, const uint8_t *other)
{
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)row)),
                              _mm256_loadu_si256((const __m256i *)other), 1);
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

/* The words of a part: 8 pixels from lane `first` on, or 16 gray ones. A lane of taps is the byte
 * of the pixel's first tap, from row; or, plus ROW_BYTES, from row + other. */
static inline __m512i linear_part(const uint8_t *row, ptrdiff_t stride_bytes, ptrdiff_t other,
                                  __m512i taps, __m512i weights, int first, int channels)
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
    const uint8_t *below = row + stride_bytes;
    return combine_512(_mm512_permutexvar_epi8(index, load_rows(row, row + other)),
                       _mm512_permutexvar_epi8(index, load_rows(below, below + other)), across,
                       down);
}

/* Where the bytes of a part begin: at its first pixel or, in mirrored text, before it. */
static inline int32_t begin_of(const int32_t *offset, uint32_t reach)
{
    return offset[2] < offset[0] ? offset[0] - (int32_t)reach : offset[0];
}

/* The step to the second row that a part's pixels lie on, or 0 if they lie on one: its last pixel
 * tells. */
static inline int32_t other_row(int32_t begin, int32_t last, int32_t step, uint32_t reach)
{
    const int32_t way = last - begin;
    return (uint32_t)way <= reach ? 0 : way < 0 ? -step : step;
}

/* Blends the pixels of a group before the first that lies on neither row, and returns how many they
 * are. If they are fewer than `least`, writes nothing and returns 0. */
static inline int linear_group(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                               const uint32_t *fraction, int channels, int least, uint8_t *out)
{
    /* Two parts, in the low and high lanes; gray has one part. */
    const __mmask16 high_lanes = channels == 1 ? 0 : 0xFF00;
    const int high = channels == 1 ? 0 : 8, last = channels == 1 ? 15 : 7;
    /* The furthest that a pixel's first tap may be from the first byte of 32. */
    const uint32_t reach = ROW_BYTES - 2 * (uint32_t)channels;
    const __m512i reaches = _mm512_set1_epi32((int)reach);
    const int32_t step = (int32_t)(stride_bytes < 0 ? -stride_bytes : stride_bytes);
    const int32_t low_begin = begin_of(offset, reach);
    const int32_t high_begin = begin_of(offset + high, reach);
    int32_t low_other = other_row(low_begin, offset[last], step, reach);
    int32_t high_other = other_row(high_begin, offset[high + last], step, reach);

    const __m512i begins =
        _mm512_mask_set1_epi32(_mm512_set1_epi32(low_begin), high_lanes, high_begin);
    const __m512i others =
        _mm512_mask_set1_epi32(_mm512_set1_epi32(low_other), high_lanes, high_other);
    const __m512i along = _mm512_sub_epi32(load_512(offset), begins);
    const __m512i along_other = _mm512_sub_epi32(along, others);
    const __mmask16 on_other = _mm512_cmpgt_epu32_mask(along, reaches);
    const __mmask16 elsewhere = _mm512_mask_cmpgt_epu32_mask(on_other, along_other, reaches);
    int count = GROUP_PX;
    if (elsewhere) {
        count = __builtin_ctz(elsewhere);
        if (count < least)
            return 0;
        /* A row that no pixel lies on may be outside the source. */
        const unsigned used = on_other & ((1u << count) - 1);
        low_other = used & ~(unsigned)high_lanes ? low_other : 0;
        high_other = used & high_lanes ? high_other : 0;
    }

    const __m512i taps =
        _mm512_mask_add_epi32(along, on_other, along_other, _mm512_set1_epi32(ROW_BYTES));
    const __m512i weights = linear_weights_512(fraction);
    __m512i words =
        linear_part(base + low_begin, stride_bytes, low_other, taps, weights, 0, channels);
    __m512i more = words;
    if (high)
        more =
            linear_part(base + high_begin, stride_bytes, high_other, taps, weights, high, channels);
    words = _mm512_permutexvar_epi8(load_512(channels == 1 ? packed_gray : packed_color),
                                    _mm512_packus_epi16(words, more));
    _mm512_mask_storeu_epi8(out, ((__mmask64)1 << channels * count) - 1, words);
    return count;
}

static inline void linear_all(BlendEight *eight, const uint8_t *base, ptrdiff_t stride_bytes,
                              const int32_t *offset, const uint32_t *fraction, int count,
                              int channels, uint8_t *out)
{
    if (count < GROUP_PX) {
        blend_all(eight, base, stride_bytes, offset, fraction, count, channels, out);
        return;
    }
    int apart = GROUP_PX; /* how many pixels are blended as in AVX2 before the next try */
    for (int k = 0, done; k < count; k += done) {
        int least = GROUP_PX / 2;
        if (k >= count - GROUP_PX) { /* the last group overlaps the one before */
            k = count - GROUP_PX;
            least = GROUP_PX;
        }
        uint8_t *pixels = out + k * channels;
        done = linear_group(base, stride_bytes, offset + k, fraction + k, channels, least, pixels);
        if (done) {
            apart = GROUP_PX;
        } else { /* between two rows of a tile, or turned text: then the next are turned too */
            done = count - k < apart ? count - k : apart;
            blend_all(eight, base, stride_bytes, offset + k, fraction + k, done, channels, pixels);
            apart *= 2;
        }
    }
}

DEFINE_BLENDS(linear_all)

/* ---- OpenCV 5's arithmetic ---- */

DEFINE_BLENDS5_SIDE_BY_SIDE

const FastcvWarpKernels fastcv_warp_avx512 = {
    MAP4_ENTRIES,
    .map5 = &fastcv_map5_avx2,
    .blend4 = {BLEND_ENTRIES, .reads = {.before = ROW_BYTES - 2, /* load_rows, with gray pixels */
                                        .after = ROW_BYTES - 2}},
    .blend5 = {BLEND5_ENTRIES, .reads = {.before = WINDOW_BYTES - 2, /* load_windows, as above */
                                         .after = WINDOW_BYTES - 2}},
};

#endif
