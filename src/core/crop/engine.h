/* The two ways to cut a part of a crop: with our own kernels, or with cv::remap. */
#ifndef FASTCV_CORE_ENGINE_H
#define FASTCV_CORE_ENGINE_H

#include "fastcv/crop.h"
#include "kernels/warp/warp.h"

/* OpenCV restarts its sums every x-block: 64 px, or wider where the crop has under 16 rows. */
static inline int fastcv_x_block_px(const FastcvCrop *crop)
{
    const int rows = crop->height_px < 16 ? crop->height_px : 16;
    return 1024 / rows < crop->width_px ? 1024 / rows : crop->width_px;
}

/* The rest of the row from column x to before end, or of the x-block that x is in. */
static inline FastcvRowPart fastcv_row_part(const FastcvCrop *crop, int x, int y, int end)
{
    const double *m = crop->inverse;
    const int x_block = fastcv_x_block_px(crop), begin = x / x_block * x_block;
    return (FastcvRowPart){
        .origin = {m[0] * begin + m[1] * y + m[2], m[3] * begin + m[4] * y + m[5],
                   m[6] * begin + m[7] * y + m[8]},
        .step = {m[0], m[3], m[6]},
        .skipped = x - begin,
        .count = (end < begin + x_block ? end : begin + x_block) - x,
    };
}

/* Whether the kernels do it: uint8, interpolations and channels that they have a blend for,
 * constant or replicate, and sides of at most 2^26 px: positions are int32 in 1/32 px. */
int fastcv_tiles_cover(const FastcvCropEngine *engine);

/* Cut rows first … last − 1 of the crop. */
void fastcv_tiles_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first, int last);

/* Whatever the options; the crop's region must be within what OpenCV takes. */
FastcvError fastcv_remap_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first,
                             int last);

#endif
