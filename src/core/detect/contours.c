#include "core/detect/contours.h"

#include <stdlib.h>

#include "core/numbers.h"

enum { BAND_PX = 1 << 18, OUTSIDE = 0, NO_LABEL = -1 };

/* A run of equal pixels: from its start to the next run's. Runs of a row alternate: the even ones
 * are unset, and the first and the last reach beyond the row. */
typedef struct Run {
    int32_t start, label;
} Run;

/* A component that has begun. Labels are numbered as the scan meets them, so the component is the
 * least of the labels that it joins, and its first pixel is that label's. */
typedef struct Label {
    int32_t parent;
    int32_t x, y;
    int32_t around; /* of set pixels: the label to their left; NO_LABEL for unset ones */
} Label;

typedef struct Finder {
    const FastcvMask *mask;
    Label *labels;
    Run *above, *here; /* the runs of two rows, with an end */
    int32_t count, room, above_count;
    ptrdiff_t band_rows;
    int is_out_of_memory;
} Finder;

static int32_t root_of(Label *labels, int32_t label)
{
    while (labels[label].parent != label) {
        labels[label].parent = labels[labels[label].parent].parent;
        label = labels[label].parent;
    }
    return label;
}

static int32_t join(Label *labels, int32_t a, int32_t b)
{
    a = root_of(labels, a);
    b = root_of(labels, b);
    if (a < b)
        return labels[b].parent = a;
    return labels[a].parent = b;
}

/* Returns how many runs the row has. */
static int32_t find_runs(const FastcvMask *mask, ptrdiff_t y, Run *runs)
{
    const uint64_t *row = mask->rows + y * mask->row_words;
    int32_t count = 0;
    uint64_t before = 0;
    runs[count++].start = -1;
    for (ptrdiff_t i = 0; i < mask->row_words; i++) {
        uint64_t turns = row[i] ^ (row[i] << 1 | before);
        before = row[i] >> 63;
        for (; turns; turns &= turns - 1)
            runs[count++].start = (int32_t)(i * 64 + __builtin_ctzll(turns));
    }
    runs[count].start = mask->width_px + 1;
    return count;
}

/* Gives each run the label of the runs above that it touches: set ones also at a corner, unset ones
 * only in a column. */
static void label_row(Finder *finder, ptrdiff_t y)
{
    const Run *above = finder->above;
    Run *here = finder->here;
    const int32_t count = find_runs(finder->mask, y, here);
    int32_t next[2] = {0, 1}; /* the first run above that may touch: of unset and set ones */
    for (int32_t i = 0; i < count; i++) {
        const int is_set = i & 1;
        const int32_t start = here[i].start, end = here[i + 1].start;
        int32_t label = NO_LABEL, j = next[is_set];
        while (j < finder->above_count && above[j + 1].start + is_set <= start)
            j += 2;
        next[is_set] = j;
        for (; j < finder->above_count && above[j].start < end + is_set; j += 2)
            label =
                label == NO_LABEL ? above[j].label : join(finder->labels, label, above[j].label);
        if (label == NO_LABEL) {
            label = finder->count++;
            finder->labels[label] =
                (Label){label, start, (int32_t)y, is_set ? here[i - 1].label : NO_LABEL};
        }
        here[i].label = label;
    }
    finder->above = here;
    finder->here = (Run *)above;
    finder->above_count = count;
}

/* Makes room for the labels of one more row. */
static int make_room(Finder *finder)
{
    const int64_t needed = (int64_t)finder->count + finder->mask->width_px + 2;
    if (needed <= finder->room)
        return 1;
    const int64_t room = fastcv_min_int64(2 * needed, INT32_MAX);
    Label *labels =
        needed > INT32_MAX ? NULL : realloc(finder->labels, (size_t)room * sizeof *labels);
    if (!labels)
        return 0;
    finder->labels = labels;
    finder->room = (int32_t)room;
    return 1;
}

static void find_in_band(void *context, ptrdiff_t item, int thread)
{
    Finder *finder = context;
    const ptrdiff_t first = item * finder->band_rows;
    const ptrdiff_t rows = finder->mask->height_px + 1; /* the row below is outside */
    const ptrdiff_t end = fastcv_min_int64(first + finder->band_rows, rows);
    (void)thread;
    for (ptrdiff_t y = first; y < end && !finder->is_out_of_memory; y++) {
        if (make_room(finder))
            label_row(finder, y);
        else
            finder->is_out_of_memory = 1;
    }
}

static int is_wanted(Label *labels, int32_t label, FastcvContourMode mode)
{
    if (labels[label].parent != label || label == OUTSIDE)
        return 0;
    return mode == FASTCV_CONTOURS_LIST ||
           (labels[label].around != NO_LABEL && root_of(labels, labels[label].around) == OUTSIDE);
}

/* A hole's contour begins at the set pixel to the left of its first. */
static FastcvContour contour_of(const Label *label)
{
    const int is_hole = label->around == NO_LABEL;
    return (FastcvContour){label->x - is_hole, label->y, is_hole};
}

static FastcvStatus list_contours(const Finder *finder, FastcvContourMode mode, ptrdiff_t most,
                                  FastcvContour **contours, ptrdiff_t *count)
{
    ptrdiff_t wanted = 0;
    for (int32_t label = finder->count - 1; label > OUTSIDE && wanted < most; label--)
        wanted += is_wanted(finder->labels, label, mode);
    *count = wanted;
    *contours = malloc((size_t)(wanted ? wanted : 1) * sizeof **contours);
    if (!*contours)
        return FASTCV_ERR_MEMORY;
    ptrdiff_t next = 0;
    for (int32_t label = finder->count - 1; next < wanted; label--) {
        if (is_wanted(finder->labels, label, mode))
            (*contours)[next++] = contour_of(&finder->labels[label]);
    }
    return FASTCV_OK;
}

FastcvStatus fastcv_contours_find(const FastcvMask *mask, FastcvContourMode mode, ptrdiff_t most,
                                  FastcvPool pool, FastcvContour **contours, ptrdiff_t *count)
{
    const size_t runs = (size_t)mask->width_px + 3;
    Run *rows = malloc(2 * runs * sizeof *rows);
    Finder finder = {.mask = mask,
                     .above = rows,
                     .here = rows ? rows + runs : NULL,
                     .band_rows = BAND_PX / mask->width_px + 1};
    FastcvStatus status = rows && make_room(&finder) ? FASTCV_OK : FASTCV_ERR_MEMORY;
    if (!status) {
        finder.labels[OUTSIDE] = (Label){OUTSIDE, -1, -1, NO_LABEL};
        rows[0] = (Run){-1, OUTSIDE};
        rows[1].start = mask->width_px + 1;
        finder.count = finder.above_count = 1;
        pool.num_threads = 1;
        const FastcvLoop loop = {find_in_band, &finder, mask->height_px / finder.band_rows + 1};
        status = fastcv_run(loop, pool);
    }
    if (!status && finder.is_out_of_memory)
        status = FASTCV_ERR_MEMORY;
    if (!status)
        status = list_contours(&finder, mode, most, contours, count);
    free(finder.labels);
    free(rows);
    return status;
}
