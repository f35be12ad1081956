#include "core/detect/area_mean.h"

#include <math.h>
#include <string.h>

#include "core/numbers.h"
#include "kernels/mask/mask.h"

enum { CORNERS = 4, FRACTION_BITS = 16 };

static const int64_t ONE = INT64_C(1) << FRACTION_BITS;

/* ---- regions ---- */

static ptrdiff_t words_of(int32_t width_px)
{
    return width_px / 64 + 1;
}

size_t fastcv_region_bytes(int32_t width_px, int32_t height_px)
{
    return 2 * (size_t)words_of(width_px) * (size_t)height_px * sizeof(uint64_t);
}

/* Without pixels. */
static FastcvRegion empty_region(int32_t left, int32_t top, int32_t right, int32_t bottom,
                                 uint64_t *rows)
{
    FastcvRegion region = {.left = left,
                           .top = top,
                           .width_px = right - left + 1,
                           .height_px = bottom - top + 1,
                           .row_words = words_of(right - left + 1),
                           .rows = rows};
    memset(rows, 0, (size_t)region.row_words * (size_t)region.height_px * sizeof *rows);
    return region;
}

static void set_pixel(FastcvRegion *region, int64_t x, int64_t y)
{
    region->rows[y * region->row_words + x / 64] |= UINT64_C(1) << x % 64;
}

/* Both ends included, within the region. */
static void set_span(FastcvRegion *region, int64_t from, int64_t to, int64_t y)
{
    uint64_t *row = region->rows + y * region->row_words;
    const int64_t first = from / 64, last = to / 64;
    const uint64_t start = ~UINT64_C(0) << from % 64, end = ~UINT64_C(0) >> (63 - to % 64);
    if (first == last) {
        row[first] |= start & end;
        return;
    }
    row[first] |= start;
    for (int64_t word = first + 1; word < last; word++)
        row[word] = ~UINT64_C(0);
    row[last] |= end;
}

FastcvRegion fastcv_region_of_bounds(int32_t left, int32_t top, int32_t right, int32_t bottom,
                                     int32_t width_px, int32_t height_px, uint64_t *rows)
{
    FastcvRegion region = empty_region(left, top, fastcv_clamp_int(right, left, width_px - 1),
                                       fastcv_clamp_int(bottom, top, height_px - 1), rows);
    for (int32_t y = 0; y < region.height_px; y++)
        set_span(&region, 0, region.width_px - 1, y);
    region.is_whole = 1;
    return region;
}

/* ---- lines ---- */

typedef struct Point {
    int64_t x, y;
} Point;

/* On which sides of the region a point lies: bits left, right, above, below. */
static int sides_of(const FastcvRegion *region, Point p)
{
    return (p.x < 0) | (p.x >= region->width_px) << 1 | (p.y < 0) << 2 |
           (p.y >= region->height_px) << 3;
}

/* Moves p along the line to q, onto the row above or below which it lies. */
static void clip_row(const FastcvRegion *region, Point *p, Point q)
{
    const int64_t y = p->y < 0 ? 0 : region->height_px - 1;
    p->x += (y - p->y) * (q.x - p->x) / (q.y - p->y);
    p->y = y;
}

static void clip_column(const FastcvRegion *region, Point *p, Point q)
{
    const int64_t x = p->x < 0 ? 0 : region->width_px - 1;
    p->y += (x - p->x) * (q.y - p->y) / (q.x - p->x);
    p->x = x;
}

/* cv2.clipLine: rows first, p before q, with divisions cut towards 0. Returns 0 if nothing is
 * left; the points may have moved then, too. */
static int clip_line(const FastcvRegion *region, Point *p, Point *q)
{
    int at_p = sides_of(region, *p), at_q = sides_of(region, *q);
    if (at_p & at_q || !(at_p | at_q))
        return !(at_p | at_q);
    if (at_p & 12) {
        clip_row(region, p, *q);
        at_p = sides_of(region, *p) & 3;
    }
    if (at_q & 12) {
        clip_row(region, q, *p);
        at_q = sides_of(region, *q) & 3;
    }
    if (at_p & at_q || !(at_p | at_q))
        return !(at_p | at_q);
    if (at_p)
        clip_column(region, p, *q);
    if (at_q)
        clip_column(region, q, *p);
    return 1;
}

