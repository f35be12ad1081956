#include "fastcv/order.h"

#include <math.h>
#include <stdlib.h>

#include "core/rects/min_area_rect.h"

static const float MAX_COORDINATE_PX = 1073741824.0f; /* 2^30 */

static int is_near(float x, float y)
{
    return fabsf(x) <= MAX_COORDINATE_PX && fabsf(y) <= MAX_COORDINATE_PX; /* NaN is not */
}

/* ---- signs ---- */

/* The sign of the exact sum (Shewchuk 1997, grow-expansion): each part holds what the next larger
 * one has lost. */
static int exact_sign(const double terms[6])
{
    double parts[6];
    int sign = 0;
    for (int i = 0; i < 6; i++) {
        double sum = terms[i];
        for (int k = 0; k < i; k++) {
            const double a = sum, b = parts[k];
            sum = a + b;
            const double b_of_sum = sum - a;
            parts[k] = (a - (sum - b_of_sum)) + (b - b_of_sum);
        }
        parts[i] = sum;
    }
    for (int i = 0; i < 6; i++) {
        if (parts[i] != 0)
            sign = parts[i] > 0 ? 1 : -1;
    }
    return sign;
}

/* 1 where corner c lies to the right of the way from a to b, as seen on the page; −1 to the left; 0
 * on it. The bound is Shewchuk's, 3 ε and a little more. Beyond it, the products of float32 that
 * the determinant consists of are exact in double, so that only their sum is left. */
static int side_of(const FastcvQuad *quad, int a, int b, int c)
{
    const double ax = quad->x[a], ay = quad->y[a], bx = quad->x[b], by = quad->y[b];
    const double cx = quad->x[c], cy = quad->y[c];
    const double left = (ax - cx) * (by - cy), right = (ay - cy) * (bx - cx);
    const double determinant = left - right;
    if (fabs(determinant) > 4e-16 * (fabs(left) + fabs(right)))
        return determinant > 0 ? 1 : -1;
    return exact_sign((double[6]){ax * by, -ay * bx, bx * cy, -by * cx, cx * ay, -cy * ax});
}

/* At each corner: 1 where the outline turns clockwise on the page, −1 where it turns back. */
typedef struct Turns {
    int at[4];
} Turns;

static Turns turns_of(const FastcvQuad *quad)
{
    return (Turns){{side_of(quad, 3, 0, 1), side_of(quad, 0, 1, 2), side_of(quad, 1, 2, 3),
                    side_of(quad, 2, 3, 0)}};
}

/* 4 or −4: convex; 2 or −2: a corner lies in the triangle of the others; 0: crossed. Three corners
 * on a line give other sums. */
static int sum_of(Turns turns)
{
    return turns.at[0] + turns.at[1] + turns.at[2] + turns.at[3];
}

/* Whether two edges cross between their ends. Where edges only touch, three corners lie on a line,
 * which is another fault. */
static int is_crossed(Turns turns)
{
    return sum_of(turns) == 0 && turns.at[0] && turns.at[1] && turns.at[2] && turns.at[3];
}

/* ---- clockwise ---- */

static void swap(FastcvQuad *quad, int i, int j)
{
    const float x = quad->x[i], y = quad->y[i];
    quad->x[i] = quad->x[j];
    quad->y[i] = quad->y[j];
    quad->x[j] = x;
    quad->y[j] = y;
}

/* By x, then by y: what follows does not depend on the order that was given. */
static void sort(FastcvQuad *quad)
{
    for (int i = 1; i < 4; i++) {
        for (int k = i; k > 0; k--) {
            const float *x = &quad->x[k], *y = &quad->y[k];
            if (x[-1] < x[0] || (x[-1] == x[0] && y[-1] <= y[0]))
                break;
            swap(quad, k - 1, k);
        }
    }
}

static double double_area(const FastcvQuad *quad)
{
    const double ax = (double)quad->x[2] - quad->x[0], ay = (double)quad->y[2] - quad->y[0];
    const double bx = (double)quad->x[3] - quad->x[1], by = (double)quad->y[3] - quad->y[1];
    return fabs(ax * by - ay * bx);
}

/* The convex order. Where a corner lies in the triangle of the others there is none, and no order
 * crosses itself: the one with the largest area is nearest to convex. */
static void uncross(FastcvQuad *quad)
{
    const Turns turns = turns_of(quad);
    if (is_crossed(turns)) { /* an edge that does not cross has the same turn at both ends */
        swap(quad, 1, turns.at[1] == turns.at[2] ? 2 : 0);
    } else if (abs(sum_of(turns)) != 4) {
        FastcvQuad others[2] = {*quad, *quad};
        swap(&others[0], 1, 2);
        swap(&others[1], 1, 0);
        for (int i = 0; i < 2; i++) {
            if (double_area(&others[i]) > double_area(quad))
                *quad = others[i];
        }
    }
    if (sum_of(turns_of(quad)) < 0)
        swap(quad, 1, 3);
}

