/* Cutting with our own kernels. The crop is cut in tiles. For each, where its pixels lie on the
 * page is mapped first, then the page is read there.
 *
 * Two ways to map: in fixed point, where all of the tile lies well in front of the vanishing line
 * and well inside the page; else as OpenCV does, in double. Three ways to read: the page itself;
 * a patch, a copy of what the tile reads with the border around it; or, where that would be too
 * large a patch, every pixel's taps copied one by one. The kernels see no borders. */
#include <math.h>
#include <string.h>

#include "core/crop/engine.h"
#include "core/crop/path_counts.h"

enum {
    MAX_SIDE_PX = 1 << 26,
    SMALL_TILE_COLUMNS = 32, /* in crops under strong perspective */
    PATCH_BYTES = 48 << 10,
    ROW_SLACK_BYTES = 32, /* around the rows of a patch: kernels read beyond the taps */
    MAX_OFFSET = INT32_MAX / 2,
    MAP_PX = FASTCV_TILE_PX + FASTCV_OVERRUN_PX
};

/* Of fixed point, in 1/32 px. One pixel in 32 is then done twice, which is still the faster way. */
static const double MOST_ERROR = 1.0 / 128;

/* A window of source pixels; the last row and column belong to it. */
typedef struct Window {
    int64_t left, top, right, bottom;
} Window;

