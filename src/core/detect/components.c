/* Runs hang on runs before them (union-find), so a component hangs on its first run. */
#include "core/detect/components.h"

#include <stdlib.h>

#include "core/numbers.h"

enum { BAND_PX = 1 << 18, TOO_SMALL = -1 };

typedef struct Finder {
    const FastcvMask *a, *b;
    FastcvComponents *found;
    ptrdiff_t band_rows;
    int64_t pixels; /* that are set */
    int32_t least_area, labels;
} Finder;

typedef void RowStep(Finder *finder, ptrdiff_t y);

/* ---- the steps: each goes over all rows ---- */

/* Bits where runs begin and where they have ended. A row's last bit is not set. */
static uint64_t turns_in(const Finder *finder, ptrdiff_t y, ptrdiff_t word, uint64_t *before)
{
    const ptrdiff_t at = y * finder->a->row_words + word;
    const uint64_t set = finder->a->rows[at] | finder->b->rows[at];
    const uint64_t turns = set ^ (set << 1 | *before);
    *before = set >> 63;
    return turns;
}

static void count_runs(Finder *finder, ptrdiff_t y)
{
    int32_t turns = 0;
    uint64_t before = 0;
    for (ptrdiff_t word = 0; word < finder->a->row_words; word++)
        turns += __builtin_popcountll(turns_in(finder, y, word, &before));
    finder->found->first_run[y + 1] = finder->found->first_run[y] + turns / 2;
}

static void write_runs(Finder *finder, ptrdiff_t y)
{
    FastcvPixelRun *runs = finder->found->runs;
    int32_t i = finder->found->first_run[y];
    int is_open = 0;
    uint64_t before = 0;
    for (ptrdiff_t word = 0; word < finder->a->row_words; word++) {
        for (uint64_t turns = turns_in(finder, y, word, &before); turns; turns &= turns - 1) {
            const int32_t x = (int32_t)(word * 64 + __builtin_ctzll(turns));
            if (is_open) {
                runs[i] = (FastcvPixelRun){runs[i].start, x, i, x - runs[i].start};
                finder->pixels += runs[i++].area;
            } else {
                runs[i].start = x;
            }
            is_open = !is_open;
        }
    }
}

static int32_t root_of(FastcvPixelRun *runs, int32_t i)
{
    while (runs[i].component != i) {
        runs[i].component = runs[runs[i].component].component;
        i = runs[i].component;
    }
    return i;
}

static void join(FastcvPixelRun *runs, int32_t i, int32_t j)
{
    const int32_t a = root_of(runs, i), b = root_of(runs, j);
    const int32_t first = a < b ? a : b, other = a < b ? b : a;
    if (first == other)
        return;
    runs[other].component = first;
    runs[first].area += runs[other].area;
}

static void join_to_row_above(Finder *finder, ptrdiff_t y)
{
    FastcvPixelRun *runs = finder->found->runs;
    const int32_t *first = finder->found->first_run;
    if (y == 0)
        return;
    for (int32_t i = first[y], above = first[y - 1]; i < first[y + 1]; i++) {
        while (above < first[y] && runs[above].end <= runs[i].start)
            above++;
        for (int32_t j = above; j < first[y] && runs[j].start < runs[i].end; j++)
            join(runs, i, j);
    }
}

static void find_runs(Finder *finder, ptrdiff_t y)
{
    write_runs(finder, y);
    join_to_row_above(finder, y);
}

/* A run comes after the one that it hangs on, which has its component's number by now. */
static void number_runs(Finder *finder, ptrdiff_t y)
{
    FastcvComponents *found = finder->found;
    for (int32_t i = found->first_run[y]; i < found->first_run[y + 1]; i++) {
        FastcvPixelRun *run = &found->runs[i];
        if (run->component != i) {
            run->component = found->runs[run->component].component;
        } else {
            finder->labels++;
            run->component = run->area < finder->least_area ? TOO_SMALL : (int32_t)found->count++;
            if (run->component != TOO_SMALL)
                found->components[run->component] = (FastcvComponent){
                    run->start, (int32_t)y, 0, (int32_t)y, run->area, finder->labels};
        }
        if (run->component == TOO_SMALL)
            continue;
        FastcvComponent *component = &found->components[run->component];
        component->left = fastcv_min_int(component->left, run->start);
        component->right = fastcv_max_int(component->right, run->end - 1);
        component->bottom = (int32_t)y;
    }
}

/* ---- the loop over rows ---- */

typedef struct Step {
    Finder *finder;
    RowStep *of_row;
} Step;

static void do_band(void *context, ptrdiff_t item, int thread)
{
    const Step *step = context;
    const ptrdiff_t rows = step->finder->band_rows, first = item * rows;
    const ptrdiff_t end = fastcv_min_int64(first + rows, step->finder->a->height_px);
    (void)thread;
    for (ptrdiff_t y = first; y < end; y++)
        step->of_row(step->finder, y);
}

static FastcvStatus do_rows(Finder *finder, RowStep *of_row, FastcvPool pool)
{
    Step step = {finder, of_row};
    pool.num_threads = 1;
    return fastcv_run(
        (FastcvLoop){do_band, &step, (finder->a->height_px - 1) / finder->band_rows + 1}, pool);
}

/* For at least one item. */
static void *allocate(int64_t count, size_t bytes)
{
    return malloc((size_t)(count > 0 ? count : 1) * bytes);
}

FastcvStatus fastcv_components_find(const FastcvMask *a, const FastcvMask *b, int32_t least_area,
                                    FastcvPool pool, FastcvComponents *found)
{
    Finder finder = {.a = a,
                     .b = b,
                     .found = found,
                     .band_rows = BAND_PX / a->width_px + 1,
                     .least_area = least_area};
    *found = (FastcvComponents){.first_run = calloc((size_t)a->height_px + 1, sizeof(int32_t))};
    if (!found->first_run)
        return FASTCV_ERR_MEMORY;
    FastcvStatus status = do_rows(&finder, count_runs, pool);
    if (status)
        return status;

    found->runs = allocate(found->first_run[a->height_px], sizeof *found->runs);
    if (!found->runs)
        return FASTCV_ERR_MEMORY;
    status = do_rows(&finder, find_runs, pool);
    if (status)
        return status;

    found->components = allocate(finder.pixels / least_area, sizeof *found->components);
    if (!found->components)
        return FASTCV_ERR_MEMORY;
    return do_rows(&finder, number_runs, pool);
}

void fastcv_components_free(FastcvComponents *found)
{
    free(found->runs);
    free(found->first_run);
    free(found->components);
    *found = (FastcvComponents){0};
}
