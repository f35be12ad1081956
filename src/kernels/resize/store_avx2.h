/* Target rows by AVX2: two rows of a plane are blended, normalised and stored in vectors of 32
 * bytes. The vector in which the padding begins has both. */
#ifndef FASTCV_KERNELS_RESIZE_STORE_AVX2_H
#define FASTCV_KERNELS_RESIZE_STORE_AVX2_H

#include <immintrin.h>
#include <string.h>

#include "kernels/resize/resize.h"

enum { STORE_BYTES = 32, STORE_PX = 16 };

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* ---- pixels ---- */

typedef struct Blend {
    const int16_t *top, *bottom;
    __m256i top_weight, bottom_weight;
} Blend;

static inline Blend blend_of(FastcvPlane plane, const FastcvRowTaps *taps)
{
    return (Blend){plane.first + taps->top * plane.stride,
                   plane.first + taps->bottom * plane.stride, _mm256_set1_epi16(taps->top_weight),
                   _mm256_set1_epi16(taps->bottom_weight)};
}

/* Sixteen pixels from px x on, with two fraction bits that are to be cut off. */
static inline __m256i blend(const Blend *rows, ptrdiff_t x)
{
    const __m256i top = _mm256_load_si256((const __m256i *)(rows->top + x));
    const __m256i bottom = _mm256_load_si256((const __m256i *)(rows->bottom + x));
    return _mm256_add_epi16(_mm256_add_epi16(_mm256_mulhi_epi16(top, rows->top_weight),
                                             _mm256_mulhi_epi16(bottom, rows->bottom_weight)),
                            _mm256_set1_epi16(2));
}

/* The same as bytes, in the order of the row. */
static inline __m128i blend_bytes(const Blend *rows, ptrdiff_t x)
{
    const __m256i pixels = _mm256_srli_epi16(blend(rows, x), 2);
    const __m128i bytes =
        _mm_packus_epi16(_mm256_castsi256_si128(pixels), _mm256_extracti128_si256(pixels, 1));
    return _mm_shuffle_epi32(bytes, _MM_SHUFFLE(3, 1, 2, 0));
}

