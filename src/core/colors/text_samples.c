#include "core/colors/text_samples.h"

#include <math.h>
#include <string.h>

#include "core/numbers.h"

enum { EDGES = 4, WIDE_STEP = 4, MOST_SIDE_PX = 1 << 20 };

/* Which samples there are: multiples of the steps. */
typedef struct Grid {
    const FastcvImage *image;
    double x[EDGES], y[EDGES];
    int64_t top, bottom; /* rows of the image that the quad may have */
    int64_t step_x, step_y;
    int is_upright; /* then every row has these crossings */
    double crossings[EDGES];
    int crossing_count;
} Grid;

/* Parts of a row in the quad, in steps: first and last sample. */
typedef struct Parts {
    int count;
    int64_t start[EDGES / 2], end[EDGES / 2];
} Parts;

/* Of numbers that are at least 0. */
static int64_t divide_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static int64_t ceil_int64(double value)
{
    const int64_t cut = (int64_t)value;
    return cut + ((double)cut < value);
}

/* Edges are half-open, so that quads side by side share no pixel. */
static int find_crossings(const Grid *grid, double y, double crossings[EDGES])
{
    int count = 0;
    for (int i = 0; i < EDGES; i++) {
        const int j = (i + 1) % EDGES;
        if ((grid->y[i] <= y) == (grid->y[j] <= y))
            continue;
        const double x =
            (y - grid->y[i]) * (grid->x[j] - grid->x[i]) / (grid->y[j] - grid->y[i]) + grid->x[i];
        int at = count++;
        for (; at > 0 && crossings[at - 1] > x; at--)
            crossings[at] = crossings[at - 1];
        crossings[at] = x;
    }
    return count;
}

static Parts find_parts(const Grid *grid, int64_t y)
{
    Parts parts = {0};
    double found[EDGES];
    const double *crossings = grid->is_upright ? grid->crossings : found;
    const int count =
        grid->is_upright ? grid->crossing_count : find_crossings(grid, (double)y, found);
    for (int i = 0; i + 1 < count; i += 2) {
        const int64_t left = ceil_int64(crossings[i]), right = ceil_int64(crossings[i + 1]) - 1;
        const int64_t last = fastcv_min_int64(grid->image->width_px - 1, right);
        const int64_t start = divide_up(left > 0 ? left : 0, grid->step_x);
        if (last < start * grid->step_x)
            continue;
        parts.start[parts.count] = start;
        parts.end[parts.count++] = last / grid->step_x;
    }
    return parts;
}

static Grid make_grid(const FastcvImage *image, const FastcvQuad *quad)
{
    Grid grid = {.image = image, .step_x = 1, .step_y = 1, .is_upright = 1};
    double top = quad->y[0], bottom = quad->y[0];
    for (int i = 0; i < EDGES; i++) {
        grid.x[i] = quad->x[i];
        grid.y[i] = quad->y[i];
        top = fastcv_lesser(top, grid.y[i]);
        bottom = fastcv_greater(bottom, grid.y[i]);
    }
    for (int i = 0; i < EDGES; i++) {
        const int j = (i + 1) % EDGES;
        grid.is_upright &= grid.x[i] == grid.x[j] || grid.y[i] == grid.y[j];
    }
    const int64_t first = ceil_int64(top);
    grid.top = first > 0 ? first : 0;
    grid.bottom = fastcv_min_int64(image->height_px - 1, ceil_int64(bottom) - 1);
    if (grid.is_upright)
        grid.crossing_count = find_crossings(&grid, (double)grid.top, grid.crossings);
    return grid;
}

/* Whether the steps leave few enough samples. */
static int has_room(const Grid *grid)
{
    int64_t samples = 0;
    for (int64_t y = divide_up(grid->top, grid->step_y) * grid->step_y; y <= grid->bottom;
         y += grid->step_y) {
        const Parts parts = find_parts(grid, y);
        for (int i = 0; i < parts.count; i++)
            samples += parts.end[i] - parts.start[i] + 1;
        if (grid->is_upright)
            return samples * ((grid->bottom - y) / grid->step_y + 1) <= FASTCV_TEXT_SAMPLES;
        if (samples > FASTCV_TEXT_SAMPLES)
            return 0;
    }
    return 1;
}

/* How many samples are border: wider ones would hold letters. */
static int32_t ring_of(int64_t step)
{
    return step < WIDE_STEP ? 2 : 1;
}

