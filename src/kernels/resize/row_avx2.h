/* Axes and source rows by AVX2: sixteen px at a time.
 *
 * A plane keeps the px of a group in the order 0–3, 8–11, 4–7, 12–15, which takes no instruction to
 * make, and none to bring into order while the values become floats. */
#ifndef FASTCV_KERNELS_RESIZE_ROW_AVX2_H
#define FASTCV_KERNELS_RESIZE_ROW_AVX2_H

#include <immintrin.h>

#include "kernels/resize/axis.h"
#include "kernels/resize/resize.h"

enum { GROUP_PX = 16, ROW_READS_AFTER = 15 };

/* How many px have their neighbours within 16 bytes. */
typedef enum Reach { ONE_PX, TWO_PX, FOUR_PX, REACHES } Reach;

typedef struct Group {
    __m256i weights[2]; /* of px 0–7 and 8–15: left, and right << 16 */
    /* FOUR_PX, of px 0–7 and 8–15: where a quad's 16 bytes have the first channel: left, and
     * right << 16. TWO_PX, of px 0, 1, 4, 5 and 2, 3, 6, 7, and of 8, 9, …: as pair_places(). */
    __m256i places[4];
    int32_t left[GROUP_PX];
} Group;

typedef struct Axis {
    int32_t groups, channels;
    Reach reach;
    int32_t unused[13];
    Group group[];
} Axis;

_Static_assert(sizeof(Group) <= 16 * GROUP_PX, "fastcv_resize_axis_bytes() counts 16 bytes a px");

/* ---- axes ---- */

static inline __m128 four_positions(int d, __m256d scale)
{
    const __m256d half = _mm256_set1_pd(0.5);
    const __m256d center = _mm256_add_pd(_mm256_set1_pd(d), _mm256_setr_pd(0.5, 1.5, 2.5, 3.5));
    return _mm256_cvtpd_ps(_mm256_sub_pd(_mm256_mul_pd(center, scale), half));
}

/* fastcv_column_tap of px d … d + 7: their left px, and their weights. */
static inline __m256i eight_taps(int d, __m256d scale, int source_px, __m256i *weights)
{
    const __m256 at = _mm256_set_m128(four_positions(d + 4, scale), four_positions(d, scale));
    const __m256 whole = _mm256_floor_ps(at);
    const __m256 many = _mm256_set1_ps(FASTCV_RESIZE_FRACTION);
    const __m256i last = _mm256_set1_epi32(source_px - 1);
    const __m256i left = _mm256_cvtps_epi32(whole);
    const __m256i is_inside =
        _mm256_andnot_si256(_mm256_srai_epi32(left, 31), _mm256_cmpgt_epi32(last, left));
    const __m256 fraction = _mm256_and_ps(_mm256_sub_ps(at, whole), _mm256_castsi256_ps(is_inside));
    const __m256i left_weight =
        _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_sub_ps(_mm256_set1_ps(1), fraction), many));
    const __m256i right_weight = _mm256_cvtps_epi32(_mm256_mul_ps(fraction, many));
    *weights = _mm256_or_si256(left_weight, _mm256_slli_epi32(right_weight, 16));
    return _mm256_min_epi32(_mm256_max_epi32(left, _mm256_setzero_si256()), last);
}

/* How many px the last left px that is read from 16 bytes may lie beyond the first. */
static inline int most_beyond(int channels)
{
    return channels == 1 ? 14 : channels == 3 ? 3 : 2;
}

