/* Points near a point: searches among many centres for those that lie in a disc. */
#ifndef FASTCV_KERNELS_NEAR_H
#define FASTCV_KERNELS_NEAR_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/disc.h"

/* Kernels read whole vectors, so each array has this many more elements. Its owner fills them:
 * with NaN, or with centres that may be found like any other. */
enum { FASTCV_NEAR_OVERRUN = 16 };

/* Centres in any order. rank orders them: the least is wanted. */
typedef struct FastcvCenters {
    double *x, *y, *rank;
} FastcvCenters;

/* A rectangle of a grid's cells. The centres of its row r are begin[r · stride] up to
 * begin[r · stride + columns] − 1. */
typedef struct FastcvCells {
    const int32_t *begin;
    ptrdiff_t stride;
    int32_t columns, rows;
} FastcvCells;

typedef struct FastcvNearKernels {
    /* The index of the first centre in the disc, or −1. Searches count centres; may go on for up
     * to FASTCV_NEAR_OVERRUN − 1 more and find one of those. */
    ptrdiff_t (*first_near)(const FastcvCenters *centers, ptrdiff_t count, FastcvDisc disc);

    /* The least rank of the cells' centres in the disc, or infinity. May be the rank of a centre
     * up to FASTCV_NEAR_OVERRUN − 1 places after a row's last, if that is in the disc. */
    double (*least_rank)(const FastcvCenters *centers, const FastcvCells *cells, FastcvDisc disc);
} FastcvNearKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvNearKernels *fastcv_near_kernels(void);

extern const FastcvNearKernels fastcv_near_c;
#if defined(__x86_64__)
extern const FastcvNearKernels fastcv_near_avx2, fastcv_near_avx512;
#endif

#endif
