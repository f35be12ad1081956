/* OpenCV 5's blends: pixels interpolated in float. */
#ifndef FASTCV_KERNELS_BLEND5_H
#define FASTCV_KERNELS_BLEND5_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/warp/grid.h"
#include "kernels/warp/reads.h"

/* Interpolates count pixels. Pixel k lies between the source pixel at base + offset[k] and its
 * right and lower neighbours, at the fractions across[k] and down[k] of a px. NEAREST takes the
 * pixel as it is. A fraction that is no number, or infinite, gives 0. */
typedef void FastcvBlend5Row(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                             const float *across, const float *down, int count, uint8_t *out);

enum { FASTCV_BLEND5_NEAREST, FASTCV_BLEND5_LINEAR, FASTCV_BLEND5_CUBIC, FASTCV_BLEND5_KINDS };

typedef struct FastcvBlend5 {
    FastcvBlend5Row *blend[FASTCV_BLEND5_KINDS][FASTCV_WARP_CHANNELS]; /* for 1, 3, 4 channels */
    FastcvReads reads;
} FastcvBlend5;

#endif
