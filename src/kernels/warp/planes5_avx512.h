/* OpenCV 5's cubic pixels from planes, in AVX-512.
 *
 * A byte is exact in a float's upper 16 bits (bfloat16), so planes hold those: 32 px of a row fill
 * a register, and vpermi2b moves a tap of sixteen pixels on two rows to the upper half of their
 * lanes, where it is a float without further ado. */
#ifndef FASTCV_KERNELS_PLANES5_AVX512_H
#define FASTCV_KERNELS_PLANES5_AVX512_H

#include <immintrin.h>

#include "kernels/warp/blend5_avx512.h"
#include "kernels/warp/planes5.h"

enum { TAPS_BYTES = 4 * FASTCV_PLANES_VALUE_BYTES, TAPS_REACH = WINDOW_BYTES - TAPS_BYTES };

static inline __m512i lane_numbers(void)
{
    return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/* ---- bytes to planes ---- */

static inline __m512i load_some(const uint8_t *bytes, int count)
{
    const int some = count < 0 ? 0 : count < WINDOW_BYTES ? count : WINDOW_BYTES;
    return _mm512_maskz_loadu_epi8(
        some == WINDOW_BYTES ? ~(__mmask64)0 : ((__mmask64)1 << some) - 1, bytes);
}

INLINED void spread_chunk(__m512i low, __m512i high, __m512i places, int channels,
                          int32_t plane_bytes, uint8_t *values)
{
    const __mmask64 first_bytes = 0x1111111111111111;
    for (int channel = 0; channel < channels; channel++) {
        const __m512i even = _mm512_add_epi32(places, _mm512_set1_epi32(channel));
        const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(channels));
        const __m512 evens =
            _mm512_cvtepi32_ps(_mm512_maskz_permutex2var_epi8(first_bytes, low, even, high));
        const __m512 odds =
            _mm512_cvtepi32_ps(_mm512_maskz_permutex2var_epi8(first_bytes, low, odd, high));
        _mm512_storeu_si512(values + channel * plane_bytes,
                            _mm512_or_si512(_mm512_srli_epi32(_mm512_castps_si512(evens), 16),
                                            _mm512_castps_si512(odds)));
    }
}

/* Asks for the bytes of a row further on, which lie in the second-level cache at best. */
INLINED void spread_row(const uint8_t *pixels, ptrdiff_t ahead_bytes, int width, int channels,
                        int32_t plane_bytes, uint8_t *values)
{
    enum { CHUNK_BYTES = FASTCV_PLANES_CHUNK_PX * FASTCV_PLANES_VALUE_BYTES };
    const __m512i places = _mm512_mullo_epi32(lane_numbers(), _mm512_set1_epi32(2 * channels));
    const int chunk_bytes = FASTCV_PLANES_CHUNK_PX * channels;
    int left_bytes = width * channels;
    for (; left_bytes >= chunk_bytes; left_bytes -= chunk_bytes) {
        const __m512i low =
            channels == 1 ? _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)pixels))
                          : _mm512_loadu_si512(pixels);
        const __m512i high =
            channels == 1 ? low
            : channels == 3
                ? _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)(pixels + 64)))
                : _mm512_loadu_si512(pixels + 64);
        __builtin_prefetch(pixels + ahead_bytes);
        __builtin_prefetch(pixels + ahead_bytes + chunk_bytes / 2);
        spread_chunk(low, high, places, channels, plane_bytes, values);
        pixels += chunk_bytes;
        values += CHUNK_BYTES;
    }
    if (left_bytes)
        spread_chunk(load_some(pixels, left_bytes), load_some(pixels + 64, left_bytes - 64), places,
                     channels, plane_bytes, values);
}

