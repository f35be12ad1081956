/* Every variant's map, compared with the plain C project, whose order of operations is OpenCV's. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/crop/map.h"
#include "core/crop/source.h"
#include "core/numbers.h"
#include "kernels/warp/warp.h"

enum {
    ROW_PARTS = 4000,
    TILES = 6000,
    AFFINE_TILES = 3000,
    PLACES = 2000,
    CANARY = 0x5A5A5A5A,
    TILE_WORDS = FASTCV_TILE_PX + FASTCV_OVERRUN_PX,
    ROW_PX = FASTCV_X_BLOCK_MAX + FASTCV_OVERRUN_PX
};

static void set_canaries(void *words, int count)
{
    for (int k = 0; k < count; k++)
        ((int32_t *)words)[k] = CANARY;
}

static void check_canaries(const void *words, int first, int count)
{
    for (int k = first; k < count; k++) {
        if (((const int32_t *)words)[k] != CANARY)
            differ("wrote word %d", k);
    }
}

/* ---- project ---- */

static void random_row_part(FastcvRowPart *part)
{
    const int magnitude = random_int(-20, 40);
    part->count = random_int(1, FASTCV_X_BLOCK_MAX);
    part->skipped = random_int(0, FASTCV_X_BLOCK_MAX - part->count);
    for (int i = 0; i < 3; i++) {
        part->origin[i] = one_in(20) ? 0 : random_scale(magnitude - 10, magnitude + 10);
        part->step[i] = one_in(5) ? 0 : random_scale(magnitude - 25, magnitude);
    }
    if (one_in(4)) /* halves and quarters: ties */
        *part = (FastcvRowPart){{random_int(-999, 999) / 64., random_int(-999, 999) / 64., 1},
                                {random_int(-64, 64) / 64., random_int(-64, 64) / 64., 0},
                                part->skipped,
                                part->count};
    if (one_in(4)) /* W vanishes on the way */
        part->origin[2] = -part->step[2] * random_int(0, FASTCV_X_BLOCK_MAX);
}

typedef void Project(const FastcvRowPart *part, double scale, int32_t *px, int32_t *py);

static void check_project(const char *name, Project *expect, Project *project)
{
    static int32_t x[ROW_PX], y[ROW_PX], expected_x[ROW_PX], expected_y[ROW_PX];
    for (int i = 0; i < ROW_PARTS; i++) {
        FastcvRowPart part;
        random_row_part(&part);
        const double scale = one_in(2) ? FASTCV_SUBPIXELS : 1;
        set_case("%s, %s %d", fastcv_variant(), name, i);
        set_canaries(x, ROW_PX);
        set_canaries(y, ROW_PX);
        expect(&part, scale, expected_x, expected_y);
        project(&part, scale, x, y);
        for (int k = 0; k < part.count; k++) {
            if (x[k] != expected_x[k] || y[k] != expected_y[k])
                differ("pixel %d at (%d, %d), not (%d, %d)", k, x[k], y[k], expected_x[k],
                       expected_y[k]);
        }
        check_canaries(x, fastcv_whole_vectors(part.count), ROW_PX);
        check_canaries(y, fastcv_whole_vectors(part.count), ROW_PX);
    }
}

/* ---- map_tile ---- */

/* A homography near the tile: any turn, a scale from 1/8 to 3, a page position (page_x, page_y), W
 * of any size and sign. Along a row it bends up to a little more than fixed point allows. */