/* The tile at work, and all the memory that it needs. */
typedef struct Cutter {
    const FastcvCropEngine *engine;
    const FastcvCrop *crop;
    FastcvBlend *blend;
    uint8_t border[FASTCV_MAX_CHANNELS];
    int channels;
    int is_constant;
    int first_tap, last_tap; /* of a pixel, from the one left of and above it: 0, 1 or −1, 2 */
    int32_t offset[MAP_PX];
    uint32_t fraction[MAP_PX];
    int32_t px[MAP_PX], py[MAP_PX];
    uint8_t patch[PATCH_BYTES + 2 * ROW_SLACK_BYTES];
} Cutter;

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* fmin and fmax are calls, for what they promise about NaN. */
static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double greater(double a, double b)
{
    return a > b ? a : b;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static FastcvBlend *blend_of(const FastcvCropEngine *engine)
{
    const FastcvInterpolation interpolation = engine->options->interpolation;
    const int channels = engine->page->channels;
    if (interpolation == FASTCV_LINEAR || interpolation == FASTCV_AREA)
        return engine->kernels->blend4.blend[FASTCV_BLEND_LINEAR][channels];
    return interpolation == FASTCV_CUBIC
               ? engine->kernels->blend4.blend[FASTCV_BLEND_CUBIC][channels]
               : NULL;
}

int fastcv_tiles_cover(const FastcvCropEngine *engine)
{
    const FastcvBorder border = engine->options->border;
    return engine->page->depth == FASTCV_U8 && blend_of(engine) &&
           engine->page->width_px <= MAX_SIDE_PX && engine->page->height_px <= MAX_SIDE_PX &&
           (border == FASTCV_CONSTANT || border == FASTCV_REPLICATE);
}

/* ---- reading ---- */

/* The pixels that the tile's map names, read from an image whose pixel at offset 0 is at base. */
static void blend_tile(const Cutter *cutter, const FastcvTile *tile, const uint8_t *base,
                       ptrdiff_t stride_bytes)
{
    const FastcvCrop *crop = cutter->crop;
    uint8_t *out =
        (uint8_t *)crop->pixels +
        ((size_t)tile->y * (size_t)crop->width_px + (size_t)tile->x) * (size_t)cutter->channels;
    if (tile->columns == crop->width_px) { /* one row after the other, here as in the maps */
        cutter->blend(base, stride_bytes, cutter->offset, cutter->fraction,
                      tile->columns * tile->rows, out);
        return;
    }
    for (int row = 0; row < tile->rows; row++) {
        const ptrdiff_t first = (ptrdiff_t)row * tile->columns;
        cutter->blend(base, stride_bytes, cutter->offset + first, cutter->fraction + first,
                      tile->columns, out);
        out += (size_t)crop->width_px * (size_t)cutter->channels;
    }
}

static const uint8_t *page_row(const FastcvImage *page, int64_t y)
{
    return page->pixels + (ptrdiff_t)y * page->stride_bytes;
}

/* Whether kernels may read all around the window's pixels on the page itself. */
static int is_readable(const Cutter *cutter, Window window)
{
    const FastcvWarpKernels *kernels = cutter->engine->kernels;
    const FastcvImage *page = cutter->engine->page;
    const int64_t channels = cutter->channels;
    return (window.left + cutter->first_tap) * channels >= kernels->blend4.reads_before &&
           (window.right + cutter->last_tap + 1) * channels + kernels->blend4.reads_after <=
               page->width_px * channels &&
           window.top + cutter->first_tap >= kernels->blend4.reads_above &&
           window.bottom + cutter->last_tap + kernels->blend4.reads_below < page->height_px;
}

/* One row of page pixels, left … right, with the border where they lie outside. */
static void copy_row(const Cutter *cutter, int64_t y, int64_t left, int64_t right, uint8_t *out)
{
    const FastcvImage *page = cutter->engine->page;
    const int channels = cutter->channels;
    const size_t pixel_bytes = (size_t)channels;
    const int is_row_outside = y < 0 || y >= page->height_px;
    const uint8_t *row = page_row(page, clamp(y, 0, page->height_px - 1));
    const uint8_t *before = row, *after = row + (page->width_px - 1) * channels;
    if (cutter->is_constant)
        before = after = cutter->border;

    int64_t x = left;
    for (; x <= right && (x < 0 || (is_row_outside && cutter->is_constant)); x++, out += channels)
        memcpy(out, before, pixel_bytes);
    if (x <= right && x < page->width_px) {
        const int64_t end = right < page->width_px ? right + 1 : page->width_px;
        memcpy(out, row + x * channels, (size_t)(end - x) * pixel_bytes);
        out += (end - x) * channels;
        x = end;
    }
    for (; x <= right; x++, out += channels)
        memcpy(out, after, pixel_bytes);
}

/* Nothing changes from so many px outside the page on: every tap is border. */
static Window page_with_border(const Cutter *cutter)
{
    const FastcvImage *page = cutter->engine->page;
    return (Window){-1 - cutter->last_tap, -1 - cutter->last_tap,
                    page->width_px - cutter->first_tap, page->height_px - cutter->first_tap};
}

static Window window_of(const Cutter *cutter, int count)
{
    const FastcvWindow tight = cutter->engine->kernels->map4.bound(cutter->px, cutter->py, count);
    const Window most = page_with_border(cutter);
    return (Window){
        clamp(tight.left, most.left, most.right), clamp(tight.top, most.top, most.bottom),
        clamp(tight.right, most.left, most.right), clamp(tight.bottom, most.top, most.bottom)};
}

/* offset and fraction from px and py, for a source whose pixel (window.left, window.top) is at
 * offset 0. Positions outside the window are outside the page too, where one is as good as another.
 */
static void place_tile(Cutter *cutter, const FastcvTile *tile, Window window,
                       ptrdiff_t stride_bytes)
{
    const FastcvWindow within = {(int32_t)window.left, (int32_t)window.top, (int32_t)window.right,
                                 (int32_t)window.bottom};
    cutter->engine->kernels->map4.place(cutter->px, cutter->py, tile->columns * tile->rows, within,
                                        (int32_t)stride_bytes, cutter->channels, cutter->offset,
                                        cutter->fraction);
}

static int fits_offsets(int64_t rows, ptrdiff_t stride_bytes)
{
    return rows * (stride_bytes < 0 ? -stride_bytes : stride_bytes) < MAX_OFFSET;
}

static int cut_from_page(Cutter *cutter, const FastcvTile *tile, Window window)
{
    const FastcvImage *page = cutter->engine->page;
    if (!is_readable(cutter, window) ||
        !fits_offsets(window.bottom - window.top + 1, page->stride_bytes))
        return 0;
    place_tile(cutter, tile, window, page->stride_bytes);
    blend_tile(cutter, tile, page_row(page, window.top) + window.left * cutter->channels,
               page->stride_bytes);
    return 1;
}

static int cut_from_patch(Cutter *cutter, const FastcvTile *tile, Window window)
{
    const FastcvWarpKernels *kernels = cutter->engine->kernels;
    const int64_t left = window.left + cutter->first_tap, right = window.right + cutter->last_tap;
    const int64_t top = window.top + cutter->first_tap, bottom = window.bottom + cutter->last_tap;
    const int64_t stride_bytes = (right - left + 1) * cutter->channels;
    const int64_t rows =
        bottom - top + 1 + kernels->blend4.reads_above + kernels->blend4.reads_below;
    if (stride_bytes > PATCH_BYTES || rows * stride_bytes > PATCH_BYTES)
        return 0;
    uint8_t *first = cutter->patch + ROW_SLACK_BYTES + kernels->blend4.reads_above * stride_bytes;
    for (int64_t y = top; y <= bottom; y++)
        copy_row(cutter, y, left, right, first + (y - top) * stride_bytes);
    place_tile(cutter, tile, window, stride_bytes);
    blend_tile(cutter, tile, first - cutter->first_tap * (stride_bytes + cutter->channels),
               stride_bytes);
    return 1;
}

/* Each pixel's taps in a little image of their own, side by side in the patch. */
static void cut_from_taps(Cutter *cutter, const FastcvTile *tile)
{
    enum { ROOM_PX = 4, BATCH_PX = 256 };
    const Window most = page_with_border(cutter);
    const int taps = cutter->last_tap - cutter->first_tap + 1;
    const int room_bytes = ROOM_PX * cutter->channels;
    const ptrdiff_t stride_bytes = (ptrdiff_t)room_bytes * BATCH_PX;
    uint8_t *first = cutter->patch + ROW_SLACK_BYTES +
                     cutter->engine->kernels->blend4.reads_above * stride_bytes;
    const uint8_t *base = first - cutter->first_tap * (stride_bytes + cutter->channels);

    for (int row = 0; row < tile->rows; row++) {
        uint8_t *out =
            (uint8_t *)cutter->crop->pixels +
            ((size_t)(tile->y + row) * (size_t)cutter->crop->width_px + (size_t)tile->x) *
                (size_t)cutter->channels;
        const int32_t *px = cutter->px + row * tile->columns,
                      *py = cutter->py + row * tile->columns;
        for (int k = 0; k < tile->columns; k++) {
            const int64_t x = clamp(px[k] >> FASTCV_SUBPIXEL_BITS, most.left, most.right);
            const int64_t y = clamp(py[k] >> FASTCV_SUBPIXEL_BITS, most.top, most.bottom);
            for (int tap = 0; tap < taps; tap++)
                copy_row(cutter, y + cutter->first_tap + tap, x + cutter->first_tap,
                         x + cutter->last_tap, first + tap * stride_bytes + k * room_bytes);
            cutter->offset[k] = k * room_bytes;
            cutter->fraction[k] = fastcv_subpixel_fraction(px[k], py[k]);
        }
        cutter->blend(base, stride_bytes, cutter->offset, cutter->fraction, tile->columns, out);
    }
}

/* ---- mapping ---- */

/* All positions of the tile, as OpenCV has them. */
static void project_tile(Cutter *cutter, const FastcvTile *tile)
{
    const int end = tile->x + tile->columns;
    int32_t *px = cutter->px, *py = cutter->py;
    for (int y = tile->y; y < tile->y + tile->rows; y++) {
        FastcvRowPart part;
        for (int x = tile->x; x < end; x += part.count) {
            part = fastcv_row_part(cutter->crop, x, y, end);
            cutter->engine->kernels->map4.project(&part, FASTCV_SUBPIXELS, px, py);
            px += part.count;
            py += part.count;
        }
    }
}

/* Where the corners of a part of a crop lie. */
typedef struct Corners {
    double x[4], y[4], least_w; /* |W| */
    int is_one_sided;           /* W has one sign over all of it */
} Corners;

static Corners corners_of(const FastcvTile *tile)
{
    const double *m = tile->inverse;
    Corners corners = {.least_w = INFINITY};
    int positive = 0;
    for (int i = 0; i < 4; i++) {
        const double x = tile->x + (i % 2 ? tile->columns - 1 : 0);
        const double y = tile->y + (i / 2 ? tile->rows - 1 : 0);
        const double w = m[6] * x + m[7] * y + m[8];
        positive += w > 0;
        corners.x[i] = (m[0] * x + m[1] * y + m[2]) / w;
        corners.y[i] = (m[3] * x + m[4] * y + m[5]) / w;
        corners.least_w = lesser(corners.least_w, fabs(w));
    }
    corners.is_one_sided = positive == 0 || positive == 4;
    return corners;
}

typedef struct Range {
    double low, high, most; /* most: of the magnitudes */
} Range;

static Range range_of(const double value[4])
{
    const double low = lesser(lesser(value[0], value[1]), lesser(value[2], value[3]));
    const double high = greater(greater(value[0], value[1]), greater(value[2], value[3]));
    return (Range){low, high, greater(fabs(low), fabs(high))};
}

/* The error bound of map4_all.h in px/32, and +infinity where it does not hold. `line` is the row
 * of the matrix for x or for y, and range what positions the tile has there. */
static double fixed_point_error(const FastcvTile *tile, const double *line, Range range,
                                double least_w)
{
    const double *w = tile->inverse + 6;
    const int middle = tile->columns / 2, whole = fastcv_whole_vectors(tile->columns);
    const double reach = middle > whole - middle ? middle : whole - middle;
    const double end_x = tile->x + whole, end_y = tile->y + tile->rows;
    const double a = fabs(line[0]) * end_x + fabs(line[1]) * end_y + fabs(line[2]);
    const double b = fabs(w[0]) * end_x + fabs(w[1]) * end_y + fabs(w[2]);
    const double slope =
        greater(fabs(line[0] - range.low * w[0]), fabs(line[0] - range.high * w[0])) / least_w;
    const double bend = fabs(w[0]) / least_w * reach;
    const double spread = slope * reach / (1 - bend); /* px from the middle column, at most */
    if (!(bend <= 0.1 && spread <= 250 && b < least_w * (1 << 20) && range.most < (1 << 25)))
        return INFINITY;
    const double fixed = ldexp(1.5 + reach / 2, -FASTCV_FIXED_BITS);
    const double series = FASTCV_SUBPIXELS * spread * bend * bend * bend * bend * bend;
    const double in_float = FASTCV_SUBPIXELS * spread * bend * ldexp(16, -24);
    const double in_double =
        FASTCV_SUBPIXELS * ldexp(128, -53) * (a + (range.most + 256) * b) / least_w;
    return fixed + series + in_float + in_double;
}

/* Sets the guard, or leaves 0 and returns 0 where fixed point is of no use. */
static int plan_fixed_point(FastcvTile *tile, const Corners *corners, Range x, Range y)
{
    if (!corners->is_one_sided)
        return 0;
    const double error = greater(fixed_point_error(tile, tile->inverse, x, corners->least_w),
                                 fixed_point_error(tile, tile->inverse + 3, y, corners->least_w));
    if (!(error < MOST_ERROR))
        return 0;
    tile->guard = (int32_t)ceil(ldexp(error, FASTCV_FIXED_BITS)) + 1;
    return 1;
}

/* Asks for the window's bytes while there is still the map to compute. */
static void prefetch(const FastcvImage *page, Window window)
{
    enum { LINE_BYTES = 64, MOST_LINES = 512 };
    const ptrdiff_t bytes = (ptrdiff_t)(window.right - window.left + 2) * page->channels;
    if (bytes / LINE_BYTES * (window.bottom - window.top) > MOST_LINES)
        return;
    for (int64_t y = window.top; y <= window.bottom + 1; y++) {
        const uint8_t *row = page_row(page, y) + window.left * page->channels;
        for (ptrdiff_t x = 0; x < bytes + LINE_BYTES; x += LINE_BYTES)
            __builtin_prefetch(row + x);
    }
}

static int cut_in_fixed_point(Cutter *cutter, FastcvTile *tile)
{
    const FastcvImage *page = cutter->engine->page;
    const Corners corners = corners_of(tile);
    const Range x = range_of(corners.x), y = range_of(corners.y);
    if (!tile->guard && !plan_fixed_point(tile, &corners, x, y))
        return 0;
    /* Every pixel lies among the corners, but for rounding to the nearest 1/32 px. */
    const Window window = {(int64_t)floor(x.low - 0.05), (int64_t)floor(y.low - 0.05),
                           (int64_t)floor(x.high + 0.05), (int64_t)floor(y.high + 0.05)};
    if (!is_readable(cutter, window) ||
        !fits_offsets(window.bottom - window.top + 1, page->stride_bytes))
        return 0;
    tile->origin_x = (int32_t)window.left;
    tile->origin_y = (int32_t)window.top;
    tile->stride_bytes = (int32_t)page->stride_bytes;
    tile->pixel_bytes = cutter->channels;
    prefetch(page, window);
    const int ties = cutter->engine->kernels->map4.map_tile(tile, cutter->offset, cutter->fraction);
    FASTCV_COUNT(FASTCV_PATH_TIES, ties);
    blend_tile(cutter, tile, page_row(page, window.top) + window.left * cutter->channels,
               page->stride_bytes);
    return 1;
}

/* Returns whether fixed point did. */
static int cut_tile(Cutter *cutter, FastcvTile *tile)
{
    const int count = tile->columns * tile->rows;
    FASTCV_COUNT(FASTCV_PATH_PIXELS, count);
    if (cut_in_fixed_point(cutter, tile)) {
        FASTCV_COUNT(FASTCV_PATH_FIXED_POINT, count);
        return 1;
    }
    project_tile(cutter, tile);
    const Window window = window_of(cutter, count);
    if (cut_from_page(cutter, tile, window)) {
        FASTCV_COUNT(FASTCV_PATH_PAGE, count);
    } else if (cut_from_patch(cutter, tile, window)) {
        FASTCV_COUNT(FASTCV_PATH_PATCH, count);
    } else {
        FASTCV_COUNT(FASTCV_PATH_TAPS, count);
        cut_from_taps(cutter, tile);
    }
    return 0;
}

/* The guard of all tiles together, if fixed point does for the whole part of the crop, or 0. */
static int32_t guard_of_all(const FastcvCrop *crop, int first, int last)
{
    FastcvTile all = {
        .inverse = crop->inverse, .y = first, .columns = crop->width_px, .rows = last - first};
    const Corners corners = corners_of(&all);
    all.columns = min_int(FASTCV_TILE_COLUMNS, crop->width_px); /* as wide as a tile, but … */
    all.x = crop->width_px - all.columns;                       /* … where A and B are largest */
    plan_fixed_point(&all, &corners, range_of(corners.x), range_of(corners.y));
    return all.guard;
}

/* At most so many, in tiles of about one width, in whole vectors. */
static int tile_columns(int width_px, int most)
{
    if (width_px <= most)
        return width_px;
    const int tiles = (width_px - 1) / most + 1, even = (width_px - 1) / tiles + 1;
    return fastcv_whole_vectors(even);
}

void fastcv_tiles_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first, int last)
{
    const int is_cubic = engine->options->interpolation == FASTCV_CUBIC;
    Cutter cutter;
    cutter.engine = engine;
    cutter.crop = crop;
    cutter.channels = engine->page->channels;
    cutter.blend = blend_of(engine);
    cutter.is_constant = engine->options->border == FASTCV_CONSTANT;
    cutter.first_tap = is_cubic ? -1 : 0;
    cutter.last_tap = is_cubic ? 2 : 1;
    for (int c = 0; c < cutter.channels; c++)
        cutter.border[c] = (uint8_t)lrint(engine->options->border_value[c]);

    /* Wide tiles have fewer rows to set up; under strong perspective only narrow ones are straight
     * enough for fixed point. */
    const int32_t guard = guard_of_all(crop, first, last);
    const int columns =
        tile_columns(crop->width_px, guard ? FASTCV_TILE_COLUMNS : SMALL_TILE_COLUMNS);
    const int rows = min_int(FASTCV_TILE_ROWS, FASTCV_TILE_PX / columns);
    int is_plain = 1;
    for (int y = first; y < last; y += rows) {
        for (int x = 0; x < crop->width_px; x += columns) {
            FastcvTile tile = {.inverse = crop->inverse,
                               .x = x,
                               .y = y,
                               .columns = min_int(columns, crop->width_px - x),
                               .rows = min_int(rows, last - y),
                               .x_block = fastcv_x_block_px(crop),
                               .guard = guard};
            is_plain &= cut_tile(&cutter, &tile);
        }
    }
    FASTCV_COUNT(FASTCV_PATH_PARTS, 1);
    FASTCV_COUNT(FASTCV_PATH_PLAIN_PARTS, is_plain);
}
