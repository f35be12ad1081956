/* Cutting in OpenCV 5's arithmetic, tile by tile: map the tile's pixels to the page in float, then
 * blend what lies there. */
#include <math.h>
#include <stdalign.h>

#include "core/crop/engine.h"
#include "core/crop/float_planes.h"
#include "core/crop/path_counts.h"
#include "core/crop/source.h"
#include "core/crop/target.h"
#include "core/numbers.h"

enum {
    MAX_SIDE_PX = 1 << 30,
    LEAST_CUBIC_SIDE_PX = 16, /* OpenCV's: see FastcvRow5 */
    SMALL_TILE_COLUMNS = 32,  /* where a tile may lie across the page's edge */
    MAP_PX = FASTCV_TILE_PX + FASTCV_OVERRUN_PX
};

/* A thread's workspace: the rows that it cuts, and the tile at work. */
typedef struct Cutter {
    FastcvSource source;
    FastcvTarget target;
    const FastcvGeometry *crop;
    float matrix[9];
    FastcvRow5 row; /* what all rows share */
    const FastcvMap5 *map;
    FastcvProject5 *project;
    FastcvBlend5Row *blend;
    int may_be_infinite; /* linear, with a constant border: see settle */
    alignas(64) int32_t px[MAP_PX], py[MAP_PX], offset[MAP_PX];
    float across[MAP_PX], down[MAP_PX];
    FastcvPlaneCutter planes; /* kernels is NULL where no tile is cut from planes */
    uint8_t block[FASTCV_PLANES_TILE_PX * FASTCV_MAX_CHANNELS]; /* a tile of a turned crop */
    uint8_t patch[FASTCV_PATCH_ROOM_BYTES];
    /* The rest is there only if there are planes. */
    alignas(64) uint8_t plane_bytes[FASTCV_PLANES_BYTES];
    FastcvRoom5 room;
} Cutter;

/* How an interpolation maps and blends; -1 where it is not offered. */
typedef struct Kinds {
    int map, blend;
} Kinds;

static Kinds kinds_of(FastcvInterpolation interpolation, int is_affine)
{
    switch (interpolation) {
    case FASTCV_NEAREST:
        return (Kinds){FASTCV_MAP5_NEAREST, FASTCV_BLEND5_NEAREST};
    case FASTCV_LINEAR:
    case FASTCV_AREA:
        return (Kinds){FASTCV_MAP5_LINEAR, FASTCV_BLEND5_LINEAR};
    case FASTCV_CUBIC:
        return (Kinds){is_affine ? FASTCV_MAP5_CUBIC_AFFINE : FASTCV_MAP5_CUBIC,
                       FASTCV_BLEND5_CUBIC};
    default:
        return (Kinds){-1, -1};
    }
}

int fastcv_float_tiles_cover(const FastcvImage *page, const FastcvSampling *sampling)
{
    return page->depth == FASTCV_U8 && page->channels != 2 &&
           kinds_of(sampling->interpolation, 0).blend >= 0 &&
           (sampling->border == FASTCV_CONSTANT || sampling->border == FASTCV_REPLICATE) &&
           page->width_px <= MAX_SIDE_PX && page->height_px <= MAX_SIDE_PX;
}

static const FastcvFromPlanes5 *planes_of(const FastcvCropEngine *engine)
{
    return engine->sampling->interpolation == FASTCV_CUBIC ? engine->kernels->from_planes5 : NULL;
}

size_t fastcv_float_tiles_workspace_bytes(const FastcvCropEngine *engine)
{
    return planes_of(engine) ? sizeof(Cutter) : offsetof(Cutter, plane_bytes);
}

static int count_of(FastcvPart tile)
{
    return (tile.right - tile.left) * (tile.bottom - tile.top);
}

static void project_tile(Cutter *cutter, FastcvPart tile)
{
    FastcvRow5 row = cutter->row;
    row.x = tile.left;
    row.count = tile.right - tile.left;
    int k = 0;
    for (row.y = tile.top; row.y < tile.bottom; row.y++, k += row.count)
        cutter->project(&row, cutter->px + k, cutter->py + k, cutter->across + k, cutter->down + k);
}

/* ---- positions that are infinite or no number ----
 *
 * Where W vanishes, OpenCV blends 0 · ∞, which becomes a 0. But it writes the border's value
 * instead where a whole group of columns lies beyond the page, or a pixel that belongs to no group.
 */

