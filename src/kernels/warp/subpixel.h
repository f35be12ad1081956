/* OpenCV 4's warp rounds positions to 1/32 px. */
#ifndef FASTCV_KERNELS_SUBPIXEL_H
#define FASTCV_KERNELS_SUBPIXEL_H

#include <stdint.h>

enum { FASTCV_SUBPIXEL_BITS = 5, FASTCV_SUBPIXELS = 1 << FASTCV_SUBPIXEL_BITS };

/* How a blend takes a pixel's fraction: i | j << 16, i/32 px to the right and j/32 px down. px and
 * py are positions in 1/32 px. */
static inline uint32_t fastcv_subpixel_fraction(int32_t px, int32_t py)
{
    return (uint32_t)((px & (FASTCV_SUBPIXELS - 1)) | (py & (FASTCV_SUBPIXELS - 1)) << 16);
}

#endif
