/* Warping: the pixels of a homography's output grid, read from a page. Two steps that do not know
 * each other: a map turns a tile of the grid into positions on the page, a blend reads there. There
 * is a pair of them an arithmetic: OpenCV 4's positions in 1/32 px and sums of integers, and OpenCV
 * 5's floats. */
#ifndef FASTCV_KERNELS_WARP_H
#define FASTCV_KERNELS_WARP_H

#include "kernels/warp/blend4.h"
#include "kernels/warp/blend5.h"
#include "kernels/warp/map4.h"
#include "kernels/warp/map5.h"
#include "kernels/warp/planes5.h"

typedef struct FastcvWarpKernels {
    FastcvMap4 map4;
    FastcvBlend4 blend4;
    const FastcvMap5 *map5;
    FastcvBlend5 blend5;
    const FastcvFromPlanes5 *from_planes5; /* or NULL */
} FastcvWarpKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvWarpKernels *fastcv_warp_kernels(void);
const FastcvWarpKernels *fastcv_warp5_kernels(void); /* for map5 and blend5 */

extern const FastcvWarpKernels fastcv_warp_c;
#if defined(__x86_64__)
extern const FastcvMap5 fastcv_map5_avx2; /* for AVX-512 too: 512 bits divide no faster */
extern const FastcvWarpKernels fastcv_warp_avx2, fastcv_warp_avx512;
#endif
#if defined(__AARCH64EL__)
extern const FastcvWarpKernels fastcv_warp_neon;
#endif

#endif
