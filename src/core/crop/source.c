#include "core/crop/source.h"

#include <math.h>
#include <string.h>

#include "core/numbers.h"

static const FastcvView NO_VIEW = {NULL, 0};

FastcvSource fastcv_source(const FastcvCropEngine *engine, FastcvReads reads,
                           const double *border_value)
{
    const FastcvInterpolation interpolation = engine->sampling->interpolation;
    FastcvSource source = {.page = engine->page,
                           .reads = reads,
                           .is_constant = engine->sampling->border == FASTCV_CONSTANT,
                           .last_tap = interpolation != FASTCV_NEAREST};
    if (interpolation == FASTCV_CUBIC) {
        source.first_tap = -1;
        source.last_tap = 2;
    }
    for (int c = 0; c < engine->page->channels; c++)
        source.border[c] = (uint8_t)lrint(border_value[c]);
    return source;
}

/* Every tap is border from so many px outside the page on. */
static FastcvReading page_with_border(const FastcvSource *source)
{
    const FastcvImage *page = source->page;
    return (FastcvReading){-1 - source->last_tap, -1 - source->last_tap,
                           page->width_px - source->first_tap, page->height_px - source->first_tap};
}

FastcvReading fastcv_source_reading(const FastcvSource *source, FastcvWindow window)
{
    const FastcvReading most = page_with_border(source);
    return (FastcvReading){fastcv_clamp_int64(window.left, most.left, most.right),
                           fastcv_clamp_int64(window.top, most.top, most.bottom),
                           fastcv_clamp_int64(window.right, most.left, most.right),
                           fastcv_clamp_int64(window.bottom, most.top, most.bottom)};
}

/* ---- the page ---- */

static const uint8_t *page_row(const FastcvImage *page, int64_t y)
{
    return page->pixels + (ptrdiff_t)y * page->stride_bytes;
}

/* Whether kernels may read all around the reading's pixels, and offsets fit their type. */
static int is_readable(const FastcvSource *source, FastcvReading reading)
{
    const FastcvReads reads = source->reads;
    const FastcvImage *page = source->page;
    const int64_t channels = page->channels, rows = reading.bottom - reading.top + 1;
    return (reading.left + source->first_tap) * channels >= reads.before &&
           (reading.right + source->last_tap + 1) * channels + reads.after <=
               page->width_px * channels &&
           reading.top + source->first_tap >= reads.above &&
           reading.bottom + source->last_tap + reads.below < page->height_px &&
           rows * page->stride_bytes < FASTCV_MAX_OFFSET_BYTES;
}

FastcvView fastcv_source_page(const FastcvSource *source, FastcvReading reading)
{
    const FastcvImage *page = source->page;
    if (!is_readable(source, reading))
        return NO_VIEW;
    return (FastcvView){page_row(page, reading.top) + reading.left * page->channels,
                        page->stride_bytes};
}

void fastcv_source_prefetch(const FastcvSource *source, FastcvReading reading)
{
    enum { LINE_BYTES = 64, MOST_LINES = 512 };
    const FastcvImage *page = source->page;
    const ptrdiff_t bytes = (ptrdiff_t)(reading.right - reading.left + 2) * page->channels;
    if (bytes / LINE_BYTES * (reading.bottom - reading.top) > MOST_LINES)
        return;
    for (int64_t y = reading.top; y <= reading.bottom + 1; y++) {
        const uint8_t *row = page_row(page, y) + reading.left * page->channels;
        for (ptrdiff_t x = 0; x < bytes + LINE_BYTES; x += LINE_BYTES)
            __builtin_prefetch(row + x);
    }
}

/* ---- copies ---- */

/* Writes a pixel count times, in steps that double. */
static uint8_t *fill(uint8_t *out, const uint8_t *pixel, int64_t count, size_t pixel_bytes)
{
    const size_t bytes = (size_t)count * pixel_bytes;
    if (count)
        memcpy(out, pixel, pixel_bytes);
    for (size_t done = pixel_bytes; done < bytes; done *= 2)
        memcpy(out + done, out, done < bytes - done ? done : bytes - done);
    return out + bytes;
}

