#include "core/colors/scan.h"

#include <math.h>
#include <stdlib.h>

#include "core/numbers.h"

/* Corners lie within ±2^30 px, so a product of two differences in subpixels takes 95 bits. */
__extension__ typedef __int128 Int128;

int64_t fastcv_to_subpixels(float coordinate)
{
    return llrint((double)coordinate * (1 << FASTCV_SUBPIXEL_BITS));
}

/* The quotient, rounded down; *rest is what is left, from 0 to below the divisor. The rest fits in
 * 64 bits, so that its computation may wrap. Written with %, it would need libgcc 7: a later
 * manylinux. */
static int64_t divide(Int128 dividend, int64_t divisor, int64_t *rest)
{
    const int64_t low = (int64_t)dividend; /* nearly always all of it: that takes a tenth */
    int64_t quotient = low == dividend ? low / divisor : (int64_t)(dividend / divisor);
    *rest = (int64_t)((uint64_t)dividend - (uint64_t)quotient * (uint64_t)divisor);
    if (*rest < 0) {
        *rest += divisor;
        quotient--;
    }
    return quotient;
}

/* Edges are looked at downwards, so that a polygon and its neighbour see the same edge. Returns 0
 * for an edge that crosses no row from `row` on. */
static int make_edge(const float *from, const float *to, int64_t row, FastcvScanEdge *edge)
{
    if (from[1] > to[1]) {
        const float *upper = to;
        to = from;
        from = upper;
    }
    const int64_t x = fastcv_to_subpixels(from[0]), y = fastcv_to_subpixels(from[1]);
    const int64_t dx = fastcv_to_subpixels(to[0]) - x, dy = fastcv_to_subpixels(to[1]) - y;
    *edge = (FastcvScanEdge){
        .height = dy, .first_row = fastcv_first_pixel(y), .end_row = fastcv_first_pixel(y + dy)};
    if (edge->first_row < row)
        edge->first_row = row;
    if (edge->first_row >= edge->end_row)
        return 0;
    const int64_t down = edge->first_row * (1 << FASTCV_SUBPIXEL_BITS) - y;
    edge->x = x + divide((Int128)dx * down, dy, &edge->rest);
    edge->x_step = divide((Int128)dx * (1 << FASTCV_SUBPIXEL_BITS), dy, &edge->rest_step);
    return 1;
}

static int compare_first_rows(const void *a, const void *b)
{
    const FastcvScanEdge *left = a, *right = b;
    return (left->first_row > right->first_row) - (left->first_row < right->first_row);
}

static void sort_edges(FastcvScanEdge *edges, ptrdiff_t count)
{
    if (count > 8) { /* which allocates for very many; a quad has 4 */
        qsort(edges, (size_t)count, sizeof *edges, compare_first_rows);
        return;
    }
    for (ptrdiff_t i = 1; i < count; i++) {
        const FastcvScanEdge edge = edges[i];
        ptrdiff_t to = i;
        for (; to > 0 && edges[to - 1].first_row > edge.first_row; to--)
            edges[to] = edges[to - 1];
        edges[to] = edge;
    }
}

FastcvScan fastcv_scan_begin(const FastcvColorBox *box, ptrdiff_t page_width_px, ptrdiff_t row,
                             FastcvScanEdge *edges)
{
    FastcvScan scan = {.edges = edges, .row = row, .width_px = page_width_px};
    const float *before = box->corners + 2 * (box->corner_count - 1);
    for (ptrdiff_t i = 0; i < box->corner_count; i++) {
        const float *corner = box->corners + 2 * i;
        scan.count += make_edge(before, corner, row, &edges[scan.count]);
        before = corner;
    }
    sort_edges(edges, scan.count);
    return scan;
}

/* The first row from the next one on where an edge begins or ends. */
static int64_t find_change(const FastcvScan *scan)
{
    int64_t change = scan->next < scan->count ? scan->edges[scan->next].first_row : INT64_MAX;
    for (ptrdiff_t i = 0; i < scan->in_force; i++)
        change = fastcv_min_int64(change, scan->edges[i].end_row);
    return change;
}

ptrdiff_t fastcv_scan_changing_row(FastcvScan *scan, ptrdiff_t *ends)
{
    FastcvScanEdge *edges = scan->edges;
    ptrdiff_t crossed = 0;
    while (scan->next < scan->count && edges[scan->next].first_row <= scan->row)
        edges[scan->in_force++] = edges[scan->next++];
    for (ptrdiff_t i = 0; i < scan->in_force; i++) {
        if (edges[i].end_row <= scan->row) {
            edges[i--] = edges[--scan->in_force];
            continue;
        }
        const ptrdiff_t end = fastcv_take_crossing(&edges[i], scan->width_px);
        ptrdiff_t to = crossed++;
        for (; to > 0 && ends[to - 1] > end; to--)
            ends[to] = ends[to - 1];
        ends[to] = end;
    }
    scan->row++;
    if (scan->in_force == 2)
        scan->changing_row = find_change(scan);
    return crossed;
}