/* cv2.LineIterator's pixels with 8 neighbours, from left to right. */
static void draw_line(FastcvRegion *region, Point p, Point q)
{
    if (q.x < p.x) {
        const Point point = p;
        p = q;
        q = point;
    }
    const int64_t dx = q.x - p.x, dy = q.y < p.y ? p.y - q.y : q.y - p.y;
    const int64_t step_y = q.y < p.y ? -1 : 1;
    const int is_steep = dy > dx;
    const int64_t along = is_steep ? dy : dx, across = is_steep ? dx : dy;
    int64_t error = along - 2 * across;
    for (int64_t i = 0; i <= along; i++) {
        set_pixel(region, p.x, p.y);
        const int is_aside = error < 0;
        error += (is_aside ? 2 * along : 0) - 2 * across;
        p.x += !is_steep || is_aside;
        p.y += is_steep || is_aside ? step_y : 0;
    }
}

/* ---- the inside of a polygon ---- */

/* An edge on its way down; x in 1 / 65536 px. It covers rows from top to before bottom. */
typedef struct Edge {
    int64_t x, dx, top, bottom;
} Edge;

/* Draws the edge's line, and returns 0 if the edge is level. */
static int add_edge(FastcvRegion *region, Point from, Point to, Edge *edge)
{
    Point p = from, q = to;
    if (clip_line(region, &p, &q))
        draw_line(region, p, q);
    if (from.y == to.y)
        return 0;
    /* Through the clipped ends, but only their columns where they are in one row. */
    const int64_t start_y = p.y != q.y ? p.y : from.y, end_y = p.y != q.y ? q.y : to.y;
    edge->dx = (q.x - p.x) * ONE / (end_y - start_y);
    if (from.y < to.y) {
        edge->top = from.y;
        edge->bottom = to.y;
        edge->x = p.x * ONE + (from.y - start_y) * edge->dx;
    } else {
        edge->top = to.y;
        edge->bottom = from.y;
        edge->x = q.x * ONE + (to.y - end_y) * edge->dx;
    }
    return 1;
}

/* The whole px between two edges. */
static void fill_between(FastcvRegion *region, int64_t a, int64_t b, int64_t y)
{
    const int64_t left = a < b ? a : b, right = a < b ? b : a;
    int64_t from = (left + ONE - 1) >> FRACTION_BITS, to = right >> FRACTION_BITS;
    if (from >= region->width_px || to < 0)
        return;
    from = from < 0 ? 0 : from;
    to = to >= region->width_px ? region->width_px - 1 : to;
    if (from <= to)
        set_span(region, from, to, y);
}

static void fill_row(FastcvRegion *region, const Edge *edges, int count, int64_t y)
{
    int64_t crossings[CORNERS];
    int crossed = 0;
    for (int i = 0; i < count; i++) {
        if (y < edges[i].top || y >= edges[i].bottom)
            continue;
        const int64_t x = edges[i].x + (y - edges[i].top) * edges[i].dx;
        int to = crossed++;
        for (; to > 0 && crossings[to - 1] > x; to--)
            crossings[to] = crossings[to - 1];
        crossings[to] = x;
    }
    for (int i = 0; i + 1 < crossed; i += 2)
        fill_between(region, crossings[i], crossings[i + 1], y);
}

static void fill_polygon(FastcvRegion *region, const Point corners[CORNERS])
{
    Edge edges[CORNERS];
    int count = 0;
    int64_t top = region->height_px, bottom = 0;
    for (int i = 0, before = CORNERS - 1; i < CORNERS; before = i++)
        count += add_edge(region, corners[before], corners[i], &edges[count]);
    for (int i = 0; i < count; i++) {
        top = edges[i].top < top ? edges[i].top : top;
        bottom = edges[i].bottom > bottom ? edges[i].bottom : bottom;
    }
    top = top < 0 ? 0 : top;
    bottom = bottom > region->height_px ? region->height_px : bottom;
    for (int64_t y = top; y < bottom; y++)
        fill_row(region, edges, count, y);
}

static float least(const float v[CORNERS])
{
    return fminf(fminf(v[0], v[1]), fminf(v[2], v[3]));
}

static float greatest(const float v[CORNERS])
{
    return fmaxf(fmaxf(v[0], v[1]), fmaxf(v[2], v[3]));
}

