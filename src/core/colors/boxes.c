/* The colours of boxes. A few boxes of usual size are a work item: the pixels of each are gathered,
 * and counted in a sketch, or in a small table that is sized for the box. Both belong to the
 * thread. Large boxes come one after the other, each counted by all threads. */
#include <math.h>
#include <stdlib.h>

#include "core/colors/bins.h"
#include "core/colors/hash.h"
#include "core/colors/packed.h"
#include "core/colors/region.h"
#include "core/colors/scan.h"
#include "core/colors/sketch.h"
#include "core/numbers.h"
#include "fastcv/colors.h"
#include "kernels/runs/runs.h"

enum {
    LINE_BYTES = 64,
    ITEM_BOXES = 8, /* at most: with one, two threads take 4 % longer, as they share cache lines, */
    ITEMS = 16,     /* and at least for each thread, if there are so many boxes */
    LARGE_PX = 1 << 17, /* from here on a table of all colours gains more than it takes */
    THREAD_PX = 1 << 15 /* least for a thread: some 50 µs. Waking one takes 20 to 40 µs */
};

/* What a thread counts a box with. */
typedef struct Worker {
    uint32_t *colors; /* of the box's pixels */
    FastcvScanEdge *edges;
    ptrdiff_t *ends;
    FastcvColorHash hash;
    FastcvColorBins bins; /* if colours are coarser */
    FastcvColorSketch *sketch;
} Worker;

typedef struct BoxRun {
    const FastcvColorPage *page;
    FastcvColorBox *boxes;
    ptrdiff_t box_count, item_boxes;
    FastcvPackRow *pack;
    Worker *workers; /* one a thread */
    int worker_count;
} BoxRun;

/* ---- plan ---- */

FastcvQuadFault fastcv_color_box_measure(const FastcvImage *page, FastcvColorBox *box)
{
    int64_t low[2] = {INT64_MAX, INT64_MAX}, high[2] = {INT64_MIN, INT64_MIN};
    for (ptrdiff_t i = 0; i < 2 * box->corner_count; i++) {
        const float value = box->corners[i];
        if (!isfinite(value))
            return FASTCV_QUAD_NOT_FINITE;
        if (fabsf(value) > 1 << 30)
            return FASTCV_QUAD_TOO_FAR;
        const int64_t first = fastcv_first_pixel(fastcv_to_subpixels(value));
        low[i % 2] = fastcv_min_int64(low[i % 2], first);
        high[i % 2] = first > high[i % 2] ? first : high[i % 2];
    }
    box->left = fastcv_clamp_int64(low[0], 0, page->width_px);
    box->top = fastcv_clamp_int64(low[1], 0, page->height_px);
    box->width_px = fastcv_clamp_int64(high[0], 0, page->width_px) - box->left;
    box->height_px = fastcv_clamp_int64(high[1], 0, page->height_px) - box->top;
    if (box->corner_count != 4)
        return FASTCV_QUAD_OK;
    const float *corners = box->corners;
    FastcvQuad quad = {{corners[0], corners[2], corners[4], corners[6]},
                       {corners[1], corners[3], corners[5], corners[7]}};
    return fastcv_quad_order(box->order, &quad);
}

static int64_t pixels_of(const FastcvColorBox *box)
{
    return (int64_t)box->width_px * box->height_px;
}

static void free_workers(BoxRun *run)
{
    for (int i = 0; run->workers && i < run->worker_count; i++) {
        free(run->workers[i].colors);
        free(run->workers[i].edges);
        free(run->workers[i].ends);
        free(run->workers[i].sketch);
        fastcv_color_hash_free(&run->workers[i].hash);
        fastcv_color_bins_free(&run->workers[i].bins);
    }
    free(run->workers);
}

/* Allocates for boxes of so many pixels and corners. Returns 0 when memory is refused. */
static int make_worker(Worker *worker, size_t pixels, size_t corners, int bits)
{
    worker->colors = malloc(pixels * sizeof *worker->colors);
    worker->edges = malloc(corners * sizeof *worker->edges);
    worker->ends = malloc(corners * sizeof *worker->ends);
    worker->sketch = calloc(1, sizeof *worker->sketch);
    return worker->colors && worker->edges && worker->ends && worker->sketch &&
           fastcv_color_hash_reserve(&worker->hash, pixels) &&
           (bits == FASTCV_COLOR_BITS ||
            fastcv_color_bins_init(&worker->bins, bits, pixels, worker->hash.multiplier));
}

/* ---- run ---- */

/* Asks for a row of a box that comes later. The CPU guesses no further than a row, so that a
 * quarter of the time went into waiting for pixels. */
static void prefetch(const FastcvImage *image, const FastcvColorBox *box, ptrdiff_t row)
{
    if (row >= box->height_px)
        return;
    const ptrdiff_t y = box->top + row;
    const uint8_t *from = image->pixels + y * image->stride_bytes + box->left * image->channels;
    const uint8_t *end = from + box->width_px * image->channels;
    for (from -= (uintptr_t)from % LINE_BYTES; from < end; from += LINE_BYTES)
        __builtin_prefetch(from, 0, 3);
}

/* Writes the colours of the box's pixels that count; returns how many there are. next is a box that
 * this thread may gather next. */
