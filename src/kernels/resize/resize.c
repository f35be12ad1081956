/* The family's variants, the choice among them, and what all of them share. */
#include "kernels/resize/resize.h"

#include <math.h>
#include <string.h>

#include "kernels/cpu.h"
#include "kernels/resize/axis.h"

static const FastcvResizeKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_resize_c,
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
FastcvRowTaps fastcv_resize_taps(int source_px, int target_px, int y)
{
    const double scale = 1.0 / ((double)target_px / source_px);
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

/* ---- normal forms ---- */

uint16_t fastcv_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000)
        return (uint16_t)(sign | 0x7E00); /* NaN */
    if (magnitude >= 0x477FF000)
        return (uint16_t)(sign | 0x7C00); /* rounds to infinity */
    if (magnitude < 0x38800000) { /* subnormal: a multiple of 2^-24, rounded by an addition */
        float least;
        memcpy(&least, &magnitude, sizeof least);
        least += 0.5f;
        memcpy(&bits, &least, sizeof bits);
        return (uint16_t)(sign | (bits - 0x3F000000));
    }
    const uint32_t odd = magnitude >> 13 & 1;
    return (uint16_t)(sign | (magnitude - 0x38000000 + 0xFFF + odd) >> 13);
}

void fastcv_normalizer_make(const float table[256], FastcvNormalizer *normalizer)
{
    *normalizer = (FastcvNormalizer){.form = FASTCV_NORMAL_TABLE};
    memcpy(normalizer->table, table, sizeof normalizer->table);
    for (int v = 0; v < 256; v++)
        normalizer->half[v] = fastcv_half(table[v]);
}
