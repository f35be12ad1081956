/* The colours of words: of the letters, of what is around them, of their outline. */
#ifndef FASTCV_TEXT_COLORS_H
#define FASTCV_TEXT_COLORS_H

#include "fastcv/image.h"
#include "fastcv/order.h"
#include "fastcv/threads.h"

/* Where results go: count rows of B, G, R, and count numbers from 0 to 1. */
typedef struct FastcvTextColors {
    uint8_t (*text)[3];
    uint8_t (*background)[3];
    uint8_t (*outline)[3]; /* the text's where there is none */
    float *confidence;
} FastcvTextColors;

/* Whether a quad is none that a word can have. Call in the mode of float_mode.h. */
FastcvQuadFault fastcv_text_quad_check(FastcvOrder order, FastcvQuad *quad);

/* The image is uint8 with 1, 3 or 4 channels; pixels with an alpha of 0 do not count. Quads
 * have no fault. A quad without pixels of the image is all zero. The result does not
 * depend on the number of threads. */
FastcvStatus fastcv_text_colors(const FastcvImage *image, const FastcvQuad *quads, ptrdiff_t count,
                                FastcvPool pool, FastcvTextColors results);

#endif