static int is_beyond(const FastcvImage *page, int32_t px, int32_t py)
{
    return px < -1 || px >= page->width_px || py < -1 || py >= page->height_px;
}

static int is_group_beyond(const Cutter *cutter, int x, int y)
{
    int32_t px[FASTCV_GROUP_PX], py[FASTCV_GROUP_PX];
    float across[FASTCV_GROUP_PX], down[FASTCV_GROUP_PX];
    FastcvRow5 row = cutter->row;
    row.x = x & -FASTCV_GROUP_PX;
    row.y = y;
    row.count = FASTCV_GROUP_PX;
    cutter->project(&row, px, py, across, down);
    int is_all = 1;
    for (int k = 0; k < FASTCV_GROUP_PX; k++)
        is_all &= is_beyond(cutter->source.page, px[k], py[k]);
    return is_all;
}

/* A fraction of 0 gives the border's value, because all taps have it. */
static void settle(Cutter *cutter, FastcvPart tile)
{
    const int columns = tile.right - tile.left;
    for (int k = 0; k < count_of(tile); k++) {
        if (isfinite(cutter->across[k]) && isfinite(cutter->down[k]))
            continue;
        const int x = tile.left + k % columns, y = tile.top + k / columns;
        if (x >= cutter->row.groups_end || is_group_beyond(cutter, x, y))
            cutter->across[k] = cutter->down[k] = 0;
    }
}

/* ---- tiles ---- */

static FastcvExtent extent_of(const Cutter *cutter, FastcvPart part)
{
    return fastcv_extent_of(cutter->crop->inverse, part.left, part.top, part.right - part.left,
                            part.bottom - part.top);
}

static int is_on_page(const Cutter *cutter, const FastcvExtent *at)
{
    const FastcvImage *page = cutter->source.page;
    return at->is_one_sided && at->left >= 0 && at->top >= 0 &&
           at->right < (double)page->width_px - 1 && at->bottom < (double)page->height_px - 1;
}

static void blend_rows(Cutter *cutter, FastcvPart tile, FastcvView view)
{
    const FastcvRows rows = fastcv_target_rows(&cutter->target, tile);
    const int columns = tile.right - tile.left;
    const int has_gaps = rows.stride_bytes != columns * (ptrdiff_t)cutter->target.pixel_bytes;
    if (columns < FASTCV_GROUP_PX && !has_gaps) { /* short rows leave vectors empty */
        cutter->blend(view.base, view.stride_bytes, cutter->offset, cutter->across, cutter->down,
                      count_of(tile), rows.pixels);
        return;
    }
    for (int row = 0; row < tile.bottom - tile.top; row++) {
        const ptrdiff_t first = (ptrdiff_t)row * columns;
        cutter->blend(view.base, view.stride_bytes, cutter->offset + first, cutter->across + first,
                      cutter->down + first, columns,
                      (uint8_t *)rows.pixels + row * rows.stride_bytes);
    }
}

static void blend_taps(Cutter *cutter, FastcvPart tile)
{
    const FastcvRows rows = fastcv_target_rows(&cutter->target, tile);
    const int columns = tile.right - tile.left;
    for (int row = 0; row < tile.bottom - tile.top; row++) {
        const int first = row * columns;
        const FastcvView view =
            fastcv_source_taps(&cutter->source, cutter->px + first, cutter->py + first, columns,
                               cutter->patch, cutter->offset);
        cutter->blend(view.base, view.stride_bytes, cutter->offset, cutter->across + first,
                      cutter->down + first, columns,
                      (uint8_t *)rows.pixels + row * rows.stride_bytes);
    }
}

/* The page's bytes arrive while the map is computed. */
static void prefetch(const Cutter *cutter, const FastcvExtent *at)
{
    if (is_on_page(cutter, at))
        fastcv_source_prefetch(&cutter->source,
                               (FastcvReading){(int64_t)at->left, (int64_t)at->top,
                                               (int64_t)at->right, (int64_t)at->bottom});
}