static inline __m256i blend_32_bytes(const Blend *rows, ptrdiff_t x)
{
    const __m256i bytes = _mm256_packus_epi16(_mm256_srli_epi16(blend(rows, x), 2),
                                              _mm256_srli_epi16(blend(rows, x + STORE_PX), 2));
    return _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

/* ---- normal forms ---- */

/* A pixel of four times the value, below a float's sign and exponent, is 2^23 + 4v. */
enum { FLOAT_2_23 = 0x4B00 };

typedef struct Normal {
    __m256 zero, high, low, scale, shift, center, scale_low;
    const FastcvNormalizer *normalizer;
} Normal;

static inline Normal normal_of(const FastcvNormalizer *n)
{
    if (!n) /* of U8 */
        return (Normal){.normalizer = n};
    return (Normal){.zero = _mm256_set1_ps(0x1p23f + 4 * n->offset),
                    .high = _mm256_set1_ps(n->high / 4),
                    .low = _mm256_set1_ps(n->low / 4),
                    .scale = _mm256_set1_ps(n->scale),
                    .shift = _mm256_set1_ps(n->shift),
                    .center = _mm256_set1_ps(n->center),
                    .scale_low = _mm256_set1_ps(n->scale_low),
                    .normalizer = n};
}

ALWAYS_INLINE __m256 normalise(__m256i fourfold, const Normal *n, FastcvNormalForm form)
{
    const __m256 v = _mm256_sub_ps(_mm256_castsi256_ps(fourfold), n->zero);
    const __m256 q = _mm256_fmadd_ps(v, n->high, _mm256_mul_ps(v, n->low));
    if (form == FASTCV_NORMAL_SCALED)
        return _mm256_fmadd_ps(q, n->scale, n->shift);
    const __m256 u = _mm256_sub_ps(q, n->center);
    return _mm256_fmadd_ps(u, n->scale, _mm256_mul_ps(u, n->scale_low));
}

/* By eight loads: gathers are no faster, and on some CPUs far slower. */
static inline __m256 look_up(const uint8_t *v, const float *table)
{
    return _mm256_setr_ps(table[v[0]], table[v[1]], table[v[2]], table[v[3]], //
                          table[v[4]], table[v[5]], table[v[6]], table[v[7]]);
}

/* Sixteen normalised values from px x on. */
ALWAYS_INLINE void normal_values(const Blend *rows, ptrdiff_t x, const Normal *n,
                                 FastcvNormalForm form, __m256 values[2])
{
    if (form == FASTCV_NORMAL_TABLE) {
        uint8_t bytes[STORE_PX];
        _mm_storeu_si128((__m128i *)bytes, blend_bytes(rows, x));
        values[0] = look_up(bytes, n->normalizer->table);
        values[1] = look_up(bytes + 8, n->normalizer->table);
    } else {
        const __m256i fourfold = _mm256_and_si256(blend(rows, x), _mm256_set1_epi16(~3));
        const __m256i exponent = _mm256_set1_epi16(FLOAT_2_23);
        values[0] = normalise(_mm256_unpacklo_epi16(fourfold, exponent), n, form);
        values[1] = normalise(_mm256_unpackhi_epi16(fourfold, exponent), n, form);
    }
}

/* ---- rows ---- */

/* Pixels whose values fill two vectors, or one. */
ALWAYS_INLINE int block_px(FastcvTensorType type)
{
    return type == FASTCV_TENSOR_U8 ? 2 * STORE_PX : STORE_PX;
}

ALWAYS_INLINE int block_vectors(FastcvTensorType type)
{
    return type == FASTCV_TENSOR_F32 ? 2 : 1;
}

/* A row's padding, and which bytes of its last values' block are padding. */
typedef struct Padding {
    __m256i value;
    __m256i where[2];
} Padding;

static inline Padding padding_of(const FastcvTensorRows *to, int channel)
{
    const float pad = to->pads[channel];
    const int value_bytes = (int)fastcv_tensor_type_bytes(to->type);
    const int bytes = to->count % block_px(to->type) * value_bytes;
    uint8_t where[2 * STORE_BYTES];
    for (int i = 0; i < 2 * STORE_BYTES; i++)
        where[i] = i < bytes ? 0 : 0xFF;
    Padding padding;
    for (int k = 0; k < 2; k++)
        padding.where[k] = _mm256_loadu_si256((const __m256i *)(where + k * STORE_BYTES));
    if (to->type == FASTCV_TENSOR_U8)
        padding.value = _mm256_set1_epi8((char)(uint8_t)pad);
    else if (to->type == FASTCV_TENSOR_F16)
        padding.value = _mm256_set1_epi16((short)fastcv_half(pad));
    else
        padding.value = _mm256_castps_si256(_mm256_set1_ps(pad));
    return padding;
}

/* What a row ends with if that is repeated. */
static inline __m256i last_value(const FastcvTensorRows *to, int channel, const Blend *rows)
{
    const int x = to->count - 1;
    uint8_t bytes[STORE_PX];
    _mm_storeu_si128((__m128i *)bytes, blend_bytes(rows, x & ~(STORE_PX - 1)));
    const uint8_t value = bytes[x & (STORE_PX - 1)];
    if (to->type == FASTCV_TENSOR_U8)
        return _mm256_set1_epi8((char)value);
    const FastcvNormalizer *n = &to->normalizers[channel];
    if (to->type == FASTCV_TENSOR_F16)
        return _mm256_set1_epi16((short)n->half[value]);
    return _mm256_castps_si256(_mm256_set1_ps(n->table[value]));
}

/* A block of values, from px x on. */
ALWAYS_INLINE void block_at(const Blend *rows, ptrdiff_t x, const Normal *n, FastcvTensorType type,
                            FastcvNormalForm form, __m256i out[2])
{
    if (type == FASTCV_TENSOR_U8) {
        out[0] = blend_32_bytes(rows, x);
        return;
    }
    __m256 values[2];
    normal_values(rows, x, n, form, values);
    if (type == FASTCV_TENSOR_F16) {
        out[0] = _mm256_set_m128i(_mm256_cvtps_ph(values[1], _MM_FROUND_TO_NEAREST_INT),
                                  _mm256_cvtps_ph(values[0], _MM_FROUND_TO_NEAREST_INT));
    } else {
        out[0] = _mm256_castps_si256(values[0]);
        out[1] = _mm256_castps_si256(values[1]);
    }
}

ALWAYS_INLINE void put(char *out, __m256i vector, int is_streaming)
{
    if (is_streaming)
        _mm256_stream_si256((__m256i *)out, vector);
    else
        _mm256_storeu_si256((__m256i *)out, vector);
}

/* The first bytes of a vector, at most 31. */
static inline void put_some(char *out, __m256i vector, ptrdiff_t bytes)
{
    __m128i half = _mm256_castsi256_si128(vector);
    if (bytes & 16) {
        _mm_storeu_si128((__m128i *)out, half);
        half = _mm256_extracti128_si256(vector, 1);
        out += 16;
    }
    if (bytes & 8) {
        _mm_storel_epi64((__m128i *)out, half);
        half = _mm_srli_si128(half, 8);
        out += 8;
    }
    uint64_t rest = (uint64_t)_mm_cvtsi128_si64(half);
    for (ptrdiff_t size = 4; size; size /= 2) {
        if (bytes & size) {
            memcpy(out, &rest, (size_t)size);
            rest >>= 8 * size;
            out += size;
        }
    }
}

/* Puts as much of a vector as there is room for; returns where it ends. */
ALWAYS_INLINE char *put_within(char *out, char *end, __m256i vector, int is_streaming)
{
    if (end - out >= STORE_BYTES) {
        put(out, vector, is_streaming);
        return out + STORE_BYTES;
    }
    put_some(out, vector, end - out);
    return end;
}

/* Whether rows can be stored past the caches, which takes whole vectors. */
static inline int can_stream(const FastcvTensorRows *to, ptrdiff_t row_bytes)
{
    return to->is_streaming &&
           !(((uintptr_t)to->first | (uintptr_t)to->stride_bytes | (uintptr_t)row_bytes) %
             STORE_BYTES);
}

#endif
