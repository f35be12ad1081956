#include "core/colors/text_samples.h"

#include "core/numbers.h"

enum { EDGES = 4 };

/* Which samples there are: multiples of the steps. */
typedef struct Grid {
    const FastcvImage *image;
    double x[EDGES], y[EDGES];
    int64_t top, bottom; /* rows of the image that the quad may have */
    int64_t step_x, step_y;
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
    double crossings[EDGES];
    const int count = find_crossings(grid, (double)y, crossings);
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
    Grid grid = {.image = image, .step_x = 1, .step_y = 1};
    double top = quad->y[0], bottom = quad->y[0];
    for (int i = 0; i < EDGES; i++) {
        grid.x[i] = quad->x[i];
        grid.y[i] = quad->y[i];
        top = fastcv_lesser(top, grid.y[i]);
        bottom = fastcv_greater(bottom, grid.y[i]);
    }
    const int64_t first = ceil_int64(top);
    grid.top = first > 0 ? first : 0;
    grid.bottom = fastcv_min_int64(image->height_px - 1, ceil_int64(bottom) - 1);
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
        if (samples > FASTCV_TEXT_SAMPLES)
            return 0;
    }
    return 1;
}

/* Appends samples; those whose alpha is 0 end a span. border says that the whole line is ring. */
static void read_part(FastcvTextSamples *samples, const Grid *grid, const uint8_t *row,
                      int64_t start, int64_t end, FastcvTextSpan span, int is_ring)
{
    const int channels = grid->image->channels, green = channels > 1, red = 2 * green;
    const uint8_t *pixel = row + start * grid->step_x * channels;
    const ptrdiff_t step = (ptrdiff_t)grid->step_x * channels;
    const int32_t count = (int32_t)(end - start + 1);
    int32_t at = samples->count;
    for (int32_t i = 0; i < count; i++, pixel += step) {
        if (channels == 4 && pixel[3] == 0) {
            if (at > span.start) {
                span.count = at - span.start;
                samples->spans[samples->span_count++] = span;
            }
            span.start = at;
            span.column = (int32_t)(start + i + 1);
            continue;
        }
        samples->channel[0][at] = pixel[0];
        samples->channel[1][at] = pixel[green];
        samples->channel[2][at] = pixel[red];
        samples->weight[at] = is_ring || i < FASTCV_TEXT_RING || count - 1 - i < FASTCV_TEXT_RING
                                  ? FASTCV_TEXT_RING_WEIGHT
                                  : 1;
        at++;
    }
    if (at > span.start) {
        span.count = at - span.start;
        samples->spans[samples->span_count++] = span;
    }
    samples->count = at;
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
    const int64_t first = divide_up(grid.top, grid.step_y), last = grid.bottom / grid.step_y;
    for (int64_t number = first; number <= last && grid.top <= grid.bottom; number++) {
        const uint8_t *row = image->pixels + number * grid.step_y * image->stride_bytes;
        const Parts parts = find_parts(&grid, number * grid.step_y);
        const int is_ring = number - first < FASTCV_TEXT_RING || last - number < FASTCV_TEXT_RING;
        for (int i = 0; i < parts.count; i++) {
            const FastcvTextSpan span = {.start = samples->count,
                                         .line = (int32_t)(number - first),
                                         .column = (int32_t)parts.start[i]};
            read_part(samples, &grid, row, parts.start[i], parts.end[i], span, is_ring);
        }
    }
    number_columns(samples);
}