static void spread5(const uint8_t *pixels, ptrdiff_t stride_bytes, int width, int rows,
                    int channels, FastcvPlanes5 planes)
{
    enum { AHEAD_ROWS = 8 };
    for (int y = 0; y < rows; y++) {
        uint8_t *values = planes.values + (ptrdiff_t)y * planes.row_bytes;
        if (channels == 1)
            spread_row(pixels, AHEAD_ROWS * stride_bytes, width, 1, planes.plane_bytes, values);
        else if (channels == 3)
            spread_row(pixels, AHEAD_ROWS * stride_bytes, width, 3, planes.plane_bytes, values);
        else
            spread_row(pixels, AHEAD_ROWS * stride_bytes, width, 4, planes.plane_bytes, values);
        pixels += stride_bytes;
    }
}

/* ---- the map: project_cubic's arithmetic ---- */

/* What is the same for all pixels of a row, and how many have been located. */
typedef struct Locator5 {
    const FastcvTile5 *tile;
    __m512 left, top, row_bytes;
    RowStarts5 starts;
    const FastcvRoom5 *room;
    FastcvPositions5 *to;
    int column;
} Locator5;

static inline void fill_columns(const FastcvRow5 *row, FastcvRoom5 *room)
{
    const float *m = row->matrix;
    const double m0 = m[0], m3 = m[3], m6 = m[6];
    for (int k = 0; k < fastcv_whole_vectors(row->count); k++) {
        const double u = row->x + k;
        room->x[k] = m0 * u;
        room->y[k] = m3 * u;
        room->w[k] = m6 * u;
    }
}

typedef struct Eight5 {
    __m256 x, y;
} Eight5;

static inline Eight5 project_eight(const FastcvRoom5 *columns, int k, RowStarts5 starts)
{
    const __m512d x = _mm512_add_pd(_mm512_set1_pd(starts.x), _mm512_load_pd(columns->x + k));
    const __m512d y = _mm512_add_pd(_mm512_set1_pd(starts.y), _mm512_load_pd(columns->y + k));
    const __m512d w = _mm512_add_pd(_mm512_set1_pd(starts.w), _mm512_load_pd(columns->w + k));
    const __m512d scale = _mm512_div_pd(_mm512_set1_pd(1), w);
    return (Eight5){_mm512_cvtpd_ps(_mm512_mul_pd(x, scale)),
                    _mm512_cvtpd_ps(_mm512_mul_pd(y, scale))};
}

static inline __m512 both_halves(__m256 low, __m256 high)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

typedef struct Sixteen5 {
    __m512 x, y;
} Sixteen5;

static inline Sixteen5 project_sixteen(const FastcvRoom5 *columns, int k, RowStarts5 starts)
{
    const Eight5 low = project_eight(columns, k, starts);
    const Eight5 high = project_eight(columns, k + 8, starts);
    return (Sixteen5){both_halves(low.x, high.x), both_halves(low.y, high.y)};
}

static inline Sixteen5 project_sixteen_affine(const FastcvRow5 *row, int k, RowStarts5 starts)
{
    const __m512 u =
        _mm512_cvtepi32_ps(_mm512_add_epi32(lane_numbers(), _mm512_set1_epi32(row->x + k)));
    const float *m = row->matrix;
    return (Sixteen5){
        _mm512_add_ps(_mm512_mul_ps(_mm512_set1_ps(m[0]), u), _mm512_set1_ps(starts.x)),
        _mm512_add_ps(_mm512_mul_ps(_mm512_set1_ps(m[3]), u), _mm512_set1_ps(starts.y))};
}

/* Bytes are whole numbers below 2^24, which are exact in float. */
INLINED void locate_sixteen(Locator5 *locator)
{
    const int k = locator->column;
    const Sixteen5 at = locator->tile->is_affine
                            ? project_sixteen_affine(&locator->tile->first, k, locator->starts)
                            : project_sixteen(locator->room, k, locator->starts);
    const __m512 px = _mm512_floor_ps(at.x);
    const __m512 py = _mm512_floor_ps(at.y);
    const __m512 right = _mm512_sub_ps(px, locator->left);
    const __m512 bytes = _mm512_fmadd_ps(_mm512_sub_ps(py, locator->top), locator->row_bytes,
                                         _mm512_add_ps(right, right));
    _mm512_storeu_ps(locator->to->across + k, _mm512_sub_ps(at.x, px));
    _mm512_storeu_ps(locator->to->down + k, _mm512_sub_ps(at.y, py));
    _mm512_storeu_si512(locator->to->offset + k, _mm512_cvtps_epi32(bytes));
    locator->column += SIXTEEN;
}

