/* Crops that are turned by 90° against the clock while they are written: a block of the grid is
 * made row by row in memory that stays in cache, and its columns become rows of the crop. */
#ifndef FASTCV_CORE_CROP_TURN_H
#define FASTCV_CORE_CROP_TURN_H

#include "fastcv/crop.h"

enum { FASTCV_TURN_BYTES = 1 << 13 }; /* a block's room, at least a pixel's 32 bytes */

/* A part of the grid; right and bottom are outside. */
typedef struct FastcvPart {
    int left, top, right, bottom;
} FastcvPart;

/* The part that rows first … last − 1 of the crop are. */
static inline FastcvPart fastcv_part_of(const FastcvGeometry *crop, int first, int last)
{
    if (crop->is_turned)
        return (FastcvPart){crop->width_px - last, 0, crop->width_px - first, crop->height_px};
    return (FastcvPart){0, first, crop->width_px, last};
}

/* Writes the pixels of a block, whose rows lie without gaps, to where they belong in `to`, the
 * turned crop's rows that are part `of` the grid. */
void fastcv_turn(const uint8_t *pixels, size_t pixel_bytes, FastcvPart block, FastcvPart of,
                 FastcvRows to);

#endif
