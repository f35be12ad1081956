#include "fastcv/craft.h"

#include <math.h>
#include <stdlib.h>

#include "core/detect/craft_box.h"
#include "core/numbers.h"

enum {
    LEAST_AREA = 10, /* components with fewer pixels are dropped */
    BAND_PX = 1 << 16,
    RUNS_A_THREAD = 1 << 13, /* 60 µs of work, as are: */
    BOXES_A_THREAD = 64
};

typedef struct Word {
    FastcvQuad quad;
    int is_kept;
} Word;

typedef struct Run {
    const FastcvImage *region;
    const FastcvCraftRules *rules;
    FastcvMask text, link;
    FastcvComponents found;
    FastcvTextRow *rows;  /* of all components */
    ptrdiff_t *first_row; /* of each component, and the end */
    ptrdiff_t band_rows;
    Word *words;   /* of all components */
    char *scratch; /* of all threads */
    size_t scratch_bytes;
} Run;

/* ---- from runs to text ---- */

/* The first set bit from start to before end; end if there is none. */
static int32_t first_set(const uint64_t *row, int32_t start, int32_t end)
{
    ptrdiff_t word = start / 64;
    uint64_t bits = row[word] & ~UINT64_C(0) << start % 64;
    while (!bits && (word + 1) * 64 < end)
        bits = row[++word];
    return bits ? fastcv_min_int((int32_t)word * 64 + __builtin_ctzll(bits), end) : end;
}

/* The last set bit before end. There is one. */
static int32_t last_set(const uint64_t *row, int32_t end)
{
    ptrdiff_t word = (end - 1) / 64;
    uint64_t bits = row[word] & ~UINT64_C(0) >> (63 - (end - 1) % 64);
    while (!bits)
        bits = row[--word];
    return (int32_t)word * 64 + 63 - __builtin_clzll(bits);
}

/* NaN is not below the threshold: NumPy's maximum of NaN is NaN, which is not less. */
static int has_strong(const float *values, const FastcvPixelRun *run, float threshold)
{
    for (int32_t x = run->start; x < run->end; x++) {
        if (!(values[x] < threshold))
            return 1;
    }
    return 0;
}

static void add_run(FastcvTextRow *text, const FastcvPixelRun *run, const uint64_t *bits)
{
    const int32_t first = first_set(bits, run->start, run->end);
    if (first == run->end)
        return;
    if (text->end == 0) /* runs come from left to right */
        text->start = first;
    text->end = last_set(bits, run->end) + 1;
}

static void collect_row(const Run *run, ptrdiff_t y)
{
    const FastcvComponents *found = &run->found;
    const uint64_t *bits = run->text.rows + y * run->text.row_words;
    const float *values = (const float *)(run->region->pixels + y * run->region->stride_bytes);
    for (int32_t i = found->first_run[y]; i < found->first_run[y + 1]; i++) {
        const FastcvPixelRun *pixels = &found->runs[i];
        if (pixels->component < 0)
            continue;
        FastcvTextRow *text = &run->rows[run->first_row[pixels->component] + y -
                                         found->components[pixels->component].top];
        add_run(text, pixels, bits);
        if (!text->is_strong)
            text->is_strong = has_strong(values, pixels, run->rules->text_threshold);
    }
}

static void collect_band(void *context, ptrdiff_t item, int thread)
{
    const Run *run = context;
    const ptrdiff_t first = item * run->band_rows;
    const ptrdiff_t end = fastcv_min_int64(first + run->band_rows, run->region->height_px);
    (void)thread;
    for (ptrdiff_t y = first; y < end; y++)
        collect_row(run, y);
}

