/* Every variant's blends, compared with the plain C ones: the same bytes, nothing written beyond
 * the pixels, nothing read beyond what the variant says that it reads. */
#include <fenv.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernels/warp/warp.h"

enum { WALKS = 120, LONG_WALKS = 40, MOST_CHANNELS = 4, MARGIN_BYTES = 64 };

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

/* Moves offsets so that the bytes that the blend may read begin at the source's first or end at its
 * last. Returns 0 if they are more than the source has. */
static int fit_source(const FastcvBlend4 *blends, int kind, int channels, ptrdiff_t stride_bytes,
                      int is_at_end, int count, int32_t *offset)
{
    const int first_tap = kind == FASTCV_BLEND_CUBIC ? -1 : 0, last_tap = 1 - first_tap;
    const ptrdiff_t one_end = (first_tap - blends->reads.above) * stride_bytes;
    const ptrdiff_t other_end = (last_tap + blends->reads.below) * stride_bytes;
    const ptrdiff_t before =
        (stride_bytes > 0 ? one_end : other_end) + first_tap * channels - blends->reads.before;
    const ptrdiff_t after =
        (stride_bytes > 0 ? other_end : one_end) + (last_tap + 1) * channels + blends->reads.after;
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

static const FastcvBlend4 *const plain = &fastcv_warp_c.blend4;

static void check_blend(const FastcvBlend4 *blends, const uint8_t *source, int kind, int channels,
                        int count)
{
    enum { OUT_BYTES = FASTCV_TILE_PX * MOST_CHANNELS + 2 * MARGIN_BYTES };
    static int32_t offsets[FASTCV_TILE_PX];
    static uint32_t fractions[FASTCV_TILE_PX];
    static uint8_t outs[OUT_BYTES], expected[OUT_BYTES];
    /* At the ends of their arrays, so that sanitizers see reads beyond them. */
    int32_t *offset = offsets + FASTCV_TILE_PX - count;
    uint32_t *fraction = fractions + FASTCV_TILE_PX - count;
    uint8_t *out = outs + MARGIN_BYTES;

    const int is_at_end = one_in(2);
    ptrdiff_t stride_bytes;
    do {
        random_walk(count, channels, &stride_bytes, offset);
    } while (!fit_source(blends, kind, channels, stride_bytes, is_at_end, count, offset));
    const uint32_t start = (uint32_t)random_bits(), step = 2 * (uint32_t)random_int(0, 511) + 1;
    for (uint32_t k = 0; k < (uint32_t)count; k++) { /* with 1,024 pixels: every fraction once */
        const uint32_t both = start + k * step;
        fraction[k] = (both & 31) | (both >> 5 & 31) << 16;
    }
    set_case("%s, %s, %d channels, %d pixels, stride %d, %s of the source", fastcv_variant(),
             kind == FASTCV_BLEND_CUBIC ? "cubic" : "linear", channels, count, (int)stride_bytes,
             is_at_end ? "end" : "beginning");

    memset(outs, 0x5A, sizeof outs);
    memset(expected, 0x5A, sizeof expected);
    plain->blend[kind][channels](source, stride_bytes, offset, fraction, count,
                                 expected + MARGIN_BYTES);
    blends->blend[kind][channels](source, stride_bytes, offset, fraction, count, out);
    for (int i = -MARGIN_BYTES; i < OUT_BYTES - MARGIN_BYTES; i++) {
        if (out[i] != expected[MARGIN_BYTES + i])
            differ("byte %d is %d, not %d (pixel %d of fraction %x)", i, out[i],
                   expected[MARGIN_BYTES + i], i / channels,
                   i < 0 || i >= count * channels ? 0 : fraction[i / channels]);
    }
}

long check_blend4(const FastcvBlend4 *blends, const uint8_t *source)
{
    long calls = 0;
    for (int kind = 0; kind < FASTCV_BLENDS; kind++) {
        for (int channels = 0; channels < FASTCV_WARP_CHANNELS; channels++) {
            if (!blends->blend[kind][channels])
                continue;
            if (!plain->blend[kind][channels])
                differ("no portable blend %d for %d channels", kind, channels);
            for (int count = 1; count <= 40; count++) {
                for (int walk = 0; walk < WALKS; walk++, calls++)
                    check_blend(blends, source, kind, channels, count);
            }
            for (int walk = 0; walk < LONG_WALKS; walk++, calls++)
                check_blend(blends, source, kind, channels, FASTCV_TILE_PX);
        }
    }
    return calls;
}

void check_weights(void)
{
    static FastcvCubicWeights before[FASTCV_SUBPIXELS * FASTCV_SUBPIXELS];
    set_case("cubic weights");
    fesetround(FE_UPWARD);
    fastcv_warp_kernels(); /* makes them */
    if (fegetround() != FE_UPWARD)
        differ("the caller's rounding mode is gone");
    fesetround(FE_TONEAREST);
    memcpy(before, fastcv_cubic_weights, sizeof before);
    fastcv_cubic_weights_fill();
    if (memcmp(before, fastcv_cubic_weights, sizeof before) != 0)
        differ("depend on the rounding mode");
}
