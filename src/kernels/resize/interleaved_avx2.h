/* Rows of three interleaved channels by AVX2. */
#ifndef FASTCV_KERNELS_RESIZE_INTERLEAVED_AVX2_H
#define FASTCV_KERNELS_RESIZE_INTERLEAVED_AVX2_H

#include "kernels/resize/store_avx2.h"

enum { CHANNELS = FASTCV_RESIZE_CHANNELS };

/* Of sixteen bytes of each channel three times sixteen are made: part p takes from channel c the
 * bytes at of[p][c]. */
typedef struct Interleaving {
    __m256i of[CHANNELS][CHANNELS];
} Interleaving;

static inline Interleaving interleaving_of(int value_bytes)
{
    Interleaving interleaving;
    for (int p = 0; p < CHANNELS; p++) {
        uint8_t places[CHANNELS][16];
        for (int i = 0; i < 16; i++) {
            const int value = (16 * p + i) / value_bytes, byte = i % value_bytes;
            for (int c = 0; c < CHANNELS; c++)
                places[c][i] =
                    (uint8_t)(value % CHANNELS == c ? value / CHANNELS * value_bytes + byte : 0x80);
        }
        for (int c = 0; c < CHANNELS; c++)
            interleaving.of[p][c] =
                _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)places[c]));
    }
    return interleaving;
}

/* A vector of each channel becomes three vectors of px. */
ALWAYS_INLINE void interleave(const Interleaving *by, const __m256i channel[CHANNELS],
                              __m256i out[CHANNELS])
{
    __m256i part[CHANNELS];
    for (int p = 0; p < CHANNELS; p++)
        part[p] = _mm256_or_si256(_mm256_or_si256(_mm256_shuffle_epi8(channel[0], by->of[p][0]),
                                                  _mm256_shuffle_epi8(channel[1], by->of[p][1])),
                                  _mm256_shuffle_epi8(channel[2], by->of[p][2]));
    out[0] = _mm256_permute2x128_si256(part[0], part[1], 0x20);
    out[1] = _mm256_permute2x128_si256(part[2], part[0], 0x30);
    out[2] = _mm256_permute2x128_si256(part[1], part[2], 0x31);
}

/* What a call's rows have in common. */
typedef struct Interleaved {
    int count, is_streaming;
    Interleaving by;
    Normal normal[CHANNELS];
    Padding padding[CHANNELS];
} Interleaved;

static inline Interleaved interleaved_of(const FastcvTensorRows *to, ptrdiff_t row_bytes)
{
    Interleaved all = {.count = to->count,
                       .is_streaming = can_stream(to, row_bytes),
                       .by = interleaving_of((int)fastcv_tensor_type_bytes(to->type))};
    for (int c = 0; c < CHANNELS; c++) {
        all.normal[c] = normal_of(to->normalizers ? &to->normalizers[c] : NULL);
        all.padding[c] = padding_of(to, c);
    }
    return all;
}

/* Three vectors of px; returns where they end, or where the row does. */
ALWAYS_INLINE char *put_px(const Interleaved *all, char *out, char *end,
                           const __m256i vectors[CHANNELS], int is_within)
{
    for (int c = 0; c < CHANNELS; c++) {
        if (is_within) {
            put(out, vectors[c], all->is_streaming);
            out += STORE_BYTES;
        } else {
            out = put_within(out, end, vectors[c], all->is_streaming);
        }
    }
    return out;
}

/* Fills a row's rest, which begins with a px. */
ALWAYS_INLINE void put_padding_px(const Interleaved *all, char *out, char *end)
{
    __m256i pads[CHANNELS], vectors[CHANNELS];
    for (int c = 0; c < CHANNELS; c++)
        pads[c] = all->padding[c].value;
    interleave(&all->by, pads, vectors);
    while (end - out >= CHANNELS * STORE_BYTES)
        out = put_px(all, out, end, vectors, 1);
    put_px(all, out, end, vectors, 0);
}

/* A block from px x on; the last has padding, and may have more of it than the row. */
ALWAYS_INLINE char *interleaved_block(const Interleaved *all, const Blend rows[CHANNELS],
                                      ptrdiff_t x, char *out, char *end, FastcvTensorType type,
                                      FastcvNormalForm form, int is_last)
{
    __m256i values[CHANNELS][2];
    for (int c = 0; c < CHANNELS; c++)
        block_at(&rows[c], x, &all->normal[c], type, form, values[c]);
    for (int k = 0; k < block_vectors(type); k++) {
        __m256i channel[CHANNELS], vectors[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            const Padding *padding = &all->padding[c];
            channel[c] = is_last
                             ? _mm256_blendv_epi8(values[c][k], padding->value, padding->where[k])
                             : values[c][k];
        }
        interleave(&all->by, channel, vectors);
        out = put_px(all, out, end, vectors, !is_last);
    }
    return out;
}

ALWAYS_INLINE void interleaved_row(const Interleaved *all, const Blend rows[CHANNELS], char *out,
                                   char *end, FastcvTensorType type, FastcvNormalForm form)
{
    const int px = block_px(type);
    ptrdiff_t x = 0;
    for (; x + px <= all->count; x += px)
        out = interleaved_block(all, rows, x, out, end, type, form, 0);
    if (x < all->count)
        out = interleaved_block(all, rows, x, out, end, type, form, 1);
    put_padding_px(all, out, end);
}

ALWAYS_INLINE void interleaved_kind(const FastcvTensorRows *to, const FastcvPlane *planes,
                                    const FastcvRowTaps *taps, int rows, FastcvTensorType type,
                                    FastcvNormalForm form)
{
    const ptrdiff_t bytes = to->width * CHANNELS * (ptrdiff_t)fastcv_tensor_type_bytes(type);
    Interleaved all = interleaved_of(to, bytes);
    char *out = to->first;
    for (int i = 0; i < rows; i++, out += to->stride_bytes) {
        Blend blends[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            blends[c] = blend_of(planes[c], &taps[i]);
            if (to->repeats_last)
                all.padding[c].value = last_value(to, c, &blends[c]);
        }
        interleaved_row(&all, blends, out, out + bytes, type, form);
    }
}

static void interleaved_pad(const FastcvTensorRows *to, int rows)
{
    const ptrdiff_t bytes = to->width * CHANNELS * (ptrdiff_t)fastcv_tensor_type_bytes(to->type);
    const Interleaved all = interleaved_of(to, bytes);
    char *out = to->first;
    for (int i = 0; i < rows; i++, out += to->stride_bytes)
        put_padding_px(&all, out, out + bytes);
}

#endif
