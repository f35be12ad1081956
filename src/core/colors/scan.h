/* The rows of a polygon: which pixels of each are inside (include/fastcv/colors.h has the rule). */
#ifndef FASTCV_CORE_COLOR_SCAN_H
#define FASTCV_CORE_COLOR_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "core/numbers.h"
#include "fastcv/colors.h"

enum { FASTCV_SUBPIXEL_BITS = 16 };

/* To units of 1 / 65536 px. Exact for all but small coordinates. Call in the mode of float_mode.h.
 */
int64_t fastcv_to_subpixels(float coordinate);

/* The first pixel whose centre does not come before a coordinate in subpixels. */
static inline int64_t fastcv_first_pixel(int64_t coordinate)
{
    return (coordinate + (1 << FASTCV_SUBPIXEL_BITS) - 1) >> FASTCV_SUBPIXEL_BITS;
}

/* An edge on its way down. At the next row it crosses at x + rest / height subpixels. */
typedef struct FastcvScanEdge {
    int64_t x, rest, height;
    int64_t x_step, rest_step; /* from row to row */
    int64_t first_row, end_row;
} FastcvScanEdge;

typedef struct FastcvScan {
    FastcvScanEdge *edges;           /* those in force, then those that begin later … */
    ptrdiff_t in_force, next, count; /* … from next on, by their first rows */
    int64_t row, width_px;
    int64_t changing_row; /* from row up to here, there are two edges, and they stay */
} FastcvScan;

/* Begins at a row of the page. edges has room for one a corner. */
FastcvScan fastcv_scan_begin(const FastcvColorBox *box, ptrdiff_t page_width_px, ptrdiff_t row,
                             FastcvScanEdge *edges);

/* What fastcv_scan_row does, at rows where edges begin or end, or more than two are in force. */
ptrdiff_t fastcv_scan_changing_row(FastcvScan *scan, ptrdiff_t *ends);

/* The first pixel at or to the right of the edge, within the page; moves on to the next row. */
static inline ptrdiff_t fastcv_take_crossing(FastcvScanEdge *edge, int64_t page_width_px)
{
    const int64_t pixel = fastcv_first_pixel(edge->x + (edge->rest > 0));
    const int64_t rest = edge->rest + edge->rest_step, carried = rest - edge->height;
    edge->x += edge->x_step + (carried >= 0);
    edge->rest = carried >= 0 ? carried : rest;
    return (ptrdiff_t)fastcv_clamp_int64(pixel, 0, page_width_px);
}

/* Does the next row. Writes where spans of pixels begin and end, in ascending order, within the
 * page; returns how many values that are, an even number of at most the corners'. */
static inline ptrdiff_t fastcv_scan_row(FastcvScan *scan, ptrdiff_t *ends)
{
    if (scan->row >= scan->changing_row)
        return fastcv_scan_changing_row(scan, ends);
    const ptrdiff_t a = fastcv_take_crossing(&scan->edges[0], scan->width_px);
    const ptrdiff_t b = fastcv_take_crossing(&scan->edges[1], scan->width_px);
    ends[0] = a < b ? a : b;
    ends[1] = a < b ? b : a;
    scan->row++;
    return 2;
}

#endif