static inline int largest(__m256i values)
{
    __m128i most =
        _mm_max_epi32(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
    most = _mm_max_epi32(most, _mm_shuffle_epi32(most, _MM_SHUFFLE(1, 0, 3, 2)));
    most = _mm_max_epi32(most, _mm_shuffle_epi32(most, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm_cvtsi128_si32(most);
}

/* Brings the neighbours of two px together: of a channel in the low half, of the next in the high.
 * The second px is `second` bytes further. */
static inline __m256i pair_places(int second, int channels)
{
    const char n = (char)channels, s = (char)second, x = (char)0x80;
    return _mm256_broadcastsi128_si256(_mm_setr_epi8(0, x, n, x, s, x, (char)(s + n), x, //
                                                     1, x, (char)(n + 1), x, (char)(s + 1), x,
                                                     (char)(s + n + 1), x));
}

/* Fills the groups for the axis' reach. Returns whether the neighbours lie close enough. */
static inline int prepare_groups(Axis *axis, int source_px, int target_px, int channels)
{
    const __m256d scale = _mm256_set1_pd(1.0 / ((double)target_px / source_px));
    const __m256i quad_place = _mm256_set1_epi32((int)(0x80008000u | (unsigned)channels << 16));
    const __m256i pair_place = pair_places(0, channels);
    const __m256i both = _mm256_set1_epi32(channels << 16 | channels);
    const int is_quads = axis->reach == FOUR_PX;
    __m256i widest = _mm256_setzero_si256();
    for (int g = 0; g < axis->groups; g++) {
        Group *group = &axis->group[g];
        for (int k = 0; k < 2; k++) {
            const __m256i left =
                eight_taps(g * GROUP_PX + 8 * k, scale, source_px, &group->weights[k]);
            const __m256i first = is_quads ? _mm256_shuffle_epi32(left, _MM_SHUFFLE(0, 0, 0, 0))
                                           : _mm256_shuffle_epi32(left, _MM_SHUFFLE(2, 2, 0, 0));
            const __m256i beyond = _mm256_sub_epi32(left, first);
            const __m256i bytes = _mm256_mullo_epi32(beyond, both);
            widest = _mm256_max_epi32(widest, beyond);
            if (is_quads) {
                group->places[k] = _mm256_add_epi32(bytes, quad_place);
            } else {
                const __m256i near = _mm256_shuffle_epi32(bytes, _MM_SHUFFLE(1, 0, 1, 0));
                const __m256i far = _mm256_shuffle_epi32(bytes, _MM_SHUFFLE(3, 2, 3, 2));
                group->places[2 * k] = _mm256_add_epi8(near, pair_place);
                group->places[2 * k + 1] = _mm256_add_epi8(far, pair_place);
            }
            _mm256_storeu_si256((__m256i *)(group->left + 8 * k), left);
        }
    }
    return largest(widest) <= most_beyond(channels);
}

static void prepare(void *memory, int source_px, int target_px, int channels)
{
    Axis *axis = memory;
    axis->groups = (target_px + GROUP_PX - 1) / GROUP_PX;
    axis->channels = channels;
    axis->reach = FOUR_PX;
    while (axis->reach > ONE_PX && !prepare_groups(axis, source_px, target_px, channels))
        axis->reach--;
}

/* ---- rows ---- */

/* Asks the caches for a line. Rows are too short for the CPU to foresee them by itself. */
static inline void ask(const uint8_t *line)
{
    _mm_prefetch((const char *)line, _MM_HINT_T0);
}

/* Eight px's weighted sums, without their last four bits. */
static inline __m256i across(__m256i neighbours, __m256i weights)
{
    return _mm256_srli_epi32(_mm256_madd_epi16(neighbours, weights), 4);
}

static inline __m256i two_loads(const uint8_t *low, const uint8_t *high)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low)),
                                   _mm_loadu_si128((const __m128i *)high), 1);
}

static inline __attribute__((always_inline)) void narrow_row(const Axis *axis,
                                                             const uint8_t *source,
                                                             const uint8_t *next, int16_t *out,
                                                             ptrdiff_t plane_stride, int channels)
{
    const int planes = channels == 1 ? 1 : 3;
    for (int g = 0; g < axis->groups; g++, out += GROUP_PX) {
        const Group *group = &axis->group[g];
        __m256i bytes[2], places[2];
        ask(next + (ptrdiff_t)group->left[0] * channels);
        for (int k = 0; k < 2; k++) {
            bytes[k] = two_loads(source + (ptrdiff_t)group->left[8 * k] * channels,
                                 source + (ptrdiff_t)group->left[8 * k + 4] * channels);
            places[k] = group->places[k];
        }
        for (int c = 0; c < planes; c++) {
            __m256i sums[2];
            for (int k = 0; k < 2; k++) {
                sums[k] = across(_mm256_shuffle_epi8(bytes[k], places[k]), group->weights[k]);
                places[k] = _mm256_add_epi8(places[k], _mm256_set1_epi8(1));
            }
            _mm256_store_si256((__m256i *)(out + c * plane_stride),
                               _mm256_packs_epi32(sums[0], sums[1]));
        }
    }
}

/* Eight bytes from each of two px, and of two that are four px further. */
static inline __m256i two_pairs(const uint8_t *source, const int32_t *left, int channels)
{
    __m128i half[2];
    for (int k = 0; k < 2; k++) {
        const uint8_t *even = source + (ptrdiff_t)left[4 * k] * channels;
        const uint8_t *odd = source + (ptrdiff_t)left[4 * k + 1] * channels;
        half[k] = _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)even),
                                     _mm_loadl_epi64((const __m128i *)odd));
    }
    return _mm256_set_m128i(half[1], half[0]);
}

