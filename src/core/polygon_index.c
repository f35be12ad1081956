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
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/area_order.h"
#include "fastcv/polygons.h"
#include "kernels/kernels.h"

enum {
    CELL_CENTERS = 2, /* on average */
    ITEM_POINTS = 256,
    THREAD_POINTS = 4096, /* 0.1 to 0.4 ms; waking a thread takes 20 to 40 µs */
    SORTED_SHARE = 32,    /* of all centres: as many are found in order sooner than sorted */
};

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
    int32_t *begin; /* by cell, row after row: its first centre in by_cell; one more at the end */
    int32_t *sums;   /* centres in the cells left of and above a corner of the grid */
    double *numbers; /* what by_rank and by_cell point into */
};

/* ---- the grid ---- */

/* Never decreases with position, whatever rounds or overflows, so that no centre between two
 * positions is in a cell outside theirs. */
static int32_t cell_at(const Axis *axis, double position)
{
    const double cell = (position - axis->start) * axis->cells_a_unit;
    if (!(cell > 0))
        return 0;
    return cell < axis->cells ? (int32_t)cell : axis->cells - 1;
}

static Axis axis_of(double least, double most, double cells)
{
    const double extent = most - least;
    Axis axis = {least, 0, 1};
    if (extent > 0 && isfinite(extent) && cells >= 2) {
        axis.cells = (int32_t)cells;
        axis.cells_a_unit = axis.cells / extent;
    }
    return axis;
}

/* ---- make ---- */

typedef struct Maker {
    FastcvPolygonIndex *index;
    FastcvAreaKey *keys, *other_keys;
    int32_t *cell; /* by rank */
} Maker;

static int is_somewhere(const FastcvPolygon *polygon)
{
    return isfinite(polygon->x) && isfinite(polygon->y);
}

static void make_keys(Maker *maker)
{
    FastcvPolygonIndex *index = maker->index;
    for (ptrdiff_t i = 0; i < index->count; i++) {
        maker->keys[index->ranks] = fastcv_area_key(index->polygons[i].area, (int32_t)i);
        index->ranks += is_somewhere(&index->polygons[i]);
    }
}

static void sort_keys(Maker *maker, int pass)
{
    FastcvAreaKey *sorted =
        fastcv_area_pass(pass, maker->keys, maker->other_keys, maker->index->ranks);
    if (sorted != maker->keys) {
        maker->other_keys = maker->keys;
        maker->keys = sorted;
    }
}

static void place_by_rank(Maker *maker)
{
    FastcvPolygonIndex *index = maker->index;
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (ptrdiff_t rank = 0; rank < index->ranks; rank++) {
        const int32_t i = maker->keys[rank].index;
        const double x = index->polygons[i].x, y = index->polygons[i].y;
        index->polygon[rank] = i;
        index->by_rank.x[rank] = x;
        index->by_rank.y[rank] = y;
        left = x < left ? x : left;
        right = x > right ? x : right;
        top = y < top ? y : top;
        bottom = y > bottom ? y : bottom;
    }
    /* As many columns to a row that cells come out square. */
    const double cells = (double)(index->ranks / CELL_CENTERS), width = right - left;
    index->across = axis_of(left, right, fmin(sqrt(cells * (width / (bottom - top))), cells));
    index->down = axis_of(top, bottom, cells / index->across.cells);
}

static void count_cells(Maker *maker)
{
    FastcvPolygonIndex *index = maker->index;
    for (ptrdiff_t rank = 0; rank < index->ranks; rank++) {
        const int32_t column = cell_at(&index->across, index->by_rank.x[rank]);
        const int32_t row = cell_at(&index->down, index->by_rank.y[rank]);
        maker->cell[rank] = row * index->across.cells + column;
        index->begin[maker->cell[rank] + 1]++;
    }
}

/* begin[c] is where cell c's next centre goes, and so, when all are there, where cell c + 1's
 * begin: which is made good by beginning one cell further left. */
static void place_by_cell(Maker *maker)
{
    FastcvPolygonIndex *index = maker->index;
    const ptrdiff_t cells = (ptrdiff_t)index->across.cells * index->down.cells;
    int32_t *next = index->begin;
    for (ptrdiff_t cell = 0; cell < cells; cell++)
        next[cell + 1] += next[cell];
    for (ptrdiff_t rank = 0; rank < index->ranks; rank++) {
        const int32_t at = next[maker->cell[rank]]++;
        index->by_cell.x[at] = index->by_rank.x[rank];
        index->by_cell.y[at] = index->by_rank.y[rank];
        index->by_cell.rank[at] = (double)rank;
    }
    memmove(next + 1, next, (size_t)cells * sizeof *next);
    next[0] = 0;
}

static void sum_cells(Maker *maker)
{
    FastcvPolygonIndex *index = maker->index;
    const ptrdiff_t columns = index->across.cells, corners = columns + 1;
    for (ptrdiff_t row = 0; row < index->down.cells; row++) {
        const int32_t *begin = index->begin + row * columns;
        const int32_t *above = index->sums + row * corners;
        int32_t *sums = index->sums + (row + 1) * corners;
        for (ptrdiff_t corner = 0; corner <= columns; corner++)
            sums[corner] = above[corner] + begin[corner] - begin[0];
    }
}

enum { KEYS, SORT, BY_RANK = SORT + FASTCV_AREA_PASSES, COUNT, BY_CELL, SUMS, STEPS };