static size_t gather(const BoxRun *run, const Worker *worker, const FastcvColorBox *box,
                     const FastcvColorBox *next)
{
    const FastcvImage *image = &run->page->image, *mask = run->page->mask;
    size_t gathered = 0;
    FastcvScan scan = fastcv_scan_begin(box, image->width_px, box->top, worker->edges);
    for (ptrdiff_t y = box->top; y < box->top + box->height_px; y++) {
        const ptrdiff_t count = fastcv_scan_row(&scan, worker->ends);
        prefetch(image, next, y - box->top);
        for (ptrdiff_t i = 0; i < count; i += 2) {
            const ptrdiff_t x = worker->ends[i], width_px = worker->ends[i + 1] - x;
            uint32_t *to = worker->colors + gathered;
            run->pack(image->pixels + y * image->stride_bytes + x * image->channels, width_px,
                      image->channels, to);
            if (mask || image->channels == 4)
                gathered += fastcv_drop_hidden(
                    to, width_px, mask ? mask->pixels + y * mask->stride_bytes + x : NULL);
            else
                gathered += (size_t)width_px;
        }
    }
    return gathered;
}

static void select_exact(const FastcvColorHash *hash, FastcvTopColors *top)
{
    for (size_t i = 0; i < hash->capacity; i++) {
        const uint32_t packed = fastcv_slot_color(hash->slots[i]);
        const uint64_t count = fastcv_slot_count(hash->slots[i]);
        if (fastcv_top_colors_want(top, count, packed))
            fastcv_top_colors_offer(top, (FastcvColorCount){count, packed});
    }
}

static void select_coarse(const FastcvColorHash *hash, FastcvColorBins *bins, FastcvTopColors *top)
{
    fastcv_color_bins_restart(bins, hash->used);
    for (size_t i = 0; i < hash->capacity; i++) {
        if (hash->slots[i])
            fastcv_color_bins_add(bins, fastcv_slot_color(hash->slots[i]),
                                  fastcv_slot_count(hash->slots[i]));
    }
    fastcv_color_bins_offer(bins, top);
}

static void count_box(const BoxRun *run, Worker *worker, FastcvColorBox *box,
                      const FastcvColorBox *next)
{
    box->found = 0;
    if (pixels_of(box) == 0 || pixels_of(box) >= LARGE_PX)
        return;
    const size_t pixels = gather(run, worker, box, next);
    box->found = box->room;
    if (run->page->bits == FASTCV_COLOR_BITS && box->room <= FASTCV_SKETCH_MOST_TOP &&
        pixels >= FASTCV_SKETCH_LEAST_PX && pixels <= FASTCV_SKETCH_MOST_PX &&
        fastcv_color_sketch_find(worker->sketch, worker->colors, pixels, box->colors, &box->found))
        return;
    fastcv_color_hash_restart(&worker->hash, pixels);
    for (size_t i = 0; i < pixels; i++)
        fastcv_color_hash_add(&worker->hash, worker->colors[i], 1);

    FastcvTopColors top;
    fastcv_top_colors_init(&top, box->colors, box->room);
    if (run->page->bits == FASTCV_COLOR_BITS)
        select_exact(&worker->hash, &top);
    else
        select_coarse(&worker->hash, &worker->bins, &top);
    box->found = fastcv_top_colors_finish(&top);
}

static void count_boxes(void *context, ptrdiff_t item, int thread)
{
    const BoxRun *run = context;
    const ptrdiff_t first = item * run->item_boxes, last = run->box_count - 1;
    const ptrdiff_t end = fastcv_min_int64(first + run->item_boxes, run->box_count);
    for (ptrdiff_t i = first; i < end; i++) {
        const ptrdiff_t next = i + 1 < end ? i + 1 : first + run->worker_count * run->item_boxes;
        count_box(run, &run->workers[thread], &run->boxes[i],
                  &run->boxes[fastcv_min_int64(next, last)]);
    }
}

static FastcvStatus count_large(const BoxRun *run, ptrdiff_t count, FastcvPool pool)
{
    FastcvStatus status = FASTCV_OK;
    for (ptrdiff_t i = 0; i < count && !status; i++) {
        FastcvColorBox *box = &run->boxes[i];
        if (pixels_of(box) < LARGE_PX)
            continue;
        box->found = box->room;
        status = fastcv_region_colors(run->page, box, pool, box->colors, &box->found);
    }
    return status;
}

FastcvStatus fastcv_box_colors(const FastcvColorPage *page, FastcvColorBox *boxes, ptrdiff_t count,
                               FastcvPool pool)
{
    int64_t all = 0, most = 1;
    ptrdiff_t corners = 1;
    for (ptrdiff_t i = 0; i < count; i++) {
        const int64_t pixels = pixels_of(&boxes[i]);
        if (pixels >= LARGE_PX)
            continue;
        all += pixels;
        most = pixels > most ? pixels : most;
        corners = boxes[i].corner_count > corners ? boxes[i].corner_count : corners;
    }
    FastcvPool small = pool;
    small.num_threads = fastcv_worthwhile_threads(all, THREAD_PX, pool.num_threads);
    BoxRun run = {.page = page,
                  .boxes = boxes,
                  .box_count = count,
                  .pack = fastcv_runs_kernels()->pack,
                  .workers = calloc((size_t)small.num_threads, sizeof *run.workers),
                  .worker_count = small.num_threads};
    run.item_boxes = fastcv_clamp_int64(count / (ITEMS * small.num_threads), 1, ITEM_BOXES);
    const ptrdiff_t items = (count + run.item_boxes - 1) / run.item_boxes;
    FastcvStatus status = run.workers ? FASTCV_OK : FASTCV_ERR_MEMORY;
    for (int i = 0; i < run.worker_count && !status; i++) {
        if (!make_worker(&run.workers[i], (size_t)most, (size_t)corners, page->bits))
            status = FASTCV_ERR_MEMORY;
    }
    if (!status)
        status = fastcv_run((FastcvLoop){count_boxes, &run, items}, small);
    if (!status)
        status = count_large(&run, count, pool);
    if (status != FASTCV_ERR_FORKED)
        free_workers(&run);
    return status;
}
