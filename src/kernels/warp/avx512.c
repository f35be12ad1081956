/* AVX-512 with VBMI: the CPUs are named in cpu.c. */
#if defined(__x86_64__)

#include "kernels/warp/blend4_avx512.h"
#include "kernels/warp/blend5_avx512.h"
#include "kernels/warp/map4_all.h"
#include "kernels/warp/planes5_avx512.h"
#include "kernels/warp/warp.h"

DEFINE_BLENDS(linear_groups, cubic_groups)

/* ---- OpenCV 5's arithmetic ---- */

DEFINE_BLENDS5_SIDE_BY_SIDE

const FastcvWarpKernels fastcv_warp_avx512 = {
    MAP4_ENTRIES,
    .map5 = &fastcv_map5_avx2,
    .blend4 = {BLEND_ENTRIES, .reads = {.before = ROW_BYTES - 2, /* find_rows, with gray pixels */
                                        .after = ROW_BYTES - 2}},
    .blend5 = {BLEND5_ENTRIES, .reads = {.before = WINDOW_BYTES - 2, /* load_windows, as above */
                                         .after = WINDOW_BYTES - 2}},
    .from_planes5 = &from_planes5,
};

#endif
