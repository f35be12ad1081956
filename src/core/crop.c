/* A crop is cut in blocks of rows. For each block the maps (where each output pixel lies on the
 * page) are our own arithmetic, and cv::remap reads the page through them.
 *
 * cv::warpPerspective does just this inside. Called from outside it would compute the same maps,
 * but it decides alone how many threads to start, and refuses outputs over 32,766 px. */
#include "fastcv/crop.h"

#include <stdatomic.h>
#include <string.h>

#include "core/reach.h"
#include "kernels/kernels.h"
#include "opencv/shim.h"

enum {
    ITEM_PX = 1 << 14,  /* a work item: enough to be worth taking, small enough to stop after */
    BLOCK_PX = 1 << 12, /* a remap: its maps (24 KiB) stay in the first-level cache */
    THREAD_PX = 1 << 13 /* what a thread must have to do: waking one costs 20 to 40 µs. With 6,400
                           px two threads lose, with 25,600 they win (benchmarks/threads.py) */
};

_Static_assert((int)BLOCK_PX <= (int)FASTCV_OPENCV_MAX_BLOCK_PX, "cv::remap would start threads");

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

FastcvQuadFault fastcv_crop_plan(const FastcvQuad *quad, const FastcvImage *page,
                                 const FastcvSampling *options, FastcvCrop *crop)
{
    memset(crop, 0, sizeof *crop);
    int32_t width, height;
    FastcvQuadFault fault = fastcv_quad_size(quad, &width, &height);
    if (!fault)
        fault = fastcv_quad_inverse(quad, width, height, crop->inverse);
    if (!fault)
        fault = fastcv_crop_reach(quad, page, options, crop);
    if (!fault) {
        crop->width_px = width;
        crop->height_px = height;
    }
    return fault;
}

/* OpenCV restarts its sums every x-block: 64 px, or wider where the crop has under 16 rows. */
static int x_block_px(const FastcvCrop *crop)
{
    return min_int(1024 / min_int(16, crop->height_px), crop->width_px);
}

static int rows_per_item(const FastcvCrop *crop)
{
    return crop->width_px >= ITEM_PX ? 1 : ITEM_PX / crop->width_px;
}

static ptrdiff_t items_of(const FastcvCrop *crop)
{
    if (crop->height_px == 0)
        return 0;
    int rows = rows_per_item(crop);
    return (crop->height_px - 1) / rows + 1;
}

typedef struct CropRun {
    const FastcvImage *page;
    const FastcvSampling *options;
    const FastcvCrop *crops;
    ptrdiff_t count;
    FastcvError error;
    atomic_flag has_error;
} CropRun;

/* The maps of rows y … y + height, columns x … x + width; x is where an x-block begins. */
static void fill_maps(const FastcvCrop *crop, int nearest, FastcvRemapBlock *block, int x, int y,
                      int16_t *xy, uint16_t *fraction)
{
    const double *m = crop->inverse;
    const int step = x_block_px(crop), end = x + block->width_px;
    FastcvMapRow row = {
        .step = {m[0], m[3], m[6]}, .region_x = crop->region_x, .region_y = crop->region_y};

    for (int i = y; i < y + block->height_px; i++) {
        for (int k = x; k < end; k += step) {
            row.origin[0] = m[0] * k + m[1] * i + m[2];
            row.origin[1] = m[3] * k + m[4] * i + m[5];
            row.origin[2] = m[6] * k + m[7] * i + m[8];
            row.count = min_int(step, end - k);
            if (nearest)
                fastcv_map_row_nearest_c(&row, xy);
            else
                fastcv_map_row_c(&row, xy, fraction);
            xy += 2 * (ptrdiff_t)row.count;
            fraction += row.count;
        }
    }
}

/* The same pixel under a mirrored border, near the page. cv::remap mirrors step by step: on a page
 * of 3 px a position 30,000 px off took it 10,000 steps a tap, seconds a crop. */
static int16_t bring_near(int position, int length, int period)
{
    if (position >= -length && position < 2 * length)
        return (int16_t)position;
    int inside = position % period;
    return (int16_t)(inside < 0 ? inside + period : inside);
}

