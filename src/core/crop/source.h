/* Where a tile's pixels are read from. Kernels see no borders: they read the page itself, or a
 * patch, which is a copy of what the tile reads with the border around it, or, where that patch
 * would be too large, every pixel's taps, copied one by one. */
#ifndef FASTCV_CORE_CROP_SOURCE_H
#define FASTCV_CORE_CROP_SOURCE_H

#include "fastcv/crop.h"
#include "kernels/warp/warp.h"

enum {
    FASTCV_PATCH_BYTES = 48 << 10,
    FASTCV_ROW_SLACK_BYTES = 64, /* around the rows of a patch: kernels read beyond the taps */
    FASTCV_PATCH_ROOM_BYTES = FASTCV_PATCH_BYTES + 2 * FASTCV_ROW_SLACK_BYTES,
    FASTCV_MAX_OFFSET_BYTES = INT32_MAX / 2 /* between rows of a tile's view */
};

typedef struct FastcvSource {
    const FastcvImage *page;
    FastcvReads reads; /* of the kernels */
    uint8_t border[FASTCV_MAX_CHANNELS];
    int is_constant;
    int first_tap, last_tap; /* of a pixel, from the one left of and above it: 0, 1 or −1, 2 or,
                              * for the nearest, 0, 0 */
} FastcvSource;

FastcvSource fastcv_source(const FastcvCropEngine *engine, FastcvReads reads,
                           const double *border_value);

/* Page px that pixels lie at, the last row and column included. Taps reach beyond. */
typedef struct FastcvReading {
    int64_t left, top, right, bottom;
} FastcvReading;

/* The part of a window that can matter: from some px outside the page on, every tap is border. */
FastcvReading fastcv_source_reading(const FastcvSource *source, FastcvWindow window);

/* Views have the pixel (left, top) of a reading at base; base is NULL where there is none.
 *
 * The page itself, where kernels may read all around the reading's pixels. */
FastcvView fastcv_source_page(const FastcvSource *source, FastcvReading reading);

/* Asks the cache for the reading's bytes. */
void fastcv_source_prefetch(const FastcvSource *source, FastcvReading reading);

/* A copy in patch, which has FASTCV_PATCH_ROOM_BYTES, where that is enough. */
FastcvView fastcv_source_patch(const FastcvSource *source, FastcvReading reading, uint8_t *patch);

/* The taps of at most 256 pixels, which lie at whole px (x, y) of the page, side by side in patch.
 * Sets every pixel's offset. */
FastcvView fastcv_source_taps(const FastcvSource *source, const int32_t *x, const int32_t *y,
                              int count, uint8_t *patch, int32_t *offset);

/* Whether every tap of the reading's pixels is the constant border. Then so are the pixels. */
int fastcv_source_is_border(const FastcvSource *source, FastcvReading reading);

/* Writes count pixels of the border. */
void fastcv_source_fill(const FastcvSource *source, int count, uint8_t *out);

#endif
