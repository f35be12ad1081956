/* Reading order. */
#include <math.h>
#include <stdlib.h>

#include "core/detect/boxes.h"

typedef FastcvBoxKey Key;

static const float LINE_PX = 10;

static int compare_floats(float a, float b)
{
    return (a > b) - (a < b);
}

static int compare_ranks(const Key *a, const Key *b)
{
    return (a->rank > b->rank) - (a->rank < b->rank);
}

static int by_y(const void *a, const void *b)
{
    const Key *p = a, *q = b;
    const int order = compare_floats(p->y, q->y);
    return order ? order : compare_ranks(p, q);
}

static int by_y_and_x(const void *a, const void *b)
{
    const Key *p = a, *q = b;
    int order = compare_floats(p->y, q->y);
    order = order ? order : compare_floats(p->x, q->x);
    return order ? order : compare_ranks(p, q);
}

static int by_line_and_x(const void *a, const void *b)
{
    const Key *p = a, *q = b;
    int order = (p->line > q->line) - (p->line < q->line);
    order = order ? order : compare_floats(p->x, q->x);
    return order ? order : compare_ranks(p, q);
}

static void sort_lines(Key *keys, ptrdiff_t count)
{
    qsort(keys, (size_t)count, sizeof *keys, by_y);
    keys[0].rank = keys[0].line = 0;
    for (ptrdiff_t i = 1; i < count; i++) {
        keys[i].rank = i;
        keys[i].line = keys[i - 1].line + (keys[i].y - keys[i - 1].y >= LINE_PX);
    }
    qsort(keys, (size_t)count, sizeof *keys, by_line_and_x);
}

/* A box moves before its neighbour as long as it lies left of it in the same line. */
static void sort_bubbles(Key *keys, ptrdiff_t count)
{
    qsort(keys, (size_t)count, sizeof *keys, by_y_and_x);
    for (ptrdiff_t i = 1; i < count; i++) {
        const Key key = keys[i];
        ptrdiff_t to = i;
        for (; to > 0 && fabsf(key.y - keys[to - 1].y) < LINE_PX && key.x < keys[to - 1].x; to--)
            keys[to] = keys[to - 1];
        keys[to] = key;
    }
}

void fastcv_boxes_sort(FastcvBoxKey *keys, ptrdiff_t count, FastcvReadingOrder order)
{
    if (count > 1 && order == FASTCV_READING_LINES)
        sort_lines(keys, count);
    if (count > 1 && order == FASTCV_READING_BUBBLES)
        sort_bubbles(keys, count);
}
