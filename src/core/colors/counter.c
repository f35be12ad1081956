#include "core/colors/counter.h"

#include <stdlib.h>
#include <string.h>

FastcvColorCounter *fastcv_color_counters_make(int count, int64_t pixels)
{
    FastcvColorCounter *counters =
        aligned_alloc(alignof(FastcvColorCounter), (size_t)count * sizeof *counters);
    for (int made = 0; counters && made < count; made++) {
        counters[made].find_runs = fastcv_runs_kernels()->find;
        if (!fastcv_color_table_init(&counters[made].table, pixels)) {
            fastcv_color_counters_free(counters, made);
            counters = NULL;
        }
    }
    return counters;
}

static void count_row(FastcvColorCounter *counter, const uint8_t *pixels, ptrdiff_t width,
                      int channels)
{
    for (ptrdiff_t x = 0; x < width; x += FASTCV_RUNS_PX) {
        const ptrdiff_t rest = width - x;
        const int count = rest < FASTCV_RUNS_PX ? (int)rest : FASTCV_RUNS_PX;
        const int found =
            counter->find_runs(pixels + x * channels, count, channels, &counter->runs);
        fastcv_color_table_add(&counter->table, &counter->runs, found);
    }
}

/* Counts the stretches of pixels that the mask lets through. */
static void count_masked_row(FastcvColorCounter *counter, const uint8_t *pixels,
                             const uint8_t *mask, ptrdiff_t width, int channels)
{
    for (ptrdiff_t x = 0; x < width;) {
        if (!mask[x]) {
            x++;
            continue;
        }
        const uint8_t *end = memchr(mask + x, 0, (size_t)(width - x));
        const ptrdiff_t stretch = end ? end - mask - x : width - x;
        count_row(counter, pixels + x * channels, stretch, channels);
        x += stretch;
    }
}

void fastcv_color_count(FastcvColorCounter *counter, const FastcvImage *part,
                        const FastcvImage *mask)
{
    for (ptrdiff_t y = 0; y < part->height_px && !counter->table.is_out_of_memory; y++) {
        const uint8_t *row = part->pixels + y * part->stride_bytes;
        if (mask)
            count_masked_row(counter, row, mask->pixels + y * mask->stride_bytes, part->width_px,
                             part->channels);
        else
            count_row(counter, row, part->width_px, part->channels);
    }
}

void fastcv_color_counters_free(FastcvColorCounter *counters, int count)
{
    for (int i = 0; counters && i < count; i++)
        fastcv_color_table_free(&counters[i].table);
    free(counters);
}