static int32_t clamp(float value, int32_t high)
{
    return (int32_t)fastcv_clamp_int64((int64_t)value, 0, high);
}

FastcvRegion fastcv_region_of_quad(const FastcvQuad *quad, int32_t width_px, int32_t height_px,
                                   uint64_t *rows)
{
    FastcvRegion region = empty_region(clamp(floorf(least(quad->x)), width_px - 1),
                                       clamp(floorf(least(quad->y)), height_px - 1),
                                       clamp(ceilf(greatest(quad->x)), width_px - 1),
                                       clamp(ceilf(greatest(quad->y)), height_px - 1), rows);
    Point corners[CORNERS];
    for (int i = 0; i < CORNERS; i++)
        corners[i] = (Point){(int64_t)(quad->x[i] - (float)region.left),
                             (int64_t)(quad->y[i] - (float)region.top)};
    fill_polygon(&region, corners);
    return region;
}

/* ---- the inside of a contour ---- */

/* Whether an odd number of bits up to each is set, over a row. */
static void fill_to_parity(uint64_t *row, ptrdiff_t words)
{
    uint64_t carry = 0;
    for (ptrdiff_t i = 0; i < words; i++) {
        uint64_t bits = row[i];
        for (int shift = 1; shift < 64; shift *= 2)
            bits ^= bits << shift;
        row[i] = bits ^ carry;
        carry = row[i] >> 63 ? ~UINT64_C(0) : 0;
    }
}

typedef struct ContourFill {
    FastcvRegion *region;
    uint64_t *crossings; /* pixels that an odd number of edges cross on their way down */
} ContourFill;

/* A contour's edges are level, upright or diagonal. */
static void add_contour_edge(const ContourFill *fill, Point p, Point q)
{
    FastcvRegion *region = fill->region;
    const int64_t dx = (q.x > p.x) - (q.x < p.x), dy = (q.y > p.y) - (q.y < p.y);
    const int64_t lower = p.y > q.y ? p.y : q.y;
    for (;;) {
        set_pixel(region, p.x, p.y);
        if (dy && p.y != lower)
            fill->crossings[p.y * region->row_words + p.x / 64] ^= UINT64_C(1) << p.x % 64;
        if (p.x == q.x && p.y == q.y)
            return;
        p.x += dx;
        p.y += dy;
    }
}

FastcvRegion fastcv_region_of_contour(const FastcvMask *mask, FastcvContour contour,
                                      const FastcvOutline *outline, uint64_t *rows)
{
    FastcvRegion region =
        empty_region(outline->left, outline->top, outline->right, outline->bottom, rows);
    const ptrdiff_t words = region.row_words * region.height_px;
    const ContourFill fill = {&region, rows + words};
    memset(fill.crossings, 0, (size_t)words * sizeof *rows);

    FastcvTrace trace = fastcv_trace_begin(mask, contour);
    int32_t x, y;
    fastcv_trace_next(&trace, &x, &y); /* a contour has a point */
    const Point first = {x - region.left, y - region.top};
    Point before = first;
    while (fastcv_trace_next(&trace, &x, &y)) {
        const Point point = {x - region.left, y - region.top};
        add_contour_edge(&fill, before, point);
        before = point;
    }
    add_contour_edge(&fill, before, first);
    for (int32_t row = 0; row < region.height_px; row++)
        fill_to_parity(fill.crossings + row * region.row_words, region.row_words);
    const uint64_t after_row = ~(~UINT64_C(0) << region.width_px % 64);
    for (ptrdiff_t i = 0; i < words; i++)
        rows[i] |= fill.crossings[i];
    for (int32_t row = 0; row < region.height_px; row++)
        rows[(row + 1) * region.row_words - 1] &= after_row;
    return region;
}

/* ---- mean ---- */

double fastcv_region_mean(const FastcvImage *map, const FastcvRegion *region)
{
    const FastcvSelection selection = {
        .values = (const char *)map->pixels + region->top * map->stride_bytes +
                  region->left * (ptrdiff_t)sizeof(float),
        .stride_bytes = map->stride_bytes,
        .bits = region->rows,
        .row_words = region->row_words,
        .rows = region->height_px,
    };
    ptrdiff_t count;
    const double sum = fastcv_mask_kernels()->sum(&selection, &count);
    return count ? sum * (1.0 / (double)count) : 0;
}
