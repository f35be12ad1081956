/* Counting an image's colours: every thread adds the runs of equal pixels of its blocks to a table
 * of its own, the tables are joined, and a heap keeps the n largest. Sums and the order rule do
 * not depend on who counted what, so neither does the result. */
#include "fastcv/colors.h"

#include <stdlib.h>
#include <string.h>

#include "core/color_table.h"

enum { BLOCK_PX = 1 << 16 }; /* a work item */

/* ---- count ---- */

static inline uint32_t pack(const uint8_t *pixel, int channels)
{
    if (channels == 1)
        return pixel[0] * UINT32_C(0x010101);
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

/* channels is a constant at every call, so that each gets a loop of its own. */
static inline void count_row(const uint8_t *pixel, ptrdiff_t width, int channels,
                             FastcvColorTable *table)
{
    uint32_t color = 0;
    uint64_t run = 0;
    for (ptrdiff_t i = 0; i < width; i++, pixel += channels) {
        if (channels == 4 && pixel[3] == 0)
            continue;
        uint32_t next = pack(pixel, channels);
        if (next != color && run) {
            fastcv_color_table_add(table, color, run);
            run = 0;
        }
        color = next;
        run++;
    }
    if (run)
        fastcv_color_table_add(table, color, run);
}

typedef struct ColorRun {
    const FastcvImage *image;
    FastcvColorTable *tables; /* one a thread */
    int table_count;
    ptrdiff_t segments; /* a row is cut into this many parts */
    ptrdiff_t rows;     /* or this many rows make an item */
    FastcvColorVisitor visitor;
    FastcvColorCount *heap;
    size_t heap_size, heap_capacity;
} ColorRun;

static void count_item(void *context, ptrdiff_t item, int thread)
{
    const ColorRun *run = context;
    const FastcvImage *image = run->image;
    FastcvColorTable *table = &run->tables[thread];

    ptrdiff_t first = item / run->segments * run->rows;
    ptrdiff_t last = first + run->rows < image->height_px ? first + run->rows : image->height_px;
    ptrdiff_t x = item % run->segments * BLOCK_PX;
    ptrdiff_t width = image->width_px - x;
    if (run->segments > 1 && width > BLOCK_PX)
        width = BLOCK_PX;

    for (ptrdiff_t y = first; y < last && !table->is_out_of_memory; y++) {
        const uint8_t *row = image->pixels + y * image->stride_bytes + x * image->channels;
        switch (image->channels) {
        case 1:
            count_row(row, width, 1, table);
            break;
        case 3:
            count_row(row, width, 3, table);
            break;
        default:
            count_row(row, width, 4, table);
        }
    }
}

static FastcvStatus count_all(ColorRun *run, FastcvPool pool)
{
    const FastcvImage *image = run->image;
    run->segments = (image->width_px - 1) / BLOCK_PX + 1;
    run->rows = image->width_px >= BLOCK_PX ? 1 : BLOCK_PX / image->width_px;
    ptrdiff_t bands = (image->height_px - 1) / run->rows + 1;
    FastcvLoop loop = {count_item, run, bands * run->segments};
    return fastcv_run(loop, pool);
}

/* ---- select ---- */

static int ranks_below(FastcvColorCount a, FastcvColorCount b)
{
    return a.count != b.count ? a.count < b.count : a.packed < b.packed;
}

/* Puts value at the root of a heap whose lowest rank is at the root, and lets it sink. */
static void replace_root(FastcvColorCount *heap, size_t size, FastcvColorCount value)
{
    size_t hole = 0;
    for (size_t child; (child = 2 * hole + 1) < size; hole = child) {
        if (child + 1 < size && ranks_below(heap[child + 1], heap[child]))
            child++;
        if (!ranks_below(heap[child], value))
            break;
        heap[hole] = heap[child];
    }
    heap[hole] = value;
}

static void push(FastcvColorCount *heap, size_t size, FastcvColorCount value)
{
    size_t hole = size;
    for (; hole && ranks_below(value, heap[(hole - 1) / 2]); hole = (hole - 1) / 2)
        heap[hole] = heap[(hole - 1) / 2];
    heap[hole] = value;
}

/* The heap's root is always the lowest that is left, so the array fills from its end. */
static void sort_heap(FastcvColorCount *heap, size_t size)
{
    while (size > 1) {
        FastcvColorCount lowest = heap[0], last = heap[--size];
        replace_root(heap, size, last);
        heap[size] = lowest;
    }
}

/* Only a colour that ranks above the heap's lowest can enter it, and ties are its to rank. */
static void offer_to_heap(void *context, FastcvColorCount color)
{
    ColorRun *run = context;
    if (run->heap_size < run->heap_capacity)
        push(run->heap, run->heap_size++, color);
    else if (ranks_below(run->heap[0], color))
        replace_root(run->heap, run->heap_size, color);
    if (run->heap_size == run->heap_capacity)
        run->visitor.at_least = run->heap[0].count;
}

static void walk_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    ColorRun *run = context;
    fastcv_color_tables_walk(run->tables, run->table_count, (size_t)item, &run->visitor);
}

/* As a loop on one thread, so that the caller stays interruptible over millions of colours. */
static FastcvStatus select_all(ColorRun *run, FastcvPool pool)
{
    run->visitor = (FastcvColorVisitor){offer_to_heap, run, 1};
    pool.num_threads = 1;
    FastcvLoop loop = {walk_item, run, (ptrdiff_t)fastcv_color_tables_parts(run->tables)};
    return fastcv_run(loop, pool);
}

FastcvStatus fastcv_main_colors(const FastcvImage *image, FastcvPool pool, FastcvColorCount *top,
                                size_t *n)
{
    ColorRun run = {
        .image = image, .table_count = pool.num_threads, .heap = top, .heap_capacity = *n};
    const size_t bytes = (size_t)pool.num_threads * sizeof *run.tables;
    run.tables = aligned_alloc(alignof(FastcvColorTable), bytes);
    if (!run.tables)
        return FASTCV_ERR_MEMORY;
    memset(run.tables, 0, bytes);
    const uint64_t pixels = (uint64_t)image->width_px * (uint64_t)image->height_px;
    for (int i = 0; i < run.table_count; i++)
        run.tables[i].most_hashed = fastcv_color_table_most_hashed(pixels);

    FastcvStatus status = count_all(&run, pool);
    if (status == FASTCV_ERR_FORKED)
        return status; /* the parent's workers may have been half-way through their tables */
    if (!status) {
        fastcv_color_tables_join(run.tables, run.table_count);
        status = run.tables[0].is_out_of_memory ? FASTCV_ERR_MEMORY : select_all(&run, pool);
    }
    if (!status) {
        sort_heap(top, run.heap_size);
        *n = run.heap_size;
    }
    for (int i = 0; i < run.table_count; i++)
        fastcv_color_table_free(&run.tables[i]);
    free(run.tables);
    return status;
}
