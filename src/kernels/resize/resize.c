/* The family's variants, the choice among them, and what all of them share. */
#include "kernels/resize/resize.h"

#include <math.h>

#include "kernels/cpu.h"
#include "kernels/resize/axis.h"

static const FastcvResizeKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_resize_c,
#if defined(__x86_64__)
    [FASTCV_AVX2] = &fastcv_resize_avx2,
#endif
#if defined(__AARCH64EL__)
    [FASTCV_NEON] = &fastcv_resize_neon,
#endif
};

const FastcvResizeKernels *fastcv_resize_kernels(void)
{
    int set = (int)fastcv_instruction_set();
    while (!variants[set])
        set--;
    return variants[set];
}

/* ---- axes ---- */

/* The float position of target px d: computed in double, then rounded, as cv2 does. */
static float position(double scale, int d)
{
    return (float)((d + 0.5) * scale - 0.5);
}

/* Positions begin at −0.5. Without floorf, which is a call where SSE4.1 is not known to exist. */
static int floor_of(float at)
{
    return at < 0 ? -1 : (int)at;
}

FastcvColumnTap fastcv_column_tap(double scale, int source_px, int d)
{
    const float at = position(scale, d);
    int left = floor_of(at);
    float fraction = at - (float)left;
    if (left < 0 || left >= source_px - 1) {
        left = left < 0 ? 0 : source_px - 1;
        fraction = 0;
    }
    return (FastcvColumnTap){left, (int16_t)lrintf((1.0f - fraction) * FASTCV_RESIZE_FRACTION),
                             (int16_t)lrintf(fraction * FASTCV_RESIZE_FRACTION)};
}

/* Rows are clamped, weights are not: above the first row both taps are that row. */
static FastcvRowTaps row_taps(double scale, int source_px, int y)
{
    const float at = position(scale, y);
    const int top = floor_of(at), last = source_px - 1;
    const float fraction = at - (float)top;
    return (FastcvRowTaps){
        .top = top < 0      ? 0
               : top > last ? last
                            : top,
        .bottom = top + 1 > last ? last : top + 1,
        .top_weight = (int16_t)lrintf((1.0f - fraction) * FASTCV_RESIZE_FRACTION),
        .bottom_weight = (int16_t)lrintf(fraction * FASTCV_RESIZE_FRACTION),
    };
}

void fastcv_resize_taps(int source_px, int target_px, int first, int count, FastcvRowTaps *taps)
{
    const double scale = 1.0 / ((double)target_px / source_px);
    for (int i = 0; i < count; i++)
        taps[i] = row_taps(scale, source_px, first + i);
}
