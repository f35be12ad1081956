/* The family's variants, and the choice among them. */
#include "kernels/near/near.h"

#include "kernels/cpu.h"

/* aarch64 needs no file of its own: its plain C is compiled to NEON. */
static const FastcvNearKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_near_c,
#if defined(__x86_64__)
    [FASTCV_AVX2] = &fastcv_near_avx2,
    [FASTCV_AVX512] = &fastcv_near_avx512,
#endif
};

const FastcvNearKernels *fastcv_near_kernels(void)
{
    int set = (int)fastcv_wide_set();
    while (!variants[set])
        set--;
    return variants[set];
}
