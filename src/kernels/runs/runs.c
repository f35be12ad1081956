/* The family's variants, and the choice among them. */
#include "kernels/runs/runs.h"

#include "kernels/cpu.h"

static const FastcvRunsKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_runs_c,
#if defined(__x86_64__)
    [FASTCV_AVX2] = &fastcv_runs_avx2,
    [FASTCV_AVX512] = &fastcv_runs_avx512,
#endif
};

const FastcvRunsKernels *fastcv_runs_kernels(void)
{
    int set = (int)fastcv_wide_set();
    while (!variants[set])
        set--;
    return variants[set];
}
