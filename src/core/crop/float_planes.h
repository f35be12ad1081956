/* Tiles of OpenCV 5's cubic interpolation that are cut from planes of floats. */
#ifndef FASTCV_CORE_CROP_FLOAT_PLANES_H
#define FASTCV_CORE_CROP_FLOAT_PLANES_H

#include "core/crop/map.h"
#include "core/crop/source.h"
#include "kernels/warp/warp.h"

enum {
    FASTCV_PLANES_TILE_PX = 4 * FASTCV_TILE_PX, /* a tile of a word, mostly */
    FASTCV_PLANES_BYTES = 64 << 10
};

/* What a tile is cut with. */
typedef struct FastcvPlaneCutter {
    const FastcvFromPlanes5 *kernels;
    const FastcvSource *source;
    const FastcvGeometry *crop;
    const FastcvRow5 *row; /* what all rows share */
    uint8_t *patch;        /* FASTCV_PATCH_ROOM_BYTES */
    uint8_t *planes;       /* FASTCV_PLANES_BYTES */
    FastcvRoom5 *room;
} FastcvPlaneCutter;

/* Cuts the tile, of at most FASTCV_TILE_COLUMNS, into to. Returns 0, and does nothing, where the
 * tile is too steep, reads too much or lies too far outside the page. */
int fastcv_planes_cut(const FastcvPlaneCutter *cutter, FastcvPart tile, const FastcvExtent *at,
                      FastcvRows to);

#endif
