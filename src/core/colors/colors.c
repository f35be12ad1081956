/* Counting an image's colours: every thread counts blocks with a counter of its own, the counters
 * are joined, and the n largest counts are kept. Sums and the order rule do not depend on which
 * thread counted what, so the result does not either. */
#include "fastcv/colors.h"

#include "core/colors/merge.h"
#include "core/numbers.h"

enum {
    BLOCK_PX = 1 << 16,  /* a work item */
    THREAD_PX = 1 << 18, /* least for a thread: 0.1 to 1 ms. Waking a thread takes 20 to 40 µs */
};

typedef struct ColorRun {
    FastcvImage image;
    FastcvColorCounter *counters; /* one a thread */
    int counter_count;
    ptrdiff_t segments; /* a row is cut into this many parts */
    ptrdiff_t rows;     /* or an item has this many rows */
    FastcvTopColors top;
} ColorRun;

/* ---- count ---- */

/* Rows without gaps are one row: then runs need not end with them. */
static FastcvImage in_long_rows(FastcvImage image)
{
    if (image.stride_bytes == image.width_px * image.channels) {
        image.width_px *= image.height_px;
        image.height_px = 1;
    }
    return image;
}

static void count_item(void *context, ptrdiff_t item, int thread)
{
    const ColorRun *run = context;
    const ptrdiff_t y = item / run->segments * run->rows;
    const ptrdiff_t x = item % run->segments * BLOCK_PX;
    FastcvImage part = run->image;
    part.pixels += y * part.stride_bytes + x * part.channels;
    part.height_px = fastcv_min_int64(run->rows, part.height_px - y);
    if (run->segments > 1)
        part.width_px = fastcv_min_int64(BLOCK_PX, part.width_px - x);
    fastcv_color_count(&run->counters[thread], &part);
}

static FastcvStatus count_all(ColorRun *run, FastcvPool pool)
{
    const FastcvImage *image = &run->image;
    run->segments = (image->width_px - 1) / BLOCK_PX + 1;
    run->rows = image->width_px >= BLOCK_PX ? 1 : BLOCK_PX / image->width_px;
    ptrdiff_t bands = (image->height_px - 1) / run->rows + 1;
    FastcvLoop loop = {count_item, run, bands * run->segments};
    return fastcv_run(loop, pool);
}

/* ---- select ---- */

static void walk_hash_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    ColorRun *run = context;
    fastcv_color_counters_walk_hash(run->counters, run->counter_count, (size_t)item, &run->top);
}

static void walk_bytes_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    ColorRun *run = context;
    fastcv_color_counters_walk_bytes(run->counters, run->counter_count, (size_t)item, &run->top);
}

/* Loops, so that a signal can interrupt the selection from millions of colours. */
static FastcvStatus select_all(ColorRun *run, FastcvPool pool)
{
    FastcvPool serial = pool;
    serial.num_threads = 1;
    FastcvLoop hash = {walk_hash_item, run,
                       (ptrdiff_t)fastcv_color_counters_hash_parts(run->counters)};
    FastcvStatus status = fastcv_run(hash, serial);
    if (status)
        return status;
    FastcvLoop bytes = {walk_bytes_item, run,
                        (ptrdiff_t)fastcv_color_counters_byte_parts(run->counters)};
    return fastcv_run(bytes, pool);
}

FastcvStatus fastcv_main_colors(const FastcvImage *image, FastcvPool pool, FastcvColorCount *top,
                                size_t *n)
{
    const int64_t pixels = (int64_t)image->width_px * image->height_px; /* below 2^40 */
    pool.num_threads = fastcv_worthwhile_threads(pixels, THREAD_PX, pool.num_threads);
    ColorRun run = {.image = in_long_rows(*image),
                    .counters = fastcv_color_counters_make(pool.num_threads, pixels),
                    .counter_count = pool.num_threads};
    if (!run.counters)
        return FASTCV_ERR_MEMORY;
    fastcv_top_colors_init(&run.top, top, *n);

    FastcvStatus status = count_all(&run, pool);
    if (!status) {
        fastcv_color_counters_join(run.counters, run.counter_count);
        status = run.counters->table.is_out_of_memory ? FASTCV_ERR_MEMORY : select_all(&run, pool);
    }
    if (status == FASTCV_ERR_FORKED)
        return status; /* the parent's workers may have been half-way through their counters */
    const size_t found = fastcv_top_colors_finish(&run.top);
    if (!status) {
        *n = found;
        fastcv_color_counters_give_back(run.counters, run.counter_count);
    }
    fastcv_color_counters_free(run.counters, run.counter_count);
    return status;
}
