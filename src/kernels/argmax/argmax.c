/* The family's variants, and the choice among them. */
#include "kernels/argmax/argmax.h"

#include "kernels/cpu.h"

static const FastcvArgmaxKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_argmax_c,
#if defined(__AARCH64EL__)
    [FASTCV_NEON] = &fastcv_argmax_neon,
#endif
#if defined(__x86_64__)
    [FASTCV_AVX2] = &fastcv_argmax_avx2,
    [FASTCV_AVX512] = &fastcv_argmax_avx512,
#endif
};

const FastcvArgmaxKernels *fastcv_argmax_kernels(void)
{
    int set = (int)fastcv_instruction_set();
    while (!variants[set])
        set--;
    return variants[set];
}
