/* Every variant's blends, compared with the plain C ones: the same bytes, nothing written beyond
 * the pixels, nothing read beyond what the variant says that it reads. */
#include <fenv.h>
#include <string.h>

#include "check.h"
#include "kernels/warp/warp.h"
#include "walks.h"

enum { WALKS = 120, LONG_WALKS = 40, MOST_CHANNELS = 4, MARGIN_BYTES = 64 };

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

    const int is_at_end = one_in(2), first_tap = kind == FASTCV_BLEND_CUBIC ? -1 : 0;
    const Taps taps = {first_tap, 1 - first_tap, blends->reads};
    ptrdiff_t stride_bytes;
    do {
        random_walk(count, channels, &stride_bytes, offset);
    } while (!fit_source(taps, channels, stride_bytes, is_at_end, count, offset));
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
    int columns = count >> random_int(0, 6);
    while (!columns || count % columns)
        columns++;
    plain->blend[kind][channels](source, stride_bytes, offset, fraction, count, count,
                                 expected + MARGIN_BYTES);
    blends->blend[kind][channels](source, stride_bytes, offset, fraction, columns, count, out);
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
