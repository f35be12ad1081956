/* Two orders of the same centres, and the cheaper one for each query:
 *
 * - by cell of a uniform grid: all centres in the cells that a disc touches are looked at. That
 *   takes as long as there are many, k.
 * - by rank, the smallest polygon first: the first centre in the disc is the answer. Where a share
 *   p = k / n of all centres is near, that takes 1 / p looks on average: n / k.
 *
 * So the worst is k = √n, in between, and a query never takes long: a few dozen looks for 20,000
 * polygons. Where small polygons stay away from a place, ranks may be looked at in vain; after k of
 * them the cells are taken after all, so the grid's time is at most doubled. */
#ifndef FASTCV_CORE_POLYGON_INDEX_H
#define FASTCV_CORE_POLYGON_INDEX_H

#include "fastcv/polygons.h"
#include "kernels/near/near.h"

/* Lines that part the plane into columns, or into rows. */
typedef struct Axis {
    double start, cells_a_unit;
    int32_t cells;
} Axis;

struct FastcvPolygonIndex {
    FastcvPolygon *polygons;
    ptrdiff_t count;
    ptrdiff_t ranks;  /* of the polygons whose centre is anywhere: NaN and infinities are not */
    int32_t *polygon; /* by rank */
    FastcvCenters by_rank, by_cell;
    Axis across, down;
    int32_t *begin;  /* by cell, row after row: its first centre in by_cell; one more at the end */
    int32_t *sums;   /* centres in the cells left of and above a corner of the grid */
    double *numbers; /* what by_rank and by_cell point into */
};

/* Never decreases with position, whatever rounds or overflows, so that no centre between two
 * positions is in a cell outside theirs. */
static inline int32_t cell_at(const Axis *axis, double position)
{
    const double cell = (position - axis->start) * axis->cells_a_unit;
    if (!(cell > 0))
        return 0;
    return cell < axis->cells ? (int32_t)cell : axis->cells - 1;
}

#endif
