/* OpenCV 4's map: where a crop's pixels lie on the page, in 1/32 px. Two ways lead to the same
 * positions. Fixed point needs a tile that lies well in front of the vanishing line, and an error
 * bound, the guard. Projecting in double, as OpenCV does, works everywhere. */
#ifndef FASTCV_CORE_CROP_MAP_H
#define FASTCV_CORE_CROP_MAP_H

#include "core/crop/turn.h"
#include "fastcv/rule.h"
#include "kernels/warp/warp.h"

/* OpenCV restarts its sums every x-block: 64 px, or wider where the crop has under 16 rows. */
static inline int fastcv_x_block_px(const FastcvGeometry *crop)
{
    const int rows = crop->height_px < 16 ? crop->height_px : 16;
    return 1024 / rows < crop->width_px ? 1024 / rows : crop->width_px;
}

/* The rest of a perspective's row y from column x to before end, or to where x's x-block ends. */
static inline FastcvRowPart fastcv_row_part(const FastcvGeometry *crop, int x, int y, int end)
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

/* The same of an affine map: OpenCV has no x-blocks there, and sums from the row's first pixel on.
 */
static inline FastcvRowPart fastcv_affine_row_part(const FastcvGeometry *crop, int x, int y,
                                                   int end)
{
    const double *m = crop->inverse;
    return (FastcvRowPart){
        .origin = {m[1] * y + m[2], m[4] * y + m[5]},
        .step = {m[0], m[3]},
        .skipped = x,
        .count = end - x < FASTCV_X_BLOCK_MAX ? end - x : FASTCV_X_BLOCK_MAX,
    };
}

/* Positions in 1/scale px of row y, from column x on, but at most to before end. Returns how many.
 * Both arrays have room for FASTCV_X_BLOCK_MAX + FASTCV_OVERRUN_PX, or for all and the overrun. */
static inline int fastcv_map_row(const FastcvMap4 *kernels, const FastcvGeometry *crop, int x,
                                 int y, int end, int scale, int32_t *px, int32_t *py)
{
    const int is_affine = crop->kind == FASTCV_GEOMETRY_AFFINE;
    const FastcvRowPart part =
        is_affine ? fastcv_affine_row_part(crop, x, y, end) : fastcv_row_part(crop, x, y, end);
    (is_affine ? kernels->project_affine : kernels->project)(&part, scale, px, py);
    return part.count;
}

/* Where the corners of a part of a crop lie on the page. All its pixels lie among them if W has one
 * sign over the part. */
typedef struct FastcvExtent {
    double left, top, right, bottom;
    double least_w;   /* |W| */
    int is_one_sided; /* W has one sign in all corners */
} FastcvExtent;

FastcvExtent fastcv_extent_of(const double inverse[9], int x, int y, int columns, int rows);

/* Whether fixed point is of use for a tile with this extent. Sets its guard and is_steep. */
int fastcv_map_suits_fixed(FastcvTile *tile, const FastcvExtent *extent);

/* Whether map_affine is right for a tile of an affine map. */
int fastcv_map_fits_affine(const FastcvTile *tile);

/* Whether it is for all tiles of the part. Then sets the tile's guard and is_steep to what is right
 * for all. */
int fastcv_map_suits_fixed_all(const FastcvGeometry *crop, FastcvPart part, FastcvTile *tile);

/* All positions of the tile, row after row, in double. Both arrays are longer than the tile by
 * FASTCV_OVERRUN_PX. */
void fastcv_map_project(const FastcvMap4 *kernels, const FastcvGeometry *crop,
                        const FastcvTile *tile, int32_t *px, int32_t *py);

/* Positions become whole px, in place, and fractions as blends take them. */
void fastcv_map_split(int32_t *px, int32_t *py, int count, uint32_t *fraction);

#endif
