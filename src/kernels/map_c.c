/* Where each output pixel of a row lies on the page, in OpenCV 4.x's arithmetic (WarpPerspective
 * on 16-bit maps): one division a pixel in double, a clamp to int32, round half to even.
 *
 * W may be negative over the whole quad, or change sign inside it: on a fifth of ordinary word
 * boxes the page's origin lies behind the quad's vanishing line. Nothing here may assume W > 0. */
#include <string.h>

#include "kernels/kernels.h"

/* Rounds to int32, half to even, in a form that every compiler turns into vector code: adding
 * 1.5·2^52 leaves the integer in the low bits of the double. |value| must be below 2^31. */
static inline int32_t round_to_int32(double value)
{
    double shifted = value + 6755399441055744.0;
    int64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (int32_t)bits;
}

static inline double clamp_to_int32(double value)
{
    value = value < 2147483647.0 ? value : 2147483647.0;
    return value > -2147483648.0 ? value : -2147483648.0;
}

static inline int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    value = value < high ? value : high;
    return value > low ? value : low;
}

static inline int16_t saturate_int16(int32_t value)
{
    return (int16_t)clamp(value, INT16_MIN, INT16_MAX);
}

/* Page positions of the row's pixels in units of 1/scale px. */
static inline void project(const FastcvMapRow *row, double scale, int32_t *restrict px,
                           int32_t *restrict py)
{
    const double x0 = row->origin[0], y0 = row->origin[1], w0 = row->origin[2];
    const double dx = row->step[0], dy = row->step[1], dw = row->step[2];
    for (int k = 0; k < row->count; k++) {
        double w = w0 + dw * k;
        w = w != 0 ? scale / w : 0;
        px[k] = round_to_int32(clamp_to_int32((x0 + dx * k) * w));
        py[k] = round_to_int32(clamp_to_int32((y0 + dy * k) * w));
    }
}

void fastcv_map_row_c(const FastcvMapRow *row, int16_t *restrict xy, uint16_t *restrict fraction)
{
    enum { ONE = 1 << FASTCV_SUBPIXEL_BITS };
    int32_t px[FASTCV_MAP_ROW_MAX], py[FASTCV_MAP_ROW_MAX];

    project(row, ONE, px, py);
    for (int k = 0; k < row->count; k++) {
        xy[2 * k] = saturate_int16((px[k] >> FASTCV_SUBPIXEL_BITS) - row->region_x);
        xy[2 * k + 1] = saturate_int16((py[k] >> FASTCV_SUBPIXEL_BITS) - row->region_y);
        fraction[k] = (uint16_t)((py[k] & (ONE - 1)) * ONE + (px[k] & (ONE - 1)));
    }
}

void fastcv_map_row_nearest_c(const FastcvMapRow *row, int16_t *restrict xy)
{
    enum { FAR = 1 << 30 };
    int32_t px[FASTCV_MAP_ROW_MAX], py[FASTCV_MAP_ROW_MAX];

    project(row, 1, px, py);
    for (int k = 0; k < row->count; k++) {
        /* Clamped first, so that the difference does not wrap. */
        xy[2 * k] = saturate_int16(clamp(px[k], -FAR, FAR) - row->region_x);
        xy[2 * k + 1] = saturate_int16(clamp(py[k], -FAR, FAR) - row->region_y);
    }
}
