#include "fastcv/gray.h"

#include "core/numbers.h"
#include "kernels/gray/gray.h"

enum {
    ITEM_PX = 1 << 16,   /* a work item: some rows */
    THREAD_PX = 1 << 18, /* for a thread: waking one takes as long as 100,000 px */
    CALL_PX = 1 << 20    /* of a kernel, whose counts are ints */
};

typedef struct GrayRun {
    const FastcvImage *page;
    uint8_t *gray;
    const FastcvGrayKernels *kernels;
    int64_t item_rows;
} GrayRun;

static void gray_row(const GrayRun *run, int64_t y)
{
    const FastcvImage *page = run->page;
    const uint8_t *row = page->pixels + y * page->stride_bytes;
    uint8_t *out = run->gray + y * page->width_px;
    for (int64_t x = 0; x < page->width_px; x += CALL_PX)
        run->kernels->gray(row + x * page->channels,
                           (int)fastcv_min_int64(CALL_PX, page->width_px - x), page->channels,
                           out + x);
}

static void gray_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    const GrayRun *run = context;
    const int64_t first = item * run->item_rows;
    const int64_t end = fastcv_min_int64(first + run->item_rows, run->page->height_px);
    for (int64_t y = first; y < end; y++)
        gray_row(run, y);
}

FastcvStatus fastcv_gray_page(const FastcvImage *page, uint8_t *gray, FastcvPool pool)
{
    GrayRun run = {.page = page,
                   .gray = gray,
                   .kernels = fastcv_gray_kernels(),
                   .item_rows = (ITEM_PX - 1) / page->width_px + 1};
    const FastcvLoop loop = {gray_item, &run, (page->height_px - 1) / run.item_rows + 1};
    pool.num_threads = fastcv_worthwhile_threads((int64_t)page->width_px * page->height_px,
                                                 THREAD_PX, pool.num_threads);
    return fastcv_run(loop, pool);
}
