/* OpenCV 5's blends in AVX-512, of pixels side by side.
 *
 * In upright text, sixteen neighbours' taps mostly lie within 64 bytes of one row of the page, or,
 * if the text is a little turned, of two. So 64 bytes of each row of taps are loaded, and vpermi2b
 * moves the taps to their lanes: a lane a pixel, a vector a channel, so that the fractions stay
 * where they are. No lane is empty, and no pixel is loaded by itself. Pixels that lie otherwise are
 * blended as in AVX2. */
#ifndef FASTCV_KERNELS_BLEND5_AVX512_H
#define FASTCV_KERNELS_BLEND5_AVX512_H

#include "kernels/warp/blend5_avx2.h"

enum { WINDOW_BYTES = 64, SIXTEEN = 16, LEAST_SIDE_BY_SIDE = 6 };

/* Sixteen pixels, side by side: the row of their first taps, or of the upper ones' if they lie on
 * two, and where in the rows' windows each pixel's first tap is, plus WINDOW_BYTES for the lower.
 */
typedef struct SideBySide {
    const uint8_t *row;
    int has_lower;
    int count; /* of the pixels that lie so, from the first on */
    __m512i taps;
} SideBySide;

/* tap is where the first tap of a pixel with offset 0 is. */
static inline SideBySide side_by_side(const uint8_t *tap, ptrdiff_t stride_bytes,
                                      const int32_t *offset, int tap_bytes)
{
    const uint32_t reach = WINDOW_BYTES - (uint32_t)tap_bytes;
    const int32_t way = offset[SIXTEEN - 1] - offset[0];
    const int32_t stride = (int32_t)stride_bytes;
    const int is_below = (way > (int32_t)reach) == (stride > 0);
    const int32_t other = (uint32_t)way <= reach ? 0 : is_below ? stride : -stride;
    const __m512i along =
        _mm512_sub_epi32(_mm512_loadu_si512(offset), _mm512_set1_epi32(offset[0]));
    const __m512i along_other = _mm512_sub_epi32(along, _mm512_set1_epi32(other));
    const __m512i reaches = _mm512_set1_epi32((int)reach);
    const __mmask16 on_other = _mm512_cmpgt_epu32_mask(along, reaches);
    const __mmask16 elsewhere = _mm512_mask_cmpgt_epu32_mask(on_other, along_other, reaches);

    /* A branch, which is easy to predict: the next sixteen need not wait for the count. */
    int count = SIXTEEN;
    if (__builtin_expect(elsewhere != 0, 0))
        count = __builtin_ctz(elsewhere);
    /* A row that no pixel lies on may be outside the source. No branch: it is hard to predict. */
    const int is_used = (other != 0) & ((on_other & ((1u << count) - 1)) != 0);
    const __mmask16 lower = (__mmask16)((is_below ? on_other : ~on_other) & -is_used);
    const __m512i taps = _mm512_mask_mov_epi32(along, on_other, along_other);
    return (SideBySide){
        .row = tap + offset[0] + (is_used & !is_below ? other : 0),
        .has_lower = is_used,
        .count = count,
        .taps = _mm512_mask_add_epi32(taps, lower, taps, _mm512_set1_epi32(WINDOW_BYTES))};
}

/* The windows of so many rows, and of one more if it is needed. */
static inline void load_windows(const SideBySide *pixels, ptrdiff_t stride_bytes, int rows,
                                __m512i *windows)
{
    for (int row = 0; row < rows; row++)
        windows[row] = _mm512_loadu_si512(pixels->row + row * stride_bytes);
    windows[rows] = _mm512_loadu_si512(pixels->row + (pixels->has_lower ? rows : 0) * stride_bytes);
}

/* 2^23 + the tap: the byte is put in place of the float's last. places has ONE_BYTE in every lane.
 */
