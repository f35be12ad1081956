/* Cubic pixels that a variant cuts from planes, compared with those of the plain C map and blend.
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernels/warp/warp.h"

enum {
    TILES = 2000,
    MOST_ROWS = 40,
    MOST_CHANNELS = 4,
    MOST_PX = FASTCV_TILE_COLUMNS * MOST_ROWS,
    MARGIN_BYTES = 64,
    OUT_BYTES = MOST_PX * MOST_CHANNELS + 2 * MARGIN_BYTES,
    PLANES_BYTES = 1 << 20
};

typedef struct Positions {
    int32_t px[MOST_PX + FASTCV_OVERRUN_PX], py[MOST_PX + FASTCV_OVERRUN_PX];
    int32_t offset[MOST_PX];
    float across[MOST_PX + FASTCV_OVERRUN_PX], down[MOST_PX + FASTCV_OVERRUN_PX];
} Positions;

/* A walk of any scale, turned a little or by any angle, with some perspective. */
static void random_walk_matrix(int is_affine, float matrix[9])
{
    const double turn = one_in(4) ? random_real(0, 7) : random_real(-0.2, 0.2) * !one_in(6);
    const double scale = one_in(6) ? 1 : one_in(8) ? 0.01 : random_real(0.3, 3);
    const double across = one_in(4) ? -scale : scale, down = one_in(4) ? -scale : scale;
    const double bend = is_affine || one_in(3) ? 0 : 1e-4;
    const double values[9] = {
        across * cos(turn),        -down * sin(turn),         random_real(300, 1000),
        across * sin(turn),        down * cos(turn),          random_real(300, 1000),
        bend * random_real(-1, 1), bend * random_real(-1, 1), 1};
    for (int i = 0; i < 9; i++)
        matrix[i] = (float)values[i];
}

/* The source's window and the taps around, spread. */
static FastcvPlanes5 spread_window(const FastcvFromPlanes5 *kernels, const uint8_t *first_tap,
                                   ptrdiff_t stride_bytes, int width, int rows, int channels)
{
    static uint8_t *area;
    if (!area)
        area = make_source();
    const int chunks = (width - 1) / FASTCV_PLANES_CHUNK_PX + 1;
    FastcvPlanes5 planes = {.plane_bytes =
                                chunks * FASTCV_PLANES_CHUNK_PX * FASTCV_PLANES_VALUE_BYTES};
    planes.row_bytes = channels * planes.plane_bytes;
    const int slack_bytes = FASTCV_PLANES_SLACK_BYTES + FASTCV_PLANES_SLACK_ROWS * planes.row_bytes;
    if (rows * planes.row_bytes + 2 * slack_bytes > PLANES_BYTES)
        return (FastcvPlanes5){NULL, 0, 0};
    const int total = rows * planes.row_bytes + 2 * slack_bytes;
    uint8_t *room = one_in(2) ? area : area + SOURCE_BYTES - total;
    memset(room, 0x5A, (size_t)total);
    planes.values = room + slack_bytes;
    kernels->spread(first_tap, stride_bytes, width, rows, channels, planes);
    for (int i = 0; i < slack_bytes; i++) {
        if (room[i] != 0x5A || room[total - 1 - i] != 0x5A)
            differ("spread wrote beyond its rows, %d bytes from an end", i);
    }
    planes.values += planes.row_bytes + FASTCV_PLANES_VALUE_BYTES;
    return planes;
}

static int check_tile(const FastcvFromPlanes5 *kernels, const uint8_t *source, int channels)
{
    static Positions at;
    static FastcvRoom5 room;
    static uint8_t outs[OUT_BYTES], expected[OUT_BYTES];
    const FastcvMap5 *map = fastcv_warp_c.map5;
    const int is_affine = one_in(3), rows = random_int(1, MOST_ROWS);
    float matrix[9];
    random_walk_matrix(is_affine, matrix);
    FastcvRow5 row = {.matrix = matrix,
                      .x = random_int(0, 200),
                      .y = random_int(0, 200),
                      .count = random_int(1, FASTCV_TILE_COLUMNS),
                      .most_x = 1 << 20,
                      .most_y = 1 << 20};
    FastcvTile5 tile = {.first = row,
                        .rows = rows,
                        .is_affine = is_affine,
                        .is_leftward = one_in(8) ? one_in(2) : matrix[0] < 0,
                        .is_upward = one_in(8) ? one_in(2) : matrix[3] < 0};
    const int columns = row.count, count = columns * rows;
    for (int k = 0; k < count; k += columns, row.y++)
        map->project[is_affine ? FASTCV_MAP5_CUBIC_AFFINE : FASTCV_MAP5_CUBIC](
            &row, at.px + k, at.py + k, at.across + k, at.down + k);

    const FastcvWindow window = map->bound(at.px, at.py, count);
    const int width = window.right - window.left + 4, height = window.bottom - window.top + 4;
    const int stride_bytes = width * channels + random_int(0, 90);
    const int bytes = (height - 1) * stride_bytes + width * channels;
    if (bytes > SOURCE_BYTES)
        return 0;
    const uint8_t *first_tap = one_in(2) ? source : source + SOURCE_BYTES - bytes;
    const FastcvPlanes5 planes =
        spread_window(kernels, first_tap, stride_bytes, width, height, channels);
    if (!planes.values)
        return 0;
    set_case("%s, planes of %d channels, %d × %d px, %s of the source", fastcv_variant(), channels,
             columns, rows, first_tap == source ? "beginning" : "end");

    memset(outs, 0x5A, sizeof outs);
    memset(expected, 0x5A, sizeof expected);
    map->place(at.px, at.py, count, window, stride_bytes, channels, at.offset);
    fastcv_warp_c.blend5.blend[FASTCV_BLEND5_CUBIC][channels](
        first_tap + stride_bytes + channels, stride_bytes, at.offset, at.across, at.down, count,
        expected + MARGIN_BYTES);
    tile.left = window.left;
    tile.top = window.top;
    kernels->cut[channels](&tile, planes, &room, outs + MARGIN_BYTES, columns * channels);
    for (int i = -MARGIN_BYTES; i < OUT_BYTES - MARGIN_BYTES; i++) {
        if (outs[MARGIN_BYTES + i] != expected[MARGIN_BYTES + i])
            differ("byte %d is %d, not %d (column %d of row %d)", i, outs[MARGIN_BYTES + i],
                   expected[MARGIN_BYTES + i], i / channels % columns, i / channels / columns);
    }
    return 1;
}

int check_planes5(const FastcvFromPlanes5 *kernels, const uint8_t *source)
{
    int tiles = 0;
    for (int channels = 0; kernels && channels < FASTCV_WARP_CHANNELS; channels++) {
        for (int i = 0; kernels->cut[channels] && i < TILES; i++)
            tiles += check_tile(kernels, source, channels);
    }
    return tiles;
}
