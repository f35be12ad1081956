/* Rows of one channel by AVX2. */
#ifndef FASTCV_KERNELS_RESIZE_PLANAR_AVX2_H
#define FASTCV_KERNELS_RESIZE_PLANAR_AVX2_H

#include "kernels/resize/store_avx2.h"

/* Fills a row's rest. Not across cache lines, if possible: that takes twice the time. */
ALWAYS_INLINE void put_padding(char *out, char *end, __m256i pad, int is_streaming)
{
    if (end - out >= 2 * STORE_BYTES && !is_streaming) {
        put(out, pad, 0);
        out += STORE_BYTES - ((uintptr_t)out & (STORE_BYTES - 1));
    }
    for (; end - out >= STORE_BYTES; out += STORE_BYTES)
        put(out, pad, is_streaming);
    if (out < end)
        put_some(out, pad, end - out);
}

ALWAYS_INLINE void planar_row(const Blend *rows, const Normal *n, const Padding *padding, int count,
                              char *out, char *end, FastcvTensorType type, FastcvNormalForm form,
                              int is_streaming)
{
    const int px = block_px(type), vectors = block_vectors(type);
    __m256i values[2];
    ptrdiff_t x = 0;
    for (; x + px <= count; x += px) {
        block_at(rows, x, n, type, form, values);
        for (int k = 0; k < vectors; k++, out += STORE_BYTES)
            put(out, values[k], is_streaming);
    }
    if (x < count) {
        block_at(rows, x, n, type, form, values);
        for (int k = 0; k < vectors; k++) {
            values[k] = _mm256_blendv_epi8(values[k], padding->value, padding->where[k]);
            out = put_within(out, end, values[k], is_streaming);
        }
    }
    put_padding(out, end, padding->value, is_streaming);
}

ALWAYS_INLINE void planar_kind(const FastcvTensorRows *to, const FastcvPlane *plane,
                               const FastcvRowTaps *taps, int rows, FastcvTensorType type,
                               FastcvNormalForm form, int is_streaming)
{
    const ptrdiff_t bytes = to->width * (ptrdiff_t)fastcv_tensor_type_bytes(type);
    const Normal normal = normal_of(to->normalizers);
    Padding padding = padding_of(to, 0);
    char *out = to->first;
    for (int i = 0; i < rows; i++, out += to->stride_bytes) {
        const Blend blend = blend_of(*plane, &taps[i]);
        if (to->repeats_last)
            padding.value = last_value(to, 0, &blend);
        planar_row(&blend, &normal, &padding, to->count, out, out + bytes, type, form,
                   is_streaming);
    }
}

static void planar_pad(const FastcvTensorRows *to, int rows)
{
    const ptrdiff_t bytes = to->width * (ptrdiff_t)fastcv_tensor_type_bytes(to->type);
    const Padding padding = padding_of(to, 0);
    const int is_streaming = can_stream(to, bytes);
    char *out = to->first;
    for (int i = 0; i < rows; i++, out += to->stride_bytes)
        put_padding(out, out + bytes, padding.value, is_streaming);
}

#endif
