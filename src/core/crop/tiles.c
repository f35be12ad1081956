/* Cutting with our own kernels, tile by tile: map the tile's pixels to the page, then blend what
 * lies there. */
#include <math.h>
#include <stdalign.h>

#include "core/crop/engine.h"
#include "core/crop/map.h"
#include "core/crop/path_counts.h"
#include "core/crop/source.h"
#include "core/crop/target.h"
#include "core/numbers.h"

enum {
    MAX_SIDE_PX = 1 << 26,
    SMALL_TILE_COLUMNS = 32, /* in crops under strong perspective */
    MAP_PX = FASTCV_TILE_PX + FASTCV_OVERRUN_PX
};

/* A thread's workspace: the rows that it cuts, and the tile at work. */
typedef struct Cutter {
    FastcvSource source;
    const FastcvGeometry *crop;
    FastcvTarget target;
    const FastcvMap4 *map;
    FastcvBlend *blend;
    alignas(64) int32_t offset[MAP_PX];
    uint32_t fraction[MAP_PX];
    int32_t px[MAP_PX], py[MAP_PX];
    uint8_t block[FASTCV_TILE_PX * FASTCV_MAX_CHANNELS]; /* a tile of a turned crop */
    uint8_t patch[FASTCV_PATCH_ROOM_BYTES];
} Cutter;

static FastcvBlend *blend_of(const FastcvCropEngine *engine)
{
    const int channels = engine->page->channels;
    switch (engine->sampling->interpolation) {
    case FASTCV_LINEAR:
    case FASTCV_AREA:
        return engine->kernels->blend4.blend[FASTCV_BLEND_LINEAR][channels];
    case FASTCV_CUBIC:
        return engine->kernels->blend4.blend[FASTCV_BLEND_CUBIC][channels];
    default:
        return NULL;
    }
}

int fastcv_tiles_cover(const FastcvCropEngine *engine)
{
    const FastcvBorder border = engine->sampling->border;
    return engine->page->depth == FASTCV_U8 && blend_of(engine) &&
           engine->page->width_px <= MAX_SIDE_PX && engine->page->height_px <= MAX_SIDE_PX &&
           (border == FASTCV_CONSTANT || border == FASTCV_REPLICATE);
}

size_t fastcv_tiles_workspace_bytes(void)
{
    return sizeof(Cutter);
}

static FastcvPart part_of(const FastcvTile *tile)
{
    return (FastcvPart){tile->x, tile->y, tile->x + tile->columns, tile->y + tile->rows};
}

/* Blends the tile's pixels at their offsets from view's base. */
static void blend_tile(Cutter *cutter, const FastcvTile *tile, FastcvView view)
{
    const ptrdiff_t row_bytes = (ptrdiff_t)tile->columns * cutter->source.page->channels;
    const FastcvRows rows = fastcv_target_rows(&cutter->target, part_of(tile));
    if (row_bytes == rows.stride_bytes) { /* rows without gaps, here as in the maps */
        cutter->blend(view.base, view.stride_bytes, cutter->offset, cutter->fraction, tile->columns,
                      tile->columns * tile->rows, rows.pixels);
        return;
    }
    for (int row = 0; row < tile->rows; row++) {
        const ptrdiff_t first = (ptrdiff_t)row * tile->columns;
        cutter->blend(view.base, view.stride_bytes, cutter->offset + first,
                      cutter->fraction + first, tile->columns, tile->columns,
                      (uint8_t *)rows.pixels + row * rows.stride_bytes);
    }
}

static void fill_tile(Cutter *cutter, const FastcvTile *tile)
{
    const FastcvRows rows = fastcv_target_rows(&cutter->target, part_of(tile));
    for (int row = 0; row < tile->rows; row++)
        fastcv_source_fill(&cutter->source, tile->columns,
                           (uint8_t *)rows.pixels + row * rows.stride_bytes);
}

static int cut_in_fixed_point(Cutter *cutter, FastcvTile *tile)
{
    const FastcvSource *source = &cutter->source;
    const FastcvExtent extent =
        fastcv_extent_of(tile->inverse, tile->x, tile->y, tile->columns, tile->rows);
    const int is_affine = cutter->crop->kind == FASTCV_GEOMETRY_AFFINE;
    if (is_affine ? !fastcv_map_fits_affine(tile)
                  : !tile->guard && !fastcv_map_suits_fixed(tile, &extent))
        return 0;
    /* Pixels lie within the extent; rounding to 1/32 px moves them by less than 0.05. */
    const FastcvReading reading = {
        (int64_t)floor(extent.left - 0.05), (int64_t)floor(extent.top - 0.05),
        (int64_t)floor(extent.right + 0.05), (int64_t)floor(extent.bottom + 0.05)};
    if (fastcv_source_is_border(source, reading)) {
        fill_tile(cutter, tile);
        return 1;
    }
    FastcvView view = fastcv_source_page(source, reading);
    if (view.base)
        fastcv_source_prefetch(source, reading); /* it arrives while the map is computed */
    else
        view = fastcv_source_patch(source, reading, cutter->patch);
    if (!view.base)
        return 0;
    tile->origin_x = (int32_t)reading.left;
    tile->origin_y = (int32_t)reading.top;
    tile->stride_bytes = (int32_t)view.stride_bytes;
    tile->pixel_bytes = source->page->channels;
    int ties = 0;
    if (is_affine)
        cutter->map->map_affine(tile, cutter->offset, cutter->fraction);
    else
        ties = cutter->map->map_tile(tile, cutter->offset, cutter->fraction);
    FASTCV_COUNT(FASTCV_PATH_TIES, ties);
    blend_tile(cutter, tile, view);
    return 1;
}

