/* A borrowed view of pixels: rows from top to bottom, channels interleaved. */
#ifndef FASTCV_IMAGE_H
#define FASTCV_IMAGE_H

#include <stddef.h>
#include <stdint.h>

typedef enum FastcvDepth {
    FASTCV_U8,
    FASTCV_U16,
    FASTCV_S16,
    FASTCV_F32,
    FASTCV_F64,
    FASTCV_DEPTHS
} FastcvDepth;

enum { FASTCV_MAX_CHANNELS = 4 };

/* Within a row pixels are contiguous; stride_bytes is the step between rows, a multiple of the
 * depth's size and at least one row's bytes. The caller owns the memory and keeps it alive. */
typedef struct FastcvImage {
    const uint8_t *pixels;
    ptrdiff_t stride_bytes;
    ptrdiff_t width_px;
    ptrdiff_t height_px;
    int channels; /* 1 … FASTCV_MAX_CHANNELS */
    FastcvDepth depth;
} FastcvImage;

static inline size_t fastcv_depth_bytes(FastcvDepth depth)
{
    static const uint8_t bytes[FASTCV_DEPTHS] = {
        [FASTCV_U8] = 1, [FASTCV_U16] = 2, [FASTCV_S16] = 2, [FASTCV_F32] = 4, [FASTCV_F64] = 8};
    return bytes[depth];
}

static inline size_t fastcv_pixel_bytes(const FastcvImage *image)
{
    return fastcv_depth_bytes(image->depth) * (size_t)image->channels;
}

#endif