static void random_inverse(const FastcvTile *tile, double inverse[9])
{
    const double turn = random_int(0, 3) * acos(-1) / 2 +
                        (one_in(3) ? random_scale(-60, 0) : random_real(-0.1, 0.1));
    const double scale = exp2(random_real(-3, 1.6)), aspect = random_real(0.5, 2);
    const double bend =
        one_in(4) ? 0 : random_scale(-30, -0.5) / (tile->columns / 2 + FASTCV_OVERRUN_PX);
    const double tilt = one_in(4) ? 0 : random_scale(-30, 0) / (2 * tile->rows);
    const double page_x = random_real(-500, 40000), page_y = random_real(-500, 40000);
    const double x = tile->x + random_real(0, tile->columns),
                 y = tile->y + random_real(0, tile->rows), w = random_scale(-30, 30);
    const double lines[3][3] = {
        {scale * cos(turn) + page_x * bend, -aspect * scale * sin(turn) + page_x * tilt, page_x},
        {scale * sin(turn) + page_y * bend, aspect * scale * cos(turn) + page_y * tilt, page_y},
        {bend, tilt, 1}};
    for (int i = 0; i < 3; i++) {
        inverse[3 * i] = w * lines[i][0];
        inverse[3 * i + 1] = w * lines[i][1];
        inverse[3 * i + 2] = w * (lines[i][2] - lines[i][0] * x - lines[i][1] * y);
    }
}

/* Steps of 1/64 px, nearly: every other pixel is a tie or almost one. */
static void inverse_of_ties(double inverse[9])
{
    const double almost = one_in(2) ? 0 : random_scale(-50, -10);
    const double values[9] = {random_int(-64, 64) / 64.,
                              random_int(-64, 64) / 64.,
                              random_int(-999, 99999) / 64. + almost,
                              random_int(-64, 64) / 64. + almost / 64,
                              random_int(-64, 64) / 64.,
                              random_int(-999, 99999) / 64.,
                              0,
                              0,
                              1};
    memcpy(inverse, values, sizeof values);
}

/* A tile somewhere in a crop, often of a size at the limits. */
static void random_tile(FastcvGeometry *crop, FastcvTile *tile)
{
    tile->columns = one_in(4) ? FASTCV_TILE_COLUMNS : random_int(1, FASTCV_TILE_COLUMNS);
    if (one_in(8))
        tile->columns = random_int(1, 2);
    const int fit = FASTCV_TILE_PX / tile->columns;
    const int most_rows = fit < FASTCV_TILE_ROWS ? fit : FASTCV_TILE_ROWS;
    tile->rows = one_in(4) ? most_rows : random_int(1, most_rows);
    tile->x = one_in(3) ? 0 : random_int(0, 30000);
    tile->y = one_in(3) ? 0 : random_int(0, 30000);
    crop->width_px = tile->x + tile->columns + random_int(0, 100);
    crop->height_px = tile->y + tile->rows + random_int(0, 20);
    tile->x_block = fastcv_x_block_px(crop);
    tile->pixel_bytes = (const int[]){1, 3, 4}[random_int(0, 2)];
    tile->stride_bytes = random_int(16, 30000);
    tile->inverse = crop->inverse;
    if (one_in(3))
        inverse_of_ties(crop->inverse);
    else
        random_inverse(tile, crop->inverse);
}

/* The map that map_tile must compute, from projected positions. */
static void expect_map(const FastcvGeometry *crop, const FastcvTile *tile, int32_t *offset,
                       uint32_t *fraction)
{
    for (int y = tile->y; y < tile->y + tile->rows; y++) {
        FastcvRowPart part;
        for (int x = tile->x; x < tile->x + tile->columns; x += part.count) {
            int32_t px[ROW_PX], py[ROW_PX];
            part = fastcv_row_part(crop, x, y, tile->x + tile->columns);
            fastcv_warp_c.map4.project(&part, FASTCV_SUBPIXELS, px, py);
            for (int k = 0; k < part.count; k++) {
                const int32_t column = (px[k] >> FASTCV_SUBPIXEL_BITS) - tile->origin_x;
                const int32_t row = (py[k] >> FASTCV_SUBPIXEL_BITS) - tile->origin_y;
                *offset++ = column * tile->pixel_bytes + row * tile->stride_bytes;
                *fraction++ = fastcv_subpixel_fraction(px[k], py[k]);
            }
        }
    }
}