/* Samples of the border have more weight; is_ring says that the whole line is border. */
static void weigh(uint8_t *weight, int32_t count, int32_t ring, int is_ring)
{
    memset(weight, is_ring ? FASTCV_TEXT_RING_WEIGHT : 1, (size_t)count);
    for (int32_t i = 0; i < ring && i < count; i++)
        weight[i] = weight[count - 1 - i] = FASTCV_TEXT_RING_WEIGHT;
}

/* Appends a span of so many opaque samples. */
static void append(FastcvTextSamples *samples, const uint8_t *pixel, ptrdiff_t step, int channels,
                   FastcvTextSpan span)
{
    const int green = channels > 1, red = 2 * green;
    uint8_t *b = samples->channel[0] + span.start, *g = samples->channel[1] + span.start;
    uint8_t *r = samples->channel[2] + span.start;
    for (int32_t i = 0; i < span.count; i++, pixel += step) {
        b[i] = pixel[0];
        g[i] = pixel[green];
        r[i] = pixel[red];
    }
    samples->spans[samples->span_count++] = span;
    samples->count += span.count;
}

/* Appends a row's samples; those whose alpha is 0 end a span. */
static void read_part(FastcvTextSamples *samples, const Grid *grid, const uint8_t *row,
                      int64_t start, int64_t end, int32_t line, int is_ring)
{
    const int channels = grid->image->channels;
    const ptrdiff_t step = (ptrdiff_t)grid->step_x * channels;
    const uint8_t *pixels = row + start * step;
    const int32_t count = (int32_t)(end - start + 1);
    uint8_t weight[FASTCV_TEXT_SAMPLES];
    weigh(weight, count, ring_of(grid->step_x), is_ring);
    for (int32_t i = 0; i < count;) {
        int32_t last = channels == 4 ? i : count;
        while (last < count && pixels[last * step + 3])
            last++;
        const FastcvTextSpan span = {
            .start = samples->count, .count = last - i, .line = line, .column = (int32_t)start + i};
        if (span.count) {
            memcpy(samples->weight + span.start, weight + i, (size_t)span.count);
            append(samples, pixels + i * step, step, channels, span);
        }
        i = last + 1;
    }
}

static int32_t shortest_side(const Grid *grid)
{
    double least = MOST_SIDE_PX;
    for (int i = 0; i < EDGES; i++) {
        const int j = (i + 1) % EDGES;
        const double x = grid->x[j] - grid->x[i], y = grid->y[j] - grid->y[i];
        least = fastcv_lesser(least, sqrt(x * x + y * y));
    }
    return (int32_t)least;
}

static void number_columns(FastcvTextSamples *samples)
{
    int32_t least = INT32_MAX, most = 0;
    for (int32_t i = 0; i < samples->span_count; i++) {
        const FastcvTextSpan *span = &samples->spans[i];
        least = fastcv_min_int(least, span->column);
        most = fastcv_max_int(most, span->column + span->count - 1);
    }
    for (int32_t i = 0; i < samples->span_count; i++)
        samples->spans[i].column -= least;
    samples->columns = most - least;
    samples->lines = samples->span_count ? samples->spans[samples->span_count - 1].line : 0;
}

void fastcv_text_samples_take(FastcvTextSamples *samples, const FastcvImage *image,
                              const FastcvQuad *quad)
{
    Grid grid = make_grid(image, quad);
    while (!has_room(&grid)) {
        if (grid.step_x < grid.step_y)
            grid.step_x++;
        else
            grid.step_y++;
    }
    samples->count = samples->span_count = 0;
    samples->step_x = (int32_t)grid.step_x;
    samples->step_y = (int32_t)grid.step_y;
    samples->side_px = shortest_side(&grid);
    const int64_t first = divide_up(grid.top, grid.step_y), last = grid.bottom / grid.step_y;
    const int32_t ring = ring_of(grid.step_y);
    for (int64_t number = first; number <= last && grid.top <= grid.bottom; number++) {
        const uint8_t *row = image->pixels + number * grid.step_y * image->stride_bytes;
        const Parts parts = find_parts(&grid, number * grid.step_y);
        const int is_ring = number - first < ring || last - number < ring;
        for (int i = 0; i < parts.count; i++) {
            read_part(samples, &grid, row, parts.start[i], parts.end[i], (int32_t)(number - first),
                      is_ring);
        }
    }
    number_columns(samples);
}