static void bring_maps_near(const FastcvCrop *crop, FastcvBorder border, int16_t *xy, int count)
{
    const int width = crop->region_width, height = crop->region_height;
    const int period_x = border == FASTCV_REFLECT ? 2 * width : 2 * width - 2;
    const int period_y = border == FASTCV_REFLECT ? 2 * height : 2 * height - 2;
    for (int i = 0; i < count; i++) {
        if (width > 1)
            xy[2 * i] = bring_near(xy[2 * i], width, period_x);
        if (height > 1)
            xy[2 * i + 1] = bring_near(xy[2 * i + 1], height, period_y);
    }
}

static const FastcvCrop *crop_of(const CropRun *run, ptrdiff_t item)
{
    ptrdiff_t low = 0, high = run->count - 1;
    while (low < high) {
        ptrdiff_t middle = high - (high - low) / 2;
        if (run->crops[middle].first_item <= item)
            low = middle;
        else
            high = middle - 1;
    }
    return &run->crops[low];
}

static void note_error(CropRun *run, const FastcvError *error)
{
    if (!atomic_flag_test_and_set(&run->has_error))
        run->error = *error;
}

static void cut_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    CropRun *run = context;
    const FastcvCrop *crop = crop_of(run, item);
    const int nearest = run->options->interpolation == FASTCV_NEAREST;
    const FastcvBorder border = run->options->border;
    const size_t pixel_bytes = fastcv_pixel_bytes(run->page);
    const size_t stride_bytes = pixel_bytes * (size_t)crop->width_px;

    FastcvImage region = *run->page;
    region.pixels += crop->region_y * region.stride_bytes + crop->region_x * (ptrdiff_t)pixel_bytes;
    region.width_px = crop->region_width;
    region.height_px = crop->region_height;

    const int rows = rows_per_item(crop);
    const int first = (int)(item - crop->first_item) * rows;
    const int last = min_int(rows, crop->height_px - first) + first;

    /* Whole rows while they fit, else as many whole x-blocks as do. */
    const int x_block = x_block_px(crop);
    const int columns = crop->width_px <= BLOCK_PX ? crop->width_px : BLOCK_PX / x_block * x_block;
    const int block_rows = BLOCK_PX / columns;

    int16_t xy[2 * BLOCK_PX];
    uint16_t fraction[BLOCK_PX];
    for (int y = first; y < last; y += block_rows) {
        for (int x = 0; x < crop->width_px; x += columns) {
            FastcvError error;
            FastcvRemapBlock block = {
                .xy = xy,
                .fraction = nearest ? NULL : fraction,
                .pixels =
                    (uint8_t *)crop->pixels + stride_bytes * (size_t)y + pixel_bytes * (size_t)x,
                .stride_bytes = stride_bytes,
                .width_px = min_int(columns, crop->width_px - x),
                .height_px = min_int(block_rows, last - y),
            };
            fill_maps(crop, nearest, &block, x, y, xy, fraction);
            if (border == FASTCV_REFLECT || border == FASTCV_REFLECT101)
                bring_maps_near(crop, border, xy, block.width_px * block.height_px);
            if (fastcv_opencv_remap(&region, run->options, &block, &error))
                note_error(run, &error);
        }
    }
}

FastcvError fastcv_crop_run(const FastcvImage *page, const FastcvSampling *options,
                            FastcvCrop *crops, ptrdiff_t count, FastcvPool pool)
{
    CropRun run = {.page = page,
                   .options = options,
                   .crops = crops,
                   .count = count,
                   .has_error = ATOMIC_FLAG_INIT};
    FastcvLoop loop = {.work = cut_item, .context = &run};
    int64_t pixels = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        crops[i].first_item = loop.items;
        loop.items += items_of(&crops[i]);
        pixels += (int64_t)crops[i].width_px * crops[i].height_px;
    }
    if (pixels / THREAD_PX < pool.num_threads)
        pool.num_threads = pixels < THREAD_PX ? 1 : (int)(pixels / THREAD_PX);
    FastcvStatus status = fastcv_run(loop, pool);
    if (status)
        run.error = (FastcvError){.status = status};
    return run.error;
}