/* Returns how many pixels were compared. */
static long check_map(const FastcvMap4 *map)
{
    static int32_t offset[TILE_WORDS], expected_offset[TILE_WORDS];
    static uint32_t fraction[TILE_WORDS], expected_fraction[TILE_WORDS];
    long pixels = 0;
    for (int i = 0; i < TILES;) {
        FastcvGeometry crop;
        FastcvTile tile;
        random_tile(&crop, &tile);
        const FastcvExtent extent =
            fastcv_extent_of(crop.inverse, tile.x, tile.y, tile.columns, tile.rows);
        if (!fastcv_map_suits_fixed(&tile, &extent))
            continue;
        const int count = tile.columns * tile.rows;
        tile.origin_x = (int32_t)floor(extent.left - 0.05);
        tile.origin_y = (int32_t)floor(extent.top - 0.05);
        if (one_in(4)) /* as far apart as offsets allow */
            tile.stride_bytes = (FASTCV_MAX_OFFSET_BYTES - 1) /
                                ((int32_t)floor(extent.bottom + 0.05) - tile.origin_y + 1);
        set_case("%s, tile %d: %d x %d at (%d, %d), guard %d", fastcv_variant(), i, tile.columns,
                 tile.rows, tile.x, tile.y, tile.guard);
        set_canaries(offset, TILE_WORDS);
        set_canaries(fraction, TILE_WORDS);
        expect_map(&crop, &tile, expected_offset, expected_fraction);
        map->map_tile(&tile, offset, fraction);
        for (int k = 0; k < count; k++) {
            if (offset[k] != expected_offset[k] || fraction[k] != expected_fraction[k])
                differ("pixel %d at %d + %x, not %d + %x", k, offset[k], fraction[k],
                       expected_offset[k], expected_fraction[k]);
        }
        const int end = count - tile.columns + fastcv_whole_vectors(tile.columns);
        check_canaries(offset, end, TILE_WORDS);
        check_canaries(fraction, end, TILE_WORDS);
        pixels += count;
        i++;
    }
    return pixels;
}

/* ---- map_affine ---- */

static void random_affine_tile(double inverse[9], FastcvTile *tile)
{
    const int columns = random_int(1, FASTCV_TILE_COLUMNS);
    const double scale = random_scale(-6, 3);
    *tile = (FastcvTile){
        .inverse = inverse,
        .x = one_in(2) ? 0 : random_int(0, 30000),
        .y = one_in(2) ? 0 : random_int(0, 30000),
        .columns = columns,
        .rows = random_int(1, fastcv_min_int(FASTCV_TILE_ROWS, FASTCV_TILE_PX / columns)),
        .stride_bytes = random_int(1, 30000),
        .pixel_bytes = random_int(1, 4)};
    for (int i = 0; i < 6; i++)
        inverse[i] = i % 3 == 2 ? random_real(-50000, 50000) : random_real(-scale, scale);
    if (one_in(3)) { /* on whole 1/1024 px and between */
        for (int i = 0; i < 6; i++)
            inverse[i] = random_int(-4000, 4000) / 2048.;
    }
    memcpy(inverse + 6, (double[]){0, 0, 1}, 3 * sizeof *inverse);
}

static void check_affine(const FastcvMap4 *map)
{
    static int32_t offset[TILE_WORDS], px[ROW_PX], py[ROW_PX];
    static uint32_t fraction[TILE_WORDS];
    for (int i = 0; i < AFFINE_TILES;) {
        FastcvGeometry crop = {.kind = FASTCV_GEOMETRY_AFFINE};
        FastcvTile tile;
        random_affine_tile(crop.inverse, &tile);
        if (!fastcv_map_fits_affine(&tile))
            continue;
        const int end_x = tile.x + tile.columns;
        set_case("%s, affine tile %d: %d x %d at (%d, %d)", fastcv_variant(), i++, tile.columns,
                 tile.rows, tile.x, tile.y);
        set_canaries(offset, TILE_WORDS);
        set_canaries(fraction, TILE_WORDS);
        tile.origin_x = (int32_t)floor(crop.inverse[2]);
        tile.origin_y = (int32_t)floor(crop.inverse[5]);
        map->map_affine(&tile, offset, fraction);
        for (int k = 0; k < tile.columns * tile.rows; k++) {
            const int column = k % tile.columns, row = k / tile.columns;
            if (column == 0)
                fastcv_map_row(&fastcv_warp_c.map4, &crop, tile.x, tile.y + row, end_x,
                               FASTCV_SUBPIXELS, px, py);
            const int32_t x = (px[column] >> FASTCV_SUBPIXEL_BITS) - tile.origin_x;
            const int32_t y = (py[column] >> FASTCV_SUBPIXEL_BITS) - tile.origin_y;
            if ((uint32_t)offset[k] != (uint32_t)x * (uint32_t)tile.pixel_bytes +
                                           (uint32_t)y * (uint32_t)tile.stride_bytes ||
                fraction[k] != fastcv_subpixel_fraction(px[column], py[column]))
                differ("pixel %d at %d + %x", k, offset[k], fraction[k]);
        }
        const int end = (tile.rows - 1) * tile.columns + fastcv_whole_vectors(tile.columns);
        check_canaries(offset, end, TILE_WORDS);
        check_canaries(fraction, end, TILE_WORDS);
    }
}

