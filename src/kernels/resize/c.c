/* The portable variant, and what the others must equal. */
#include <string.h>

#include "kernels/resize/axis.h"
#include "kernels/resize/resize.h"

typedef struct Axis {
    int target_px, channels;
    FastcvColumnTap taps[];
} Axis;

/* Of every variant: vector kernels keep 16 bytes a px, in whole vectors. */
size_t fastcv_resize_axis_bytes(int target_px)
{
    return 256 + 16 * ((size_t)target_px + FASTCV_RESIZE_OVERRUN);
}

static void prepare(void *memory, int source_px, int target_px, int channels)
{
    Axis *axis = memory;
    const double scale = 1.0 / ((double)target_px / source_px);
    axis->target_px = target_px;
    axis->channels = channels;
    for (int d = 0; d < target_px; d++)
        axis->taps[d] = fastcv_column_tap(scale, source_px, d);
}

static void row(const void *memory, const uint8_t *source, int16_t *out, ptrdiff_t plane_stride)
{
    const Axis *axis = memory;
    const int channels = axis->channels, planes = channels == 1 ? 1 : 3;
    for (int d = 0; d < axis->target_px; d++) {
        const FastcvColumnTap tap = axis->taps[d];
        const uint8_t *left = source + (ptrdiff_t)tap.left * channels;
        const uint8_t *right = tap.right_weight ? left + channels : left;
        for (int c = 0; c < planes; c++)
            out[c * plane_stride + d] =
                (int16_t)((left[c] * tap.left_weight + right[c] * tap.right_weight) >> 4);
    }
}

static int blend(int top, int top_weight, int bottom, int bottom_weight)
{
    return ((top * top_weight >> 16) + (bottom * bottom_weight >> 16) + 2) >> 2;
}

/* Where px x of a row is. */
static char *place(const FastcvTensorRows *to, int row, int x)
{
    return (char *)to->first + row * to->stride_bytes +
           (ptrdiff_t)x * to->step * (ptrdiff_t)fastcv_tensor_type_bytes(to->type);
}

static void put(const FastcvTensorRows *to, char *out, uint8_t value)
{
    switch (to->type) {
    case FASTCV_TENSOR_F32:
        memcpy(out, &to->normalizer->table[value], 4);
        break;
    case FASTCV_TENSOR_F16:
        memcpy(out, &to->normalizer->half[value], 2);
        break;
    default:
        *out = (char)value;
    }
}

static void put_padding(const FastcvTensorRows *to, char *out)
{
    const uint16_t half = fastcv_half(to->pad);
    switch (to->type) {
    case FASTCV_TENSOR_F32:
        memcpy(out, &to->pad, 4);
        break;
    case FASTCV_TENSOR_F16:
        memcpy(out, &half, 2);
        break;
    default:
        *out = (char)(uint8_t)to->pad;
    }
}

static void store(const FastcvTensorRows *to, FastcvPlane plane, const FastcvRowTaps *taps,
                  int rows)
{
    const size_t bytes = fastcv_tensor_type_bytes(to->type);
    for (int i = 0; i < rows; i++) {
        const int16_t *top = plane.first + taps[i].top * plane.stride;
        const int16_t *bottom = plane.first + taps[i].bottom * plane.stride;
        for (int x = 0; x < to->count; x++)
            put(to, place(to, i, x),
                (uint8_t)blend(top[x], taps[i].top_weight, bottom[x], taps[i].bottom_weight));
        for (int x = to->count; x < to->width; x++) {
            if (to->repeats_last)
                memcpy(place(to, i, x), place(to, i, to->count - 1), bytes);
            else
                put_padding(to, place(to, i, x));
        }
    }
}

static void pad(const FastcvTensorRows *to, int rows)
{
    for (int i = 0; i < rows; i++)
        for (int x = 0; x < to->width; x++)
            put_padding(to, place(to, i, x));
}

static void finish(void)
{
}

const FastcvResizeKernels fastcv_resize_c = {
    .prepare = prepare, .row = row, .store = store, .pad = pad, .finish = finish};
