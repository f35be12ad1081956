/* Exact counts of the colours of an image, or of each box on it. */
#ifndef FASTCV_COLORS_H
#define FASTCV_COLORS_H

#include "fastcv/image.h"
#include "fastcv/order.h"
#include "fastcv/status.h"
#include "fastcv/threads.h"

typedef struct FastcvColorCount {
    uint64_t count;
    uint32_t packed; /* B << 16 | G << 8 | R */
} FastcvColorCount;

#define FASTCV_COUNTED_PX (INT64_C(1) << 40) /* an image must have fewer */
enum { FASTCV_COLOR_BITS_LEAST = 3, FASTCV_COLOR_BITS = 8 };

/* Which pixels count, and what is one colour.
 * 1 channel: B = G = R. 3 channels: every pixel counts. 4 channels: pixels with alpha >= 1 count.
 * With fewer than FASTCV_COLOR_BITS, colours that agree in the upper bits of each channel are
 * counted together, and stand under the most frequent of them; of equally frequent ones, the
 * largest packed value. */
typedef struct FastcvColorPage {
    FastcvImage image;       /* uint8 */
    const FastcvImage *mask; /* uint8, one channel, of the image's size: pixels where it is 0 do not
                                count. NULL: all may */
    int bits;                /* of each channel */
} FastcvColorPage;

/* Writes the *n most frequent colours into top, and sets *n to their number if there are fewer.
 * Order: most frequent first, equal counts by packed value, largest first. */
FastcvStatus fastcv_main_colors(const FastcvColorPage *page, FastcvPool pool, FastcvColorCount *top,
                                size_t *n);

/* A polygon on the page. The centre of pixel (x, y) is the point (x, y). A pixel is inside if the
 * ray from its centre to the left crosses an odd number of edges; one that lies on an edge is
 * inside if its right neighbourhood is, and on a level edge, if its lower one is. So polygons that
 * tile an area count each of its pixels once. Corners are rounded to 1 / 65536 px; what follows is
 * exact. */
typedef struct FastcvColorBox {
    const float *corners; /* x, y, x, y … */
    ptrdiff_t corner_count;
    FastcvOrder order; /* of four corners: GIVEN or UPRIGHT, which decides what is a fault */

    /* From fastcv_color_box_measure: the part of the page that has all pixels inside. */
    ptrdiff_t left, top, width_px, height_px;

    FastcvColorCount *colors; /* for the result */
    size_t room, found;
} FastcvColorBox;

/* Sets the box's part of the page, which may be empty. Call in the mode of float_mode.h. */
FastcvQuadFault fastcv_color_box_measure(const FastcvImage *page, FastcvColorBox *box);

/* The main colours of each box: `room` of them at most go to `colors`, and `found` says how many.
 * Boxes must have been measured without a fault. */
FastcvStatus fastcv_box_colors(const FastcvColorPage *page, FastcvColorBox *boxes, ptrdiff_t count,
                               FastcvPool pool);

#endif
