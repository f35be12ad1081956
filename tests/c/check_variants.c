/* Every variant of the kernels that this CPU has, compared with the portable one: the same maps as
 * OpenCV's own order of operations gives, the same bytes of every blend, nothing written beyond
 * what was asked for, nothing read beyond what the variant says that it reads.
 *
 * The cases are random and the same each time. Prints what was compared; at the first difference
 * prints its case and exits with 1. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "fastcv/variants.h"
#include "kernels/runs/runs.h"
#include "core/crop/tiles.c" /* for how it plans the guard of a tile */

enum { ROW_PARTS = 4000, TILES = 6000, WALKS = 120, LONG_WALKS = 40, PLACES = 2000, RUNS = 4000 };

/* ---- project ---- */

enum { CANARY = 0x5A5A5A5A, ROW_PX = FASTCV_X_BLOCK_MAX + FASTCV_OVERRUN_PX };

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

static void check_project(const FastcvWarpKernels *kernels)
{
    static int32_t x[ROW_PX], y[ROW_PX], expected_x[ROW_PX], expected_y[ROW_PX];
    for (int i = 0; i < ROW_PARTS; i++) {
        FastcvRowPart part;
        random_row_part(&part);
        const double scale = one_in(2) ? FASTCV_SUBPIXELS : 1;
        set_case("%s, project %d", fastcv_variant(), i);
        set_canaries(x, ROW_PX);
        set_canaries(y, ROW_PX);
        fastcv_warp_c.map4.project(&part, scale, expected_x, expected_y);
        kernels->map4.project(&part, scale, x, y);
        for (int k = 0; k < part.count; k++) {
            if (x[k] != expected_x[k] || y[k] != expected_y[k])
                differ("pixel %d at (%d, %d), not (%d, %d)", k, x[k], y[k], expected_x[k],
                       expected_y[k]);
        }
        check_canaries(x, part.count + FASTCV_OVERRUN_PX, ROW_PX);
        check_canaries(y, part.count + FASTCV_OVERRUN_PX, ROW_PX);
    }
}

/* ---- map_tile ---- */

/* A homography near the tile: any turn, scales 1/8 … 3, at (page_x, page_y), bending along a row
 * up to what fixed point takes and a little more. W of any size and sign. */
