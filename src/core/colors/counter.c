#include "core/colors/counter.h"

#include <stdlib.h>
#include <string.h>

#include "core/colors/packed.h"

FastcvColorCounter *fastcv_color_counters_make(int count, int64_t pixels)
{
    FastcvColorCounter *counters =
        aligned_alloc(alignof(FastcvColorCounter), (size_t)count * sizeof *counters);
    for (int made = 0; counters && made < count; made++) {
        counters[made].kernels = fastcv_runs_kernels();
        counters[made].pieces_without_runs = 0;
        counters[made].buckets = (FastcvColorBuckets){0};
        if (!fastcv_color_table_init(&counters[made].table, pixels)) {
            fastcv_color_counters_free(counters, made);
            counters = NULL;
        }
    }
    return counters;
}

enum {
    PIECES_BETWEEN = 31, /* two looks at a piece's runs */
    CELL_BITS = 12,      /* a cell is the colours of one blue and of greens that share 4 bits */
    CELLS = 1 << (24 - CELL_BITS),
    MOST_CELLS = 800 /* FASTCV_RUNS_PX pixels of noise hit some 906, of a photograph 250 */
};

static int count_cells(const uint32_t *colors, int count)
{
    uint8_t is_hit[CELLS] = {0};
    int hit = 0;
    for (int i = 0; i < count; i++) {
        uint8_t *cell = &is_hit[colors[i] >> CELL_BITS];
        hit += !*cell;
        *cell = 1;
    }
    return hit;
}

/* Whether a piece takes less time pixel by pixel: if hardly any pixels equal their left neighbours.
 * Not in noise, whose counts are in no cache: the table asks for those of runs ahead. */
static int is_without_runs(const FastcvRuns *runs, int found, int count)
{
    return found > count - count / 16 && count_cells(runs->color, found) <= MOST_CELLS;
}

/* Counts a piece of a row pixel by pixel, if that is faster than run by run. */
static int count_without_runs(FastcvColorCounter *counter, const uint8_t *pixels, int count,
                              int channels)
{
    if (counter->pieces_without_runs == 0)
        return 0;
    counter->pieces_without_runs--;
    counter->kernels->pack(pixels, count, channels, counter->runs.color);
    fastcv_color_table_add_pixels(&counter->table, counter->runs.color, count);
    return 1;
}

static void gather_row(FastcvColorCounter *counter, const uint8_t *pixels, ptrdiff_t width,
                       int channels)
{
    uint32_t *colors = counter->buckets.colors + counter->buckets.count;
    counter->kernels->pack(pixels, width, channels, colors);
    counter->buckets.count +=
        channels == 4 ? fastcv_drop_hidden(colors, width, NULL) : (size_t)width;
}

static void count_row(FastcvColorCounter *counter, const uint8_t *pixels, ptrdiff_t width,
                      int channels)
{
    if (counter->buckets.colors) {
        gather_row(counter, pixels, width, channels);
        return;
    }
    for (ptrdiff_t x = 0; x < width; x += FASTCV_RUNS_PX) {
        const ptrdiff_t rest = width - x;
        const int count = rest < FASTCV_RUNS_PX ? (int)rest : FASTCV_RUNS_PX;
        const uint8_t *piece = pixels + x * channels;
        if (count_without_runs(counter, piece, count, channels))
            continue;
        const int found = counter->kernels->find(piece, count, channels, &counter->runs);
        fastcv_color_table_add(&counter->table, &counter->runs, found);
        if (counter->table.bytes && channels < 4 && is_without_runs(&counter->runs, found, count))
            counter->pieces_without_runs = PIECES_BETWEEN;
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
    for (ptrdiff_t y = 0; y < part->height_px; y++) {
        if (counter->table.is_out_of_memory || counter->table.is_crowded)
            return;
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
    for (int i = 0; counters && i < count; i++) {
        fastcv_color_table_free(&counters[i].table);
        fastcv_color_buckets_free(&counters[i].buckets);
    }
    free(counters);
}
