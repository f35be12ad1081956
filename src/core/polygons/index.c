/* Making an index: polygons are sorted by area, then their centres go into the grid's cells. */
#include "core/polygons/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/polygons/area_order.h"

enum { CELL_CENTERS = 2 }; /* on average */

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

typedef struct Maker {
    FastcvPolygonIndex *index;
    FastcvAreaKey *keys, *other_keys;
    int32_t *cell; /* each centre's, by rank */
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
    /* The columns are as many as make the cells square. */
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

/* While centres are placed, begin[c] is where cell c's next centre goes. When all are placed, it is
 * where cell c + 1 begins, so the entries then move up by one cell. */
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

/* Every step looks at each polygon at most once or twice, so that signals are noticed in between.
 */
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

/* Coordinates start as NaN: what kernels read beyond the last centre is near nothing. The other
 * arrays start as zeros. */
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

    pool.num_threads = 1; /* each step needs the one before */
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
