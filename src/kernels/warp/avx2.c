/* AVX2 and FMA: x86-64 since Haswell (2013) and Zen (2017). */
#if defined(__x86_64__)

#include "kernels/warp/blend4_avx2.h"
#include "kernels/warp/map4_all.h"
#include "kernels/warp/warp.h"

DEFINE_BLENDS(blend_all)

const FastcvWarpKernels fastcv_warp_avx2 = {
    MAP4_ENTRIES,
    .blend4 = {BLEND_ENTRIES,
               .reads_before = 8, /* load_pairs: 8 before, and 10 after a pair of 6 */
               .reads_after = 10},
};

#endif
