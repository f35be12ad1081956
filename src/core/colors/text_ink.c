/* The ink: the colour of strokes' cores. */
#include <math.h>

#include "core/colors/text_word.h"
#include "core/numbers.h"

enum {
    RADIUS = 143, /* of the ink's cluster, in Oklab · 4096 */
    LEVELS = 512,
    SMALL_PX = 12,
    LARGE_PX = 28, /* letters */
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

/* The core whose level is the ink's. Few pixels of small letters are wholly ink, so it is one of
 * the farthest, less so without luma, because JPEG's chroma is coarse. Of large letters it is the
 * middle, because JPEG's ringing goes beyond the ink. */
static int32_t rank_of_ink(int32_t tall_px, int is_luma, int32_t cores)
{
    const int32_t larger = fastcv_clamp_int(tall_px, SMALL_PX, LARGE_PX) - SMALL_PX;
    const int32_t share = is_luma ? 304 - 9 * larger : 272 - 7 * larger; /* down to half of 320 */
    return (share * (cores - 1) + 160) / 320;
}

/* The colour at the cores' level; ink where there is no core. Doubtful are few cores, of the word
 * or of what is not paper, and cores that do not reach equally far. */
static FastcvTextInk find_cores(FastcvTextWord *word, FastcvTextColor start, FastcvTextColor ink,
                                FastcvTextAxis axis)
{
    const int32_t reach = fastcv_text_dot(fastcv_text_minus(ink, start), axis.direction);
    look_around(word);
    const int32_t cores = list_cores(word, reach);
    if (!cores)
        return (FastcvTextInk){ink, 8 + word->far_count / 4.0};
    uint16_t count[LEVELS] = {0};
    for (int32_t i = 0; i < cores; i++)
        count[word->along[word->cores[i]] >> 8]++;
    const int32_t level = level_of_rank(count, rank_of_ink(word->tall_px, axis.is_luma, cores));
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

/* ---- together ---- */

/* 256 times the vector of length 1. */
static FastcvTextAxis unit(FastcvTextColor vector)
{
    const double length = sqrt((double)fastcv_text_dot(vector, vector));
    FastcvTextAxis axis = {.is_luma = 0};
    for (int c = 0; c < 3; c++)
        axis.direction.channel[c] = (int32_t)floor(256.0 * vector.channel[c] / length + 0.5);
    return axis;
}

/* Luma where paper and ink differ in it, because JPEG keeps it best. */
static FastcvTextAxis axis_to(FastcvTextColor difference)
{
    const int64_t luma = fastcv_text_dot(difference, fastcv_text_luma);
    if (32 * luma * luma < fastcv_text_chroma_dot(difference, difference))
        return unit(difference);
    FastcvTextAxis axis = {fastcv_text_luma, 1};
    for (int c = 0; c < 3 && luma < 0; c++)
        axis.direction.channel[c] = -axis.direction.channel[c];
    return axis;
}

/* It is also doubtful when the two ways do not agree. Cells would mix a third colour in. */
FastcvTextInk fastcv_text_ink_on_paper(FastcvTextWord *word, FastcvTextColor paper,
                                       FastcvTextColor ink, int is_alone)
{
    const FastcvTextAxis axis = axis_to(fastcv_text_minus(ink, paper));
    project(word, paper, axis.direction);
    FastcvTextInk found = find_cores(word, paper, ink, axis);
    const FastcvTextColor core = found.color;
    const FastcvTextUnmixed unmixed = fastcv_text_unmix(word, paper, axis, core);
    if (is_alone)
        found.color = unmixed.ink;
    const double contrast = fastcv_max_int(fastcv_text_squared(found.color, paper), 1);
    found.doubt += 10 * sqrt(fastcv_text_squared(unmixed.end, core) / contrast);
    return found;
}

/* Only what is on the line between the two takes part. */
FastcvTextInk fastcv_text_ink_in_outline(FastcvTextWord *word, FastcvTextColor outline,
                                         FastcvTextColor ink)
{
    const FastcvTextAxis axis = unit(fastcv_text_minus(ink, outline));
    const int64_t limit = 64 * word->tolerance + 2560;
    project(word, outline, axis.direction);
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
