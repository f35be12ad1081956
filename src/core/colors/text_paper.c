/* The paper: its colour, its noise, and whether its colour changes along the word. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/colors/text_word.h"
#include "core/numbers.h"

enum {
    RADIUS = 246, /* of the paper's cluster, in Oklab · 4096 */
    BLOCK = 8,    /* samples that count as one place */
    LUMA_STEPS = 1021,
    ROUNDS = 3,
    LEAST_PAPER = 8, /* samples for a plane */
    LEAST_FAR = 8,
};

FastcvTextColor fastcv_text_median(const FastcvTextMedian *median)
{
    FastcvTextColor result;
    for (int c = 0; c < 3; c++) {
        int32_t value = 0, sum = median->count[c][0];
        while (sum <= median->total / 2)
            sum += median->count[c][++value];
        result.channel[c] = value;
    }
    return result;
}

/* ---- the prevailing colour ---- */

static FastcvTextColor find_prevailing(FastcvTextWord *word)
{
    const FastcvTextSamples *samples = &word->samples;
    const uint8_t *b = samples->channel[0], *g = samples->channel[1], *r = samples->channel[2];
    for (int32_t i = 0; i < samples->count; i++)
        fastcv_text_bins_add(&word->bins, b[i], g[i], r[i], samples->weight[i]);
    const FastcvTextCluster cluster = fastcv_text_bins_find(&word->bins, RADIUS, NULL, 0);
    for (int32_t i = 0; i < cluster.count; i++)
        word->is_member[word->bins.bins[i].key] = 1;
    FastcvTextMedian median = {0};
    for (int32_t i = 0; i < samples->count; i++) {
        const unsigned is_member = word->is_member[fastcv_text_key(b[i], g[i], r[i])];
        const unsigned weight = samples->weight[i]; /* more at the border: JPEG spreads chroma */
        fastcv_text_median_add(&median, word, i, (uint16_t)(weight * weight * is_member));
    }
    for (int32_t i = 0; i < cluster.count; i++)
        word->is_member[word->bins.bins[i].key] = 0;
    return fastcv_text_median(&median);
}

/* ---- noise ---- */

/* Every second row is enough. */
static int32_t measure_noise(FastcvTextWord *word)
{
    const FastcvTextSamples *samples = &word->samples;
    const uint16_t weights[3] = {(uint16_t)fastcv_text_luma.channel[0],
                                 (uint16_t)fastcv_text_luma.channel[1],
                                 (uint16_t)fastcv_text_luma.channel[2]};
    uint16_t count[LUMA_STEPS] = {0};
    int32_t total = 0;
    for (int32_t s = 0; s < samples->span_count; s += 2) {
        const FastcvTextSpan *span = &samples->spans[s];
        const uint8_t *b = samples->channel[0] + span->start,
                      *g = samples->channel[1] + span->start;
        const uint8_t *r = samples->channel[2] + span->start;
        uint16_t *luma = word->off;
        for (int32_t i = 0; i < span->count; i++)
            luma[i] = (uint16_t)(b[i] * weights[0] + g[i] * weights[1] + r[i] * weights[2]) >> 6;
        for (int32_t i = 0; i + 1 < span->count; i++)
            count[abs(luma[i + 1] - luma[i])]++;
        total += span->count - 1;
    }
    if (!total)
        return 0;
    int32_t step = 0, sum = count[0];
    while (sum <= total / 2)
        sum += count[++step];
    return step;
}

/* ---- a plane ---- */

typedef struct Moments {
    double n, x, y, xx, xy, yy, c[3], xc[3], yc[3];
} Moments;

/* The paper among the samples of a block. */
typedef struct Block {
    int32_t n, sum[3];
} Block;

static Block add_up_some(const FastcvTextWord *word, int32_t start, int32_t count)
{
    Block block = {0};
    for (int32_t i = start; i < start + count; i++) {
        const int32_t mask = word->label[i] ? 0 : -1;
        block.n -= mask;
        for (int c = 0; c < 3; c++)
            block.sum[c] += word->samples.channel[c][i] & mask;
    }
    return block;
}

/* The sum of eight bytes, of which mask leaves some out. */
static int32_t sum_of(const uint8_t *bytes, uint64_t mask)
{
    const uint64_t every_second = UINT64_C(0x00FF00FF00FF00FF);
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
    eight &= mask;
    const uint64_t pairs = (eight & every_second) + (eight >> 8 & every_second);
    return (int32_t)(pairs * UINT64_C(0x0001000100010001) >> 48);
}

