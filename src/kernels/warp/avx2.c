/* AVX2 and FMA: the CPUs are named in cpu.c. */
#if defined(__x86_64__)

#include "kernels/warp/blend4_avx2.h"
#include "kernels/warp/blend5_avx2.h"
#include "kernels/warp/map4_all.h"
#include "kernels/warp/map5_all.h"
#include "kernels/warp/warp.h"

DEFINE_BLENDS(blend_rows, blend_rows)

/* ---- OpenCV 5's arithmetic ---- */

DEFINE_BLENDS5

const FastcvMap5 fastcv_map5_avx2 = MAP5;

const FastcvWarpKernels fastcv_warp_avx2 = {
    MAP4_ENTRIES,
    .map5 = &fastcv_map5_avx2,
    .blend4 = {BLEND_ENTRIES, .reads = {.before = 8, /* load_pairs reads 8 bytes before a pixel's
                                                        two taps and 10 after its 6 bytes */
                                        .after = 10}},
    .blend5 = {BLEND5_ENTRIES, .reads.after = 10}, /* load_two reads 16 bytes of a pixel's 6 */
};

#endif
