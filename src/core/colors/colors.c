/* Counting an image's colours: every thread adds the runs of equal pixels of its blocks to a table
 * of its own, the tables are joined, and the n largest are kept. Sums and the order rule do not
 * depend on who counted what, so neither does the result. */
#include "fastcv/colors.h"

#include <stdlib.h>
#include <string.h>

#include "core/colors/table.h"

enum {
    BLOCK_PX = 1 << 16,  /* a work item */
    THREAD_PX = 1 << 18, /* counted by a thread: 0.1 to 1 ms. Waking one takes 20 to 40 µs */
};

typedef struct ColorRun {
    FastcvImage image;
    FastcvFindRuns *find_runs;
    FastcvColorTable *tables; /* one a thread */
    int table_count;
    ptrdiff_t segments; /* a row is cut into this many parts */
    ptrdiff_t rows;     /* or this many rows make an item */
    FastcvTopColors top;
} ColorRun;

/* ---- count ---- */

/* Rows without gaps are one row: no run need end with them. */
static FastcvImage in_long_rows(FastcvImage image)
{
    if (image.stride_bytes == image.width_px * image.channels) {
        image.width_px *= image.height_px;
        image.height_px = 1;
    }
    return image;
}

static void count_row(const ColorRun *run, const uint8_t *pixels, ptrdiff_t width,
                      FastcvColorTable *table)
{
    FastcvRuns runs;
    const int channels = run->image.channels;
    for (ptrdiff_t x = 0; x < width; x += FASTCV_RUNS_PX) {
        const ptrdiff_t rest = width - x;
        const int count = rest < FASTCV_RUNS_PX ? (int)rest : FASTCV_RUNS_PX;
        const int found = run->find_runs(pixels + x * channels, count, channels, &runs);
        fastcv_color_table_add(table, &runs, found);
    }
}

static void count_item(void *context, ptrdiff_t item, int thread)
{
    const ColorRun *run = context;
    const FastcvImage *image = &run->image;
    FastcvColorTable *table = &run->tables[thread];

    ptrdiff_t first = item / run->segments * run->rows;
    ptrdiff_t last = first + run->rows < image->height_px ? first + run->rows : image->height_px;
    ptrdiff_t x = item % run->segments * BLOCK_PX;
    ptrdiff_t width = image->width_px - x;
    if (run->segments > 1 && width > BLOCK_PX)
        width = BLOCK_PX;
    for (ptrdiff_t y = first; y < last && !table->is_out_of_memory; y++)
        count_row(run, image->pixels + y * image->stride_bytes + x * image->channels, width, table);
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
    fastcv_color_tables_walk_hash(run->tables, run->table_count, (size_t)item, &run->top);
}

static void walk_bytes_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    ColorRun *run = context;
    fastcv_color_tables_walk_bytes(run->tables, run->table_count, (size_t)item, &run->top);
}

/* As loops, so that the caller stays interruptible over millions of colours. */
static FastcvStatus select_all(ColorRun *run, FastcvPool pool)
{
    FastcvPool serial = pool;
    serial.num_threads = 1;
    FastcvLoop hash = {walk_hash_item, run, (ptrdiff_t)fastcv_color_tables_hash_parts(run->tables)};
    FastcvStatus status = fastcv_run(hash, serial);
    if (status)
        return status;
    FastcvLoop bytes = {walk_bytes_item, run,
                        (ptrdiff_t)fastcv_color_tables_byte_parts(run->tables)};
    return fastcv_run(bytes, pool);
}

FastcvStatus fastcv_main_colors(const FastcvImage *image, FastcvPool pool, FastcvColorCount *top,
                                size_t *n)
{
    const int64_t pixels = (int64_t)image->width_px * image->height_px; /* below 2^40 */
    pool.num_threads = fastcv_worthwhile_threads(pixels, THREAD_PX, pool.num_threads);
    ColorRun run = {.image = in_long_rows(*image),
                    .find_runs = fastcv_runs_kernels()->find,
                    .table_count = pool.num_threads};
    const size_t bytes = (size_t)pool.num_threads * sizeof *run.tables;
    run.tables = aligned_alloc(alignof(FastcvColorTable), bytes);
    if (!run.tables)
        return FASTCV_ERR_MEMORY;
    memset(run.tables, 0, bytes);
    for (int i = 0; i < run.table_count; i++)
        run.tables[i].most_hashed = fastcv_color_table_most_hashed(pixels);
    fastcv_top_colors_init(&run.top, top, *n);

    FastcvStatus status = count_all(&run, pool);
    if (!status) {
        fastcv_color_tables_join(run.tables, run.table_count);
        status = run.tables[0].is_out_of_memory ? FASTCV_ERR_MEMORY : select_all(&run, pool);
    }
    if (status == FASTCV_ERR_FORKED)
        return status; /* the parent's workers may have been half-way through their tables */
    const size_t found = fastcv_top_colors_finish(&run.top);
    if (!status) {
        *n = found;
        fastcv_color_tables_give_bytes(run.tables, run.table_count);
    }
    for (int i = 0; i < run.table_count; i++)
        fastcv_color_table_free(&run.tables[i]);
    free(run.tables);
    return status;
}
