/* Unmixing: where JPEG has washed the chroma of strokes' cores out, the ink is the end of the line
 * on which paper and ink mix. */
#include <math.h>
#include <string.h>

#include "core/colors/text_word.h"
#include "core/numbers.h"

enum { CELL = 8 }; /* samples along a side, where all pixels are samples */

/* A line through the paper's colour, by least squares: each channel's slope along the axis. */
typedef struct Line {
    double product[3], norm;
} Line;

static FastcvTextColor end_of(Line line, FastcvTextColor paper, double reach)
{
    FastcvTextColor end;
    for (int c = 0; c < 3; c++) {
        const double step = line.norm > 0 ? line.product[c] * reach / line.norm : 0;
        const double value = paper.channel[c] + floor(step + 0.5);
        end.channel[c] = value < 0 ? 0 : value > 255 ? 255 : (int32_t)value;
    }
    return end;
}

/* ---- cells ---- */

static void add_span(FastcvTextCells *cells, const FastcvTextWord *word, const FastcvTextSpan *span)
{
    const int32_t count = fastcv_min_int(span->count, FASTCV_TEXT_COLUMNS - span->column);
    if (count <= 0)
        return;
    for (int c = 0; c < 3; c++) {
        const uint8_t *color = word->samples.channel[c] + span->start;
        const uint8_t *sheet = word->sheet[c] + span->start;
        int16_t *restrict rest = cells->rest[c] + span->column;
        const int16_t shift = (int16_t)word->shift.channel[c];
        for (int32_t i = 0; i < count; i++)
            rest[i] = (int16_t)(rest[i] + color[i] - sheet[i] - shift);
    }
}

static void close_row(FastcvTextCells *cells, int32_t columns, int32_t cell, FastcvTextColor axis)
{
    for (int32_t i = 0; i < columns; i += cell) {
        FastcvTextColor sum;
        for (int c = 0; c < 3; c++) {
            const int16_t *rest = cells->rest[c] + i;
            sum.channel[c] = rest[0] + rest[1] + rest[2] + rest[3];
            if (cell == CELL)
                sum.channel[c] += rest[4] + rest[5] + rest[6] + rest[7];
        }
        const int64_t along = fastcv_text_dot(sum, axis);
        cells->norm += along * along;
        for (int c = 0; c < 3; c++)
            cells->product[c] += along * sum.channel[c];
    }
    for (int c = 0; c < 3; c++)
        memset(cells->rest[c], 0, (size_t)columns * sizeof *cells->rest[c]);
}

/* Samples along a side of a cell: 8 px at least. */
static int32_t cell_of(int32_t step)
{
    return step == 1 ? CELL : CELL / 2;
}

/* Sums over cells, because chroma that is shared by pixels still has the right sum. */
static Line line_of_cells(FastcvTextWord *word, FastcvTextColor axis)
{
    FastcvTextCells *cells = &word->cells;
    const FastcvTextSamples *samples = &word->samples;
    const int32_t columns = fastcv_min_int(samples->columns + 1, FASTCV_TEXT_COLUMNS);
    const int32_t width = cell_of(samples->step_x), height = cell_of(samples->step_y);
    int32_t row = 0;
    cells->norm = cells->product[0] = cells->product[1] = cells->product[2] = 0;
    for (int32_t s = 0; s < samples->span_count; s++) {
        if (samples->spans[s].line / height != row)
            close_row(cells, columns, width, axis);
        row = samples->spans[s].line / height;
        add_span(cells, word, &samples->spans[s]);
    }
    close_row(cells, columns, width, axis);
    return (Line){.product = {(double)cells->product[0], (double)cells->product[1],
                              (double)cells->product[2]},
                  .norm = (double)cells->norm};
}

/* ---- pixels ---- */

/* Along luma, in whole levels: sums of 32 bits can be added four at a time. */
static Line line_of_pixels(const FastcvTextWord *word, FastcvTextColor paper)
{
    int16_t level[FASTCV_TEXT_SAMPLES];
    int32_t norm = 0;
    for (int32_t i = 0; i < word->samples.count; i++) {
        level[i] = (int16_t)(word->along[i] >> 8);
        norm += level[i] * level[i];
    }
    Line line = {.norm = norm};
    for (int c = 0; c < 3; c++) {
        const uint8_t *color = word->samples.channel[c];
        const int16_t base = (int16_t)paper.channel[c];
        int32_t product = 0;
        for (int32_t i = 0; i < word->samples.count; i++)
            product += level[i] * (int16_t)(color[i] - base);
        line.product[c] = product;
    }
    return line;
}

/* ---- together ---- */

/* Whether both have one hue. Another one comes from something else in the box. */
static int has_hue_of(FastcvTextColor one, FastcvTextColor other)
{
    const double both = (double)fastcv_text_chroma_dot(one, other);
    return both > 0 && both * both >= 0.9 * (double)fastcv_text_chroma_dot(one, one) *
                                          (double)fastcv_text_chroma_dot(other, other);
}

/* The pixels' own line has eleven twelfths of the chroma, so hardly any is shared. */
static int is_sharp(const FastcvTextWord *word, FastcvTextColor paper, FastcvTextColor mixed,
                    double reach)
{
    const FastcvTextColor pixels = end_of(line_of_pixels(word, paper), paper, reach / 256);
    const int64_t chroma = fastcv_text_chroma_dot(fastcv_text_minus(pixels, paper), mixed);
    return 12 * chroma > 11 * fastcv_text_chroma_dot(mixed, mixed);
}

static FastcvTextColor middle_of(FastcvTextColor one, FastcvTextColor other)
{
    FastcvTextColor middle;
    for (int c = 0; c < 3; c++)
        middle.channel[c] = (one.channel[c] + other.channel[c] + 1) / 2;
    return middle;
}

FastcvTextUnmixed fastcv_text_unmix(FastcvTextWord *word, FastcvTextColor paper,
                                    FastcvTextAxis axis, FastcvTextColor core)
{
    const FastcvTextColor to_core = fastcv_text_minus(core, paper);
    const double reach = fastcv_text_dot(to_core, axis.direction);
    const Line line = line_of_cells(word, axis.direction);
    if (line.norm == 0)
        return (FastcvTextUnmixed){core, core};
    const FastcvTextColor end = end_of(line, paper, reach), mixed = fastcv_text_minus(end, paper);
    if (!has_hue_of(mixed, to_core))
        return (FastcvTextUnmixed){end, core};
    if (!axis.is_luma)
        return (FastcvTextUnmixed){end, end};
    if (fastcv_text_chroma_dot(mixed, mixed) <= fastcv_text_chroma_dot(to_core, to_core))
        return (FastcvTextUnmixed){end, core};
    return (FastcvTextUnmixed){end,
                               is_sharp(word, paper, mixed, reach) ? middle_of(end, core) : end};
}
