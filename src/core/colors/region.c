/* Every thread counts blocks with a counter of its own, the counters are joined, and the n largest
 * counts are kept. Sums and the order rule do not depend on which thread counted what, so the
 * result does not either. */
#include "core/colors/region.h"

#include <stdlib.h>

#include "core/colors/merge.h"
#include "core/colors/scan.h"
#include "core/numbers.h"

enum {
    BLOCK_PX = 1 << 16,    /* a work item */
    FEW_PX = 1 << 19,      /* if fewer have many colours, buckets take less time than a table */
    MOST_OF_FEW = 1 << 10, /* colours in a hash */
    THREAD_PX = 1 << 18,   /* least for a thread: 0.1 to 1 ms. Waking a thread takes 20 to 40 µs */
};

typedef struct RegionRun {
    FastcvImage image, mask;      /* without a mask, the mask has no pixels */
    const FastcvColorBox *box;    /* or NULL */
    FastcvColorCounter *counters; /* one a thread */
    int counter_count;
    ptrdiff_t segments;    /* a row of the whole image is cut into this many parts */
    ptrdiff_t rows;        /* or an item has this many rows */
    FastcvScanEdge *edges; /* of the box, for every thread */
    ptrdiff_t *ends;
    FastcvColorBins bins;
    FastcvTopColors top;
} RegionRun;

/* ---- count ---- */

static int has_gaps(const FastcvImage *image)
{
    return image->pixels && image->stride_bytes != image->width_px * image->channels;
}

/* Rows without gaps are one row: then runs need not end with them. */
static void make_long_rows(RegionRun *run)
{
    if (run->box || has_gaps(&run->image) || has_gaps(&run->mask))
        return;
    run->image.width_px *= run->image.height_px;
    run->image.height_px = 1;
}

/* Counts rows × width_px pixels from (x, y) on. */
static void count_part(const RegionRun *run, int thread, ptrdiff_t x, ptrdiff_t y,
                       ptrdiff_t width_px, ptrdiff_t rows)
{
    FastcvImage part = run->image, mask = run->mask;
    part.pixels += y * part.stride_bytes + x * part.channels;
    part.width_px = width_px;
    part.height_px = rows;
    if (mask.pixels)
        mask.pixels += y * mask.stride_bytes + x;
    fastcv_color_count(&run->counters[thread], &part, mask.pixels ? &mask : NULL);
}

static void count_item(void *context, ptrdiff_t item, int thread)
{
    const RegionRun *run = context;
    const ptrdiff_t y = item / run->segments * run->rows;
    const ptrdiff_t x = item % run->segments * BLOCK_PX;
    const ptrdiff_t rows = fastcv_min_int64(run->rows, run->image.height_px - y);
    ptrdiff_t width_px = run->image.width_px;
    if (run->segments > 1)
        width_px = fastcv_min_int64(BLOCK_PX, width_px - x);
    count_part(run, thread, x, y, width_px, rows);
}

static void count_box_item(void *context, ptrdiff_t item, int thread)
{
    const RegionRun *run = context;
    const FastcvColorBox *box = run->box;
    const ptrdiff_t first = item * run->rows;
    const ptrdiff_t end = fastcv_min_int64(first + run->rows, box->height_px);
    const ptrdiff_t of_thread = thread * box->corner_count;
    ptrdiff_t *ends = run->ends + of_thread;
    FastcvScan scan =
        fastcv_scan_begin(box, run->image.width_px, box->top + first, run->edges + of_thread);
    for (ptrdiff_t y = box->top + first; y < box->top + end; y++) {
        const ptrdiff_t count = fastcv_scan_row(&scan, ends);
        for (ptrdiff_t i = 0; i < count; i += 2)
            count_part(run, thread, ends[i], y, ends[i + 1] - ends[i], 1);
    }
}

static FastcvStatus count_all(RegionRun *run, FastcvPool pool)
{
    const ptrdiff_t width_px = run->box ? run->box->width_px : run->image.width_px;
    const ptrdiff_t height_px = run->box ? run->box->height_px : run->image.height_px;
    run->segments = run->box ? 1 : (width_px - 1) / BLOCK_PX + 1;
    run->rows = width_px >= BLOCK_PX ? 1 : BLOCK_PX / width_px;
    const ptrdiff_t bands = (height_px - 1) / run->rows + 1;
    const FastcvLoop loop = {run->box ? count_box_item : count_item, run, bands * run->segments};
    return fastcv_run(loop, pool);
}

/* ---- select ---- */

static void walk_hash_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    RegionRun *run = context;
    fastcv_color_counters_walk_hash(run->counters, run->counter_count, (size_t)item, &run->top);
}

static void walk_bytes_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    RegionRun *run = context;
    fastcv_color_counters_walk_bytes(run->counters, run->counter_count, (size_t)item, &run->top);
}

static void bin_hash_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    RegionRun *run = context;
    fastcv_color_counters_bin_hash(run->counters, run->counter_count, (size_t)item, &run->bins);
}

static void walk_byte_bins_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    RegionRun *run = context;
    fastcv_color_counters_walk_byte_bins(run->counters, run->counter_count, (size_t)item,
                                         &run->bins, &run->top);
}

