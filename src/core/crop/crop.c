/* Every crop is cut in parts of some rows, by whichever engine covers the call. */
#include "fastcv/crop.h"

#include <stdatomic.h>
#include <string.h>

#include "core/crop/engine.h"
#include "core/crop/reach.h"
#include "fastcv/variants.h"

enum {
    ITEM_CROPS = 32,    /* planning one takes 0.3 µs */
    THREAD_CROPS = 256, /* planned by a thread: waking one takes 20 to 40 µs */
    ITEM_PX = 1 << 13,  /* a work item: enough to be worth taking, small enough to stop after */
    THREAD_PX = 1 << 14 /* cut by a thread. With 8,100 px two threads lose, with 38,600 they win */
};

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

FastcvCropEngine fastcv_crop_engine(const FastcvImage *page, const FastcvSampling *options)
{
    FastcvCropEngine engine = {page, options, fastcv_warp_kernels(), 0};
    engine.uses_kernels = !fastcv_variant_is_opencv() && fastcv_tiles_cover(&engine);
    return engine;
}

/* ---- plan ---- */

static void plan_one(const FastcvCropEngine *engine, const FastcvQuad *quad, FastcvCrop *crop)
{
    memset(crop, 0, sizeof *crop);
    FastcvQuadFault fault = fastcv_quad_size(quad, &crop->width_px, &crop->height_px);
    if (!fault)
        fault = fastcv_quad_inverse(quad, crop->width_px, crop->height_px, crop->inverse);
    if (!fault && !engine->uses_kernels)
        fault = fastcv_crop_reach(engine->page, engine->options, crop);
    crop->fault = fault;
    if (fault)
        crop->width_px = crop->height_px = 0;
}

typedef struct PlanRun {
    const FastcvCropEngine *engine;
    const FastcvQuad *quads;
    FastcvCrop *crops;
    ptrdiff_t count;
} PlanRun;

static void plan_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    const PlanRun *run = context;
    const ptrdiff_t first = item * ITEM_CROPS, rest = run->count - first;
    for (ptrdiff_t i = first; i < first + (rest < ITEM_CROPS ? rest : ITEM_CROPS); i++)
        plan_one(run->engine, &run->quads[i], &run->crops[i]);
}

FastcvStatus fastcv_crop_plan(const FastcvCropEngine *engine, const FastcvQuad *quads,
                              FastcvCrop *crops, ptrdiff_t count, FastcvPool pool)
{
    PlanRun run = {engine, quads, crops, count};
    FastcvLoop loop = {plan_item, &run, (count + ITEM_CROPS - 1) / ITEM_CROPS};
    pool.num_threads = fastcv_worthwhile_threads(count, THREAD_CROPS, pool.num_threads);
    return fastcv_run(loop, pool);
}

/* ---- run ---- */

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
    const FastcvCropEngine *engine;
    const FastcvCrop *crops;
    ptrdiff_t count;
    FastcvError error;
    atomic_flag has_error;
} CropRun;

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

static void cut_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    CropRun *run = context;
    const FastcvCrop *crop = crop_of(run, item);
    const int rows = rows_per_item(crop);
    const int first = (int)(item - crop->first_item) * rows;
    const int last = min_int(rows, crop->height_px - first) + first;

    if (run->engine->uses_kernels) {
        fastcv_tiles_cut(run->engine, crop, first, last);
        return;
    }
    FastcvError error = fastcv_remap_cut(run->engine, crop, first, last);
    if (error.status && !atomic_flag_test_and_set(&run->has_error))
        run->error = error;
}

FastcvError fastcv_crop_run(const FastcvCropEngine *engine, FastcvCrop *crops, ptrdiff_t count,
                            FastcvPool pool)
{
    CropRun run = {.engine = engine, .crops = crops, .count = count, .has_error = ATOMIC_FLAG_INIT};
    FastcvLoop loop = {.work = cut_item, .context = &run};
    int64_t pixels = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        crops[i].first_item = loop.items;
        loop.items += items_of(&crops[i]);
        pixels += (int64_t)crops[i].width_px * crops[i].height_px;
    }
    pool.num_threads = fastcv_worthwhile_threads(pixels, THREAD_PX, pool.num_threads);
    FastcvStatus status = fastcv_run(loop, pool);
    if (status)
        run.error = (FastcvError){.status = status};
    return run.error;
}