/* A component has a run in each of its rows, so there are no more rows than runs. */
static FastcvStatus collect(Run *run, FastcvPool pool)
{
    const FastcvComponents *found = &run->found;
    run->first_row = malloc((size_t)(found->count + 1) * sizeof *run->first_row);
    if (!run->first_row)
        return FASTCV_ERR_MEMORY;
    run->first_row[0] = 0;
    for (ptrdiff_t i = 0; i < found->count; i++)
        run->first_row[i + 1] =
            run->first_row[i] + found->components[i].bottom - found->components[i].top + 1;
    const ptrdiff_t rows = run->first_row[found->count];
    run->rows = calloc((size_t)(rows + 1), sizeof *run->rows);
    if (!run->rows)
        return FASTCV_ERR_MEMORY;

    run->band_rows = BAND_PX / run->region->width_px + 1;
    pool.num_threads = fastcv_worthwhile_threads(found->first_run[run->region->height_px],
                                                 RUNS_A_THREAD, pool.num_threads);
    const FastcvLoop loop = {collect_band, run, (run->region->height_px - 1) / run->band_rows + 1};
    return fastcv_run(loop, pool);
}

/* ---- from text to boxes ---- */

static int is_strong(const Run *run, ptrdiff_t component)
{
    for (ptrdiff_t i = run->first_row[component]; i < run->first_row[component + 1]; i++) {
        if (run->rows[i].is_strong)
            return 1;
    }
    return 0;
}

static void make_box(void *context, ptrdiff_t item, int thread)
{
    const Run *run = context;
    Word *word = &run->words[item];
    word->is_kept = is_strong(run, item);
    if (word->is_kept)
        word->quad = fastcv_craft_box(&run->found.components[item],
                                      run->rows + run->first_row[item], &run->text, run->rules,
                                      run->scratch + (size_t)thread * run->scratch_bytes);
}

static FastcvStatus make_boxes(Run *run, FastcvPool pool)
{
    const ptrdiff_t count = run->found.count;
    pool.num_threads = fastcv_worthwhile_threads(count, BOXES_A_THREAD, pool.num_threads);
    run->scratch_bytes = fastcv_craft_scratch_bytes(run->text.width_px, run->text.height_px);
    run->scratch = malloc((size_t)pool.num_threads * run->scratch_bytes);
    run->words = malloc((size_t)(count + 1) * sizeof *run->words);
    if (!run->scratch || !run->words)
        return FASTCV_ERR_MEMORY;
    return fastcv_run((FastcvLoop){make_box, run, count}, pool);
}

static FastcvStatus hand_over(const Run *run, FastcvCraftWords *words)
{
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < run->found.count; i++)
        count += run->words[i].is_kept;
    *words = (FastcvCraftWords){malloc((size_t)(count + 1) * sizeof *words->quads),
                                malloc((size_t)(count + 1) * sizeof *words->labels), 0};
    if (!words->quads || !words->labels) {
        fastcv_craft_words_free(words);
        return FASTCV_ERR_MEMORY;
    }
    for (ptrdiff_t i = 0; i < run->found.count; i++) {
        if (!run->words[i].is_kept)
            continue;
        words->quads[words->count] = run->words[i].quad;
        words->labels[words->count++] = run->found.components[i].label;
    }
    return FASTCV_OK;
}

FastcvStatus fastcv_craft(const FastcvImage *region, const FastcvImage *link,
                          const FastcvCraftRules *rules, FastcvPool pool, FastcvCraftWords *words)
{
    Run run = {.region = region, .rules = rules};
    FastcvStatus status = fastcv_mask_make(region, rules->low_text, INFINITY, pool, &run.text);
    if (!status)
        status = fastcv_mask_make(link, rules->link_threshold, INFINITY, pool, &run.link);
    if (!status)
        status = fastcv_components_find(&run.text, &run.link, LEAST_AREA, pool, &run.found);
    if (!status)
        status = collect(&run, pool);
    if (!status)
        status = make_boxes(&run, pool);
    if (!status)
        status = hand_over(&run, words);
    free(run.words);
    free(run.scratch);
    free(run.rows);
    free(run.first_row);
    fastcv_components_free(&run.found);
    fastcv_mask_free(&run.link);
    fastcv_mask_free(&run.text);
    return status;
}

void fastcv_craft_words_free(FastcvCraftWords *words)
{
    free(words->quads);
    free(words->labels);
    *words = (FastcvCraftWords){0};
}
