/* Every variant's search for centres in a disc, compared with a look at one centre after the other.
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "kernels/near/near.h"

enum { SETS = 400, DISCS = 30, MOST_CENTERS = 300, GRID = 4 };

/* count numbers and then NaN, which is near nothing, in an array exactly as long as kernels read.
 */
static double *make_numbers(int count)
{
    double *numbers = malloc(((size_t)count + FASTCV_NEAR_OVERRUN) * sizeof *numbers);
    for (int i = 0; numbers && i < count + FASTCV_NEAR_OVERRUN; i++)
        numbers[i] = i >= count ? NAN : one_in(8) ? random_scale(-40, 40) : random_int(0, 20);
    if (!numbers)
        abort();
    return numbers;
}

static FastcvDisc random_disc(void)
{
    const double limits[] = {0, 1, 25, 30.5, 1000, INFINITY};
    const int kind = random_int(0, 6);
    const double limit = kind < 6 ? limits[kind] : exp2(random_real(-40, 40));
    return (FastcvDisc){random_int(-2, 22), one_in(20) ? NAN : random_real(-2, 22), limit};
}

static void check_first(const FastcvNearKernels *kernels, const FastcvCenters *centers, int count,
                        FastcvDisc disc)
{
    ptrdiff_t right = 0;
    while (right < count && !fastcv_disc_has(disc, centers->x[right], centers->y[right]))
        right++;
    const int looked_at = random_int(0, count);
    const ptrdiff_t found = kernels->first_near(centers, looked_at, disc);
    if (found >= 0 ? found != right : right < looked_at)
        differ("found centre %td, and the first near is %td", found, right);
}

static void check_least(const FastcvNearKernels *kernels, const FastcvCenters *centers, int count,
                        FastcvDisc disc)
{
    int32_t begin[GRID * GRID + 1] = {0};
    for (int cell = 1; cell < GRID * GRID; cell++)
        begin[cell] = random_int(begin[cell - 1], count);
    begin[GRID * GRID] = count;
    const int left = random_int(0, GRID - 1), top = random_int(0, GRID - 1);
    const FastcvCells cells = {begin + GRID * top + left, GRID, random_int(1, GRID - left),
                               random_int(1, GRID - top)};
    double least = INFINITY, least_of_all = INFINITY;
    for (int i = 0; i < count; i++) {
        if (!fastcv_disc_has(disc, centers->x[i], centers->y[i]))
            continue;
        least_of_all = fmin(least_of_all, centers->rank[i]);
        for (int row = 0; row < cells.rows; row++) {
            if (i >= cells.begin[row * GRID] && i < cells.begin[row * GRID + cells.columns])
                least = fmin(least, centers->rank[i]);
        }
    }
    const double found = kernels->least_rank(centers, &cells, disc);
    if (found > least || found < least_of_all)
        differ("found rank %g, and the least is %g", found, least);
}

long check_near(const FastcvNearKernels *kernels)
{
    for (int set = 0; set < SETS; set++) {
        const int count = random_int(0, one_in(4) ? MOST_CENTERS : 40);
        FastcvCenters centers = {make_numbers(count), make_numbers(count), make_numbers(count)};
        for (int i = 0; i < count; i++) /* a shuffle */
            centers.rank[i] = i;
        for (int i = count - 1; i > 0; i--) {
            const int other = random_int(0, i);
            const double rank = centers.rank[i];
            centers.rank[i] = centers.rank[other];
            centers.rank[other] = rank;
        }
        for (int n = 0; n < DISCS; n++) {
            const FastcvDisc disc = random_disc();
            set_case("%s, disc %d of set %d: %d centres, (%g, %g), limit %g", fastcv_variant(), n,
                     set, count, disc.x, disc.y, disc.limit);
            check_first(kernels, &centers, count, disc);
            check_least(kernels, &centers, count, disc);
        }
        free(centers.x);
        free(centers.y);
        free(centers.rank);
    }
    return (long)SETS * DISCS;
}
