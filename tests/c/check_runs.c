/* Every variant's packed colours and runs of equal ones, compared with a look at one pixel after
 * the other. */
#include <string.h>

#include "check.h"
#include "kernels/runs/runs.h"

enum { ROWS = 4000 };

/* The packed colour of the next pixel from i on that counts, or −1. */
static int64_t next_color(const uint8_t *pixels, int *i, int count, int channels)
{
    while (*i < count && channels == 4 && pixels[*i * 4 + 3] == 0)
        ++*i;
    if (*i == count)
        return -1;
    const uint8_t *p = pixels + (*i)++ * channels;
    return channels == 1 ? p[0] * INT64_C(0x010101) : p[0] << 16 | p[1] << 8 | p[2];
}

/* Nothing is written beyond the last colour. */
static void check_pack(const FastcvRunsKernels *kernels, const uint8_t *pixels, int count,
                       int channels)
{
    uint32_t colors[FASTCV_RUNS_PX + 1];
    colors[count] = 12345;
    kernels->pack(pixels, count, channels, colors);
    for (int i = 0; i < count; i++) {
        int next = i;
        const int64_t color = next_color(pixels, &next, i + 1, channels);
        if (colors[i] != (color < 0 ? FASTCV_TRANSPARENT : color))
            differ("pixel %d packs to %06x", i, colors[i]);
    }
    if (colors[count] != 12345)
        differ("%d pixels were packed and more written", count);
}

/* Runs come in order and together name every pixel that counts. The pixels begin or end where the
 * source does, so that reading beyond them is a fault. */
int check_runs(const FastcvRunsKernels *kernels, uint8_t *source)
{
    static FastcvRuns runs;
    for (int n = 0; n < ROWS; n++) {
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
        check_pack(kernels, pixels, count, channels);
    }
    return ROWS;
}
