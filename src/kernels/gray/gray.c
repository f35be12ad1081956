/* The family's variants, and the choice among them. */
#include "kernels/gray/gray.h"

#include "kernels/cpu.h"

static const FastcvGrayKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_gray_c,
#if defined(__x86_64__)
    [FASTCV_AVX2] = &fastcv_gray_avx2,
#endif
};

const FastcvGrayKernels *fastcv_gray_kernels(void)
{
    int set = (int)fastcv_instruction_set();
    while (!variants[set])
        set--;
    return variants[set];
}
