/* The family's variants, and the choice among them. */
#include "kernels/sketch/sketch.h"

#include "kernels/cpu.h"

static const FastcvSketchKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_sketch_c,
#if defined(__x86_64__)
    [FASTCV_AVX2] = &fastcv_sketch_avx2,
    [FASTCV_AVX512] = &fastcv_sketch_avx512,
#endif
};

const FastcvSketchKernels *fastcv_sketch_kernels(void)
{
    int set = (int)fastcv_instruction_set();
    while (!variants[set])
        set--;
    return variants[set];
}
