/* An index keeps the centres in two orders. Each query uses the cheaper one:
 *
 * - By cell of a uniform grid. The query looks at all k centres in the cells that its disc touches.
 * - By rank, the smallest polygon first. The first centre in the disc is the answer. If a share
 *   p = k / n of all n centres is near, this takes 1 / p = n / k looks on average.
 *
 * The worst case is in between, at k = √n, so every query is short: a few dozen looks for 20,000
 * polygons. Where the small polygons are all far away, the search by rank finds nothing. It gives
 * up after k ranks and the grid answers, so a query takes at most twice the grid's time. */
#ifndef FASTCV_CORE_POLYGON_INDEX_H
#define FASTCV_CORE_POLYGON_INDEX_H

#include "fastcv/polygons.h"
#include "kernels/near/near.h"

/* How the plane is divided into columns, or into rows. */
typedef struct Axis {
    double start, cells_a_unit;
    int32_t cells;
} Axis;

struct FastcvPolygonIndex {
    FastcvPolygon *polygons;
    ptrdiff_t count;
    ptrdiff_t ranks;  /* polygons whose centre is finite; the others have no rank */
    int32_t *polygon; /* by rank */
    FastcvCenters by_rank, by_cell;
    Axis across, down;
    int32_t *begin;  /* by cell, row after row: its first centre in by_cell; then the end */
    int32_t *sums;   /* centres in the cells left of and above a corner of the grid */
    double *numbers; /* the memory of by_rank and by_cell */
};

/* The result never decreases with position, even where arithmetic rounds or overflows. So a centre
 * between two positions is in a cell between theirs. */
static inline int32_t cell_at(const Axis *axis, double position)
{
    const double cell = (position - axis->start) * axis->cells_a_unit;
    if (!(cell > 0))
        return 0;
    return cell < axis->cells ? (int32_t)cell : axis->cells - 1;
}

#endif
