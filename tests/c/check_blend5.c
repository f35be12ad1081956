/* The same for OpenCV 5's blends: check_blend4.c. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernels/warp/warp.h"
#include "walks.h"

enum { WALKS = 30, LONG_WALKS = 20, MOST_CHANNELS = 4, MARGIN_BYTES = 64 };

static const char *const names[FASTCV_BLEND5_KINDS] = {"nearest", "linear", "cubic"};
static const FastcvBlend5 *const plain = &fastcv_warp_c.blend5;

/* From 0 to 1, both included; often near an end, where sums round in other ways; and now and then
 * of a position that is infinite or no number, which only linear blends are given. */
static float random_fraction(int kind)
{
    static const float rare[] = {0, 1, 0x1p-24f, 0x1.fffffep-1f, 0x1p-60f, 0x1p-140f, 0.5f, 0.25f};
    if (one_in(6))
        return rare[random_int(0, 7)];
    if (kind == FASTCV_BLEND5_LINEAR && one_in(200))
        return one_in(2) ? NAN : INFINITY;
    return (float)(one_in(3) ? fabs(random_scale(-40, -1)) : random_real(0, 1));
}

static void check_blend(const FastcvBlend5 *blends, const uint8_t *source, int kind, int channels,
                        int count)
{
    enum { OUT_BYTES = FASTCV_TILE_PX * MOST_CHANNELS + 2 * MARGIN_BYTES };
    static int32_t offsets[FASTCV_TILE_PX];
    static float acrosses[FASTCV_TILE_PX], downs[FASTCV_TILE_PX];
    static uint8_t outs[OUT_BYTES], expected[OUT_BYTES];
    /* At the ends of their arrays, so that sanitizers see reads beyond them. */
    int32_t *offset = offsets + FASTCV_TILE_PX - count;
    float *across = acrosses + FASTCV_TILE_PX - count, *down = downs + FASTCV_TILE_PX - count;
    uint8_t *out = outs + MARGIN_BYTES;

    const int is_at_end = one_in(2), first_tap = kind == FASTCV_BLEND5_CUBIC ? -1 : 0;
    const int last_tap = kind == FASTCV_BLEND5_NEAREST ? 0 : 1 - first_tap;
    const Taps taps = {first_tap, last_tap, blends->reads};
    ptrdiff_t stride_bytes;
    do {
        random_walk(count, channels, &stride_bytes, offset);
    } while (!fit_source(taps, channels, stride_bytes, is_at_end, count, offset));
    for (int k = 0; k < count; k++) {
        across[k] = random_fraction(kind);
        down[k] = random_fraction(kind);
    }
    set_case("%s, float %s, %d channels, %d pixels, stride %d, %s of the source", fastcv_variant(),
             names[kind], channels, count, (int)stride_bytes, is_at_end ? "end" : "beginning");

    memset(outs, 0x5A, sizeof outs);
    memset(expected, 0x5A, sizeof expected);
    plain->blend[kind][channels](source, stride_bytes, offset, across, down, count,
                                 expected + MARGIN_BYTES);
    blends->blend[kind][channels](source, stride_bytes, offset, across, down, count, out);
    for (int i = -MARGIN_BYTES; i < OUT_BYTES - MARGIN_BYTES; i++) {
        const int k = i < 0 || i >= count * channels ? 0 : i / channels;
        if (out[i] != expected[MARGIN_BYTES + i])
            differ("byte %d is %d, not %d (pixel %d, at %a, %a)", i, out[i],
                   expected[MARGIN_BYTES + i], k, across[k], down[k]);
    }
}

long check_blend5(const FastcvBlend5 *blends, const uint8_t *source)
{
    long calls = 0;
    for (int kind = 0; kind < FASTCV_BLEND5_KINDS; kind++) {
        for (int channels = 0; channels < FASTCV_WARP_CHANNELS; channels++) {
            if (!blends->blend[kind][channels])
                continue;
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