enum { ONE_BYTE = 0x4B000000 }; /* 2^23, whose last byte counts in ones */
static inline __m512 offset_floats_in(const __m512i *windows, __m512i places)
{
    const __mmask64 first_bytes = 0x1111111111111111;
    return _mm512_castsi512_ps(
        _mm512_mask2_permutex2var_epi8(windows[0], places, first_bytes, windows[1]));
}

static inline __m512 between_sixteen(__m512 a, __m512 b, __m512 fraction)
{
    return _mm512_fmadd_ps(fraction, _mm512_sub_ps(b, a), a);
}

/* The same of 2^23 + a and 2^23 + b. */
static inline __m512 between_offset(__m512 a, __m512 b, __m512 fraction)
{
    return _mm512_fmadd_ps(fraction, _mm512_sub_ps(b, a),
                           _mm512_sub_ps(a, _mm512_set1_ps(1 << 23)));
}

/* Rounds a plane a channel, and stores the bytes of the first pixels. */
INLINED void store_sixteen(const __m512 *planes, int count, int channels, uint8_t *out)
{
    /* Where every byte is after the packs, which take four pixels of each plane in turn. */
    static const _Alignas(64)
        uint8_t places_1[64] = {0, 1, 2, 3, 16, 17, 18, 19, 32, 33, 34, 35, 48, 49, 50, 51};
    static const _Alignas(64)
        uint8_t places_3[64] = {0,  4,  8,  1,  5,  9,  2,  6,  10, 3,  7,  11, 16, 20, 24, 17,
                                21, 25, 18, 22, 26, 19, 23, 27, 32, 36, 40, 33, 37, 41, 34, 38,
                                42, 35, 39, 43, 48, 52, 56, 49, 53, 57, 50, 54, 58, 51, 55, 59};
    static const _Alignas(64) uint8_t places_4[64] = {
        0,  4,  8,  12, 1,  5,  9,  13, 2,  6,  10, 14, 3,  7,  11, 15, 16, 20, 24, 28, 17, 21,
        25, 29, 18, 22, 26, 30, 19, 23, 27, 31, 32, 36, 40, 44, 33, 37, 41, 45, 34, 38, 42, 46,
        35, 39, 43, 47, 48, 52, 56, 60, 49, 53, 57, 61, 50, 54, 58, 62, 51, 55, 59, 63};
    const uint8_t *places = channels == 1 ? places_1 : channels == 3 ? places_3 : places_4;
    const __m512i first = _mm512_cvtps_epi32(planes[0]);
    const __m512i second = channels == 1 ? first : _mm512_cvtps_epi32(planes[1]);
    const __m512i third = channels == 1 ? first : _mm512_cvtps_epi32(planes[2]);
    const __m512i last = channels == 1 ? first : _mm512_cvtps_epi32(planes[channels - 1]);
    const __m512i bytes =
        _mm512_packus_epi16(_mm512_packs_epi32(first, second), _mm512_packs_epi32(third, last));
    _mm512_mask_storeu_epi8(out, ~(__mmask64)0 >> (64 - channels * count),
                            _mm512_permutexvar_epi8(_mm512_load_si512(places), bytes));
}

/* Each returns how many pixels it has blended, or 0 if fewer than `least` lie side by side. */
typedef int Blend5Sixteen(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                          const float *across, const float *down, int channels, int least,
                          uint8_t *out);

INLINED int linear5_sixteen(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                            const float *across, const float *down, int channels, int least,
                            uint8_t *out)
{
    const SideBySide pixels = side_by_side(base, stride_bytes, offset, 2 * channels);
    if (pixels.count < least)
        return 0;
    __m512i windows[3];
    load_windows(&pixels, stride_bytes, 2, windows);
    const __m512 a = _mm512_loadu_ps(across), b = _mm512_loadu_ps(down);
    const __m512i next = _mm512_set1_epi32(channels);
    __m512 planes[4] = {_mm512_setzero_ps()};
    for (int channel = 0; channel < channels; channel++) {
        const __m512i left = _mm512_add_epi32(pixels.taps, _mm512_set1_epi32(ONE_BYTE + channel));
        const __m512i right = _mm512_add_epi32(left, next);
        const __m512 upper =
            between_offset(offset_floats_in(windows, left), offset_floats_in(windows, right), a);
        const __m512 lower = between_offset(offset_floats_in(windows + 1, left),
                                            offset_floats_in(windows + 1, right), a);
        planes[channel] = between_sixteen(upper, lower, b);
    }
    store_sixteen(planes, pixels.count, channels, out);
    return pixels.count;
}

