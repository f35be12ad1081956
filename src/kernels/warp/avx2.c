/* AVX2 and FMA: the CPUs are named in cpu.c. */
#if defined(__x86_64__)

#include "kernels/warp/blend4_avx2.h"
#include "kernels/warp/map4_all.h"
#include "kernels/warp/warp.h"

DEFINE_BLENDS(blend_all)

const FastcvWarpKernels fastcv_warp_avx2 = {
    MAP4_ENTRIES,
    .blend4 = {BLEND_ENTRIES, .reads_before = 8, /* load_pairs reads 8 bytes before a pixel's two
                                                    taps and 10 after its 6 bytes */
               .reads_after = 10},
};

#endif
