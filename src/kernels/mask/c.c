#include "kernels/mask/mask_all.h"

static void above(const float *values, ptrdiff_t count, float threshold, float most,
                  uint64_t *words)
{
    ptrdiff_t i = 0;
    for (; i + 64 <= count; i += 64)
        *words++ = word_above(values + i, 64, threshold, most);
    *words = word_above(values + i, count - i, threshold, most);
}

const FastcvMaskKernels fastcv_mask_c = {above, sum_in_order};
