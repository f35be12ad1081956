/* What all variants share: OpenCV's weights of B, G and R, times 2^15. */
#ifndef FASTCV_KERNELS_GRAY_ALL_H
#define FASTCV_KERNELS_GRAY_ALL_H

#include "kernels/gray/gray.h"

enum { GRAY_BLUE = 3735, GRAY_GREEN = 19235, GRAY_RED = 9798, GRAY_BITS = 15 };

static inline void gray_one_by_one(const uint8_t *bgr, int count, int channels, uint8_t *out)
{
    for (int k = 0; k < count; k++, bgr += channels)
        out[k] = (uint8_t)((bgr[0] * GRAY_BLUE + bgr[1] * GRAY_GREEN + bgr[2] * GRAY_RED +
                            (1 << (GRAY_BITS - 1))) >>
                           GRAY_BITS);
}

#endif
