/* The smallest rectangle around points has a side on their convex hull, so it is the best of those
 * that rotating calipers pass (Toussaint, 1983). Where rectangles tie, OpenCV's choice depends on
 * where its hull starts; every float is rounded where OpenCV rounds it. */
#include "core/rects/min_area_rect.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static const double PI = 3.1415926535897932384626433832795;

typedef FastcvWholePoint Point;

typedef struct Vector {
    float x, y;
} Vector;

/* ---- hull ---- */

static int compare(const void *a, const void *b)
{
    const Point *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    return p->place < q->place ? -1 : 1;
}

/* qsort takes as long for four points as everything else. Points often come sorted. */
static void sort(Point *points, ptrdiff_t count)
{
    ptrdiff_t sorted = 1;
    while (sorted < count && compare(&points[sorted - 1], &points[sorted]) < 0)
        sorted++;
    if (count > 32 && sorted < count) {
        qsort(points, (size_t)count, sizeof *points, compare);
        return;
    }
    for (ptrdiff_t i = sorted; i < count; i++) {
        const Point point = points[i];
        ptrdiff_t to = i;
        for (; to > 0 && compare(&points[to - 1], &point) > 0; to--)
            points[to] = points[to - 1];
        points[to] = point;
    }
}

static int is_same(Point a, Point b)
{
    return a.x == b.x && a.y == b.y;
}

/* The sign of the turn at b, from x to y. */
static int turn_at(Point a, Point b, Point c)
{
    const int64_t left = ((int64_t)b.x - a.x) * ((int64_t)c.y - b.y);
    const int64_t right = ((int64_t)b.y - a.y) * ((int64_t)c.x - b.x);
    return (left > right) - (left < right);
}

/* The part of the hull between two sorted points, both included. Returns how many points it has.
 * Of equal points the last one stays, except at the start. */
static ptrdiff_t chain(const Point *points, ptrdiff_t from, ptrdiff_t to, int turn, Point *hull)
{
    const ptrdiff_t step = to > from ? 1 : -1;
    ptrdiff_t count = 0;
    hull[count++] = points[from];
    if (is_same(points[from], points[to]))
        return count;
    for (ptrdiff_t i = from + step; i != to + step; i += step) {
        while (count >= 2 && turn_at(hull[count - 2], hull[count - 1], points[i]) != turn)
            count--;
        if (count >= 2 || !is_same(hull[0], points[i]))
            hull[count++] = points[i];
    }
    return count;
}

static void reverse(Point *points, ptrdiff_t count)
{
    for (ptrdiff_t i = 0, j = count - 1; i < j; i++, j--) {
        const Point point = points[i];
        points[i] = points[j];
        points[j] = point;
    }
}

/* The hull from point `from` over `peak`, the highest or lowest one, to before point `to`. Returns
 * how many points it has. */
static ptrdiff_t half(const Point *points, ptrdiff_t from, ptrdiff_t peak, ptrdiff_t to,
                      Point *hull)
{
    const ptrdiff_t count = chain(points, from, peak, 1, hull) - 1;
    Point *rest = hull + count;
    const ptrdiff_t rest_count = chain(points, to, peak, -1, rest);
    reverse(rest, rest_count);
    return count + rest_count - 1;
}

/* Whether the places rise (sign 1) or fall (sign −1) all the way from hull[start] on. */
static int is_monotone(const Point *hull, ptrdiff_t count, ptrdiff_t start, int sign)
{
    for (ptrdiff_t i = 1; i < count; i++) {
        const ptrdiff_t after = start + i, before = after - 1;
        const ptrdiff_t step = hull[after < count ? after : after - count].place -
                               hull[before < count ? before : before - count].place;
        if (sign * step < 0)
            return 0;
    }
    return 1;
}

/* OpenCV starts its hull at the right, or, where the polygon's own order runs along it, at the
 * polygon's first or last corner. */
static ptrdiff_t start_of(const Point *hull, ptrdiff_t count)
{
    ptrdiff_t least = 0, greatest = 0;
    for (ptrdiff_t i = 1; i < count; i++) {
        if (hull[i].place < hull[least].place)
            least = i;
        if (hull[i].place > hull[greatest].place)
            greatest = i;
    }
    if (is_monotone(hull, count, least, 1))
        return least;
    return is_monotone(hull, count, greatest, -1) ? greatest : 0;
}

