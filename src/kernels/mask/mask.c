/* The family's variants, and the choice among them. */
#include "kernels/mask/mask.h"

#include "kernels/cpu.h"

static const FastcvMaskKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_mask_c,
#if defined(__x86_64__)
    [FASTCV_AVX2] = &fastcv_mask_avx2,
#endif
};

const FastcvMaskKernels *fastcv_mask_kernels(void)
{
    int set = (int)fastcv_instruction_set();
    while (!variants[set])
        set--;
    return variants[set];
}
