#include "core/crop/float_planes.h"

#include <math.h>

#include "core/numbers.h"

/* A row of the crop takes a vector for each page row that it crosses, and one for each 32 px of the
 * page: crops that are steeper, or that shrink the page more, are cut faster without planes. */
static const double MOST_DOWN = 0.25, MOST_ACROSS = 3;
enum { MOST_SPREAD = 4 }; /* page px that are made floats for each px of the crop */

/* ---- what a tile reads ---- */

static double sum_of(const double *line, FastcvPart tile)
{
    return fabs(line[0]) * tile.right + fabs(line[1]) * tile.bottom + fabs(line[2]);
}

/* How far a float position may lie from the matrix's in double. Each of a sum's terms is rounded
 * four times at most, to 24 bits; so are those of W, by which it is divided. The sum of both errors
 * is doubled. */
static double error_of(const double *inverse, FastcvPart tile, const FastcvExtent *at)
{
    const double most = fastcv_greater(fastcv_greater(fabs(at->left), fabs(at->right)),
                                       fastcv_greater(fabs(at->top), fabs(at->bottom)));
    const double sums = fastcv_greater(sum_of(inverse, tile), sum_of(inverse + 3, tile));
    return 0x1p-21 * (sums + (most + 1) * sum_of(inverse + 6, tile)) / at->least_w;
}

/* Page px that hold all of the tile's positions. Returns 0 where that is not certain. */
static int find_reading(const FastcvPlaneCutter *cutter, FastcvPart tile, const FastcvExtent *at,
                        FastcvReading *reading)
{
    const double error = 0.5;
    if (!(at->is_one_sided && error_of(cutter->crop->inverse, tile, at) < error))
        return 0;
    const FastcvWindow window = {(int32_t)floor(at->left - error), (int32_t)floor(at->top - error),
                                 (int32_t)floor(at->right + error),
                                 (int32_t)floor(at->bottom + error)};
    *reading = fastcv_source_reading(cutter->source, window);
    return reading->left == window.left && reading->top == window.top &&
           reading->right == window.right && reading->bottom == window.bottom;
}

/* ---- how its rows walk over the page ---- */

typedef struct Walk {
    double across, down; /* page px a px */
} Walk;

static Walk walk_of(const double *m, FastcvPart tile)
{
    const int steps = fastcv_max_int(tile.right - tile.left - 1, 1);
    const double y = (tile.top + tile.bottom) / 2.0, ends[2] = {tile.left, tile.left + steps};
    double page_x[2], page_y[2];
    for (int i = 0; i < 2; i++) {
        const double w = m[6] * ends[i] + m[7] * y + m[8];
        page_x[i] = (m[0] * ends[i] + m[1] * y + m[2]) / w;
        page_y[i] = (m[3] * ends[i] + m[4] * y + m[5]) / w;
    }
    return (Walk){(page_x[1] - page_x[0]) / steps, (page_y[1] - page_y[0]) / steps};
}

/* ---- planes ---- */

typedef struct Spread {
    FastcvPlanes5 planes; /* values are of the first taps of the reading's first pixel */
    int width, rows;
} Spread;

/* Returns 0 where there is no room, or too much to spread for so few px. */
static int plan_planes(const FastcvPlaneCutter *cutter, FastcvReading reading, int count,
                       Spread *spread)
{
    enum { TAPS = 4, CHUNK_PX = FASTCV_PLANES_CHUNK_PX };
    const int64_t width = reading.right - reading.left + TAPS;
    const int64_t rows = reading.bottom - reading.top + TAPS;
    if (width * rows > (int64_t)MOST_SPREAD * (count + TAPS * TAPS * CHUNK_PX))
        return 0;
    const int64_t chunks = (width + CHUNK_PX - 1) / CHUNK_PX;
    const int64_t plane_bytes = chunks * CHUNK_PX * FASTCV_PLANES_VALUE_BYTES;
    const int64_t row_bytes = plane_bytes * cutter->source->page->channels;
    const int64_t bytes = (rows + 2 * FASTCV_PLANES_SLACK_ROWS) * row_bytes;
    if (bytes + 2 * FASTCV_PLANES_SLACK_BYTES > FASTCV_PLANES_BYTES)
        return 0;
    *spread =
        (Spread){{cutter->planes + FASTCV_PLANES_SLACK_BYTES + FASTCV_PLANES_SLACK_ROWS * row_bytes,
                  (int32_t)plane_bytes, (int32_t)row_bytes},
                 (int)width,
                 (int)rows};
    return 1;
}

int fastcv_planes_cut(const FastcvPlaneCutter *cutter, FastcvPart tile, const FastcvExtent *at,
                      FastcvRows to)
{
    const FastcvSource *source = cutter->source;
    const FastcvFromPlanes5 *kernels = cutter->kernels;
    const int channels = source->page->channels, columns = tile.right - tile.left;
    const int rows = tile.bottom - tile.top;
    const Walk walk = walk_of(cutter->crop->inverse, tile);
    FastcvReading reading;
    Spread spread;
    if (!(fabs(walk.across) <= MOST_ACROSS && fabs(walk.down) <= MOST_DOWN &&
          find_reading(cutter, tile, at, &reading) &&
          plan_planes(cutter, reading, columns * rows, &spread)))
        return 0;
    FastcvView view = fastcv_source_page(source, reading);
    if (!view.base)
        view = fastcv_source_patch(source, reading, cutter->patch);
    if (!view.base)
        return 0;
    kernels->spread(view.base + source->first_tap * (view.stride_bytes + channels),
                    view.stride_bytes, spread.width, spread.rows, channels, spread.planes);
    spread.planes.values += spread.planes.row_bytes + FASTCV_PLANES_VALUE_BYTES;

    FastcvTile5 grid = {.first = *cutter->row,
                        .rows = rows,
                        .is_affine = cutter->crop->kind == FASTCV_GEOMETRY_AFFINE,
                        .is_leftward = walk.across < 0,
                        .is_upward = walk.down < 0,
                        .left = (int32_t)reading.left,
                        .top = (int32_t)reading.top};
    grid.first.x = tile.left;
    grid.first.y = tile.top;
    grid.first.count = columns;
    kernels->cut[channels](&grid, spread.planes, cutter->room, to.pixels, to.stride_bytes);
    return 1;
}
