/* Queries of an index. */
#include <math.h>
#include <stdlib.h>

#include "core/numbers.h"
#include "core/polygons/find.h"
#include "core/polygons/index.h"
#include "fastcv/float_mode.h"

enum {
    ITEM_POINTS = 256,
    THREAD_POINTS = 4096, /* 0.1 to 0.4 ms; waking a thread takes 20 to 40 µs */
    SORTED_SHARE = 32,    /* for more than 1 in 32 centres, a look at all is faster than a sort */
};

/* The cells that a disc touches, and how many centres they hold. The margins exceed any rounding
 * error, so no centre in the disc is missed. */
static FastcvCells cells_of(const FastcvPolygonIndex *index, FastcvDisc disc, ptrdiff_t *centers)
{
    const double radius = sqrt(disc.limit);
    const double reach_x = radius + 1e-12 * (radius + fabs(disc.x)) + 1e-150;
    const double reach_y = radius + 1e-12 * (radius + fabs(disc.y)) + 1e-150;
    const int32_t left = cell_at(&index->across, disc.x - reach_x);
    const int32_t right = cell_at(&index->across, disc.x + reach_x) + 1;
    const int32_t top = cell_at(&index->down, disc.y - reach_y);
    const int32_t bottom = cell_at(&index->down, disc.y + reach_y) + 1;

    const ptrdiff_t columns = index->across.cells, corners = columns + 1;
    const int32_t *above = index->sums + top * corners, *below = index->sums + bottom * corners;
    *centers = below[right] - below[left] - above[right] + above[left];
    return (FastcvCells){index->begin + top * columns + left, columns, right - left, bottom - top};
}

static ptrdiff_t match_one(const FastcvPolygonIndex *index, const FastcvNearKernels *kernels,
                           FastcvDisc disc)
{
    ptrdiff_t centers;
    const FastcvCells cells = cells_of(index, disc, &centers);
    if (centers == 0)
        return -1;
    if ((double)centers * (double)centers > (double)index->ranks) {
        const ptrdiff_t rank = kernels->first_near(&index->by_rank, centers, disc);
        if (rank >= 0)
            return index->polygon[rank];
    }
    const double rank = kernels->least_rank(&index->by_cell, &cells, disc);
    return rank < (double)index->ranks ? index->polygon[(ptrdiff_t)rank] : -1;
}

typedef struct MatchRun {
    const FastcvPolygonIndex *index;
    const FastcvNearKernels *kernels;
    const double *points;
    ptrdiff_t count;
    double limit;
    ptrdiff_t *best;
} MatchRun;

static void match_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    const MatchRun *run = context;
    const ptrdiff_t first = item * ITEM_POINTS;
    const ptrdiff_t end = first + fastcv_min_int64(ITEM_POINTS, run->count - first);
    for (ptrdiff_t i = first; i < end; i++) {
        const FastcvDisc disc = {run->points[2 * i], run->points[2 * i + 1], run->limit};
        run->best[i] = match_one(run->index, run->kernels, disc);
    }
}

FastcvStatus fastcv_polygon_index_match(const FastcvPolygonIndex *index, const double *points,
                                        ptrdiff_t count, double max_dist, FastcvPool pool,
                                        ptrdiff_t *best)
{
    MatchRun run = {index, fastcv_near_kernels(), points, count, fastcv_disc(0, 0, max_dist).limit,
                    best};
    FastcvLoop loop = {match_item, &run, (count + ITEM_POINTS - 1) / ITEM_POINTS};
    pool.num_threads = fastcv_worthwhile_threads(count, THREAD_POINTS, pool.num_threads);
    return fastcv_run(loop, pool);
}

static int compare_int32(const void *a, const void *b)
{
    const int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

/* Not inlined, and it writes to memory, so that no compiler moves its arithmetic out of the
 * floating-point mode that the caller has set. */
static __attribute__((noinline)) ptrdiff_t find(const FastcvPolygonIndex *index, FastcvDisc disc,
                                                int32_t *found)
{
    ptrdiff_t centers, count = 0;
    const FastcvCells cells = cells_of(index, disc, &centers);
    if (centers > index->count / SORTED_SHARE)
        return fastcv_polygons_find_in(index->polygons, index->count, disc, found);
    const FastcvCenters *by_cell = &index->by_cell;
    const int32_t *begin = cells.begin;
    for (int32_t row = 0; row < cells.rows; row++, begin += cells.stride) {
        for (ptrdiff_t i = begin[0]; i < begin[cells.columns]; i++) {
            found[count] = index->polygon[(ptrdiff_t)by_cell->rank[i]];
            count += fastcv_disc_has(disc, by_cell->x[i], by_cell->y[i]);
        }
    }
    qsort(found, (size_t)count, sizeof *found, compare_int32);
    return count;
}

ptrdiff_t fastcv_polygon_index_find(const FastcvPolygonIndex *index, double x, double y,
                                    double max_dist, int32_t *found)
{
    const FastcvDisc disc = fastcv_disc(x, y, max_dist);
    const FastcvFloatMode before = fastcv_float_mode_enter();
    const ptrdiff_t count = find(index, disc, found);
    fastcv_float_mode_leave(before);
    return count;
}
