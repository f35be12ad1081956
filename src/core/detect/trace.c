/* Following a contour: border following after Suzuki and Abe (1985). */
#include "core/detect/contours.h"

static const int8_t step_x[8] = {1, 1, 0, -1, -1, -1, 0, 1};
static const int8_t step_y[8] = {0, -1, -1, -1, 0, 1, 1, 1};

/* The pixels x − 1, x and x + 1 of a row, as bits 0, 1 and 2. */
static inline unsigned three(const uint64_t *row, ptrdiff_t x)
{
    const ptrdiff_t from = x - 1, word = from >> 6;
    const int shift = (int)(from & 63);
    uint64_t bits = row[word] >> shift;
    if (shift > 61)
        bits |= row[word + 1] << (64 - shift);
    return (unsigned)bits & 7;
}

/* Bit d tells whether the neighbour in direction d is set. */
static inline unsigned neighbors(const FastcvMask *mask, ptrdiff_t x, ptrdiff_t y)
{
    static const uint8_t reversed[8] = {0, 8, 4, 12, 2, 10, 6, 14};
    const uint64_t *row = mask->rows + y * mask->row_words;
    const unsigned beside = three(row, x);
    return beside >> 2 | reversed[three(row - mask->row_words, x)] | (beside & 1) << 4 |
           three(row + mask->row_words, x) << 5;
}

/* The first set neighbour counter-clockwise after a direction. There is one. */
static inline int next_direction(unsigned around, int after)
{
    return (after + 1 + __builtin_ctz((around | around << 8) >> (after + 1))) & 7;
}

FastcvTrace fastcv_trace_begin(const FastcvMask *mask, FastcvContour contour)
{
    FastcvTrace trace = {.mask = mask,
                         .x = contour.x,
                         .y = contour.y,
                         .start_x = contour.x,
                         .start_y = contour.y,
                         .before = -1};
    const unsigned around = neighbors(mask, contour.x, contour.y);
    int direction = contour.is_hole ? 0 : 4;
    if (around) {
        do
            direction = (direction - 1) & 7;
        while (!(around >> direction & 1));
        trace.before = direction ^ 4;
    }
    trace.direction = direction;
    trace.last_x = contour.x + step_x[direction];
    trace.last_y = contour.y + step_y[direction];
    return trace;
}

int fastcv_trace_next(FastcvTrace *trace, int32_t *x, int32_t *y)
{
    if (trace->is_over)
        return 0;
    *x = trace->x;
    *y = trace->y;
    if (trace->before < 0) { /* a single pixel */
        trace->is_over = 1;
        return 1;
    }
    for (;;) {
        const int32_t from_x = trace->x, from_y = trace->y;
        const int direction =
            next_direction(neighbors(trace->mask, from_x, from_y), trace->direction);
        const int is_turn = direction != trace->before;
        trace->before = direction;
        trace->direction = direction ^ 4;
        trace->x += step_x[direction];
        trace->y += step_y[direction];
        trace->is_over = trace->x == trace->start_x && trace->y == trace->start_y &&
                         from_x == trace->last_x && from_y == trace->last_y;
        if (is_turn) {
            *x = from_x;
            *y = from_y;
            return 1;
        }
        if (trace->is_over)
            return 0;
    }
}

/* ---- outline ---- */

/* A column's highest and lowest points, and the first and last places of each. */
typedef struct Column {
    int32_t top, bottom;
    ptrdiff_t top_places[2], bottom_places[2];
} Column;

size_t fastcv_outline_scratch_bytes(int32_t width_px)
{
    return (size_t)width_px * (sizeof(Column) + 12 * sizeof(FastcvWholePoint));
}

static void add_point(Column *column, int32_t y, ptrdiff_t place)
{
    if (y < column->top) {
        column->top = y;
        column->top_places[0] = place;
    }
    if (y == column->top)
        column->top_places[1] = place;
    if (y > column->bottom) {
        column->bottom = y;
        column->bottom_places[0] = place;
    }
    if (y == column->bottom)
        column->bottom_places[1] = place;
}

static FastcvWholePoint *write_points(FastcvWholePoint *out, int32_t x, int32_t y,
                                      const ptrdiff_t places[2])
{
    *out++ = (FastcvWholePoint){x, y, places[0]};
    if (places[1] != places[0])
        *out++ = (FastcvWholePoint){x, y, places[1]};
    return out;
}

FastcvOutline fastcv_contour_outline(const FastcvMask *mask, FastcvContour contour, void *scratch)
{
    static const Column empty = {.top = INT32_MAX, .bottom = -1};
    Column *columns = scratch;
    FastcvOutline outline = {.points = (FastcvWholePoint *)(columns + mask->width_px),
                             .left = contour.x,
                             .right = contour.x,
                             .top = contour.y,
                             .bottom = contour.y};
    FastcvTrace trace = fastcv_trace_begin(mask, contour);
    int32_t x, y;
    columns[contour.x] = empty;
    for (ptrdiff_t place = 0; fastcv_trace_next(&trace, &x, &y); place++) {
        while (x < outline.left)
            columns[--outline.left] = empty;
        while (x > outline.right)
            columns[++outline.right] = empty;
        add_point(&columns[x], y, place);
        outline.top = y < outline.top ? y : outline.top;
        outline.bottom = y > outline.bottom ? y : outline.bottom;
    }
    FastcvWholePoint *end = outline.points;
    for (x = outline.left; x <= outline.right; x++) {
        const Column *column = &columns[x];
        if (column->bottom < 0)
            continue;
        end = write_points(end, x, column->top, column->top_places);
        if (column->bottom != column->top)
            end = write_points(end, x, column->bottom, column->bottom_places);
    }
    outline.count = end - outline.points;
    return outline;
}
