/* A list of crops: planned in chunks, cut in items of some rows. */
#include "fastcv/crop.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "core/crop/engine.h"
#include "core/crop/reach.h"
#include "core/items.h"
#include "core/numbers.h"

enum {
    ITEM_CROPS = 32,    /* planning one takes 0.3 µs */
    THREAD_CROPS = 256, /* planned by a thread: waking one takes 20 to 40 µs */
    ITEM_PX = 1 << 13,  /* a work item: enough to be worth taking, small enough to stop after */
    THREAD_PX = 1 << 14 /* cut by a thread: two threads lose with 8,100 px and win with 38,600 */
};

/* ---- plan ---- */

typedef struct PlanRun {
    const FastcvCropEngine *engine; /* NULL where boxes are only measured */
    const FastcvImage *page;
    const FastcvRule *rule;
    const FastcvQuad *quads;
    const double *border_value;
    FastcvCrop *crops;          /* to be planned, or NULL … */
    FastcvGeometry *geometries; /* … and these to be measured */
    ptrdiff_t count;
} PlanRun;

/* The crop of a box. Where there is an engine, a copy is one that it may cut as a copy. */
static FastcvGeometry geometry_of(const PlanRun *run, ptrdiff_t i)
{
    const FastcvRule *rule = run->rule;
    if (rule->slicing)
        return fastcv_rule_slice(rule, &run->quads[i], run->page->width_px, run->page->height_px);
    FastcvQuad quad = run->quads[i];
    const FastcvQuadFault fault = fastcv_quad_order(rule->order, &quad);
    FastcvGeometry geometry = fastcv_rule_apply(rule, &quad);
    if (geometry.kind == FASTCV_GEOMETRY_COPY && run->engine &&
        !fastcv_copy_covers(run->engine, &geometry))
        geometry = fastcv_rule_warp(rule, &quad);
    if (fault && !geometry.fault)
        geometry = (FastcvGeometry){.kind = FASTCV_GEOMETRY_NONE, .fault = fault};
    return geometry;
}

static void plan_one(const PlanRun *run, ptrdiff_t i)
{
    const FastcvCropEngine *engine = run->engine;
    FastcvCrop *crop = &run->crops[i];
    *crop = (FastcvCrop){.geometry = geometry_of(run, i), .border_value = run->border_value};
    if (crop->geometry.fault || crop->geometry.kind == FASTCV_GEOMETRY_COPY ||
        engine->kind != FASTCV_ENGINE_OPENCV)
        return;
    const FastcvQuadFault fault = fastcv_crop_reach(engine->page, engine->sampling, crop);
    if (fault)
        crop->geometry = (FastcvGeometry){.kind = FASTCV_GEOMETRY_NONE, .fault = fault};
}

static void plan_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    const PlanRun *run = context;
    const ptrdiff_t first = item * ITEM_CROPS;
    const ptrdiff_t end = first + fastcv_min_int64(ITEM_CROPS, run->count - first);
    for (ptrdiff_t i = first; i < end; i++) {
        if (run->crops)
            plan_one(run, i);
        else
            run->geometries[i] = geometry_of(run, i);
    }
}

static FastcvStatus plan_all(PlanRun *run, FastcvPool pool)
{
    const FastcvLoop loop = {plan_item, run, (run->count + ITEM_CROPS - 1) / ITEM_CROPS};
    pool.num_threads = fastcv_worthwhile_threads(run->count, THREAD_CROPS, pool.num_threads);
    return fastcv_run(loop, pool);
}

FastcvStatus fastcv_crops_plan(const FastcvCropEngine *engine, const FastcvRule *rule,
                               const FastcvQuad *quads, const double *border_value,
                               FastcvCrop *crops, ptrdiff_t count, FastcvPool pool)
{
    PlanRun run = {.engine = engine,
                   .page = engine->page,
                   .rule = rule,
                   .quads = quads,
                   .border_value = border_value,
                   .crops = crops,
                   .count = count};
    return plan_all(&run, pool);
}

FastcvStatus fastcv_crops_measure(const FastcvImage *page, const FastcvRule *rule,
                                  const FastcvQuad *quads, FastcvGeometry *geometries,
                                  ptrdiff_t count, FastcvPool pool)
{
    PlanRun run = {
        .page = page, .rule = rule, .quads = quads, .geometries = geometries, .count = count};
    return plan_all(&run, pool);
}

/* ---- cut ---- */

