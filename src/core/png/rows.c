#include "fastcv/png.h"

#include <string.h>

enum { UP = 2 }; /* the filter that compresses words best, or nearly so */

typedef struct RowsRun {
    const FastcvImage *images;
    uint8_t *const *rows;
} RowsRun;

/* Where each channel of a stored pixel comes from. */
static const int channel_orders[FASTCV_MAX_CHANNELS + 1][FASTCV_MAX_CHANNELS] = {
    [1] = {0}, [3] = {2, 1, 0}, [4] = {2, 1, 0, 3}};

/* Called with constant channels, so that compilers unroll the inner loop. */
static inline void store_u8(const uint8_t *pixels, ptrdiff_t width_px, int channels, uint8_t *row)
{
    for (ptrdiff_t x = 0; x < width_px; x++) {
        for (int c = 0; c < channels; c++)
            row[channels * x + c] = pixels[channels * x + channel_orders[channels][c]];
    }
}

static void store_u16(const uint16_t *pixels, ptrdiff_t width_px, int channels, uint8_t *row)
{
    for (ptrdiff_t x = 0; x < width_px; x++) {
        for (int c = 0; c < channels; c++) {
            const uint16_t value = pixels[channels * x + channel_orders[channels][c]];
            *row++ = (uint8_t)(value >> 8);
            *row++ = (uint8_t)value;
        }
    }
}

static void store_row(const FastcvImage *image, const uint8_t *pixels, uint8_t *row)
{
    if (image->depth == FASTCV_U16)
        store_u16((const uint16_t *)(const void *)pixels, image->width_px, image->channels, row);
    else if (image->channels == 3)
        store_u8(pixels, image->width_px, 3, row);
    else if (image->channels == 4)
        store_u8(pixels, image->width_px, 4, row);
    else
        memcpy(row, pixels, (size_t)image->width_px);
}

static void subtract(uint8_t *restrict row, const uint8_t *restrict above, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        row[i] = (uint8_t)(row[i] - above[i]);
}

static size_t row_bytes(const FastcvImage *image)
{
    return 1 + (size_t)image->width_px * fastcv_pixel_bytes(image);
}

/* From the last row up, because each needs the one above it as it was. */
static void make_rows(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    const RowsRun *run = context;
    const FastcvImage *image = run->images + item;
    const size_t bytes = row_bytes(image);
    uint8_t *row = run->rows[item];
    for (ptrdiff_t y = 0; y < image->height_px; y++, row += bytes) {
        row[0] = UP;
        store_row(image, image->pixels + y * image->stride_bytes, row + 1);
    }
    for (ptrdiff_t y = image->height_px - 1; y > 0; y--) {
        row -= bytes;
        subtract(row + 1, row + 1 - bytes, bytes - 1);
    }
}

size_t fastcv_png_rows_bytes(const FastcvImage *image)
{
    return (size_t)image->height_px * row_bytes(image);
}

FastcvStatus fastcv_png_rows(const FastcvImage *images, uint8_t *const *rows, ptrdiff_t count,
                             FastcvPool pool)
{
    RowsRun run = {images, rows};
    return fastcv_run((FastcvLoop){make_rows, &run, count}, pool);
}