/* One row of page px, left … right, with the border where they lie outside. */
static void copy_row(const FastcvSource *source, int64_t y, int64_t left, int64_t right,
                     uint8_t *out)
{
    const FastcvImage *page = source->page;
    const int channels = page->channels;
    const size_t pixel_bytes = (size_t)channels;
    const uint8_t *row = page_row(page, fastcv_clamp_int64(y, 0, page->height_px - 1));
    const uint8_t *before = row, *after = row + (page->width_px - 1) * channels;
    const int64_t stop = right + 1;
    int64_t first = fastcv_clamp_int64(0, left, stop); /* … of the page, and before end */
    int64_t end = fastcv_clamp_int64(page->width_px, first, stop);
    if (source->is_constant) {
        before = after = source->border;
        if (y < 0 || y >= page->height_px)
            first = end = stop;
    }
    out = fill(out, before, first - left, pixel_bytes);
    if (first < end) {
        memcpy(out, row + first * channels, (size_t)(end - first) * pixel_bytes);
        out += (end - first) * channels;
    }
    fill(out, after, stop - end, pixel_bytes);
}

int fastcv_source_is_border(const FastcvSource *source, FastcvReading reading)
{
    const FastcvImage *page = source->page;
    return source->is_constant &&
           (reading.right + source->last_tap < 0 || reading.bottom + source->last_tap < 0 ||
            reading.left + source->first_tap >= page->width_px ||
            reading.top + source->first_tap >= page->height_px);
}

void fastcv_source_fill(const FastcvSource *source, int count, uint8_t *out)
{
    fill(out, source->border, count, (size_t)source->page->channels);
}

/* Where the pixel of a copy's first tap is, from the pixel that offsets count from. */
static ptrdiff_t first_tap_bytes(const FastcvSource *source, ptrdiff_t stride_bytes)
{
    return source->first_tap * (stride_bytes + source->page->channels);
}

FastcvView fastcv_source_patch(const FastcvSource *source, FastcvReading reading, uint8_t *patch)
{
    const FastcvReads reads = source->reads;
    const int64_t left = reading.left + source->first_tap;
    const int64_t right = reading.right + source->last_tap;
    const int64_t top = reading.top + source->first_tap;
    const int64_t bottom = reading.bottom + source->last_tap;
    const int64_t stride_bytes = (right - left + 1) * source->page->channels;
    const int64_t rows = bottom - top + 1 + reads.above + reads.below;
    if (stride_bytes > FASTCV_PATCH_BYTES || rows * stride_bytes > FASTCV_PATCH_BYTES)
        return NO_VIEW;
    uint8_t *first = patch + FASTCV_ROW_SLACK_BYTES + reads.above * stride_bytes;
    for (int64_t y = top; y <= bottom; y++)
        copy_row(source, y, left, right, first + (y - top) * stride_bytes);
    return (FastcvView){first - first_tap_bytes(source, stride_bytes), stride_bytes};
}

FastcvView fastcv_source_taps(const FastcvSource *source, const int32_t *x, const int32_t *y,
                              int count, uint8_t *patch, int32_t *offset)
{
    enum { ROOM_PX = 4, MOST_PX = 256 };
    const FastcvReading most = page_with_border(source);
    const int taps = source->last_tap - source->first_tap + 1;
    const int room_bytes = ROOM_PX * source->page->channels;
    const ptrdiff_t stride_bytes = (ptrdiff_t)room_bytes * MOST_PX;
    uint8_t *first = patch + FASTCV_ROW_SLACK_BYTES + source->reads.above * stride_bytes;
    for (int k = 0; k < count; k++) {
        const int64_t left = fastcv_clamp_int64(x[k], most.left, most.right) + source->first_tap;
        const int64_t top = fastcv_clamp_int64(y[k], most.top, most.bottom) + source->first_tap;
        for (int tap = 0; tap < taps; tap++)
            copy_row(source, top + tap, left, left + taps - 1,
                     first + tap * stride_bytes + k * room_bytes);
        offset[k] = k * room_bytes;
    }
    return (FastcvView){first - first_tap_bytes(source, stride_bytes), stride_bytes};
}