/* From the middle of an edge to the middle of the opposite one, twice as long. */
typedef struct Midline {
    double x, y;
    int start; /* the corner where the edge above it begins */
} Midline;

/* The midline along the edge from corner start, 0 or 1. It points to the right. */
static Midline midline(const FastcvQuad *quad, int start)
{
    const float *x = quad->x, *y = quad->y;
    const int next = start + 1, across = start + 2, last = (start + 3) % 4;
    const Midline line = {
        .x = ((double)x[next] - x[start]) + ((double)x[across] - x[last]),
        .y = ((double)y[next] - y[start]) + ((double)y[across] - y[last]),
        .start = start,
    };
    return line.x < 0 ? (Midline){-line.x, -line.y, across} : line;
}

/* Text runs along one of the two midlines, from left to right. The flatter one would be wrong for a
 * long line at 50°, which it reads across (so do the corner with the least x + y, and the one next
 * to the left top of the bounding box). The one that reaches further to the right would be wrong
 * for a tall box that leans a little, which it lays down (so do the two corners with the least x).
 * The reach over the square root of the length lies between: a box four times as long as high may
 * rise to 63°, one four times as high as wide may lean to 27°, and a square changes at 45°. */
static void start_at_left_top(FastcvQuad *quad)
{
    const FastcvQuad from = *quad;
    const Midline a = midline(quad, 0), b = midline(quad, 1);
    const double ax = a.x * a.x, ay = a.y * a.y, bx = b.x * b.x, by = b.y * b.y;
    const double a_score = ax * ax * (bx + by), b_score = bx * bx * (ax + ay);
    int start = a_score > b_score ? a.start : b.start;
    if (a_score == b_score) /* a square on its tip is read downwards, from the top */
        start = a.y > b.y ? a.start : b.start;
    for (int i = 0; i < 4; i++) {
        quad->x[i] = from.x[(start + i) % 4];
        quad->y[i] = from.y[(start + i) % 4];
    }
}

static void order_clockwise(FastcvQuad *quad)
{
    sort(quad);
    uncross(quad);
    start_at_left_top(quad);
}

/* ---- min_area_rect ---- */

static void order_as_rectangle(FastcvQuad *quad)
{
    FastcvWholePoint points[4], hull[8];
    for (int i = 0; i < 4; i++)
        points[i] = (FastcvWholePoint){(int32_t)quad->x[i], (int32_t)quad->y[i], i};
    float short_side;
    *quad = fastcv_min_area_rect(points, 4, hull, &short_side);
}

size_t fastcv_polygon_scratch_bytes(ptrdiff_t count)
{
    return 3 * (size_t)count * sizeof(FastcvWholePoint);
}

FastcvQuad fastcv_polygon_quad(const double *corners, ptrdiff_t count, void *scratch)
{
    FastcvWholePoint *points = scratch;
    for (ptrdiff_t i = 0; i < count; i++) {
        const float x = fastcv_to_float(trunc(corners[2 * i]));
        const float y = fastcv_to_float(trunc(corners[2 * i + 1]));
        if (!is_near(x, y))
            return (FastcvQuad){{x, x, x, x}, {y, y, y, y}};
        points[i] = (FastcvWholePoint){(int32_t)x, (int32_t)y, i};
    }
    float short_side;
    return fastcv_min_area_rect(points, count, points + count, &short_side);
}

/* ---- all orders ---- */

FastcvQuadFault fastcv_quad_order(FastcvOrder order, FastcvQuad *quad)
{
    for (int i = 0; i < 4; i++) {
        if (!is_near(quad->x[i], quad->y[i]))
            return FASTCV_QUAD_OK;
    }
    switch (order) {
    case FASTCV_ORDER_GIVEN:
        return is_crossed(turns_of(quad)) ? FASTCV_QUAD_CROSSED : FASTCV_QUAD_OK;
    case FASTCV_ORDER_CLOCKWISE:
        order_clockwise(quad);
        return FASTCV_QUAD_OK;
    case FASTCV_ORDER_MIN_AREA_RECT:
        order_as_rectangle(quad);
        return FASTCV_QUAD_OK;
    case FASTCV_ORDER_UPRIGHT:
        return quad->x[2] < quad->x[0] || quad->y[2] < quad->y[0] ? FASTCV_QUAD_REVERSED
                                                                  : FASTCV_QUAD_OK;
    default:
        return FASTCV_QUAD_OK;
    }
}