/* Clockwise on the page, from OpenCV's start on. Returns how many corners it has. */
static ptrdiff_t find_hull(Point *points, ptrdiff_t count, Point *hull)
{
    ptrdiff_t lowest = 0, highest = 0, hull_count;
    sort(points, count);
    for (ptrdiff_t i = 1; i < count; i++) {
        if (points[i].y > points[lowest].y)
            lowest = i;
        if (points[i].y < points[highest].y)
            highest = i;
    }
    hull_count = half(points, count - 1, lowest, 0, hull);
    hull_count += half(points, 0, highest, count - 1, hull + hull_count);
    const ptrdiff_t start = start_of(hull, hull_count);
    if (start) {
        reverse(hull, start);
        reverse(hull + start, hull_count - start);
        reverse(hull, hull_count);
    }
    return hull_count;
}

/* ---- calipers ---- */

typedef struct Hull {
    const Point *points; /* from the start on */
    ptrdiff_t count;
} Hull;

static ptrdiff_t next(const Hull *hull, ptrdiff_t i)
{
    return i + 1 < hull->count ? i + 1 : 0;
}

static Vector corner(const Hull *hull, ptrdiff_t i)
{
    const Point *point = &hull->points[i];
    return (Vector){(float)point->x, (float)point->y};
}

static Vector difference(Vector a, Vector b)
{
    return (Vector){a.x - b.x, a.y - b.y};
}

static Vector edge(const Hull *hull, ptrdiff_t i)
{
    return difference(corner(hull, next(hull, i)), corner(hull, i));
}

/* By a number of quarter turns, counter-clockwise on the page. */
static Vector turned(Vector v, int quarters)
{
    switch (quarters & 3) {
    case 1:
        return (Vector){v.y, -v.x};
    case 2:
        return (Vector){-v.x, -v.y};
    case 3:
        return (Vector){-v.y, v.x};
    default:
        return v;
    }
}

static int is_before(Vector a, Vector b)
{
    return a.y * b.x + -a.x * b.y < 0;
}

/* Four lines around the hull, each through a corner: at the top, the right, the bottom, the left.
 */
typedef struct Calipers {
    ptrdiff_t at[4];
    Vector base; /* along the top, of length 1 */
} Calipers;

static Calipers first_calipers(const Hull *hull)
{
    Calipers calipers = {.base = {1, 0}};
    for (ptrdiff_t i = 1; i < hull->count; i++) {
        const Vector point = corner(hull, i);
        if (point.y < corner(hull, calipers.at[0]).y)
            calipers.at[0] = i;
        if (point.x > corner(hull, calipers.at[1]).x)
            calipers.at[1] = i;
        if (point.y > corner(hull, calipers.at[2]).y)
            calipers.at[2] = i;
        if (point.x < corner(hull, calipers.at[3]).x)
            calipers.at[3] = i;
    }
    return calipers;
}

/* Turns the lines until one of them lies on an edge, and moves that line's corner on. */
static void turn(Calipers *calipers, const Hull *hull)
{
    int first = 0;
    for (int side = 1; side < 4; side++) {
        if (is_before(turned(edge(hull, calipers->at[side]), side),
                      turned(edge(hull, calipers->at[first]), first)))
            first = side;
    }
    const Vector along = edge(hull, calipers->at[first]);
    const double dx = along.x, dy = along.y;
    const float scale = (float)(1. / sqrt(dx * dx + dy * dy));
    calipers->base = turned((Vector){along.x * scale, along.y * scale}, first);
    calipers->at[first] = next(hull, calipers->at[first]);
}

typedef struct Rectangle {
    Vector base;
    float width, height, area;
    Vector left, top; /* points on two sides */
} Rectangle;

static Rectangle measure(const Calipers *calipers, const Hull *hull)
{
    Vector corners[4];
    for (int side = 0; side < 4; side++)
        corners[side] = corner(hull, calipers->at[side]);
    const Vector across = difference(corners[1], corners[3]);
    const Vector down = difference(corners[2], corners[0]);
    const Vector base = calipers->base;
    Rectangle rectangle = {.base = base, .left = corners[3], .top = corners[0]};
    rectangle.width = across.x * base.x + across.y * base.y;
    rectangle.height = -down.x * base.y + down.y * base.x;
    rectangle.area = rectangle.width * rectangle.height;
    return rectangle;
}

/* Of equal areas the last one. */
static Rectangle smallest_rectangle(const Hull *hull)
{
    Calipers calipers = first_calipers(hull);
    Rectangle best = {.area = FLT_MAX};
    for (ptrdiff_t i = 0; i < hull->count; i++) {
        turn(&calipers, hull);
        const Rectangle rectangle = measure(&calipers, hull);
        if (rectangle.area <= best.area)
            best = rectangle;
    }
    return best;
}

/* ---- corners ---- */

static float length(Vector v)
{
    return (float)sqrt((double)v.x * v.x + (double)v.y * v.y);
}

