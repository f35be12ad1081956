/* The family's variants, and the choice among them. */
#include "kernels/warp/warp.h"

#include <pthread.h>

#include "fastcv/float_mode.h"
#include "kernels/cpu.h"

static const FastcvWarpKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_warp_c,
#if defined(__x86_64__)
    [FASTCV_AVX2] = &fastcv_warp_avx2,
    [FASTCV_AVX512] = &fastcv_warp_avx512,
#endif
#if defined(__AARCH64EL__)
    [FASTCV_NEON] = &fastcv_warp_neon,
#endif
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* On whichever thread comes first: its floating-point mode must not decide the table. */
static void make_weights(void)
{
    const FastcvFloatMode before = fastcv_float_mode_enter();
    fastcv_cubic_weights_fill();
    fastcv_float_mode_leave(before);
}

static const FastcvWarpKernels *kernels_of(int set)
{
    pthread_once(&once, make_weights);
    while (!variants[set])
        set--;
    return variants[set];
}

const FastcvWarpKernels *fastcv_warp_kernels(void)
{
    return kernels_of((int)fastcv_instruction_set());
}

const FastcvWarpKernels *fastcv_warp5_kernels(void)
{
    return kernels_of((int)fastcv_wide_set());
}