/* ---- the blend ---- */

static inline __m512 tap_of(__m512i row, __m512i places)
{
    const __mmask64 upper_halves = 0xCCCCCCCCCCCCCCCC;
    return _mm512_castsi512_ps(_mm512_maskz_permutexvar_epi8(upper_halves, places, row));
}

static inline __m512 tap_of_two(__m512i row, __m512i places, __m512i next)
{
    const __mmask64 upper_halves = 0xCCCCCCCCCCCCCCCC;
    return _mm512_castsi512_ps(_mm512_maskz_permutex2var_epi8(upper_halves, row, places, next));
}

/* Sixteen pixels, whose first taps are at most TAPS_REACH bytes beyond `values`, or, if they lie on
 * two rows, beyond the next row's. Channel by channel within a row: no sum waits for another. */
INLINED void blend_windows(const uint8_t *values, const FastcvPlanes5 *planes, int has_two_rows,
                           const __m512i places[4], const CubicWeights5Sixteen *x,
                           const CubicWeights5Sixteen *y, int channels, __m512 *totals)
{
    __m512i windows[4];
    for (int channel = 0; channel < channels; channel++) {
        totals[channel] = _mm512_setzero_ps();
        windows[channel] = _mm512_loadu_si512(values + channel * planes->plane_bytes);
    }
    for (int row = 0; row < 4; row++) {
        values += planes->row_bytes;
        for (int channel = 0; channel < channels; channel++) {
            const __m512i window = windows[channel];
            const __m512i next = _mm512_loadu_si512(values + channel * planes->plane_bytes);
            __m512 sum = _mm512_setzero_ps();
            for (int tap = 0; tap < 4; tap++) {
                const __m512 value = has_two_rows ? tap_of_two(window, places[tap], next)
                                                  : tap_of(window, places[tap]);
                sum = tap ? _mm512_fmadd_ps(value, x->tap[tap], sum)
                          : _mm512_mul_ps(value, x->tap[tap]);
            }
            totals[channel] = _mm512_fmadd_ps(sum, y->tap[row], totals[channel]);
            windows[channel] = next;
        }
    }
}

static inline int count_of(__mmask16 elsewhere, int most)
{
    const int count = __builtin_ctz(elsewhere | 1u << SIXTEEN);
    return count < most ? count : most;
}

/* Blends pixels from the first on that lie within TAPS_REACH bytes of two rows: at least one, at
 * most `most`. The bytes that are loaded begin `back` before pixel k's
 * first tap. Returns how many pixels it blended. */
