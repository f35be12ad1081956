/* What vector blends share: pixels are cut into vectors of eight. */
#ifndef FASTCV_KERNELS_BLEND4_ALL_H
#define FASTCV_KERNELS_BLEND4_ALL_H

#include <string.h>

#include "kernels/warp/blend4.h"

/* One vector. If has_room, it may write four bytes beyond its pixels. */
typedef void BlendEight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                        const uint32_t *fraction, int channels, int has_room, uint8_t *out);

/* Eight pixels at a time. The last vector overlaps the one before; under eight pixels are filled up
 * with the first. eight must be a constant, so that it is inlined. */
static inline void blend_all(BlendEight *eight, const uint8_t *base, ptrdiff_t stride_bytes,
                             const int32_t *offset, const uint32_t *fraction, int count,
                             int channels, uint8_t *out)
{
    if (count < 8) {
        int32_t offsets[8] = {0};
        uint32_t fractions[8] = {0};
        uint8_t pixels[32];
        for (int k = 0; k < 8; k++) {
            offsets[k] = offset[k < count ? k : 0];
            fractions[k] = fraction[k < count ? k : 0];
        }
        eight(base, stride_bytes, offsets, fractions, channels, 0, pixels);
        memcpy(out, pixels, (size_t)(count * channels));
        return;
    }
    int k = 0;
    for (; k + 10 <= count; k += 8)
        eight(base, stride_bytes, offset + k, fraction + k, channels, 1, out + k * channels);
    for (; k < count; k += 8) {
        if (k > count - 8)
            k = count - 8;
        eight(base, stride_bytes, offset + k, fraction + k, channels, 0, out + k * channels);
    }
}

/* Defines blend_linear_3 and its like. rows is blend_rows or a function of its type. */
#define DEFINE_BLEND(kind, rows, eight, channels)                                                  \
    static void blend_##kind##_##channels(const uint8_t *base, ptrdiff_t stride_bytes,             \
                                          const int32_t *offset, const uint32_t *fraction,         \
                                          int columns, int count, uint8_t *out)                    \
    {                                                                                              \
        rows(eight, base, stride_bytes, offset, fraction, columns, count, channels, out);          \
    }

/* For blends to which it is all the same where rows end. */
static inline void blend_rows(BlendEight *eight, const uint8_t *base, ptrdiff_t stride_bytes,
                              const int32_t *offset, const uint32_t *fraction, int columns,
                              int count, int channels, uint8_t *out)
{
    (void)columns;
    blend_all(eight, base, stride_bytes, offset, fraction, count, channels, out);
}

/* Defines all blends of a variant from its linear_eight, linear_eight_gray, cubic_eight and
 * cubic_eight_gray. linear_rows and cubic_rows blend rows of 1 or 3 channels. */
#define DEFINE_BLENDS(linear_rows, cubic_rows)                                                     \
    DEFINE_BLEND(linear, linear_rows, linear_eight_gray, 1)                                        \
    DEFINE_BLEND(linear, linear_rows, linear_eight, 3)                                             \
    DEFINE_BLEND(linear, blend_rows, linear_eight, 4)                                              \
    DEFINE_BLEND(cubic, cubic_rows, cubic_eight_gray, 1)                                           \
    DEFINE_BLEND(cubic, cubic_rows, cubic_eight, 3)                                                \
    DEFINE_BLEND(cubic, blend_rows, cubic_eight, 4)

/* The blends of the variant's table. */
#define LINEAR_BLENDS {[1] = blend_linear_1, [3] = blend_linear_3, [4] = blend_linear_4}
#define CUBIC_BLENDS {[1] = blend_cubic_1, [3] = blend_cubic_3, [4] = blend_cubic_4}
#define BLEND_ENTRIES                                                                              \
    .blend = {[FASTCV_BLEND_LINEAR] = LINEAR_BLENDS, [FASTCV_BLEND_CUBIC] = CUBIC_BLENDS}

#endif
