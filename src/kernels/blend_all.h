/* What vector blends have in common: how a row is cut into vectors of eight pixels. */
#ifndef FASTCV_KERNELS_BLEND_ALL_H
#define FASTCV_KERNELS_BLEND_ALL_H

#include <string.h>

#include "kernels/kernels.h"

/* Eight pixels at a time: of a short row, or at the end of a longer one, those before are done
 * again. eight must be a constant; where it has room, it may write four bytes beyond its pixels. */
typedef void BlendEight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                        const uint32_t *fraction, int channels, int has_room, uint8_t *out);

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

/* A blend for the table: blend_linear_3 and so on. all is blend_all, or a loop of the same form. */
#define DEFINE_BLEND(kind, all, eight, channels)                                                   \
    static void blend_##kind##_##channels(const uint8_t *base, ptrdiff_t stride_bytes,             \
                                          const int32_t *offset, const uint32_t *fraction,         \
                                          int count, uint8_t *out)                                 \
    {                                                                                              \
        all(eight, base, stride_bytes, offset, fraction, count, channels, out);                    \
    }

#endif