/* A step takes no longer than a look at every polygon. */
static void make_item(void *context, ptrdiff_t step, int thread)
{
    (void)thread;
    switch (step) {
    case KEYS:
        make_keys(context);
        break;
    case BY_RANK:
        place_by_rank(context);
        break;
    case COUNT:
        count_cells(context);
        break;
    case BY_CELL:
        place_by_cell(context);
        break;
    case SUMS:
        sum_cells(context);
        break;
    default:
        sort_keys(context, (int)(step - SORT));
    }
}

/* Zeros, but for coordinates: what lies beyond the last centre is near nothing. */
static int allocate(FastcvPolygonIndex *index, ptrdiff_t count)
{
    const size_t n = (size_t)count, cells = n / CELL_CENTERS + 1, padded = n + FASTCV_NEAR_OVERRUN;
    index->polygons = malloc((n + 1) * sizeof *index->polygons);
    index->polygon = malloc((n + 1) * sizeof *index->polygon);
    index->begin = calloc(cells + 1, sizeof *index->begin);
    index->sums = calloc(2 * cells + 2, sizeof *index->sums);
    index->numbers = malloc(5 * padded * sizeof *index->numbers);
    if (!index->polygons || !index->polygon || !index->begin || !index->sums || !index->numbers)
        return 0;
    for (size_t i = 0; i < 5 * padded; i++)
        index->numbers[i] = NAN;
    double **const parts[] = {&index->by_rank.x, &index->by_rank.y, &index->by_cell.x,
                              &index->by_cell.y, &index->by_cell.rank};
    for (size_t part = 0; part < 5; part++)
        *parts[part] = index->numbers + part * padded;
    return 1;
}

void fastcv_polygon_index_free(FastcvPolygonIndex *index)
{
    if (!index)
        return;
    free(index->polygons);
    free(index->polygon);
    free(index->begin);
    free(index->sums);
    free(index->numbers);
    free(index);
}

FastcvStatus fastcv_polygon_index_make(const FastcvPolygon *polygons, ptrdiff_t count,
                                       FastcvPool pool, FastcvPolygonIndex **made)
{
    FastcvStatus status = FASTCV_ERR_MEMORY;
    FastcvPolygonIndex *index = calloc(1, sizeof *index);
    Maker maker = {.index = index};
    FastcvAreaKey *keys = malloc(2 * ((size_t)count + 1) * sizeof *keys);
    maker.cell = malloc(((size_t)count + 1) * sizeof *maker.cell);
    if (!index || !keys || !maker.cell || !allocate(index, count))
        goto done;
    memcpy(index->polygons, polygons, (size_t)count * sizeof *polygons);
    index->count = count;
    maker.keys = keys;
    maker.other_keys = keys + count;

    pool.num_threads = 1; /* step after step */
    status = fastcv_run((FastcvLoop){make_item, &maker, STEPS}, pool);
    if (!status) {
        *made = index;
        index = NULL;
    }
done:
    free(keys);
    free(maker.cell);
    fastcv_polygon_index_free(index);
    return status;
}

ptrdiff_t fastcv_polygon_index_count(const FastcvPolygonIndex *index)
{
    return index->count;
}

const FastcvPolygon *fastcv_polygon_index_polygons(const FastcvPolygonIndex *index)
{
    return index->polygons;
}

/* ---- use ---- */

/* The cells that a disc touches, a little more generously than any rounding. */
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

static ptrdiff_t match_one(const FastcvPolygonIndex *index, const FastcvKernels *kernels,
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
    const FastcvKernels *kernels;
    const double *points;
    ptrdiff_t count;
    double limit;
    ptrdiff_t *best;
} MatchRun;

static void match_item(void *context, ptrdiff_t item, int thread)
{
    (void)thread;
    const MatchRun *run = context;
    const ptrdiff_t first = item * ITEM_POINTS, rest = run->count - first;
    const ptrdiff_t end = first + (rest < ITEM_POINTS ? rest : ITEM_POINTS);
    for (ptrdiff_t i = first; i < end; i++) {
        const FastcvDisc disc = {run->points[2 * i], run->points[2 * i + 1], run->limit};
        run->best[i] = match_one(run->index, run->kernels, disc);
    }
}

FastcvStatus fastcv_polygon_index_match(const FastcvPolygonIndex *index, const double *points,
                                        ptrdiff_t count, double max_dist, FastcvPool pool,
                                        ptrdiff_t *best)
{
    MatchRun run = {index, fastcv_kernels(), points, count, fastcv_disc(0, 0, max_dist).limit,
                    best};
    FastcvLoop loop = {match_item, &run, (count + ITEM_POINTS - 1) / ITEM_POINTS};
    if (count / THREAD_POINTS < pool.num_threads)
        pool.num_threads = count < THREAD_POINTS ? 1 : (int)(count / THREAD_POINTS);
    return fastcv_run(loop, pool);
}

static int compare_int32(const void *a, const void *b)
{
    const int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

ptrdiff_t fastcv_polygon_index_find(const FastcvPolygonIndex *index, double x, double y,
                                    double max_dist, int32_t *found)
{
    const FastcvDisc disc = fastcv_disc(x, y, max_dist);
    ptrdiff_t centers, count = 0;
    const FastcvCells cells = cells_of(index, disc, &centers);
    if (centers > index->count / SORTED_SHARE) {
        for (ptrdiff_t i = 0; i < index->count; i++) {
            found[count] = (int32_t)i;
            count += fastcv_disc_has(disc, index->polygons[i].x, index->polygons[i].y);
        }
        return count;
    }
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
