#include "core/detect/offset.h"

#include <math.h>

enum { CORNERS = FASTCV_OFFSET_CORNERS };

static const double PI = 3.141592653589793238;
static const double ARC_TOLERANCE = 0.25;
static const double NO_DISTANCE = 1e-20; /* Clipper's NEAR_ZERO */

typedef struct Vector {
    double x, y;
} Vector;

/* The steps of a full turn. */
static double steps_of(double distance)
{
    const double tolerance =
        ARC_TOLERANCE > distance * ARC_TOLERANCE ? distance * ARC_TOLERANCE : ARC_TOLERANCE;
    const double steps = PI / acos(1 - tolerance / distance);
    return steps > distance * PI ? distance * PI : steps;
}

ptrdiff_t fastcv_offset_most_points(double distance)
{
    /* No corner turns by more than half of a full turn. */
    const double steps = distance > 1 ? steps_of(distance) : PI;
    return 2 * (ptrdiff_t)ceil(steps) + 8 * CORNERS;
}

/* ---- the polygon before its union ---- */

typedef struct Offset {
    int32_t x[CORNERS], y[CORNERS];
    Vector normals[CORNERS]; /* of the edge from a corner to the next */
    int corners;
    double distance, sine, cosine, steps_per_radian;
    FastcvWholePoint *points;
    ptrdiff_t count;
} Offset;

static int64_t rounded(double value)
{
    return (int64_t)(value < 0 ? value - 0.5 : value + 0.5);
}

static void add_point(Offset *offset, int corner, Vector direction)
{
    offset->points[offset->count++] =
        (FastcvWholePoint){(int32_t)rounded(offset->x[corner] + direction.x * offset->distance),
                           (int32_t)rounded(offset->y[corner] + direction.y * offset->distance), 0};
}

static void add_arc(Offset *offset, int corner, double angle, Vector from, Vector to)
{
    const int64_t wanted = rounded(offset->steps_per_radian * fabs(angle));
    for (int64_t i = 0; i < (wanted > 1 ? wanted : 1); i++) {
        add_point(offset, corner, from);
        from = (Vector){from.x * offset->cosine - offset->sine * from.y,
                        from.x * offset->sine + from.y * offset->cosine};
    }
    add_point(offset, corner, to);
}

/* Returns the edge that the next corner's turn starts from. Where a corner gets one point only, it
 * is the edge that this corner's turn started from. */
static int add_corner(Offset *offset, int corner, int edge)
{
    const Vector from = offset->normals[edge], to = offset->normals[corner];
    double sine = from.x * to.y - to.x * from.y;
    const double cosine = from.x * to.x + to.y * from.y;
    if (fabs(sine * offset->distance) < 1.0) {
        if (cosine > 0) {
            add_point(offset, corner, from);
            return edge;
        }
    } else if (sine > 1.0) {
        sine = 1.0;
    } else if (sine < -1.0) {
        sine = -1.0;
    }
    if (sine * offset->distance < 0) {
        add_point(offset, corner, from);
        add_point(offset, corner, (Vector){0, 0});
        add_point(offset, corner, to);
    } else {
        add_arc(offset, corner, atan2(sine, from.x * to.x + from.y * to.y), from, to);
    }
    return corner;
}

/* The cut corners, without repetitions, clockwise on the page. */
static void set_corners(Offset *offset, const FastcvQuad *quad)
{
    int count = 0;
    int64_t area = 0;
    for (int i = 0; i < CORNERS; i++) {
        const int32_t x = (int32_t)quad->x[i], y = (int32_t)quad->y[i];
        if (count && x == offset->x[count - 1] && y == offset->y[count - 1])
            continue;
        offset->x[count] = x;
        offset->y[count++] = y;
    }
    while (count > 1 && offset->x[count - 1] == offset->x[0] &&
           offset->y[count - 1] == offset->y[0])
        count--;
    offset->corners = count;
    for (int i = 0, before = count - 1; i < count; before = i++)
        area +=
            (int64_t)offset->x[before] * offset->y[i] - (int64_t)offset->x[i] * offset->y[before];
    for (int i = 0, j = count - 1; area < 0 && i < j; i++, j--) {
        const int32_t x = offset->x[i], y = offset->y[i];
        offset->x[i] = offset->x[j];
        offset->y[i] = offset->y[j];
        offset->x[j] = x;
        offset->y[j] = y;
    }
    if (area == 0)
        offset->corners = 0;
}

