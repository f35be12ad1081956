#include "core/crop/map.h"

#include <math.h>

#include "core/numbers.h"

/* In 1/32 px. At this error one pixel in 32 is projected again in double, and fixed point is still
 * the faster way. */
static const double MOST_ERROR = 1.0 / 128;

FastcvExtent fastcv_extent_of(const double inverse[9], int first_x, int first_y, int columns,
                              int rows)
{
    const double *m = inverse;
    FastcvExtent extent = {INFINITY, INFINITY, -INFINITY, -INFINITY, .least_w = INFINITY};
    int positive = 0, negative = 0;
    for (int i = 0; i < 4; i++) {
        const double x = first_x + (i % 2 ? columns - 1 : 0);
        const double y = first_y + (i / 2 ? rows - 1 : 0);
        const double w = m[6] * x + m[7] * y + m[8];
        const double page_x = (m[0] * x + m[1] * y + m[2]) / w;
        const double page_y = (m[3] * x + m[4] * y + m[5]) / w;
        positive += w > 0;
        negative += w < 0;
        extent.left = fastcv_lesser(extent.left, page_x);
        extent.right = fastcv_greater(extent.right, page_x);
        extent.top = fastcv_lesser(extent.top, page_y);
        extent.bottom = fastcv_greater(extent.bottom, page_y);
        extent.least_w = fastcv_lesser(extent.least_w, fabs(w));
    }
    extent.is_one_sided = positive == 4 || negative == 4;
    return extent;
}

/* From a row's middle column to the further end of what is computed. */
static double reach_of(const FastcvTile *tile)
{
    const int middle = tile->columns / 2, whole = fastcv_whole_vectors(tile->columns);
    return fastcv_max_int(middle, whole - middle);
}

/* The share by which W changes from a row's middle to its end, over |W|'s least. Up to 1/32, a
 * short series is as exact as the rest of fixed point. */
static double bend_of(const FastcvTile *tile, double least_w)
{
    return fabs(tile->inverse[6]) / least_w * reach_of(tile);
}

/* The error bound that kernels/warp/map4_all.h derives, in px/32; +infinity where it does not hold.
 * `line` is the row of the matrix for x or for y; the tile's positions there are low … high. */
static double error_bound(const FastcvTile *tile, const double *line, double low, double high,
                          double least_w)
{
    const double *w = tile->inverse + 6;
    const double most = fastcv_greater(fabs(low), fabs(high));
    const double reach = reach_of(tile);
    const double end_x = tile->x + fastcv_whole_vectors(tile->columns);
    const double end_y = tile->y + tile->rows;
    const double a = fabs(line[0]) * end_x + fabs(line[1]) * end_y + fabs(line[2]);
    const double b = fabs(w[0]) * end_x + fabs(w[1]) * end_y + fabs(w[2]);
    const double slope =
        fastcv_greater(fabs(line[0] - low * w[0]), fabs(line[0] - high * w[0])) / least_w;
    const double bend = bend_of(tile, least_w);
    const double spread = slope * reach / (1 - bend); /* px from the middle column, at most */
    if (!(bend <= 0.5 && spread <= 250 && b < least_w * (1 << 20) && most < (1 << 25)))
        return INFINITY;
    const double fixed = ldexp(1.5 + reach / 2, -FASTCV_FIXED_BITS);
    const double series =
        tile->is_steep ? 0 : FASTCV_SUBPIXELS * spread * bend * bend * bend * bend * bend;
    const double in_float = FASTCV_SUBPIXELS * spread * bend * ldexp(16, -24);
    const double in_double = FASTCV_SUBPIXELS * ldexp(128, -53) * (a + (most + 256) * b) / least_w;
    return fixed + series + in_float + in_double;
}

int fastcv_map_suits_fixed(FastcvTile *tile, const FastcvExtent *extent)
{
    tile->guard = 0;
    if (!extent->is_one_sided)
        return 0;
    tile->is_steep = bend_of(tile, extent->least_w) > 1.0 / 32;
    const double error = fastcv_greater(
        error_bound(tile, tile->inverse, extent->left, extent->right, extent->least_w),
        error_bound(tile, tile->inverse + 3, extent->top, extent->bottom, extent->least_w));
    if (error < MOST_ERROR)
        tile->guard = (int32_t)ceil(ldexp(error, FASTCV_FIXED_BITS)) + 1;
    return tile->guard != 0;
}

int fastcv_map_fits_affine(const FastcvTile *tile)
{
    const double *m = tile->inverse;
    const double end_x = tile->x + fastcv_whole_vectors(tile->columns);
    const double end_y = tile->y + tile->rows;
    const double most = FASTCV_AFFINE_PX;
    return fabs(m[0]) * end_x <= most && fabs(m[1]) * end_y + fabs(m[2]) <= most &&
           fabs(m[3]) * end_x <= most && fabs(m[4]) * end_y + fabs(m[5]) <= most;
}

int fastcv_map_suits_fixed_all(const FastcvGeometry *crop, FastcvPart part, FastcvTile *tile)
{
    const int width = part.right - part.left, rows = part.bottom - part.top;
    const FastcvExtent extent = fastcv_extent_of(crop->inverse, part.left, part.top, width, rows);
    /* As wide as a tile, but where the bound's A and B are largest. */
    const int columns = fastcv_min_int(FASTCV_TILE_COLUMNS, width);
    FastcvTile widest = {.inverse = crop->inverse,
                         .x = part.right - columns,
                         .y = part.top,
                         .columns = columns,
                         .rows = rows};
    const int suits = fastcv_map_suits_fixed(&widest, &extent);
    tile->guard = widest.guard;
    tile->is_steep = widest.is_steep;
    return suits;
}

void fastcv_map_project(const FastcvMap4 *kernels, const FastcvGeometry *crop,
                        const FastcvTile *tile, int32_t *px, int32_t *py)
{
    const int end = tile->x + tile->columns;
    for (int y = tile->y; y < tile->y + tile->rows; y++) {
        for (int x = tile->x; x < end;) {
            const int count = fastcv_map_row(kernels, crop, x, y, end, FASTCV_SUBPIXELS, px, py);
            x += count;
            px += count;
            py += count;
        }
    }
}

void fastcv_map_split(int32_t *px, int32_t *py, int count, uint32_t *fraction)
{
    for (int k = 0; k < count; k++) {
        fraction[k] = fastcv_subpixel_fraction(px[k], py[k]);
        px[k] >>= FASTCV_SUBPIXEL_BITS;
        py[k] >>= FASTCV_SUBPIXEL_BITS;
    }
}
