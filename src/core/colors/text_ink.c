/* The ink: the colour of strokes' cores, and where JPEG has washed their chroma out, the end of the
 * line on which paper and ink mix. */
#include <math.h>
#include <string.h>

#include "core/colors/text_word.h"
#include "core/numbers.h"

enum {
    RADIUS = 143, /* of the ink's cluster, in Oklab · 4096 */
    LEVELS = 512,
    CELL = 8, /* samples along a side */
    NOWHERE = -(1 << 30),
};

FastcvTextColor fastcv_text_find_ink(FastcvTextWord *word, FastcvTextColor paper)
{
    uint8_t others[1][3];
    for (int c = 0; c < 3; c++)
        others[0][c] = (uint8_t)paper.channel[c];
    for (int32_t i = 0; i < word->far_count; i++) {
        const FastcvTextColor color = fastcv_text_sample(word, word->far[i]);
        fastcv_text_bins_add(&word->bins, (unsigned)color.channel[0], (unsigned)color.channel[1],
                             (unsigned)color.channel[2], 1);
    }
    const FastcvTextCluster cluster = fastcv_text_bins_find(&word->bins, RADIUS, others, 1);
    return (FastcvTextColor){{cluster.color[0], cluster.color[1], cluster.color[2]}};
}

/* ---- cores ---- */

static void project(FastcvTextWord *word, FastcvTextColor start, FastcvTextColor axis)
{
    const FastcvTextSamples *samples = &word->samples;
    const int32_t at_0 = fastcv_text_dot(start, axis);
    const int16_t x = (int16_t)axis.channel[0], y = (int16_t)axis.channel[1];
    const int16_t z = (int16_t)axis.channel[2]; /* 16 bits can be multiplied eight at a time */
    for (int32_t i = 0; i < samples->count; i++) {
        const int16_t b = samples->channel[0][i], g = samples->channel[1][i];
        const int16_t r = samples->channel[2][i];
        word->along[i] = b * x + g * y + r * z - at_0;
    }
}

static void reach_sideways(FastcvTextWord *word, const FastcvTextSpan *span)
{
    const int32_t *along = word->along + span->start, last = span->count - 1;
    int32_t *around = word->around + span->start;
    if (last == 0) {
        around[0] = NOWHERE;
        return;
    }
    around[0] = along[1];
    for (int32_t i = 1; i < last; i++)
        around[i] = fastcv_max_int(along[i - 1], along[i + 1]);
    around[last] = along[last - 1];
}

static void take_greater(int32_t *restrict around, const int32_t *restrict along, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        around[i] = fastcv_max_int(around[i], along[i]);
}

/* Two spans of lines that follow each other. */
static void reach_up_and_down(FastcvTextWord *word, const FastcvTextSpan *upper,
                              const FastcvTextSpan *lower)
{
    const int32_t first = fastcv_max_int(upper->column, lower->column);
    const int32_t end = fastcv_min_int(upper->column + upper->count, lower->column + lower->count);
    const int32_t up = upper->start + first - upper->column;
    const int32_t down = lower->start + first - lower->column;
    if (first >= end)
        return;
    take_greater(word->around + up, word->along + down, end - first);
    take_greater(word->around + down, word->along + up, end - first);
}

/* Of each sample, how far its neighbours reach. */
static void look_around(FastcvTextWord *word)
{
    const FastcvTextSpan *spans = word->samples.spans;
    int32_t above = 0;
    for (int32_t s = 0; s < word->samples.span_count; s++)
        reach_sideways(word, &spans[s]);
    for (int32_t s = 0; s < word->samples.span_count; s++) {
        while (spans[above].line < spans[s].line - 1)
            above++;
        for (int32_t k = above; spans[k].line < spans[s].line; k++)
            reach_up_and_down(word, &spans[k], &spans[s]);
    }
}

/* Lists the samples that go more than half the way and, if there are enough, as far as their
 * neighbours. Returns their number. */