static FastcvPool alone(FastcvPool pool)
{
    pool.num_threads = 1;
    return pool;
}

/* Loops, so that a signal can interrupt the selection from millions of colours. */
static FastcvStatus select_all(RegionRun *run, FastcvPool pool)
{
    const FastcvLoop hash = {walk_hash_item, run,
                             (ptrdiff_t)fastcv_color_counters_hash_parts(run->counters)};
    const FastcvStatus status = fastcv_run(hash, alone(pool));
    if (status)
        return status;
    const FastcvLoop bytes = {walk_bytes_item, run,
                              (ptrdiff_t)fastcv_color_counters_byte_parts(run->counters)};
    return fastcv_run(bytes, pool);
}

static FastcvStatus select_bins(RegionRun *run, int bits, FastcvPool pool)
{
    const FastcvColorHash *hash = &run->counters->table.hash;
    if (!fastcv_color_bins_init(&run->bins, bits, hash->used, hash->multiplier))
        return FASTCV_ERR_MEMORY;
    const FastcvLoop binning = {bin_hash_item, run,
                                (ptrdiff_t)fastcv_color_counters_hash_parts(run->counters)};
    FastcvStatus status = fastcv_run(binning, alone(pool));
    const FastcvLoop bytes = {
        walk_byte_bins_item, run,
        (ptrdiff_t)fastcv_color_counters_byte_bin_parts(run->counters, &run->bins)};
    if (!status && bytes.items)
        status = fastcv_run(bytes, pool);
    else if (!status)
        fastcv_color_bins_offer(&run->bins, &run->top);
    if (status != FASTCV_ERR_FORKED)
        fastcv_color_bins_free(&run->bins);
    return status;
}

/* ---- all ---- */

static int allocate(RegionRun *run, int64_t pixels)
{
    if (run->box) {
        const size_t corners = (size_t)run->counter_count * (size_t)run->box->corner_count;
        run->edges = malloc(corners * sizeof *run->edges);
        run->ends = malloc(corners * sizeof *run->ends);
        if (!run->edges || !run->ends)
            return 0;
    }
    run->counters = fastcv_color_counters_make(run->counter_count, pixels);
    return run->counters != NULL;
}

/* Counts from the beginning, in buckets. If memory for them is refused, in a table that grows. */
static FastcvStatus count_again(RegionRun *run, int64_t pixels, FastcvPool pool)
{
    FastcvColorCounter *counter = run->counters;
    fastcv_color_table_free(&counter->table);
    if (!fastcv_color_table_init(&counter->table, pixels))
        return FASTCV_ERR_MEMORY;
    fastcv_color_buckets_init(&counter->buckets, (size_t)pixels);
    const FastcvStatus status = count_all(run, pool);
    if (!status && counter->buckets.colors)
        fastcv_color_buckets_offer(&counter->buckets, &run->top);
    return status;
}

static FastcvStatus count_and_select(RegionRun *run, int bits, int64_t pixels, FastcvPool pool,
                                     FastcvColorCount *top, size_t *n)
{
    fastcv_top_colors_init(&run->top, top, *n);
    if (pixels < FEW_PX && pool.num_threads == 1 && bits == FASTCV_COLOR_BITS)
        fastcv_color_table_stop_at(&run->counters->table, MOST_OF_FEW);
    FastcvStatus status = count_all(run, pool);
    if (!status && run->counters->table.is_crowded)
        status = count_again(run, pixels, pool);
    if (!status) {
        fastcv_color_counters_join(run->counters, run->counter_count);
        if (run->counters->table.is_out_of_memory)
            status = FASTCV_ERR_MEMORY;
        else
            status =
                bits == FASTCV_COLOR_BITS ? select_all(run, pool) : select_bins(run, bits, pool);
    }
    if (status == FASTCV_ERR_FORKED)
        return status;
    const size_t found = fastcv_top_colors_finish(&run->top);
    if (!status) {
        *n = found;
        fastcv_color_counters_give_back(run->counters, run->counter_count);
    }
    return status;
}

FastcvStatus fastcv_region_colors(const FastcvColorPage *page, const FastcvColorBox *box,
                                  FastcvPool pool, FastcvColorCount *top, size_t *n)
{
    const int64_t pixels = box ? (int64_t)box->width_px * box->height_px
                               : (int64_t)page->image.width_px * page->image.height_px;
    pool.num_threads = fastcv_worthwhile_threads(pixels, THREAD_PX, pool.num_threads);
    RegionRun run = {.image = page->image, .box = box, .counter_count = pool.num_threads};
    if (page->mask)
        run.mask = *page->mask;
    make_long_rows(&run);

    FastcvStatus status = FASTCV_ERR_MEMORY;
    if (allocate(&run, pixels))
        status = count_and_select(&run, page->bits, pixels, pool, top, n);
    if (status == FASTCV_ERR_FORKED)
        return status; /* the parent's workers may have been half-way through their counters */
    fastcv_color_counters_free(run.counters, run.counter_count);
    free(run.ends);
    free(run.edges);
    return status;
}
