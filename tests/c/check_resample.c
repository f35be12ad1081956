/* Every variant's two passes, compared with plain C: from rows that end where they may be read to,
 * into rows between bytes that must stay as they are. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kernels/resample/resample.h"

enum { PASSES = 3000, MOST_PX = 600, MOST_CHANNELS = 4, MARGIN = 64, CANARY = 0xA5 };

static int random_side(void)
{
    return one_in(6) ? random_int(1, 4) : one_in(2) ? random_int(1, 60) : random_int(1, MOST_PX);
}

static void compare(const uint8_t *found, const uint8_t *right, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        if (found[i] != right[i])
            differ("byte %d is %d, not %d", i - MARGIN, found[i], right[i]);
    }
}

/* Bytes beyond a plane's own may be written, up to the overrun. */
static void forget_overrun(uint8_t *out, int count)
{
    memset(out + count, 0, FASTCV_RESAMPLE_OVERRUN);
}

static void check_across(const FastcvResampleKernels *kernels, const FastcvResampleAxis *axis,
                         int source_px, const uint8_t *source)
{
    enum { PLANE = MOST_PX + FASTCV_RESAMPLE_OVERRUN + 9, BYTES = 2 * MARGIN + 3 * PLANE };
    static uint8_t found[BYTES], right[BYTES];
    const int channels = (const int[]){1, 3, 4}[random_int(0, 2)];
    const uint8_t *end = source + SOURCE_BYTES - kernels->reads_after;
    const uint8_t *row = one_in(4) ? source : end - (ptrdiff_t)source_px * channels;
    set_case("%s, along x: %d to %d px of %d channels", fastcv_variant(), source_px,
             axis->target_px, channels);
    memset(found, CANARY, sizeof found);
    memset(right, CANARY, sizeof right);
    kernels->across(axis, row, channels, found + MARGIN, PLANE);
    fastcv_resample_c.across(axis, row, channels, right + MARGIN, PLANE);
    for (int c = 0; c < (channels == 1 ? 1 : 3); c++) {
        forget_overrun(found + MARGIN + c * PLANE, axis->target_px);
        forget_overrun(right + MARGIN + c * PLANE, axis->target_px);
    }
    compare(found, right, BYTES);
}

static void check_down(const FastcvResampleKernels *kernels, const FastcvResampleAxis *axis,
                       const uint8_t *source)
{
    enum { BYTES = 2 * MARGIN + MOST_PX * MOST_CHANNELS + FASTCV_RESAMPLE_OVERRUN };
    static uint8_t found[BYTES], right[BYTES];
    const int count = random_side() * random_int(1, MOST_CHANNELS);
    const ptrdiff_t stride = count + FASTCV_RESAMPLE_OVERRUN + random_int(0, 9);
    const int y = random_int(0, axis->target_px - 1);
    const uint8_t *rows = one_in(4) ? source : source + SOURCE_BYTES - axis->reads * stride;
    set_case("%s, along y: row %d of %d, of %d rows, %d bytes", fastcv_variant(), y,
             axis->target_px, axis->reads, count);
    memset(found, CANARY, sizeof found);
    memset(right, CANARY, sizeof right);
    kernels->down(axis, y, rows, stride, count, found + MARGIN);
    fastcv_resample_c.down(axis, y, rows, stride, count, right + MARGIN);
    forget_overrun(found + MARGIN, count);
    forget_overrun(right + MARGIN, count);
    compare(found, right, BYTES);
}

/* What the header says of an axis. The weights' sum is rounded, weight by weight. */
static void check_axis(const FastcvResampleAxis *axis, int source_px)
{
    if (axis->reads > fastcv_resample_most_reads(source_px, axis->target_px))
        differ("%d px are read", axis->reads);
    for (int d = 0; d < axis->target_px; d++) {
        if (axis->first[d] < 0 || axis->first[d] + axis->reads > source_px ||
            (d && axis->first[d] < axis->first[d - 1]))
            differ("px %d reads %d px from %d", d, axis->reads, axis->first[d]);
        int sum = 0;
        for (int t = 0; t < 4 * axis->fours; t++) {
            const FastcvFourWeights *four = &axis->weights[d * axis->fours + t / 4];
            const int weight =
                four->high[t % 4] * (1 << FASTCV_RESAMPLE_LOW_BITS) + four->low[t % 4];
            if (weight && t >= axis->reads)
                differ("px %d has a weight beyond its taps", d);
            sum += weight;
        }
        if (abs(sum - (1 << FASTCV_RESAMPLE_BITS)) > axis->reads / 2 + 1)
            differ("the weights of px %d add up to %d", d, sum);
    }
}

long check_resample(const FastcvResampleKernels *kernels, const uint8_t *source)
{
    for (int n = 0; n < PASSES; n++) {
        const int source_px = random_side(), target_px = random_side();
        void *memory = malloc(fastcv_resample_axis_bytes(source_px, target_px));
        if (!memory)
            abort();
        const FastcvResampleAxis axis = fastcv_resample_axis(source_px, target_px, memory);
        set_case("%s, axis: %d to %d px", fastcv_variant(), source_px, target_px);
        check_axis(&axis, source_px);
        check_across(kernels, &axis, source_px, source);
        check_down(kernels, &axis, source);
        free(memory);
    }
    return 2L * PASSES;
}
