/* A part of a crop, in tiles, and where their pixels go: to their place in the crop, or, where the
 * crop is turned, to a block that is then turned. */
#ifndef FASTCV_CORE_CROP_TARGET_H
#define FASTCV_CORE_CROP_TARGET_H

#include "core/crop/turn.h"
#include "kernels/warp/grid.h"

typedef struct FastcvTarget {
    FastcvPart part; /* of the grid */
    FastcvRows to;   /* the crop's rows that the part is */
    size_t pixel_bytes;
    uint8_t *block; /* room for the engine's largest tile, or NULL if the crop is not turned */
} FastcvTarget;

/* Rows first … last − 1 of the crop, as it is handed out, are cut into to. */
FastcvTarget fastcv_target(const FastcvCropEngine *engine, const FastcvGeometry *crop, int first,
                           int last, FastcvRows to, uint8_t *block);

/* How wide the part's tiles are: at most so many px, of about one width, in whole vectors. */
int fastcv_target_columns(const FastcvTarget *target, int most);

/* Where the tile's rows are to be written. */
FastcvRows fastcv_target_rows(const FastcvTarget *target, FastcvPart tile);

/* Once they are. */
void fastcv_target_finish(const FastcvTarget *target, FastcvPart tile);

#endif