static FastcvRotatedRect rotated_rect(const Rectangle *rectangle)
{
    const float a1 = rectangle->base.x, b1 = rectangle->base.y, a2 = -b1, b2 = a1;
    const float c1 = a1 * rectangle->left.x + rectangle->left.y * b1;
    const float c2 = a2 * rectangle->top.x + rectangle->top.y * b2;
    const float scale = 1.f / (a1 * b2 - a2 * b1);
    const Vector corner = {(c1 * b2 - c2 * b1) * scale, (a1 * c2 - a2 * c1) * scale};
    const Vector across = {a1 * rectangle->width, b1 * rectangle->width};
    const Vector down = {a2 * rectangle->height, b2 * rectangle->height};

    FastcvRotatedRect rect = {.center_x = corner.x + (across.x + down.x) * 0.5f,
                              .center_y = corner.y + (across.y + down.y) * 0.5f};
    double angle = -PI / 2;
    rect.width = length(down);
    rect.height = length(across);
    if (across.x == 0 && across.y > 0) {
        rect.width = length(across);
        rect.height = length(down);
    } else {
        angle = -atan2((double)across.x, (double)across.y);
    }
    rect.angle_deg = (float)(angle * 180 / PI);
    return rect;
}

FastcvQuad fastcv_box_points(const FastcvRotatedRect *rect)
{
    const double angle = rect->angle_deg * PI / 180.;
    const float b = (float)cos(angle) * 0.5f, a = (float)sin(angle) * 0.5f;
    const float x = rect->center_x, y = rect->center_y, w = rect->width, h = rect->height;
    return (FastcvQuad){
        {x - a * h - b * w, x + a * h - b * w, x + a * h + b * w, x - a * h + b * w},
        {y + b * h - a * w, y - b * h - a * w, y - b * h + a * w, y + b * h + a * w}};
}

FastcvQuad fastcv_rect_corners(const FastcvRotatedRect *rect)
{
    const FastcvQuad corners = fastcv_box_points(rect);
    Vector points[4];
    for (int i = 0; i < 4; i++) {
        const Vector point = {corners.x[i], corners.y[i]};
        int to = i;
        for (; to > 0 && points[to - 1].x > point.x; to--)
            points[to] = points[to - 1];
        points[to] = point;
    }
    const int lt = points[1].y > points[0].y ? 0 : 1, rt = points[3].y > points[2].y ? 2 : 3;
    const int order[4] = {lt, rt, 5 - rt, 1 - lt};
    FastcvQuad quad;
    for (int i = 0; i < 4; i++) {
        quad.x[i] = points[order[i]].x;
        quad.y[i] = points[order[i]].y;
    }
    return quad;
}

/* Of sorted points. */
static int is_flat(const Point *points, ptrdiff_t count)
{
    for (ptrdiff_t i = 1; i < count - 1; i++) {
        if (turn_at(points[0], points[i], points[count - 1]) != 0)
            return 0;
    }
    return 1;
}

/* From the first to the last of sorted points on a line. */
static FastcvRotatedRect line_rect(Point first, Point last)
{
    const Vector a = {(float)first.x, (float)first.y}, b = {(float)last.x, (float)last.y};
    const Vector along = difference(b, a);
    FastcvRotatedRect rect = {.center_x = (a.x + b.x) * 0.5f, .center_y = (a.y + b.y) * 0.5f};
    double angle = -PI / 2;
    if (along.x > 0 && along.y >= 0) {
        rect.height = length(along);
        angle = -atan2((double)along.x, (double)along.y);
    } else {
        rect.width = length(along);
        if (along.x > 0)
            angle = -atan2((double)-along.y, (double)along.x);
    }
    rect.angle_deg = (float)(angle * 180 / PI);
    return rect;
}

FastcvRotatedRect fastcv_rotated_rect(FastcvWholePoint *points, ptrdiff_t count,
                                      FastcvWholePoint *hull)
{
    const Hull found = {.points = hull, .count = find_hull(points, count, hull)};
    if (is_flat(points, count))
        return line_rect(points[0], points[count - 1]);
    const Rectangle rectangle = smallest_rectangle(&found);
    return rotated_rect(&rectangle);
}

FastcvQuad fastcv_min_area_rect(FastcvWholePoint *points, ptrdiff_t count, FastcvWholePoint *hull,
                                float *short_side)
{
    const FastcvRotatedRect rect = fastcv_rotated_rect(points, count, hull);
    *short_side = rect.height < rect.width ? rect.height : rect.width;
    if (*short_side == 0 && is_flat(points, count)) {
        const Vector left = {(float)points[0].x, (float)points[0].y};
        const Vector right = {(float)points[count - 1].x, (float)points[count - 1].y};
        return (FastcvQuad){{left.x, right.x, right.x, left.x}, {left.y, right.y, right.y, left.y}};
    }
    return fastcv_rect_corners(&rect);
}
