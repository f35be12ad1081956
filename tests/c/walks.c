#include "walks.h"

#include <math.h>

#include "check.h"
#include "kernels/warp/grid.h"

/* Positions in whole px: rows of `columns` pixels, each a straight walk over the source. */
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

/* First anywhere on one row, as far as one load may reach; then on one pixel of the row above or
 * below. */
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

void random_walk(int count, int channels, ptrdiff_t *stride_bytes, int32_t *offset)
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

int fit_source(Taps taps, int channels, ptrdiff_t stride_bytes, int is_at_end, int count,
               int32_t *offset)
{
    const ptrdiff_t one_end = (taps.first - taps.reads.above) * stride_bytes;
    const ptrdiff_t other_end = (taps.last + taps.reads.below) * stride_bytes;
    const ptrdiff_t before =
        (stride_bytes > 0 ? one_end : other_end) + taps.first * channels - taps.reads.before;
    const ptrdiff_t after =
        (stride_bytes > 0 ? other_end : one_end) + (taps.last + 1) * channels + taps.reads.after;
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