static int32_t list_cores(FastcvTextWord *word, int32_t reach)
{
    const int32_t slack = 64 * word->noise + reach / 16;
    int32_t cores = 0;
    for (int32_t i = 0; i < word->far_count; i++) {
        const uint16_t at = word->far[i];
        const int is_half = 2 * word->along[at] > reach;
        word->cores[cores] = at;
        cores += is_half & (word->along[at] >= word->around[at] - slack);
    }
    if (cores >= 3)
        return cores;
    cores = 0;
    for (int32_t i = 0; i < word->far_count; i++) {
        word->cores[cores] = word->far[i];
        cores += 2 * word->along[word->far[i]] > reach;
    }
    return cores;
}

static int32_t level_of_rank(const uint16_t count[LEVELS], int32_t rank)
{
    int32_t level = 0, sum = count[0];
    while (sum <= rank)
        sum += count[++level];
    return level;
}

/* The colour at the level that 7 of 10 cores do not exceed; ink where there is no core. Doubtful
 * are few cores, of the word or of what is not paper, and cores that do not reach equally far. */
static FastcvTextInk find_cores(FastcvTextWord *word, FastcvTextColor start, FastcvTextColor ink,
                                FastcvTextColor axis)
{
    const int32_t reach = fastcv_text_dot(fastcv_text_minus(ink, start), axis);
    look_around(word);
    const int32_t cores = list_cores(word, reach);
    if (!cores)
        return (FastcvTextInk){ink, 8 + word->far_count / 4.0};
    uint16_t count[LEVELS] = {0};
    for (int32_t i = 0; i < cores; i++)
        count[word->along[word->cores[i]] >> 8]++;
    const int32_t level = level_of_rank(count, (7 * (cores - 1) + 5) / 10);
    const int32_t window = 4 + (word->noise >> 2) + reach / 12800;
    FastcvTextMedian median = {0};
    for (int32_t i = 0; i < cores; i++) {
        const int32_t off = (word->along[word->cores[i]] >> 8) - level;
        fastcv_text_median_add(&median, word, word->cores[i], off <= window && off >= -window);
    }
    const double spread =
        level_of_rank(count, 95 * (cores - 1) / 100) - level_of_rank(count, cores / 2);
    return (FastcvTextInk){fastcv_text_median(&median), 512.0 * spread / reach + 8.0 / (cores + 1) +
                                                            word->far_count / (4.0 * cores)};
}

/* ---- unmixing ---- */

static void add_span(FastcvTextCells *cells, const FastcvTextWord *word, const FastcvTextSpan *span)
{
    for (int32_t i = 0; i < span->count;) {
        const int32_t column = span->column + i, cell = column / CELL % FASTCV_TEXT_CELLS;
        const int32_t end = fastcv_min_int(span->count, i + CELL - column % CELL);
        for (int c = 0; c < 3; c++) {
            const uint8_t *color = word->samples.channel[c] + span->start;
            const uint8_t *sheet = word->sheet[c] + span->start;
            int32_t rest = (i - end) * word->shift.channel[c];
            if (end - i == CELL)
                rest +=
                    fastcv_text_sum(color + i, UINT64_MAX) - fastcv_text_sum(sheet + i, UINT64_MAX);
            for (int32_t k = end - i == CELL ? end : i; k < end; k++)
                rest += color[k] - sheet[k];
            cells->rest[cell].channel[c] += rest;
        }
        i = end;
    }
}

static void close_row(FastcvTextCells *cells, int32_t used, FastcvTextColor axis)
{
    for (int32_t i = 0; i < used; i++) {
        const int64_t along = fastcv_text_dot(cells->rest[i], axis);
        cells->norm += along * along;
        for (int c = 0; c < 3; c++)
            cells->product[c] += along * cells->rest[i].channel[c];
    }
    memset(cells->rest, 0, (size_t)used * sizeof *cells->rest);
}

/* Sums over cells, because chroma that is shared by pixels still has the right sum. */
static FastcvTextColor unmix(FastcvTextWord *word, FastcvTextColor paper, FastcvTextColor axis,
                             FastcvTextColor core)
{
    FastcvTextCells *cells = &word->cells;
    const FastcvTextSamples *samples = &word->samples;
    const int32_t used = fastcv_min_int(samples->columns / CELL + 1, FASTCV_TEXT_CELLS);
    const double reach = fastcv_text_dot(fastcv_text_minus(core, paper), axis);
    int32_t row = 0;
    cells->norm = cells->product[0] = cells->product[1] = cells->product[2] = 0;
    for (int32_t s = 0; s < samples->span_count; s++) {
        if (samples->spans[s].line / CELL != row)
            close_row(cells, used, axis);
        row = samples->spans[s].line / CELL;
        add_span(cells, word, &samples->spans[s]);
    }
    close_row(cells, used, axis);
    if (cells->norm == 0)
        return core;
    FastcvTextColor end;
    for (int c = 0; c < 3; c++) {
        const double step = (double)cells->product[c] * reach / (double)cells->norm;
        const double value = paper.channel[c] + floor(step + 0.5);
        end.channel[c] = value < 0 ? 0 : value > 255 ? 255 : (int32_t)value;
    }
    return end;
}