INLINED int blend_sixteen(const FastcvPlanes5 *planes, const FastcvPositions5 *at, int k, int most,
                          int32_t back, int channels, uint8_t *out)
{
    /* In each lane's upper half: the places of a value's bytes; those of the other row follow. */
    static const _Alignas(16)
        int8_t upper_halves[16] = {-1, -1, 0, 0, -1, -1, 4, 4, -1, -1, 8, 8, -1, -1, 12, 12};
    const __m512i reach = _mm512_set1_epi32(TAPS_REACH);
    const __m512i steps =
        _mm512_sub_epi32(_mm512_loadu_si512(at->offset + k), _mm512_set1_epi32(at->offset[k]));
    const __m512i along = _mm512_add_epi32(steps, _mm512_set1_epi32(back));
    const __mmask16 on_other = _mm512_cmpgt_epu32_mask(along, reach);
    const __m512i bytes =
        _mm512_mask_sub_epi32(along, on_other, along, _mm512_set1_epi32(planes->row_bytes));
    const __mmask16 elsewhere = _mm512_cmpgt_epu32_mask(bytes, reach);

    const __m512i twice = _mm512_shuffle_epi8(
        bytes, _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)upper_halves)));
    __m512i places[4];
    places[0] =
        _mm512_add_epi32(twice, _mm512_mask_mov_epi32(_mm512_set1_epi32(0x01000000), on_other,
                                                      _mm512_set1_epi32(0x41400000)));
    for (int tap = 1; tap < 4; tap++)
        places[tap] = _mm512_add_epi32(places[tap - 1], _mm512_set1_epi32(0x02020000));
    const CubicWeights5Sixteen x = cubic5_weights_sixteen(at->across + k);
    const CubicWeights5Sixteen y = cubic5_weights_sixteen(at->down + k);
    const uint8_t *first = planes->values + at->offset[k] - back;
    __m512 blended[4] = {_mm512_setzero_ps()};
    if (__builtin_expect(on_other == 0, 1))
        blend_windows(first, planes, 0, places, &x, &y, channels, blended);
    else
        blend_windows(first, planes, 1, places, &x, &y, channels, blended);

    /* A branch, which is easy to predict: the next sixteen need not wait for the count. */
    if (__builtin_expect((elsewhere == 0) & (most >= SIXTEEN), 1)) {
        store_sixteen(blended, SIXTEEN, channels, out);
        return SIXTEEN;
    }
    const int count = count_of(elsewhere, most);
    store_sixteen(blended, count, channels, out);
    return count;
}

/* Row by row: while one is blended, the next is located. */
INLINED void cut_planes(const FastcvTile5 *tile, FastcvPlanes5 planes, FastcvRoom5 *room,
                        uint8_t *out, ptrdiff_t out_stride_bytes, int channels)
{
    const int columns = tile->first.count;
    const int32_t back =
        (tile->is_leftward ? TAPS_REACH : 0) + (tile->is_upward ? planes.row_bytes : 0);
    FastcvRow5 row = tile->first;
    Locator5 locator = {.tile = tile,
                        .left = _mm512_set1_ps((float)tile->left),
                        .top = _mm512_set1_ps((float)tile->top),
                        .row_bytes = _mm512_set1_ps((float)planes.row_bytes),
                        .starts = row_starts(&row),
                        .room = room,
                        .to = &room->rows[0]};
    fill_columns(&row, room);
    while (locator.column < columns)
        locate_sixteen(&locator);
    planes.values -= planes.row_bytes + FASTCV_PLANES_VALUE_BYTES; /* first taps */
    for (int y = 0; y < tile->rows; y++, out += out_stride_bytes) {
        const FastcvPositions5 *at = locator.to;
        row.y++;
        locator.starts = row_starts(&row);
        locator.to = &room->rows[(y + 1) % 2];
        locator.column = 0;
        for (int k = 0; k < columns;) {
            if (locator.column < columns)
                locate_sixteen(&locator);
            k += blend_sixteen(&planes, at, k, columns - k, back, channels, out + k * channels);
        }
    }
}

#define DEFINE_CUT_PLANES(channels)                                                                \
    static void cut_planes_##channels(const FastcvTile5 *tile, FastcvPlanes5 planes,               \
                                      FastcvRoom5 *room, uint8_t *out, ptrdiff_t out_stride_bytes) \
    {                                                                                              \
        cut_planes(tile, planes, room, out, out_stride_bytes, channels);                           \
    }
DEFINE_CUT_PLANES(1)
DEFINE_CUT_PLANES(3)
DEFINE_CUT_PLANES(4)

static const FastcvFromPlanes5 from_planes5 = {
    .spread = spread5,
    .cut = {[1] = cut_planes_1, [3] = cut_planes_3, [4] = cut_planes_4},
};

#endif
