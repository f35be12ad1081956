#include "fastcv/detect.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/detect/boxes.h"
#include "core/numbers.h"

enum { CONTOURS_A_THREAD = 16 }; /* 60 µs of work */

typedef struct Box {
    FastcvQuad quad;
    double score;
    int is_kept;
} Box;

typedef struct BoxRun {
    FastcvBoxMaker maker;
    const FastcvContour *contours;
    Box *boxes;
    char *scratch; /* of all threads */
    size_t scratch_bytes;
} BoxRun;

static void make_box(void *context, ptrdiff_t item, int thread)
{
    const BoxRun *run = context;
    Box *box = &run->boxes[item];
    box->is_kept = fastcv_box_make(&run->maker, run->contours[item],
                                   run->scratch + (size_t)thread * run->scratch_bytes, &box->quad,
                                   &box->score);
}

/* Fills detected with the boxes that are kept. keys has room for all of them. */
static FastcvStatus hand_over(const Box *boxes, ptrdiff_t count, FastcvReadingOrder order,
                              FastcvBoxKey *keys, FastcvDetected *detected)
{
    ptrdiff_t kept = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        if (boxes[i].is_kept) {
            keys[kept] = (FastcvBoxKey){boxes[i].quad.x[0], boxes[i].quad.y[0], i, kept, 0};
            kept++;
        }
    }
    fastcv_boxes_sort(keys, kept, order);
    const size_t room = kept ? (size_t)kept : 1;
    *detected = (FastcvDetected){malloc(room * sizeof *detected->quads),
                                 malloc(room * sizeof *detected->scores), kept};
    if (!detected->quads || !detected->scores) {
        fastcv_detected_free(detected);
        return FASTCV_ERR_MEMORY;
    }
    for (ptrdiff_t i = 0; i < kept; i++) {
        detected->quads[i] = boxes[keys[i].box].quad;
        detected->scores[i] = boxes[keys[i].box].score;
    }
    return FASTCV_OK;
}

static FastcvStatus make_boxes(const FastcvBoxMaker *maker, const FastcvContour *contours,
                               ptrdiff_t count, FastcvPool pool, FastcvDetected *detected)
{
    pool.num_threads = fastcv_worthwhile_threads(count, CONTOURS_A_THREAD, pool.num_threads);
    const size_t room = count ? (size_t)count : 1;
    BoxRun run = {.maker = *maker,
                  .contours = contours,
                  .boxes = malloc(room * sizeof *run.boxes),
                  .scratch_bytes = fastcv_box_scratch_bytes(maker->map, maker->rules)};
    run.scratch = malloc((size_t)pool.num_threads * run.scratch_bytes);
    FastcvBoxKey *keys = malloc(room * sizeof *keys);
    FastcvStatus status = FASTCV_ERR_MEMORY;
    if (run.boxes && run.scratch && keys)
        status = fastcv_run((FastcvLoop){make_box, &run, count}, pool);
    if (!status)
        status = hand_over(run.boxes, count, maker->rules->reading_order, keys, detected);
    free(keys);
    free(run.scratch);
    free(run.boxes);
    return status;
}

static FastcvStatus make_mask(const FastcvImage *map, const FastcvDetectRules *rules,
                              FastcvPool pool, FastcvMask *mask)
{
    const float threshold =
        rules->is_inclusive ? nextafterf(rules->threshold, -INFINITY) : rules->threshold;
    FastcvStatus status = fastcv_mask_make(map, threshold, FLT_MAX, pool, mask);
    if (!status && rules->opens)
        status = fastcv_mask_open(mask);
    if (!status && rules->dilates)
        fastcv_mask_dilate(mask);
    return status;
}

FastcvStatus fastcv_detect(const FastcvImage *map, int32_t page_width, int32_t page_height,
                           const FastcvDetectRules *rules, FastcvPool pool,
                           FastcvDetected *detected)
{
    FastcvMask mask;
    FastcvContour *contours = NULL;
    ptrdiff_t count = 0;
    FastcvStatus status = make_mask(map, rules, pool, &mask);
    if (!status)
        status = fastcv_contours_find(
            &mask, rules->is_outer_only ? FASTCV_CONTOURS_EXTERNAL : FASTCV_CONTOURS_LIST,
            rules->max_candidates, pool, &contours, &count);
    if (!status) {
        const FastcvBoxMaker maker = {map, &mask, rules, page_width, page_height};
        status = make_boxes(&maker, contours, count, pool, detected);
    }
    free(contours);
    fastcv_mask_free(&mask);
    return status;
}

void fastcv_detected_free(FastcvDetected *detected)
{
    free(detected->quads);
    free(detected->scores);
    *detected = (FastcvDetected){0};
}
