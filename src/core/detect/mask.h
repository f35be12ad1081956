/* A mask with a bit a pixel. */
#ifndef FASTCV_CORE_DETECT_MASK_H
#define FASTCV_CORE_DETECT_MASK_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/image.h"
#include "fastcv/threads.h"

/* Pixel (x, y) is bit x % 64 of rows[y * row_words + x / 64]. Every pixel outside that touches the
 * mask can be read too, and is 0: there is a row above and one below, and at least one bit after
 * each row; pixel −1 of a row is the last bit of the row before. */
typedef struct FastcvMask {
    uint64_t *rows;
    ptrdiff_t row_words; /* width_px / 64 + 1 */
    int32_t width_px, height_px;
    uint64_t *memory; /* malloc'ed; rows lies in it */
} FastcvMask;

/* The values of a float32 map of one channel that are above the threshold and at most `most`:
 * FLT_MAX leaves infinity out, infinity takes it in. The mask is the caller's to free, also after a
 * failure. */
FastcvStatus fastcv_mask_make(const FastcvImage *map, float threshold, float most, FastcvPool pool,
                              FastcvMask *mask);
void fastcv_mask_free(FastcvMask *mask);

/* cv2.dilate with np.ones((2, 2)): each pixel spreads to the right, down and right-down. */
void fastcv_mask_dilate(FastcvMask *mask);

/* cv2.morphologyEx with MORPH_OPEN and np.ones((3, 3)): what is left are the 3 × 3 px that are all
 * set; pixels outside the map count as set. */
FastcvStatus fastcv_mask_open(FastcvMask *mask);

static inline int fastcv_mask_has(const FastcvMask *mask, ptrdiff_t x, ptrdiff_t y)
{
    return (int)(mask->rows[y * mask->row_words + x / 64] >> (x % 64) & 1);
}

#endif
