/* OpenCV 4's blends: pixels interpolated at positions in 1/32 px. */
#ifndef FASTCV_KERNELS_BLEND4_H
#define FASTCV_KERNELS_BLEND4_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/warp/grid.h"
#include "kernels/warp/reads.h"
#include "kernels/warp/subpixel.h"

/* Interpolates count pixels, whole rows of `columns` one after another. Pixel k lies between the
 * source pixel at base + offset[k] and its right and lower neighbours, at fraction[k]: see
 * fastcv_subpixel_fraction. The result does not depend on columns, but only within a row are pixels
 * likely to lie side by side. */
typedef void FastcvBlend(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                         const uint32_t *fraction, int columns, int count, uint8_t *out);

enum { FASTCV_BLEND_LINEAR, FASTCV_BLEND_CUBIC, FASTCV_BLENDS };

typedef struct FastcvBlend4 {
    FastcvBlend *blend[FASTCV_BLENDS][FASTCV_WARP_CHANNELS]; /* for 1, 3 and 4 channels */
    FastcvReads reads;
} FastcvBlend4;

/* OpenCV's bicubic weights, times 32,768: 16 for each fraction, [32 · j + i]. The rows of taps are
 * in the order 0, 2, 1, 3, which puts side by side what vector kernels need together. */
typedef int16_t FastcvCubicWeights[16];
extern FastcvCubicWeights fastcv_cubic_weights[FASTCV_SUBPIXELS * FASTCV_SUBPIXELS];

/* The same negated, so that the largest fits, in two signed bytes each: for each row of taps, from
 * the upper one down, the low bytes of its four weights and then the high ones. */
typedef int8_t FastcvCubicBytes[32];
extern FastcvCubicBytes fastcv_cubic_bytes[FASTCV_SUBPIXELS * FASTCV_SUBPIXELS];

/* Fills the tables. The caller sets the floating-point mode around it, so no compiler may inline
 * it.
 */
__attribute__((noinline)) void fastcv_cubic_weights_fill(void);

#endif
