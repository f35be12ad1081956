/* The bytes that a PNG compresses: rows of pixels, filtered. */
#ifndef FASTCV_PNG_H
#define FASTCV_PNG_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/image.h"
#include "fastcv/status.h"
#include "fastcv/threads.h"

/* For an image of U8 or U16 with 1, 3 or 4 channels, of which colours are B, G, R. */
size_t fastcv_png_rows_bytes(const FastcvImage *image);

/* Writes each image's rows: the number of the filter "up", then each byte minus the one above it
 * (PNG, 9.2), with R, G, B and the higher byte first. */
FastcvStatus fastcv_png_rows(const FastcvImage *images, uint8_t *const *rows, ptrdiff_t count,
                             FastcvPool pool);

#endif