/* The product of two differences' chroma, in 65,536 parts. */
static int64_t chroma_dot(FastcvTextColor one, FastcvTextColor other)
{
    const int32_t one_luma = fastcv_text_dot(one, fastcv_text_luma);
    const int32_t other_luma = fastcv_text_dot(other, fastcv_text_luma);
    int64_t sum = 0;
    for (int c = 0; c < 3; c++) {
        const int64_t chroma = 256 * one.channel[c] - one_luma;
        sum += chroma * (256 * other.channel[c] - other_luma);
    }
    return sum;
}

/* Whether mixed has the core's hue in more chroma. Another hue comes from something else in the
 * box.
 */
static int has_more_chroma(FastcvTextColor mixed, FastcvTextColor core)
{
    const double both = (double)chroma_dot(mixed, core);
    const double of_mixed = (double)chroma_dot(mixed, mixed);
    const double of_core = (double)chroma_dot(core, core);
    return of_mixed > of_core && both > 0 && both * both >= 0.9 * of_mixed * of_core;
}

/* ---- together ---- */

/* 256 times the vector of length 1. */
static FastcvTextColor unit(FastcvTextColor vector)
{
    const double length = sqrt((double)fastcv_text_dot(vector, vector));
    FastcvTextColor result;
    for (int c = 0; c < 3; c++)
        result.channel[c] = (int32_t)floor(256.0 * vector.channel[c] / length + 0.5);
    return result;
}

/* Luma where paper and ink differ in it, because JPEG keeps it best. */
static FastcvTextColor axis_to(FastcvTextColor difference)
{
    const int64_t luma = fastcv_text_dot(difference, fastcv_text_luma);
    if (16 * luma * luma < chroma_dot(difference, difference))
        return unit(difference);
    FastcvTextColor axis = fastcv_text_luma;
    for (int c = 0; c < 3 && luma < 0; c++)
        axis.channel[c] = -axis.channel[c];
    return axis;
}

/* It is also doubtful when the two ways do not agree. */
FastcvTextInk fastcv_text_ink_on_paper(FastcvTextWord *word, FastcvTextColor paper,
                                       FastcvTextColor ink)
{
    const FastcvTextColor axis = axis_to(fastcv_text_minus(ink, paper));
    project(word, paper, axis);
    FastcvTextInk found = find_cores(word, paper, ink, axis);
    const FastcvTextColor core = found.color, mixed = unmix(word, paper, axis, core);
    if (has_more_chroma(fastcv_text_minus(mixed, paper), fastcv_text_minus(core, paper)))
        found.color = mixed;
    const double contrast = fastcv_max_int(fastcv_text_squared(found.color, paper), 1);
    found.doubt += 10 * sqrt(fastcv_text_squared(mixed, core) / contrast);
    return found;
}

/* Only what is on the line between the two takes part. */
FastcvTextInk fastcv_text_ink_in_outline(FastcvTextWord *word, FastcvTextColor outline,
                                         FastcvTextColor ink)
{
    const FastcvTextColor axis = unit(fastcv_text_minus(ink, outline));
    const int64_t limit = 64 * word->tolerance + 2560;
    project(word, outline, axis);
    int32_t kept = 0;
    for (int32_t i = 0; i < word->far_count; i++) {
        const uint16_t at = word->far[i];
        const int64_t along = word->along[at];
        const int64_t squared = fastcv_text_squared(fastcv_text_sample(word, at), outline);
        word->far[kept] = at;
        kept += 65536 * squared - along * along < limit * limit;
    }
    word->far_count = kept;
    return find_cores(word, outline, ink, axis);
}
