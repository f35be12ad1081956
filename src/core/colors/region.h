/* Counting one region with all threads: a whole image, or a large box. */
#ifndef FASTCV_CORE_COLOR_REGION_H
#define FASTCV_CORE_COLOR_REGION_H

#include "fastcv/colors.h"

/* As fastcv_main_colors, of the pixels inside a box that has some rows, or of all if box is NULL.
 */
FastcvStatus fastcv_region_colors(const FastcvColorPage *page, const FastcvColorBox *box,
                                  FastcvPool pool, FastcvColorCount *top, size_t *n);

#endif
