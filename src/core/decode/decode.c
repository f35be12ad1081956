/* Decoding: the steps of all texts are the work items of one loop, which reads every value once;
 * then a loop over the texts. */
#include "fastcv/decode.h"

#include <stdlib.h>
#include <string.h>

#include "core/decode/text.h"
#include "core/numbers.h"
#include "kernels/argmax/argmax.h"

enum {
    ITEM_BYTES = 1 << 16,   /* steps of so many bytes are a work item: 2 to 5 µs */
    THREAD_BYTES = 1 << 19, /* least for a thread: 20 to 50 µs. Waking it takes 20 to 40 µs */
    GATHERED_STEPS = 8,
    CACHE_LINE_BYTES = 64,
    HALF_INFINITY = 0x7C00,
};

typedef struct DecodeRun {
    const FastcvLogits *logits;
    const FastcvCtcRule *rule;
    const FastcvArgmaxKernels *kernels;
    FastcvDecoded *decoded;
    ptrdiff_t all_steps, steps_an_item;
    char *rows; /* GATHERED_STEPS rows for each thread; NULL where classes are contiguous */
    ptrdiff_t row_bytes;
} DecodeRun;

/* Moves a float16's bits to where float32 has them; the scale makes up for the bias. */
static float half_value(uint16_t half)
{
    const float scale = 0x1p112F;
    const uint32_t magnitude = (uint32_t)(half & 0x7FFF) << 13, sign = (uint32_t)(half >> 15) << 31;
    uint32_t bits = magnitude | sign;
    float value;
    if ((half & 0x7FFF) >= HALF_INFINITY)
        bits |= 0x7F800000;
    memcpy(&value, &bits, sizeof value);
    return value * scale;
}

/* ---- the steps ---- */

static int is_contiguous(const FastcvLogits *logits)
{
    return logits->classes == 1 ||
           logits->class_stride == (ptrdiff_t)fastcv_tensor_type_bytes(logits->type);
}

/* Step `number` of all texts' steps. */
static const char *step_at(const FastcvLogits *logits, ptrdiff_t number)
{
    return logits->first + number / logits->steps * logits->text_stride +
           number % logits->steps * logits->step_stride;
}

/* Gathers the classes of steps in rows, one after the other. Neighbouring steps may lie in the same
 * cache lines. */
#define DEFINE_GATHER(name, Value)                                                                 \
    static void name(const DecodeRun *run, const char *const steps[], ptrdiff_t count, char *rows) \
    {                                                                                              \
        const ptrdiff_t stride = run->logits->class_stride;                                        \
        for (ptrdiff_t c = 0; c < run->logits->classes; c++) {                                     \
            for (ptrdiff_t k = 0; k < count; k++)                                                  \
                ((Value *)(rows + k * run->row_bytes))[c] =                                        \
                    *(const Value *)(steps[k] + c * stride);                                       \
        }                                                                                          \
    }

DEFINE_GATHER(gather_f32, float)
DEFINE_GATHER(gather_f16, uint16_t)

static void find_largest(const DecodeRun *run, const void *row, ptrdiff_t number)
{
    ptrdiff_t largest;
    float value;
    if (run->logits->type == FASTCV_TENSOR_F32) {
        largest = run->kernels->f32(row, run->logits->classes);
        value = ((const float *)row)[largest];
    } else {
        largest = run->kernels->f16(row, run->logits->classes);
        value = half_value(((const uint16_t *)row)[largest]);
    }
    run->decoded->classes[number] = (int32_t)largest;
    run->decoded->values[number] = (double)value;
}

static void do_steps(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    const DecodeRun *run = context;
    const ptrdiff_t first = item * run->steps_an_item;
    const ptrdiff_t end = fastcv_min_int64(run->all_steps, first + run->steps_an_item);
    for (ptrdiff_t number = first; number < end; number++)
        find_largest(run, step_at(run->logits, number), number);
}

static void do_gathered_steps(void *context, ptrdiff_t item, int thread)
{
    const DecodeRun *run = context;
    const char *steps[GATHERED_STEPS] = {NULL};
    const ptrdiff_t first = item * run->steps_an_item;
    const ptrdiff_t count = fastcv_min_int64(run->all_steps - first, run->steps_an_item);
    char *rows = run->rows + thread * GATHERED_STEPS * run->row_bytes;
    for (ptrdiff_t k = 0; k < count; k++)
        steps[k] = step_at(run->logits, first + k);
    (run->logits->type == FASTCV_TENSOR_F32 ? gather_f32 : gather_f16)(run, steps, count, rows);
    for (ptrdiff_t k = 0; k < count; k++)
        find_largest(run, rows + k * run->row_bytes, first + k);
}

/* ---- the texts ---- */

static void do_text(void *context, ptrdiff_t text, int thread)
{
    (void)thread;
    const DecodeRun *run = context;
    const FastcvDecoded *decoded = run->decoded;
    const ptrdiff_t first = text * run->logits->steps;
    FastcvSteps steps = {decoded->classes + first, decoded->columns + first,
                         decoded->values + first, run->logits->steps};
    const FastcvConfidence confidence = run->rule->confidence;
    if (confidence == FASTCV_CONFIDENCE_PRODUCT || confidence == FASTCV_CONFIDENCE_LEAST) {
        decoded->confidences[text] = fastcv_confidence_before(&steps, run->rule, run->logits->type);
        fastcv_keep_steps(&steps, run->rule);
    } else {
        fastcv_keep_steps(&steps, run->rule);
        decoded->confidences[text] = fastcv_confidence_after(&steps, run->rule, run->logits->type);
    }
    decoded->kept[text] = steps.count;
}

FastcvStatus fastcv_decode_ctc(const FastcvLogits *logits, const FastcvCtcRule *rule,
                               FastcvPool pool, FastcvDecoded *decoded)
{
    const ptrdiff_t bytes = logits->classes * (ptrdiff_t)fastcv_tensor_type_bytes(logits->type);
    DecodeRun run = {.logits = logits,
                     .rule = rule,
                     .kernels = fastcv_argmax_kernels(),
                     .decoded = decoded,
                     .all_steps = logits->texts * logits->steps,
                     .steps_an_item = 1 + ITEM_BYTES / bytes};
    pool.num_threads =
        fastcv_worthwhile_threads(run.all_steps * bytes, THREAD_BYTES, pool.num_threads);
    if (!is_contiguous(logits)) {
        run.steps_an_item = GATHERED_STEPS;
        run.row_bytes = (ptrdiff_t)fastcv_round_up((size_t)bytes, CACHE_LINE_BYTES);
        run.rows = malloc((size_t)(pool.num_threads * GATHERED_STEPS * run.row_bytes));
        if (!run.rows)
            return FASTCV_ERR_MEMORY;
    }
    const ptrdiff_t items = (run.all_steps + run.steps_an_item - 1) / run.steps_an_item;
    const FastcvLoop steps = {run.rows ? do_gathered_steps : do_steps, &run, items};
    const FastcvLoop texts = {do_text, &run, logits->texts};
    FastcvStatus status = fastcv_run(steps, pool);
    if (status == FASTCV_ERR_FORKED)
        return status; /* the parent's threads may still use the rows */
    free(run.rows);
    pool.num_threads = 1;
    return status ? status : fastcv_run(texts, pool);
}
