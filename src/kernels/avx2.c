/* AVX2 and FMA: x86-64 since Haswell (2013) and Zen (2017). */
#if defined(__x86_64__)

#include "kernels/blends_avx2.h"
#include "kernels/map.h"
#include "kernels/near.h"

static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

DEFINE_BLEND(linear, blend_all, linear_eight_gray, 1)
DEFINE_BLEND(linear, blend_all, linear_eight, 3)
DEFINE_BLEND(linear, blend_all, linear_eight, 4)
DEFINE_BLEND(cubic, blend_all, cubic_eight_gray, 1)
DEFINE_BLEND(cubic, blend_all, cubic_eight, 3)
DEFINE_BLEND(cubic, blend_all, cubic_eight, 4)

const FastcvKernels fastcv_kernels_avx2 = {
    .name = "avx2",
    .is_supported = has_avx2,
    .project = project,
    .map_tile = map_tile,
    .bound = bound,
    .place = place,
    .blend =
        {[FASTCV_BLEND_LINEAR] = {[1] = blend_linear_1, [3] = blend_linear_3, [4] = blend_linear_4},
         [FASTCV_BLEND_CUBIC] = {[1] = blend_cubic_1, [3] = blend_cubic_3, [4] = blend_cubic_4}},
    .reads_before = 8, /* load_pairs: 8 before, and 10 after a pair of 6 */
    .reads_after = 10,
    .find_runs = fastcv_find_runs_avx2,
    .first_near = first_near,
    .least_rank = least_rank,
};

#endif