/* The same of BLOCK samples. */
static Block add_up(const FastcvTextWord *word, int32_t start)
{
    uint64_t labels;
    memcpy(&labels, word->label + start, sizeof labels);
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t is_paper = (labels & ones) ^ ones; /* FASTCV_TEXT_FAR is odd */
    Block block = {.n = (int32_t)(is_paper * ones >> 56)};
    for (int c = 0; c < 3; c++)
        block.sum[c] = sum_of(word->samples.channel[c] + start, is_paper * 255);
    return block;
}

/* Samples of paper in a block count at the block's first column. */
static void add_span(Moments *moments, const FastcvTextWord *word, const FastcvTextSpan *span)
{
    int64_t n = 0, nx = 0, nxx = 0, sum[3] = {0}, sum_x[3] = {0};
    for (int32_t i = 0; i < span->count; i += BLOCK) {
        const Block block = i + BLOCK <= span->count
                                ? add_up(word, span->start + i)
                                : add_up_some(word, span->start + i, span->count - i);
        const int64_t x = span->column + i;
        n += block.n;
        nx += block.n * x;
        nxx += block.n * (x * x);
        for (int c = 0; c < 3; c++) {
            sum[c] += block.sum[c];
            sum_x[c] += block.sum[c] * x;
        }
    }
    const double y = span->line;
    moments->n += (double)n;
    moments->x += (double)nx;
    moments->y += (double)n * y;
    moments->xx += (double)nxx;
    moments->xy += (double)nx * y;
    moments->yy += (double)n * (y * y);
    for (int c = 0; c < 3; c++) {
        moments->c[c] += (double)sum[c];
        moments->xc[c] += (double)sum_x[c];
        moments->yc[c] += (double)sum[c] * y;
    }
}

typedef struct Plane {
    int64_t at_0, a, b; /* in 65,536 parts */
} Plane;

static int64_t to_fixed(double value)
{
    return (int64_t)floor(value * 65536 + 0.5);
}

/* Least squares, held towards the flat: every direction counts 100 px² more than there are. Returns
 * 0 where all are nearly flat. */
static int fit_planes(const Moments *m, double columns, double lines, Plane planes[3])
{
    const double n = m->n, xx = n * m->xx - m->x * m->x + 100 * n;
    const double yy = n * m->yy - m->y * m->y + 100 * n, xy = n * m->xy - m->x * m->y;
    const double det = xx * yy - xy * xy;
    int is_flat = 1;
    for (int c = 0; c < 3; c++) {
        const double xc = n * m->xc[c] - m->x * m->c[c], yc = n * m->yc[c] - m->y * m->c[c];
        const double a = (xc * yy - yc * xy) / det, b = (yc * xx - xc * xy) / det;
        is_flat &= fabs(a) * columns + fabs(b) * lines < 8;
        planes[c] =
            (Plane){to_fixed((m->c[c] - a * m->x - b * m->y) / n), to_fixed(a), to_fixed(b)};
    }
    return !is_flat;
}

static void lay_planes(FastcvTextWord *word, const Plane planes[3])
{
    for (int32_t s = 0; s < word->samples.span_count; s++) {
        const FastcvTextSpan *span = &word->samples.spans[s];
        for (int c = 0; c < 3; c++) {
            int64_t value =
                planes[c].at_0 + planes[c].a * span->column + planes[c].b * span->line + (1 << 15);
            for (int32_t i = 0; i < span->count; i++, value += planes[c].a) {
                const int64_t color = value >> 16;
                word->sheet[c][span->start + i] = (uint8_t)(color < 0     ? 0
                                                            : color > 255 ? 255
                                                                          : color);
            }
        }
    }
}

