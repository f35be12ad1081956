/* The portable variant, and what the others must equal. */
#include <string.h>

#include "kernels/resize/axis.h"
#include "kernels/resize/resize.h"

/* ---- axes and source rows ---- */

typedef struct Axis {
    int target_px, channels;
    ptrdiff_t right; /* bytes from the left neighbour to the right */
    FastcvColumnTap taps[];
} Axis;

/* Of every variant: vector kernels keep 16 bytes a px, in whole vectors. */
size_t fastcv_resize_axis_bytes(int target_px)
{
    return 256 + 16 * ((size_t)target_px + FASTCV_RESIZE_OVERRUN);
}

/* At the right edge the last px becomes the right neighbour, so that both can be read. */
static void prepare(void *memory, int source_px, int target_px, int channels)
{
    Axis *axis = memory;
    const double scale = 1.0 / ((double)target_px / source_px);
    axis->target_px = target_px;
    axis->channels = channels;
    axis->right = source_px > 1 ? channels : 0;
    for (int d = 0; d < target_px; d++) {
        const FastcvColumnTap tap = fastcv_column_tap(scale, source_px, d);
        const int is_last = tap.left > 0 && tap.left == source_px - 1;
        axis->taps[d] = is_last ? (FastcvColumnTap){tap.left - 1, 0, tap.left_weight} : tap;
    }
}

static inline void row_of(const Axis *axis, const uint8_t *source, int16_t *out,
                          ptrdiff_t plane_stride, int channels)
{
    const int planes = channels == 1 ? 1 : 3;
    for (int d = 0; d < axis->target_px; d++) {
        const FastcvColumnTap tap = axis->taps[d];
        const uint8_t *left = source + (ptrdiff_t)tap.left * channels;
        const uint8_t *right = left + axis->right;
        for (int c = 0; c < planes; c++)
            out[c * plane_stride + d] =
                (int16_t)((left[c] * tap.left_weight + right[c] * tap.right_weight) >> 4);
    }
}

static void row(const void *memory, const uint8_t *source, const uint8_t *next, int16_t *out,
                ptrdiff_t plane_stride)
{
    const Axis *axis = memory;
    (void)next;
    switch (axis->channels) {
    case 1:
        row_of(axis, source, out, plane_stride, 1);
        break;
    case 3:
        row_of(axis, source, out, plane_stride, 3);
        break;
    default:
        row_of(axis, source, out, plane_stride, 4);
    }
}

static void widen(const uint8_t *restrict pixels, int count, int16_t *restrict out)
{
    for (int i = 0; i < count; i++)
        out[i] = (int16_t)(pixels[i] * (FASTCV_RESIZE_FRACTION >> 4));
}

/* ---- target rows ---- */

enum { CHUNK_PX = 64 };

/* Pixels of a target row, from px x on. */
static void blend(FastcvPlane plane, const FastcvRowTaps *taps, int x, int count, uint8_t *out)
{
    const int16_t *top = plane.first + taps->top * plane.stride + x;
    const int16_t *bottom = plane.first + taps->bottom * plane.stride + x;
    const int top_weight = taps->top_weight, bottom_weight = taps->bottom_weight;
    for (int i = 0; i < count; i++)
        out[i] =
            (uint8_t)(((top[i] * top_weight >> 16) + (bottom[i] * bottom_weight >> 16) + 2) >> 2);
}

/* Stores count pixels' values, one every `step` values. */
static void put(FastcvTensorType type, const FastcvNormalizer *normalizer, const uint8_t *px,
                int count, int step, void *out)
{
    float *floats = out;
    uint16_t *halves = out;
    uint8_t *bytes = out;
    switch (type) {
    case FASTCV_TENSOR_F32:
        for (int i = 0; i < count; i++)
            floats[(ptrdiff_t)i * step] = normalizer->table[px[i]];
        break;
    case FASTCV_TENSOR_F16:
        for (int i = 0; i < count; i++)
            halves[(ptrdiff_t)i * step] = normalizer->half[px[i]];
        break;
    default:
        for (int i = 0; i < count; i++)
            bytes[(ptrdiff_t)i * step] = px[i];
    }
}

typedef union Value {
    float f32;
    uint16_t f16;
    uint8_t u8;
} Value;

static void fill(FastcvTensorType type, Value value, int count, int step, void *out)
{
    float *floats = out;
    uint16_t *halves = out;
    uint8_t *bytes = out;
    for (ptrdiff_t i = 0; i < (ptrdiff_t)count * step; i += step) {
        if (type == FASTCV_TENSOR_F32)
            floats[i] = value.f32;
        else if (type == FASTCV_TENSOR_F16)
            halves[i] = value.f16;
        else
            bytes[i] = value.u8;
    }
}

static Value padding(FastcvTensorType type, float pad)
{
    switch (type) {
    case FASTCV_TENSOR_F32:
        return (Value){.f32 = pad};
    case FASTCV_TENSOR_F16:
        return (Value){.f16 = fastcv_half(pad)};
    default:
        return (Value){.u8 = (uint8_t)pad};
    }
}

/* A row of channel c; out is its first value. */
static void store_row(const FastcvTensorRows *to, int c, FastcvPlane plane,
                      const FastcvRowTaps *taps, char *out)
{
    const FastcvNormalizer *normalizer = to->normalizers ? &to->normalizers[c] : NULL;
    const ptrdiff_t px_bytes = to->channels * (ptrdiff_t)fastcv_tensor_type_bytes(to->type);
    uint8_t px[CHUNK_PX];
    int count = 0;
    for (int x = 0; x < to->count; x += count) {
        count = to->count - x < CHUNK_PX ? to->count - x : CHUNK_PX;
        blend(plane, taps, x, count, px);
        put(to->type, normalizer, px, count, to->channels, out + x * px_bytes);
    }
    Value pad = padding(to->type, to->pads[c]);
    if (to->repeats_last)
        put(to->type, normalizer, &px[count - 1], 1, 1, &pad);
    fill(to->type, pad, to->width - to->count, to->channels, out + to->count * px_bytes);
}

static void store(const FastcvTensorRows *to, const FastcvPlane *planes, const FastcvRowTaps *taps,
                  int rows)
{
    const size_t value_bytes = fastcv_tensor_type_bytes(to->type);
    for (int i = 0; i < rows; i++) {
        for (int c = 0; c < to->channels; c++)
            store_row(to, c, planes[c], &taps[i],
                      (char *)to->first + i * to->stride_bytes + (size_t)c * value_bytes);
    }
}

static void pad(const FastcvTensorRows *to, int rows)
{
    const size_t value_bytes = fastcv_tensor_type_bytes(to->type);
    for (int i = 0; i < rows; i++) {
        for (int c = 0; c < to->channels; c++)
            fill(to->type, padding(to->type, to->pads[c]), to->width, to->channels,
                 (char *)to->first + i * to->stride_bytes + (size_t)c * value_bytes);
    }
}

static void finish(void)
{
}

const FastcvResizeKernels fastcv_resize_c = {
    .prepare = prepare, .row = row, .widen = widen, .store = store, .pad = pad, .finish = finish};