static void cut_mapped(Cutter *cutter, FastcvPart tile, const FastcvExtent *at)
{
    const FastcvSource *source = &cutter->source;
    const int count = count_of(tile);
    int path = FASTCV_PATH_PAGE;
    prefetch(cutter, at);
    project_tile(cutter, tile);
    const FastcvReading reading =
        fastcv_source_reading(source, cutter->map->bound(cutter->px, cutter->py, count));
    FastcvView view = fastcv_source_page(source, reading);
    if (!view.base) {
        if (cutter->may_be_infinite)
            settle(cutter, tile);
        view = fastcv_source_patch(source, reading, cutter->patch);
        path = FASTCV_PATH_PATCH;
    }
    if (view.base) {
        const FastcvWindow window = {(int32_t)reading.left, (int32_t)reading.top,
                                     (int32_t)reading.right, (int32_t)reading.bottom};
        cutter->map->place(cutter->px, cutter->py, count, window, (int32_t)view.stride_bytes,
                           source->page->channels, cutter->offset);
        blend_rows(cutter, tile, view);
    } else {
        blend_taps(cutter, tile);
        path = FASTCV_PATH_TAPS;
    }
    FASTCV_COUNT(path, count);
}

static void cut_tile(Cutter *cutter, FastcvPart tile)
{
    const FastcvExtent at = extent_of(cutter, tile);
    if (cutter->planes.kernels &&
        fastcv_planes_cut(&cutter->planes, tile, &at, fastcv_target_rows(&cutter->target, tile))) {
        FASTCV_COUNT(FASTCV_PATH_PLANES, count_of(tile));
    } else if (count_of(tile) > FASTCV_TILE_PX) {
        FastcvPart half = tile;
        half.bottom = tile.top = (tile.top + tile.bottom) / 2;
        cut_tile(cutter, half);
        cut_tile(cutter, tile);
        return;
    } else {
        cut_mapped(cutter, tile, &at);
    }
    fastcv_target_finish(&cutter->target, tile);
    FASTCV_COUNT(FASTCV_PATH_PIXELS, count_of(tile));
}

/* ---- crops ---- */

static void begin(Cutter *cutter, const FastcvCropEngine *engine, const FastcvCrop *planned)
{
    const FastcvGeometry *crop = &planned->geometry;
    const FastcvImage *page = engine->page;
    const FastcvBlend5 *blends = &engine->kernels->blend5;
    const int is_affine = crop->kind == FASTCV_GEOMETRY_AFFINE;
    const Kinds kinds = kinds_of(engine->sampling->interpolation, is_affine);
    for (int i = 0; i < 9; i++)
        cutter->matrix[i] = (float)crop->inverse[i];
    cutter->crop = crop;
    cutter->source = fastcv_source(engine, blends->reads, planned->border_value);
    cutter->map = engine->kernels->map5;
    cutter->project = cutter->map->project[kinds.map];
    cutter->blend = blends->blend[kinds.blend][page->channels];
    cutter->may_be_infinite = kinds.blend == FASTCV_BLEND5_LINEAR && cutter->source.is_constant;
    cutter->row = (FastcvRow5){
        .matrix = cutter->matrix,
        .groups_end = crop->width_px / FASTCV_GROUP_PX * FASTCV_GROUP_PX,
        .most_x = (float)fastcv_max_int((int)page->width_px, LEAST_CUBIC_SIDE_PX),
        .most_y = (float)fastcv_max_int((int)page->height_px, LEAST_CUBIC_SIDE_PX),
    };
    cutter->planes = (FastcvPlaneCutter){
        .kernels = planes_of(engine),
        .source = &cutter->source,
        .crop = crop,
        .row = &cutter->row,
        .patch = cutter->patch,
        .planes = cutter->plane_bytes,
        .room = &cutter->room,
    };
}

void fastcv_float_tiles_cut(const FastcvCropEngine *engine, const FastcvCrop *planned, int first,
                            int last, FastcvRows to, void *workspace)
{
    Cutter *cutter = workspace;
    begin(cutter, engine, planned);
    cutter->target = fastcv_target(engine, &planned->geometry, first, last, to, cutter->block);
    const FastcvPart part = cutter->target.part;
    const FastcvExtent at = extent_of(cutter, part);
    const int columns = fastcv_target_columns(
        &cutter->target, is_on_page(cutter, &at) ? FASTCV_TILE_COLUMNS : SMALL_TILE_COLUMNS);
    const int most_px = cutter->planes.kernels ? FASTCV_PLANES_TILE_PX : FASTCV_TILE_PX;
    const int rows = fastcv_min_int(FASTCV_TILE_ROWS, most_px / columns);
    for (int y = part.top; y < part.bottom; y += rows) {
        for (int x = part.left; x < part.right; x += columns)
            cut_tile(cutter, (FastcvPart){x, y, x + fastcv_min_int(columns, part.right - x),
                                          y + fastcv_min_int(rows, part.bottom - y)});
    }
}