/* Labels what is further than limit (in quarters) from the sheet, and returns how many are not. */
static int32_t label_all(FastcvTextWord *word, int32_t limit)
{
    const FastcvTextSamples *samples = &word->samples;
    const int32_t most = limit * limit / 16;
    int32_t far_count = 0;
    for (int32_t i = 0; i < samples->count; i++) { /* 16 bits can be multiplied eight at a time */
        const int16_t b = (int16_t)(samples->channel[0][i] - word->sheet[0][i]);
        const int16_t g = (int16_t)(samples->channel[1][i] - word->sheet[1][i]);
        const int16_t r = (int16_t)(samples->channel[2][i] - word->sheet[2][i]);
        const uint8_t is_far = b * b + g * g + r * r > most;
        word->label[i] = is_far ? FASTCV_TEXT_FAR : FASTCV_TEXT_PAPER;
        far_count += is_far;
    }
    return samples->count - far_count;
}

/* A sample of the border counts if there is hardly any other: rules and frames are there. */
static void list_far(FastcvTextWord *word)
{
    for (int with_border = 0; with_border < 2; with_border++) {
        const int32_t most = with_border ? FASTCV_TEXT_RING_WEIGHT : 1;
        int32_t count = 0;
        for (int32_t i = 0; i < word->samples.count; i++) { /* without a branch that guesses */
            word->far[count] = (uint16_t)i;
            count += (word->label[i] != FASTCV_TEXT_PAPER) & (word->samples.weight[i] <= most);
        }
        word->far_count = count;
        if (count >= LEAST_FAR)
            return;
    }
}

/* Of the rows that have something else than paper; a turned box is no taller than its side. */
static int32_t measure_letters(const FastcvTextWord *word)
{
    const FastcvTextSamples *samples = &word->samples;
    const FastcvTextSpan *first = samples->spans, *last = first + samples->span_count - 1;
    while (first->start + first->count <= word->far[0])
        first++;
    while (last->start > word->far[word->far_count - 1])
        last--;
    return fastcv_min_int((last->line - first->line + 1) * samples->step_y, samples->side_px);
}

static int follow_gradient(FastcvTextWord *word)
{
    const FastcvTextSamples *samples = &word->samples;
    int is_plane = 0;
    for (int round = 0; round < ROUNDS; round++) {
        Plane planes[3];
        Moments moments = {0};
        if (label_all(word, round ? word->tolerance : word->tolerance * 3 / 2) < LEAST_PAPER)
            break;
        for (int32_t s = 0; s < samples->span_count; s++)
            add_span(&moments, word, &samples->spans[s]);
        if (!fit_planes(&moments, samples->columns, samples->lines, planes))
            break;
        lay_planes(word, planes);
        is_plane = 1;
    }
    return is_plane;
}

/* ---- together ---- */

/* The median of what the paper's samples differ from the plane. */
static FastcvTextColor measure_shift(const FastcvTextWord *word)
{
    FastcvTextColor shift;
    for (int c = 0; c < 3; c++) {
        uint16_t count[511] = {0};
        for (int32_t i = 0; i < word->samples.count; i++) {
            if (word->label[i] == FASTCV_TEXT_PAPER)
                count[255 + word->samples.channel[c][i] - word->sheet[c][i]]++;
        }
        int32_t value = 0, sum = count[0];
        while (sum <= word->paper_count / 2)
            sum += count[++value];
        shift.channel[c] = value - 255;
    }
    return shift;
}

static FastcvTextColor mean_under_far(const FastcvTextWord *word)
{
    FastcvTextColor color;
    for (int c = 0; c < 3; c++) {
        int32_t sum = 0;
        for (int32_t i = 0; i < word->far_count; i++)
            sum += word->sheet[c][word->far[i]];
        const int32_t mean = sum / word->far_count + word->shift.channel[c];
        color.channel[c] = mean < 0 ? 0 : mean > 255 ? 255 : mean;
    }
    return color;
}

FastcvTextColor fastcv_text_find_paper(FastcvTextWord *word)
{
    const FastcvTextColor paper = find_prevailing(word);
    word->noise = measure_noise(word);
    word->tolerance = 48 + 3 * word->noise / 2;
    word->shift = (FastcvTextColor){{0}};
    for (int c = 0; c < 3; c++)
        memset(word->sheet[c], paper.channel[c], (size_t)word->samples.count);
    const int is_plane = follow_gradient(word);
    word->paper_count = label_all(word, word->tolerance);
    list_far(word);
    if (word->paper_count == 0)
        word->far_count = 0;
    if (word->far_count)
        word->tall_px = measure_letters(word);
    if (!is_plane || word->far_count == 0)
        return paper;
    word->shift = measure_shift(word);
    return mean_under_far(word);
}
