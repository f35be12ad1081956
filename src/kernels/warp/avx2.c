/* AVX2 and FMA: x86-64 since Haswell (2013) and Zen (2017). */
#if defined(__x86_64__)

#include "kernels/warp/blend4_avx2.h"
#include "kernels/warp/map4_all.h"
#include "kernels/near/near_all.h"

static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

DEFINE_BLENDS(blend_all)

const FastcvKernels fastcv_kernels_avx2 = {
    .name = "avx2",
    .is_supported = has_avx2,
    MAP_ENTRIES,
    BLEND_ENTRIES,
    .reads_before = 8, /* load_pairs: 8 before, and 10 after a pair of 6 */
    .reads_after = 10,
    .find_runs = fastcv_find_runs_avx2,
    NEAR_ENTRIES,
};

#endif
