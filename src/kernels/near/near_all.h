/* What all variants share: loops over as many centres at once as a vector holds doubles. Each
 * variant's file compiles them for its own instruction set. */
#ifndef FASTCV_KERNELS_NEAR_ALL_H
#define FASTCV_KERNELS_NEAR_ALL_H

#include <math.h>
#include <string.h>

#include "kernels/near/near.h"

#if defined(__AVX512F__)
enum { NEAR_LANES = 8 };
#elif defined(__AVX2__)
enum { NEAR_LANES = 4 };
#else
enum { NEAR_LANES = 2 };
#endif
_Static_assert(2 * (int)NEAR_LANES <= (int)FASTCV_NEAR_OVERRUN, "two vectors are read at once");

typedef double Doubles __attribute__((vector_size(8 * NEAR_LANES)));
typedef int64_t Lanes __attribute__((vector_size(8 * NEAR_LANES)));

/* near: −1 in the lanes of near centres, 0 in the others. A macro, because how functions pass
 * vectors depends on the instruction set. */
#define NEAR_AT(centers, i, near)                                                                  \
    do {                                                                                           \
        Doubles x_, y_;                                                                            \
        memcpy(&x_, (centers)->x + (i), sizeof x_);                                                \
        memcpy(&y_, (centers)->y + (i), sizeof y_);                                                \
        x_ -= disc.x;                                                                              \
        y_ -= disc.y;                                                                              \
        near = x_ * x_ + y_ * y_ < disc.limit;                                                     \
    } while (0)

static inline int is_any(const Lanes *lanes)
{
    int64_t any = 0;
    for (int k = 0; k < NEAR_LANES; k++)
        any |= (*lanes)[k];
    return any != 0;
}

static ptrdiff_t first_near(const FastcvCenters *centers, ptrdiff_t count, FastcvDisc disc)
{
    for (ptrdiff_t i = 0; i < count; i += 2 * NEAR_LANES) {
        Lanes near[2], both;
        NEAR_AT(centers, i, near[0]);
        NEAR_AT(centers, i + NEAR_LANES, near[1]);
        both = near[0] | near[1];
        if (is_any(&both)) {
            while (!fastcv_disc_has(disc, centers->x[i], centers->y[i]))
                i++;
            return i;
        }
    }
    return -1;
}

static double least_rank(const FastcvCenters *centers, const FastcvCells *cells, FastcvDisc disc)
{
    const Doubles none = (Doubles){0} + INFINITY;
    Doubles least = none;
    const int32_t *begin = cells->begin;
    for (int row = 0; row < cells->rows; row++, begin += cells->stride) {
        for (ptrdiff_t i = begin[0]; i < begin[cells->columns]; i += NEAR_LANES) {
            Lanes near, is_less;
            Doubles rank;
            NEAR_AT(centers, i, near);
            memcpy(&rank, centers->rank + i, sizeof rank);
            rank = (Doubles)(((Lanes)rank & near) | ((Lanes)none & ~near));
            is_less = rank < least;
            least = (Doubles)(((Lanes)rank & is_less) | ((Lanes)least & ~is_less));
        }
    }
    double result = least[0];
    for (int k = 1; k < NEAR_LANES; k++)
        result = least[k] < result ? least[k] : result;
    return result;
}

/* The variant's table. */
#define NEAR_ENTRIES .first_near = first_near, .least_rank = least_rank

#endif