/* Eight px's sums of each channel. near has the bytes of px 0, 1, 4, 5, far those of the others,
 * and places say where. */
static inline __attribute__((always_inline)) void pair_sums(__m256i near, __m256i far,
                                                            __m256i near_places, __m256i far_places,
                                                            __m256i weights, int planes,
                                                            __m256i sums[4])
{
    const __m256i two = _mm256_set1_epi8(2);
    for (int c = 0; c < planes; c += 2) {
        const __m256i near_two = _mm256_shuffle_epi8(near, near_places);
        const __m256i far_two = _mm256_shuffle_epi8(far, far_places);
        sums[c] = across(_mm256_unpacklo_epi64(near_two, far_two), weights);
        sums[c + 1] = across(_mm256_unpackhi_epi64(near_two, far_two), weights);
        near_places = _mm256_add_epi8(near_places, two);
        far_places = _mm256_add_epi8(far_places, two);
    }
}

static inline __attribute__((always_inline)) void wide_row(const Axis *axis, const uint8_t *source,
                                                           const uint8_t *next, int16_t *out,
                                                           ptrdiff_t plane_stride, int channels,
                                                           Reach reach)
{
    const int planes = channels == 1 ? 1 : 3;
    const __m256i places = pair_places(8, channels);
    for (int g = 0; g < axis->groups; g++, out += GROUP_PX) {
        const Group *group = &axis->group[g];
        __m256i sums[2][4];
        for (int k = 0; k < 2; k++) {
            const int32_t *left = group->left + 8 * k;
            ask(next + (ptrdiff_t)left[0] * channels);
            if (reach == TWO_PX)
                pair_sums(two_loads(source + (ptrdiff_t)left[0] * channels,
                                    source + (ptrdiff_t)left[4] * channels),
                          two_loads(source + (ptrdiff_t)left[2] * channels,
                                    source + (ptrdiff_t)left[6] * channels),
                          group->places[2 * k], group->places[2 * k + 1], group->weights[k], planes,
                          sums[k]);
            else
                pair_sums(two_pairs(source, left, channels), two_pairs(source, left + 2, channels),
                          places, places, group->weights[k], planes, sums[k]);
        }
        for (int c = 0; c < planes; c++)
            _mm256_store_si256((__m256i *)(out + c * plane_stride),
                               _mm256_packs_epi32(sums[0][c], sums[1][c]));
    }
}

typedef void Row(const Axis *axis, const uint8_t *source, const uint8_t *next, int16_t *out,
                 ptrdiff_t plane_stride);

#define DEFINE_ROWS(channels)                                                                      \
    static void one_px_##channels(const Axis *axis, const uint8_t *source, const uint8_t *next,    \
                                  int16_t *out, ptrdiff_t plane_stride)                            \
    {                                                                                              \
        wide_row(axis, source, next, out, plane_stride, channels, ONE_PX);                         \
    }                                                                                              \
    static void two_px_##channels(const Axis *axis, const uint8_t *source, const uint8_t *next,    \
                                  int16_t *out, ptrdiff_t plane_stride)                            \
    {                                                                                              \
        wide_row(axis, source, next, out, plane_stride, channels, TWO_PX);                         \
    }                                                                                              \
    static void four_px_##channels(const Axis *axis, const uint8_t *source, const uint8_t *next,   \
                                   int16_t *out, ptrdiff_t plane_stride)                           \
    {                                                                                              \
        narrow_row(axis, source, next, out, plane_stride, channels);                               \
    }

DEFINE_ROWS(1)
DEFINE_ROWS(3)
DEFINE_ROWS(4)

static void row(const void *memory, const uint8_t *source, const uint8_t *next, int16_t *out,
                ptrdiff_t plane_stride)
{
    static Row *const rows[][REACHES] = {[1] = {one_px_1, two_px_1, four_px_1},
                                         [3] = {one_px_3, two_px_3, four_px_3},
                                         [4] = {one_px_4, two_px_4, four_px_4}};
    const Axis *axis = memory;
    rows[axis->channels][axis->reach](axis, source, next, out, plane_stride);
}

static void widen(const uint8_t *pixels, int count, int16_t *out)
{
    for (int x = 0; x < count; x += GROUP_PX) {
        const __m128i group = _mm_loadu_si128((const __m128i *)(pixels + x));
        const __m128i in_order = _mm_shuffle_epi32(group, _MM_SHUFFLE(3, 1, 2, 0));
        _mm256_storeu_si256((__m256i *)(out + x),
                            _mm256_slli_epi16(_mm256_cvtepu8_epi16(in_order), 7));
    }
}

#endif