/* cubic5_weights_eight, twice as wide. */
typedef struct CubicWeights5Sixteen {
    __m512 tap[4];
} CubicWeights5Sixteen;

static inline CubicWeights5Sixteen cubic5_weights_sixteen(const float *fractions)
{
    const __m512 one = _mm512_set1_ps(1), sharp = _mm512_set1_ps(-0.75f);
    const __m512 a = _mm512_loadu_ps(fractions), b = _mm512_sub_ps(one, a);
    const __m512 aa = _mm512_mul_ps(a, a), bb = _mm512_mul_ps(b, b);
    const __m512 first = _mm512_mul_ps(sharp, _mm512_mul_ps(a, bb));
    const __m512 last = _mm512_mul_ps(sharp, _mm512_mul_ps(aa, b));
    const __m512 inner = _mm512_fmadd_ps(_mm512_set1_ps(1.25f), a, _mm512_set1_ps(-2.25f));
    const __m512 second = _mm512_fmadd_ps(aa, inner, one);
    const __m512 third = _mm512_sub_ps(_mm512_sub_ps(_mm512_sub_ps(one, first), second), last);
    return (CubicWeights5Sixteen){{first, second, third, last}};
}

/* A row of 1 or 3 channels. The last sixteen overlap those before. */
static inline void side_by_side_row(Blend5Sixteen *sixteen, Blend5Eight *eight, const uint8_t *base,
                                    ptrdiff_t stride_bytes, const int32_t *offset,
                                    const float *across, const float *down, int count, int channels,
                                    uint8_t *out)
{
    if (count < SIXTEEN) {
        blend5_row(eight, base, stride_bytes, offset, across, down, count, channels, out);
        return;
    }
    for (int k = 0, done; k < count; k += done) {
        int least = LEAST_SIDE_BY_SIDE;
        if (k > count - SIXTEEN) {
            k = count - SIXTEEN;
            least = SIXTEEN;
        }
        uint8_t *pixels = out + k * channels;
        done =
            sixteen(base, stride_bytes, offset + k, across + k, down + k, channels, least, pixels);
        if (!done) {
            done = SIXTEEN;
            blend5_row(eight, base, stride_bytes, offset + k, across + k, down + k, done, channels,
                       pixels);
        }
    }
}

/* Defines linear_row_3 and its like. */
#define DEFINE_BLEND5_SIDE_BY_SIDE(kind, sixteen, eight, channels)                                 \
    static void kind##_row_##channels(const uint8_t *base, ptrdiff_t stride_bytes,                 \
                                      const int32_t *offset, const float *across,                  \
                                      const float *down, int count, uint8_t *out)                  \
    {                                                                                              \
        side_by_side_row(sixteen, eight, base, stride_bytes, offset, across, down, count,          \
                         channels, out);                                                           \
    }

#define DEFINE_BLENDS5_SIDE_BY_SIDE                                                                \
    DEFINE_NEAREST5                                                                                \
    DEFINE_BLEND5_SIDE_BY_SIDE(linear, linear5_sixteen, linear5_eight_gray, 1)                     \
    DEFINE_BLEND5_SIDE_BY_SIDE(linear, linear5_sixteen, linear5_eight, 3)                          \
    DEFINE_BLEND5_OF(linear, linear5_eight, 4)                                                     \
    DEFINE_BLEND5_OF(cubic, cubic5_eight_gray, 1)                                                  \
    DEFINE_BLEND5_OF(cubic, cubic5_eight, 3)                                                       \
    DEFINE_BLEND5_OF(cubic, cubic5_eight, 4)

#endif