static int rows_per_item(const FastcvGeometry *crop)
{
    const int width = fastcv_geometry_width(crop);
    return width >= ITEM_PX ? 1 : ITEM_PX / width;
}

static ptrdiff_t items_of(const FastcvGeometry *crop)
{
    return crop->kind == FASTCV_GEOMETRY_NONE
               ? 0
               : (fastcv_geometry_height(crop) - 1) / rows_per_item(crop) + 1;
}

typedef struct CutRun {
    const FastcvCropEngine *engine;
    const FastcvCrop *crops;
    const FastcvRows *rows;
    ptrdiff_t count;
    ptrdiff_t *first_item; /* of each crop */
    int threads;
    char *workspaces; /* one a thread */
    size_t workspace_bytes;
    FastcvError error;
    atomic_flag has_error;
} CutRun;

/* Asks the caches for what a crop will read. Threads take items in turn, so a thread that cuts one
 * crop next cuts the one that is as many further on as there are threads. */
static void ask_ahead(const CutRun *run, ptrdiff_t index)
{
    if (index >= run->count || run->crops[index].geometry.kind == FASTCV_GEOMETRY_NONE)
        return;
    FastcvAhead ahead = fastcv_cut_ahead(run->engine, &run->crops[index]);
    while (ahead.rows > 0)
        fastcv_ahead_ask(&ahead);
}

static void cut_item(void *context, ptrdiff_t item, int thread)
{
    CutRun *run = context;
    const ptrdiff_t index = fastcv_owner_of_item(run->first_item, run->count, item);
    const FastcvCrop *crop = &run->crops[index];
    const int rows = rows_per_item(&crop->geometry);
    const int first = (int)(item - run->first_item[index]) * rows;
    const int last = fastcv_min_int(rows, fastcv_geometry_height(&crop->geometry) - first) + first;
    FastcvRows to = run->rows[index];
    to.pixels = (char *)to.pixels + first * to.stride_bytes;

    if (last == fastcv_geometry_height(&crop->geometry))
        ask_ahead(run, index + run->threads);
    const FastcvError error = fastcv_cut(run->engine, crop, first, last, to,
                                         run->workspaces + (size_t)thread * run->workspace_bytes);
    if (error.status && !atomic_flag_test_and_set(&run->has_error))
        run->error = error;
}

/* Numbers the items, crop after crop. Returns how many there are. */
static ptrdiff_t number_items(CutRun *run)
{
    ptrdiff_t items = 0;
    for (ptrdiff_t i = 0; i < run->count; i++) {
        run->first_item[i] = items;
        items += items_of(&run->crops[i].geometry);
    }
    return items;
}

/* What the loop needs, in one piece of memory: malloc alone, since aligned_alloc takes longer than
 * a small crop's map. Returns it, or NULL. */
static void *allocate(CutRun *run, int num_threads)
{
    const size_t alignment = FASTCV_WORKSPACE_ALIGNMENT;
    const size_t index_bytes = (size_t)run->count * sizeof *run->first_item;
    run->threads = num_threads;
    run->workspace_bytes = fastcv_cut_workspace_bytes(run->engine);
    char *memory = malloc(index_bytes + alignment + (size_t)num_threads * run->workspace_bytes);
    if (!memory)
        return NULL;
    run->first_item = (ptrdiff_t *)memory;
    run->workspaces = memory + index_bytes;
    run->workspaces += -(uintptr_t)run->workspaces % alignment;
    return memory;
}

FastcvError fastcv_crops_cut(const FastcvCropEngine *engine, const FastcvCrop *crops,
                             const FastcvRows *rows, ptrdiff_t count, FastcvPool pool)
{
    CutRun run = {.engine = engine,
                  .crops = crops,
                  .rows = rows,
                  .count = count,
                  .has_error = ATOMIC_FLAG_INIT};
    int64_t pixels = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        pixels += (int64_t)crops[i].geometry.width_px * crops[i].geometry.height_px;
    pool.num_threads = fastcv_worthwhile_threads(pixels, THREAD_PX, pool.num_threads);

    void *memory = allocate(&run, pool.num_threads);
    if (!memory)
        return (FastcvError){.status = FASTCV_ERR_MEMORY};
    const FastcvLoop loop = {cut_item, &run, number_items(&run)};
    const FastcvStatus status = fastcv_run(loop, pool);
    if (status)
        run.error = (FastcvError){.status = status};
    free(memory);
    return run.error;
}