/* ---- bound and place ---- */

/* Positions on the page, far from it, and at the ends of int32. */
static int32_t random_position(void)
{
    if (one_in(20))
        return one_in(2) ? INT32_MIN : INT32_MAX;
    return random_int(-3000, 40000 * (one_in(50) ? 1000 : 1));
}

static void check_place(const FastcvMap4 *map)
{
    static int32_t px[TILE_WORDS], py[TILE_WORDS], offset[TILE_WORDS];
    static uint32_t fraction[TILE_WORDS];
    for (int i = 0; i < PLACES; i++) {
        const int count = one_in(4) ? FASTCV_TILE_PX : random_int(1, 70);
        FastcvWindow all = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
        for (int k = 0; k < count; k++) {
            px[k] = random_position();
            py[k] = random_position();
            const int32_t x = px[k] >> FASTCV_SUBPIXEL_BITS, y = py[k] >> FASTCV_SUBPIXEL_BITS;
            all.left = x < all.left ? x : all.left;
            all.top = y < all.top ? y : all.top;
            all.right = x > all.right ? x : all.right;
            all.bottom = y > all.bottom ? y : all.bottom;
        }
        set_case("%s, placing %d: %d pixels", fastcv_variant(), i, count);
        const FastcvWindow bound = map->bound(px, py, count);
        if (memcmp(&bound, &all, sizeof all) != 0)
            differ("bound is not [%d, %d] x [%d, %d]", all.left, all.right, all.top, all.bottom);

        const FastcvWindow window = {random_int(-3, 30), random_int(-3, 30), random_int(30, 900),
                                     random_int(30, 900)};
        const int stride_bytes = random_int(-30000, 30000), pixel_bytes = random_int(1, 4);
        set_canaries(offset, TILE_WORDS);
        set_canaries(fraction, TILE_WORDS);
        map->place(px, py, count, window, stride_bytes, pixel_bytes, offset, fraction);
        for (int k = 0; k < count; k++) {
            const int64_t x =
                fastcv_clamp_int64(px[k] >> FASTCV_SUBPIXEL_BITS, window.left, window.right);
            const int64_t y =
                fastcv_clamp_int64(py[k] >> FASTCV_SUBPIXEL_BITS, window.top, window.bottom);
            if (offset[k] != (y - window.top) * stride_bytes + (x - window.left) * pixel_bytes ||
                fraction[k] != fastcv_subpixel_fraction(px[k], py[k]))
                differ("pixel %d at %d + %x", k, offset[k], fraction[k]);
        }
        check_canaries(offset, count + FASTCV_OVERRUN_PX, TILE_WORDS);
        check_canaries(fraction, count + FASTCV_OVERRUN_PX, TILE_WORDS);
    }
}

MapCounts check_map4(const FastcvMap4 *map)
{
    check_project("project", fastcv_warp_c.map4.project, map->project);
    check_project("project_affine", fastcv_warp_c.map4.project_affine, map->project_affine);
    check_affine(map);
    check_place(map);
    return (MapCounts){ROW_PARTS, PLACES, TILES, check_map(map)};
}
