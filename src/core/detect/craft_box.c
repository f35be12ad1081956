/* EasyOCR dilates a component's text and takes the smallest rectangle around it. The text's ends in
 * each row tell that rectangle, so nothing is dilated here. */
#include "core/detect/craft_box.h"

#include <math.h>

#include "core/numbers.h"
#include "core/rects/min_area_rect.h"

enum { CORNERS = 4, POINT_LISTS = 3 }; /* the points, and room for twice as many: their hull */

/* Grown text: each pixel becomes a rectangle, cut off at the map's edges. */
typedef struct Text {
    const FastcvComponent *component;
    const FastcvTextRow *rows;
    int32_t before, after; /* px by which a pixel grows to the left and up; to the right and down */
    int32_t last_x, last_y; /* of the map */
} Text;

static Text grown_text(const FastcvComponent *component, const FastcvTextRow *rows,
                       const FastcvMask *map)
{
    const int64_t width = component->right - component->left + 1;
    const int64_t height = component->bottom - component->top + 1;
    const int64_t shorter = fastcv_min_int64(width, height);
    const double share = (double)(component->area * shorter) / (double)(width * height);
    const int32_t grow = (int32_t)(sqrt(share) * 2);
    return (Text){component,         rows, grow / 2, grow - grow / 2, map->width_px - 1,
                  map->height_px - 1};
}

static int32_t left_of(const Text *text, int32_t x)
{
    return fastcv_max_int(x - text->before, 0);
}

static int32_t right_of(const Text *text, int32_t x)
{
    return fastcv_min_int(x + text->after, text->last_x);
}

static int32_t above(const Text *text, int32_t y)
{
    return fastcv_max_int(y - text->before, 0);
}

static int32_t below(const Text *text, int32_t y)
{
    return fastcv_min_int(y + text->after, text->last_y);
}

/* ---- points ---- */

typedef struct Points {
    FastcvWholePoint *points;
    ptrdiff_t count;
    int64_t width_px;    /* of the map: points are numbered as its pixels are */
    int32_t left, right; /* how far the rows before reach */
} Points;

static void add_point(Points *points, int32_t x, int32_t y)
{
    points->points[points->count++] = (FastcvWholePoint){x, y, y * points->width_px + x};
}

static void begin(Points *points)
{
    points->left = INT32_MAX;
    points->right = -1;
}

/* Adds the ends of a row that reach further than those before. */
static void add_row(Points *points, const Text *text, const FastcvTextRow *row, int32_t y)
{
    if (row->end == 0)
        return;
    const int32_t left = left_of(text, row->start), right = right_of(text, row->end - 1);
    if (left < points->left)
        add_point(points, left, y);
    if (right > points->right)
        add_point(points, right, y);
    points->left = fastcv_min_int(points->left, left);
    points->right = fastcv_max_int(points->right, right);
}

/* The points of the grown text that can be corners of its hull. In the upper half these are the
 * upper corners of rows that reach further than all rows above; in the lower half likewise. */
static void add_corners(Points *points, const Text *text)
{
    const int32_t top = text->component->top, rows = text->component->bottom - top + 1;
    begin(points);
    for (int32_t i = 0; i < rows; i++)
        add_row(points, text, &text->rows[i], above(text, top + i));
    begin(points);
    for (int32_t i = rows - 1; i >= 0; i--)
        add_row(points, text, &text->rows[i], below(text, top + i));
}

/* Rows that reach further: at most one a row and one a column. */
size_t fastcv_craft_scratch_bytes(int32_t width_px, int32_t height_px)
{
    const size_t most = CORNERS * (size_t)fastcv_min_int(width_px, height_px);
    return most * POINT_LISTS * sizeof(FastcvWholePoint);
}

/* ---- the box ---- */

/* As numpy.linalg.norm has it: in float32. */
static float side_of(const FastcvQuad *quad, int from, int to)
{
    const float dx = quad->x[from] - quad->x[to], dy = quad->y[from] - quad->y[to];
    return sqrtf(dx * dx + dy * dy);
}

/* A square rectangle may stand on a corner, so an upright one takes its place. */
static int is_square(const FastcvQuad *quad)
{
    const float a = side_of(quad, 0, 1), b = side_of(quad, 1, 2);
    const float ratio = (a > b ? a : b) / ((a < b ? a : b) + 1e-5f);
    return fabsf(1 - ratio) <= 0.1f;
}

static FastcvQuad bounds_of(const FastcvWholePoint *points, ptrdiff_t count)
{
    int32_t left = points[0].x, right = left, top = points[0].y, bottom = top;
    for (ptrdiff_t i = 1; i < count; i++) {
        left = fastcv_min_int(left, points[i].x);
        right = fastcv_max_int(right, points[i].x);
        top = fastcv_min_int(top, points[i].y);
        bottom = fastcv_max_int(bottom, points[i].y);
    }
    const float l = (float)left, t = (float)top, r = (float)right, b = (float)bottom;
    return (FastcvQuad){{l, r, r, l}, {t, t, b, b}};
}

/* From the corner with the least x + y on; its coordinates on the page. */
static FastcvQuad on_page(const FastcvQuad *quad, const FastcvCraftRules *rules)
{
    int first = 0;
    for (int i = 1; i < CORNERS; i++) {
        if (quad->x[i] + quad->y[i] < quad->x[first] + quad->y[first])
            first = i;
    }
    FastcvQuad turned;
    for (int i = 0; i < CORNERS; i++) {
        const int from = (first + i) % CORNERS;
        turned.x[i] = (float)((double)quad->x[from] * rules->scale_x);
        turned.y[i] = (float)((double)quad->y[from] * rules->scale_y);
    }
    return turned;
}

FastcvQuad fastcv_craft_box(const FastcvComponent *component, const FastcvTextRow *rows,
                            const FastcvMask *map, const FastcvCraftRules *rules, void *scratch)
{
    const Text text = grown_text(component, rows, map);
    Points points = {.points = scratch, .width_px = map->width_px};
    add_corners(&points, &text);
    if (points.count == 0)
        return (FastcvQuad){0};
    const FastcvRotatedRect rect =
        fastcv_rotated_rect(points.points, points.count, points.points + points.count);
    FastcvQuad quad = fastcv_box_points(&rect);
    if (is_square(&quad))
        quad = bounds_of(points.points, points.count);
    return on_page(&quad, rules);
}
