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

FastcvColumnTap fastcv_column_tap(double scale, int source_px, int d)
{
    const float at = position(scale, d), whole = floorf(at);
    int left = (int)whole;
    float fraction = at - whole;
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
    const float at = position(scale, y), whole = floorf(at), fraction = at - whole;
    const int top = (int)whole, last = source_px - 1;
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