static void set_normals(Offset *offset)
{
    for (int i = 0; i < offset->corners; i++) {
        const int next = (i + 1) % offset->corners;
        double dx = (double)offset->x[next] - offset->x[i];
        double dy = (double)offset->y[next] - offset->y[i];
        const double scale = 1.0 / sqrt(dx * dx + dy * dy);
        dx *= scale;
        dy *= scale;
        offset->normals[i] = (Vector){dy, -dx};
    }
}

static void set_steps(Offset *offset)
{
    const double steps = steps_of(offset->distance);
    offset->sine = sin(2 * PI / steps);
    offset->cosine = cos(2 * PI / steps);
    offset->steps_per_radian = steps / (2 * PI);
}

/* ---- what the union leaves of it ---- */

/* Whether b lies on the line from a to c, or is one of them. */
static int is_straight(const FastcvWholePoint *a, const FastcvWholePoint *b,
                       const FastcvWholePoint *c)
{
    return ((int64_t)b->x - a->x) * ((int64_t)c->y - b->y) ==
           ((int64_t)b->y - a->y) * ((int64_t)c->x - b->x);
}

/* Drops repeated points and those on a line, and returns how many are left. */
static ptrdiff_t simplify(FastcvWholePoint *points, ptrdiff_t count)
{
    ptrdiff_t left = 0, first = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        while (left >= 2 && is_straight(&points[left - 2], &points[left - 1], &points[i]))
            left--;
        if (left != 1 || points[0].x != points[i].x || points[0].y != points[i].y)
            points[left++] = points[i];
    }
    /* Around the start: what is dropped at one end may free the other. */
    for (int changes = 1; changes && left - first >= 3;) {
        changes = 0;
        if (is_straight(&points[left - 2], &points[left - 1], &points[first])) {
            left--;
            changes = 1;
        } else if (is_straight(&points[left - 1], &points[first], &points[first + 1])) {
            first++;
            changes = 1;
        }
    }
    for (ptrdiff_t i = first; first && i < left; i++)
        points[i - first] = points[i];
    return left - first;
}

static void reverse(FastcvWholePoint *points, ptrdiff_t from, ptrdiff_t to)
{
    for (to--; from < to; from++, to--) {
        const FastcvWholePoint point = points[from];
        points[from] = points[to];
        points[to] = point;
    }
}

/* Moves the right one of the highest points to the end. */
static void turn_to_start(FastcvWholePoint *points, ptrdiff_t count)
{
    ptrdiff_t last = 0;
    for (ptrdiff_t i = 1; i < count; i++) {
        if (points[i].y < points[last].y ||
            (points[i].y == points[last].y && points[i].x > points[last].x))
            last = i;
    }
    reverse(points, 0, last + 1);
    reverse(points, last + 1, count);
    reverse(points, 0, count);
}

ptrdiff_t fastcv_offset_quad(const FastcvQuad *quad, double distance, FastcvWholePoint *points)
{
    Offset offset = {.distance = distance, .points = points};
    set_corners(&offset, quad);
    if (offset.corners < 3)
        return 0;
    if (distance < NO_DISTANCE) {
        for (int i = 0; i < offset.corners; i++)
            add_point(&offset, i, (Vector){0, 0});
    } else {
        set_normals(&offset);
        set_steps(&offset);
        for (int corner = 0, edge = offset.corners - 1; corner < offset.corners; corner++)
            edge = add_corner(&offset, corner, edge);
    }
    const ptrdiff_t count = simplify(points, offset.count);
    if (count < 3)
        return 0;
    turn_to_start(points, count);
    for (ptrdiff_t i = 0; i < count; i++)
        points[i].place = i;
    return count;
}