static void random_inverse(const FastcvTile *tile, double inverse[9])
{
    const double turn = random_int(0, 3) * acos(-1) / 2 +
                        (one_in(3) ? random_scale(-60, 0) : random_real(-0.1, 0.1));
    const double scale = exp2(random_real(-3, 1.6)), aspect = random_real(0.5, 2);
    const double bend =
        one_in(4) ? 0 : random_scale(-30, -3) / (tile->columns / 2 + FASTCV_OVERRUN_PX);
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

/* Steps of 1/64 px, off by next to nothing: every other pixel is a tie, or nearly one. */
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

/* A tile somewhere in a crop; the shapes that are at the limits come often. */
static void random_tile(FastcvCrop *crop, FastcvTile *tile)
{
    tile->columns = one_in(4) ? FASTCV_TILE_COLUMNS : random_int(1, FASTCV_TILE_COLUMNS);
    if (one_in(8))
        tile->columns = random_int(1, 2);
    const int most_rows = min_int(FASTCV_TILE_ROWS, FASTCV_TILE_PX / tile->columns);
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

/* What map_tile is to say, from positions as OpenCV has them. */
static void expect_map(const FastcvCrop *crop, const FastcvTile *tile, int32_t *offset,
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
static long check_map(const FastcvWarpKernels *kernels)
{
    static int32_t offset[MAP_PX], expected_offset[MAP_PX];
    static uint32_t fraction[MAP_PX], expected_fraction[MAP_PX];
    long pixels = 0;
    for (int i = 0; i < TILES;) {
        FastcvCrop crop;
        FastcvTile tile;
        random_tile(&crop, &tile);
        const Corners corners = corners_of(&tile);
        const Range x = range_of(corners.x), y = range_of(corners.y);
        if (!plan_fixed_point(&tile, &corners, x, y))
            continue;
        const int count = tile.columns * tile.rows;
        tile.origin_x = (int32_t)floor(x.low - 0.05);
        tile.origin_y = (int32_t)floor(y.low - 0.05);
        if (one_in(4)) /* as far apart as offsets allow */
            tile.stride_bytes =
                (MAX_OFFSET - 1) / ((int32_t)floor(y.high + 0.05) - tile.origin_y + 1);
        set_case("%s, tile %d: %d x %d at (%d, %d), guard %d", fastcv_variant(), i, tile.columns,
                 tile.rows, tile.x, tile.y, tile.guard);
        set_canaries(offset, MAP_PX);
        set_canaries(fraction, MAP_PX);
        expect_map(&crop, &tile, expected_offset, expected_fraction);
        kernels->map4.map_tile(&tile, offset, fraction);
        for (int k = 0; k < count; k++) {
            if (offset[k] != expected_offset[k] || fraction[k] != expected_fraction[k])
                differ("pixel %d at %d + %x, not %d + %x", k, offset[k], fraction[k],
                       expected_offset[k], expected_fraction[k]);
        }
        check_canaries(offset, count + FASTCV_OVERRUN_PX, MAP_PX);
        check_canaries(fraction, count + FASTCV_OVERRUN_PX, MAP_PX);
        pixels += count;
        i++;
    }
    return pixels;
}

/* Positions on the page and far from it, at the ends of int32 too. */
static int32_t random_position(void)
{
    if (one_in(20))
        return one_in(2) ? INT32_MIN : INT32_MAX;
    return random_int(-3000, 40000 * (one_in(50) ? 1000 : 1));
}

static void check_place(const FastcvWarpKernels *kernels)
{
    static int32_t px[MAP_PX], py[MAP_PX], offset[MAP_PX];
    static uint32_t fraction[MAP_PX];
    for (int i = 0; i < PLACES; i++) {
        const int count = one_in(4) ? FASTCV_TILE_PX : random_int(1, 70);
        FastcvWindow all = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
        for (int k = 0; k < count; k++) {
            px[k] = random_position();
            py[k] = random_position();
            const int32_t x = px[k] >> FASTCV_SUBPIXEL_BITS, y = py[k] >> FASTCV_SUBPIXEL_BITS;
            all.left = min_int(all.left, x);
            all.top = min_int(all.top, y);
            all.right = x > all.right ? x : all.right;
            all.bottom = y > all.bottom ? y : all.bottom;
        }
        set_case("%s, placing %d: %d pixels", fastcv_variant(), i, count);
        const FastcvWindow bound = kernels->map4.bound(px, py, count);
        if (memcmp(&bound, &all, sizeof all) != 0)
            differ("bound is not [%d, %d] x [%d, %d]", all.left, all.right, all.top, all.bottom);

        const FastcvWindow window = {random_int(-3, 30), random_int(-3, 30), random_int(30, 900),
                                     random_int(30, 900)};
        const int stride_bytes = random_int(-30000, 30000), pixel_bytes = random_int(1, 4);
        set_canaries(offset, MAP_PX);
        set_canaries(fraction, MAP_PX);
        kernels->map4.place(px, py, count, window, stride_bytes, pixel_bytes, offset, fraction);
        for (int k = 0; k < count; k++) {
            const int64_t x = clamp(px[k] >> FASTCV_SUBPIXEL_BITS, window.left, window.right);
            const int64_t y = clamp(py[k] >> FASTCV_SUBPIXEL_BITS, window.top, window.bottom);
            if (offset[k] != (y - window.top) * stride_bytes + (x - window.left) * pixel_bytes ||
                fraction[k] != fastcv_subpixel_fraction(px[k], py[k]))
                differ("pixel %d at %d + %x", k, offset[k], fraction[k]);
        }
        check_canaries(offset, count + FASTCV_OVERRUN_PX, MAP_PX);
        check_canaries(fraction, count + FASTCV_OVERRUN_PX, MAP_PX);
    }
}

/* ---- blends ---- */

enum { SOURCE_BYTES = 1 << 24, MARGIN_BYTES = 64 };

/* SOURCE_BYTES of noise, with much black and white in it, between pages that nobody may touch. */
static uint8_t *make_source(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *all =
        mmap(NULL, SOURCE_BYTES + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(all + page, SOURCE_BYTES, PROT_READ | PROT_WRITE) != 0) {
        perror("mmap");
        exit(1);
    }
    for (ptrdiff_t i = 0; i < SOURCE_BYTES; i++) {
        const uint64_t bits = random_bits();
        all[(ptrdiff_t)page + i] = (uint8_t)(bits & 0x300 ? bits : bits & 0x400 ? 255 : 0);
    }
    return all + page;
}

/* Where pixels lie, in whole px: along rows of `columns`, each a straight walk over the source. */
static void walk_straight(int count, int *x, int *y)
{
    const double turn = random_int(0, 3) * acos(-1) / 2 +
                        (one_in(4) ? random_real(0, 7) : random_real(-0.2, 0.2)) * !one_in(6);
    const double scale = one_in(6) ? 1 : one_in(6) ? 0 : random_real(0.3, 2.5);
    const double dx = scale * cos(turn), dy = scale * sin(turn);
    const int columns = one_in(2) ? count : random_int(1, count);
    for (int k = 0; k < count; k++) {
        const double across = k % columns + 0.01, down = k / columns;
        x[k] = (int)floor(across * dx - down * dy);
        y[k] = (int)floor(across * dy + down * dx);
    }
}

/* All over one row as far as one load may reach, then on one pixel of the row above or below. */
static void walk_two_rows(int count, int channels, int *x, int *y)
{
    const int load_bytes = 16 << random_int(0, 2), end = random_int(1, count);
    const int most = load_bytes / channels + random_int(-2, 0);
    const int next_x = one_in(2) ? most : random_int(0, most), next_y = one_in(2) ? 1 : -1;
    for (int k = 0; k < count; k++) {
        x[k] = k == 0 ? 0 : k < end ? random_int(0, most) : next_x;
        y[k] = k < end ? 0 : next_y;
    }
}

static void walk_anywhere(int count, int *x, int *y)
{
    for (int k = 0; k < count; k++) {
        x[k] = random_int(0, 30);
        y[k] = random_int(0, 30);
    }
}

static void random_walk(int count, int channels, ptrdiff_t *stride_bytes, int32_t *offset)
{
    static int x[FASTCV_TILE_PX], y[FASTCV_TILE_PX];
    const int side_px = one_in(4) ? random_int(4, 20) : random_int(40, 700);
    *stride_bytes = (side_px * channels + random_int(0, 7)) * (one_in(5) ? -1 : 1);
    if (one_in(8))
        walk_anywhere(count, x, y);
    else if (one_in(4))
        walk_two_rows(count, channels, x, y);
    else
        walk_straight(count, x, y);
    for (int k = 0; k < count; k++)
        offset[k] = x[k] * channels + y[k] * (int32_t)*stride_bytes;
}

/* Moves offsets so that what the blend may read begins at the source's first byte, or ends at its
 * last. Returns 0 where it is larger than the source. */
static int fit_source(const FastcvWarpKernels *kernels, int kind, int channels,
                      ptrdiff_t stride_bytes, int is_at_end, int count, int32_t *offset)
{
    const int first_tap = kind == FASTCV_BLEND_CUBIC ? -1 : 0, last_tap = 1 - first_tap;
    const ptrdiff_t one_end = (first_tap - kernels->blend4.reads_above) * stride_bytes;
    const ptrdiff_t other_end = (last_tap + kernels->blend4.reads_below) * stride_bytes;
    const ptrdiff_t before = (stride_bytes > 0 ? one_end : other_end) + first_tap * channels -
                             kernels->blend4.reads_before;
    const ptrdiff_t after = (stride_bytes > 0 ? other_end : one_end) + (last_tap + 1) * channels +
                            kernels->blend4.reads_after;
    int32_t low = offset[0], high = offset[0];
    for (int k = 1; k < count; k++) {
        low = offset[k] < low ? offset[k] : low;
        high = offset[k] > high ? offset[k] : high;
    }
    if (high + after - (low + before) > SOURCE_BYTES)
        return 0;
    const ptrdiff_t move = is_at_end ? SOURCE_BYTES - (high + after) : -(low + before);
    for (int k = 0; k < count; k++)
        offset[k] += (int32_t)move;
    return 1;
}

static void check_blend(const FastcvWarpKernels *kernels, const uint8_t *source, int kind,
                        int channels, int count)
{
    enum { OUT_BYTES = FASTCV_TILE_PX * FASTCV_MAX_CHANNELS + 2 * MARGIN_BYTES };
    static int32_t offsets[FASTCV_TILE_PX];
    static uint32_t fractions[FASTCV_TILE_PX];
    static uint8_t outs[OUT_BYTES], expected[OUT_BYTES];
    /* At their arrays' ends, where a sanitizer sees what is read beyond. */
    int32_t *offset = offsets + FASTCV_TILE_PX - count;
    uint32_t *fraction = fractions + FASTCV_TILE_PX - count;
    uint8_t *out = outs + MARGIN_BYTES;

    const int is_at_end = one_in(2);
    ptrdiff_t stride_bytes;
    do {
        random_walk(count, channels, &stride_bytes, offset);
    } while (!fit_source(kernels, kind, channels, stride_bytes, is_at_end, count, offset));
    const uint32_t start = (uint32_t)random_bits(), step = 2 * (uint32_t)random_int(0, 511) + 1;
    for (uint32_t k = 0; k < (uint32_t)count; k++) { /* all 1,024 of them, if so many fit */
        const uint32_t both = start + k * step;
        fraction[k] = (both & 31) | (both >> 5 & 31) << 16;
    }
    set_case("%s, %s, %d channels, %d pixels, stride %d, %s of the source", fastcv_variant(),
             kind == FASTCV_BLEND_CUBIC ? "cubic" : "linear", channels, count, (int)stride_bytes,
             is_at_end ? "end" : "beginning");

    memset(outs, 0x5A, sizeof outs);
    memset(expected, 0x5A, sizeof expected);
    fastcv_warp_c.blend4.blend[kind][channels](source, stride_bytes, offset, fraction, count,
                                               expected + MARGIN_BYTES);
    kernels->blend4.blend[kind][channels](source, stride_bytes, offset, fraction, count, out);
    for (int i = -MARGIN_BYTES; i < OUT_BYTES - MARGIN_BYTES; i++) {
        if (out[i] != expected[MARGIN_BYTES + i])
            differ("byte %d is %d, not %d (pixel %d of fraction %x)", i, out[i],
                   expected[MARGIN_BYTES + i], i / channels,
                   i < 0 || i >= count * channels ? 0 : fraction[i / channels]);
    }
}

/* Returns how many calls were compared. */
static long check_blends(const FastcvWarpKernels *kernels, const uint8_t *source)
{
    long calls = 0;
    for (int kind = 0; kind < FASTCV_BLENDS; kind++) {
        for (int channels = 0; channels < FASTCV_BLEND_CHANNELS; channels++) {
            if (!kernels->blend4.blend[kind][channels])
                continue;
            if (!fastcv_warp_c.blend4.blend[kind][channels])
                differ("no portable blend %d for %d channels", kind, channels);
            for (int count = 1; count <= 40; count++) {
                for (int walk = 0; walk < WALKS; walk++, calls++)
                    check_blend(kernels, source, kind, channels, count);
            }
            for (int walk = 0; walk < LONG_WALKS; walk++, calls++)
                check_blend(kernels, source, kind, channels, FASTCV_TILE_PX);
        }
    }
    return calls;
}

/* ---- runs ---- */

/* The next pixel from i on that counts, packed, or none. */
static int64_t next_color(const uint8_t *pixels, int *i, int count, int channels)
{
    while (*i < count && channels == 4 && pixels[*i * 4 + 3] == 0)
        ++*i;
    if (*i == count)
        return -1;
    const uint8_t *p = pixels + (*i)++ * channels;
    return channels == 1 ? p[0] * INT64_C(0x010101) : p[0] << 16 | p[1] << 8 | p[2];
}

/* Runs come in order, and together say every pixel that counts. Their pixels begin or end where the
 * source does. */
static void check_runs(const FastcvRunsKernels *kernels, uint8_t *source)
{
    static FastcvRuns runs;
    for (int n = 0; n < RUNS; n++) {
        const int channels = (const int[]){1, 3, 4}[random_int(0, 2)];
        const int count = one_in(3) ? FASTCV_RUNS_PX : random_int(1, 80);
        uint8_t *end = source + SOURCE_BYTES;
        uint8_t *pixels = one_in(3) ? source : end - count * channels;
        const int levels = random_int(1, 3), longest = random_int(1, 50);
        for (int k = 0, left = 0; k < count; k++, left--) {
            if (k && left > 0)
                memcpy(pixels + k * channels, pixels + (k - 1) * channels, (size_t)channels);
            else
                for (int c = 0; c < channels; c++)
                    pixels[k * channels + c] = (uint8_t)(random_int(0, levels) * 85);
            left = left > 0 ? left : random_int(1, longest);
        }
        set_case("%s, runs %d: %d pixels of %d channels", fastcv_variant(), n, count, channels);
        const int found = kernels->find(pixels, count, channels, &runs);
        int i = 0;
        for (int k = 0; k < found; k++) {
            for (uint32_t of = 0; of < runs.length[k]; of++) {
                if (next_color(pixels, &i, count, channels) != runs.color[k])
                    differ("run %d of %u times %06x", k, runs.length[k], runs.color[k]);
            }
        }
        if (next_color(pixels, &i, count, channels) >= 0)
            differ("%d runs end before pixel %d", found, i);
    }
}

int main(void)
{
    signal(SIGSEGV, on_fault);
    signal(SIGBUS, on_fault);
    uint8_t *source = make_source();

    const char *name;
    for (int n = 0; (name = fastcv_variant_name(n)); n++) {
        fastcv_variant_choose(name);
        if (fastcv_variant_is_opencv())
            continue;
        random_state = 20231;
        check_project(fastcv_warp_kernels());
        check_place(fastcv_warp_kernels());
        const long pixels = check_map(fastcv_warp_kernels());
        const long calls = check_blends(fastcv_warp_kernels(), source);
        check_runs(fastcv_runs_kernels(), source);
        const long queries = check_near(fastcv_near_kernels());
        printf("%s: %d rows projected, %d tiles of %ld pixels mapped, %d placed, %ld blends, "
               "%d rows of runs, %ld discs: the same\n",
               name, ROW_PARTS, TILES, pixels, PLACES, calls, RUNS, queries);
    }
    return 0;
}