/* Offsets and fractions from projected positions. Positions outside the reading lie outside the
 * page, where one is as good as another. */
static void place_tile(Cutter *cutter, const FastcvTile *tile, FastcvReading reading,
                       FastcvView view)
{
    const FastcvWindow window = {(int32_t)reading.left, (int32_t)reading.top,
                                 (int32_t)reading.right, (int32_t)reading.bottom};
    cutter->map->place(cutter->px, cutter->py, tile->columns * tile->rows, window,
                       (int32_t)view.stride_bytes, cutter->source.page->channels, cutter->offset,
                       cutter->fraction);
}

static void cut_from_taps(Cutter *cutter, const FastcvTile *tile)
{
    const FastcvRows rows = fastcv_target_rows(&cutter->target, part_of(tile));
    fastcv_map_split(cutter->px, cutter->py, tile->columns * tile->rows, cutter->fraction);
    for (int row = 0; row < tile->rows; row++) {
        const int first = row * tile->columns;
        const FastcvView view =
            fastcv_source_taps(&cutter->source, cutter->px + first, cutter->py + first,
                               tile->columns, cutter->patch, cutter->offset);
        cutter->blend(view.base, view.stride_bytes, cutter->offset, cutter->fraction + first,
                      tile->columns, tile->columns,
                      (uint8_t *)rows.pixels + row * rows.stride_bytes);
    }
}

static void cut_in_double(Cutter *cutter, const FastcvTile *tile)
{
    const FastcvSource *source = &cutter->source;
    const int count = tile->columns * tile->rows;
    fastcv_map_project(cutter->map, cutter->crop, tile, cutter->px, cutter->py);
    const FastcvReading reading =
        fastcv_source_reading(source, cutter->map->bound(cutter->px, cutter->py, count));
    FastcvView view = fastcv_source_page(source, reading);
    int path = FASTCV_PATH_PAGE;
    if (!view.base) {
        view = fastcv_source_patch(source, reading, cutter->patch);
        path = FASTCV_PATH_PATCH;
    }
    if (view.base) {
        place_tile(cutter, tile, reading, view);
        blend_tile(cutter, tile, view);
    } else {
        cut_from_taps(cutter, tile);
        path = FASTCV_PATH_TAPS;
    }
    FASTCV_COUNT(path, count);
}

/* Returns whether fixed point did. */
static int cut_tile(Cutter *cutter, FastcvTile *tile)
{
    const int is_fixed = cut_in_fixed_point(cutter, tile);
    FASTCV_COUNT(FASTCV_PATH_PIXELS, tile->columns * tile->rows);
    if (is_fixed)
        FASTCV_COUNT(FASTCV_PATH_FIXED_POINT, tile->columns * tile->rows);
    else
        cut_in_double(cutter, tile);
    fastcv_target_finish(&cutter->target, part_of(tile));
    return is_fixed;
}

void fastcv_tiles_cut(const FastcvCropEngine *engine, const FastcvCrop *planned, int first,
                      int last, FastcvRows to, void *workspace)
{
    const FastcvGeometry *crop = &planned->geometry;
    Cutter *cutter = workspace;
    cutter->source = fastcv_source(engine, engine->kernels->blend4.reads, planned->border_value);
    cutter->crop = crop;
    cutter->target = fastcv_target(engine, crop, first, last, to, cutter->block);
    cutter->map = &engine->kernels->map4;
    cutter->blend = blend_of(engine);

    /* Wide tiles have fewer rows to set up; under strong perspective only narrow ones are straight
     * enough for fixed point. */
    const FastcvPart part = cutter->target.part;
    FastcvTile any = {.inverse = crop->inverse, .x_block = fastcv_x_block_px(crop)};
    const int are_straight = fastcv_map_suits_fixed_all(crop, part, &any);
    const int columns = fastcv_target_columns(&cutter->target, are_straight ? FASTCV_TILE_COLUMNS
                                                                            : SMALL_TILE_COLUMNS);
    const int rows = fastcv_min_int(FASTCV_TILE_ROWS, FASTCV_TILE_PX / columns);
    int is_plain = 1;
    for (int y = part.top; y < part.bottom; y += rows) {
        for (int x = part.left; x < part.right; x += columns) {
            FastcvTile tile = any;
            tile.x = x;
            tile.y = y;
            tile.columns = fastcv_min_int(columns, part.right - x);
            tile.rows = fastcv_min_int(rows, part.bottom - y);
            is_plain &= cut_tile(cutter, &tile);
        }
    }
    FASTCV_COUNT(FASTCV_PATH_PARTS, 1);
    FASTCV_COUNT(FASTCV_PATH_PLAIN_PARTS, is_plain);
}
