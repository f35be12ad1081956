/* A page in gray. */
#ifndef FASTCV_GRAY_H
#define FASTCV_GRAY_H

#include "fastcv/image.h"
#include "fastcv/threads.h"

/* Writes the gray of a page to gray, width × height bytes without gaps, as cv2.COLOR_BGR2GRAY and
 * COLOR_BGRA2GRAY compute it. The page is uint8 and has 3 or 4 channels. */
FastcvStatus fastcv_gray_page(const FastcvImage *page, uint8_t *gray, FastcvPool pool);

#endif
