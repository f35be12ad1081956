/* Exact counts of an image's colours. */
#ifndef FASTCV_COLORS_H
#define FASTCV_COLORS_H

#include "fastcv/image.h"
#include "fastcv/status.h"
#include "fastcv/threads.h"

typedef struct FastcvColorCount {
    uint64_t count;
    uint32_t packed; /* B << 16 | G << 8 | R */
} FastcvColorCount;

#define FASTCV_COUNTED_PX (INT64_C(1) << 40) /* an image must have fewer */

/* Writes the *n most frequent colours of a uint8 image into top, and sets *n to their number if
 * there are fewer. Order: most frequent first, equal counts by packed value, largest first.
 * 1 channel: B = G = R. 3 channels: every pixel counts. 4 channels: pixels with alpha >= 1 count.
 */
FastcvStatus fastcv_main_colors(const FastcvImage *image, FastcvPool pool, FastcvColorCount *top,
                                size_t *n);

#endif
