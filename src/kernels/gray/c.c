/* Plain C, for every machine. */
#include "kernels/gray/gray_all.h"

static void gray(const uint8_t *bgr, int count, int channels, uint8_t *out)
{
    if (channels == 3)
        gray_one_by_one(bgr, count, 3, out);
    else
        gray_one_by_one(bgr, count, 4, out);
}

const FastcvGrayKernels fastcv_gray_c = {.gray = gray};
