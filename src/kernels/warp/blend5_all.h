/* What vector blends of OpenCV 5's arithmetic share: a row is cut into vectors of eight pixels. */
#ifndef FASTCV_KERNELS_BLEND5_ALL_H
#define FASTCV_KERNELS_BLEND5_ALL_H

#include <string.h>

#include "kernels/warp/blend5.h"
#include "kernels/warp/blend5_c.h"

/* Compilers find these too large to inline, but the loops over channels must be unrolled. */
#define INLINED static inline __attribute__((always_inline))

/* One vector. If has_room, it may write four bytes beyond its pixels. */
typedef void Blend5Eight(const uint8_t *base, ptrdiff_t stride_bytes, const int32_t *offset,
                         const float *across, const float *down, int channels, int has_room,
                         uint8_t *out);

/* A row, eight pixels at a time. The last vector overlaps the one before; a row of under eight
 * pixels is filled up with its first. eight must be a constant, so that it is inlined. */
static inline void blend5_row(Blend5Eight *eight, const uint8_t *base, ptrdiff_t stride_bytes,
                              const int32_t *offset, const float *across, const float *down,
                              int count, int channels, uint8_t *out)
{
    if (count < 8) {
        int32_t offsets[8];
        float acrosses[8], downs[8];
        uint8_t pixels[32];
        for (int k = 0; k < 8; k++) {
            offsets[k] = offset[k < count ? k : 0];
            acrosses[k] = across[k < count ? k : 0];
            downs[k] = down[k < count ? k : 0];
        }
        eight(base, stride_bytes, offsets, acrosses, downs, channels, 0, pixels);
        memcpy(out, pixels, (size_t)(count * channels));
        return;
    }
    int k = 0;
    for (; k + 10 <= count; k += 8)
        eight(base, stride_bytes, offset + k, across + k, down + k, channels, 1,
              out + k * channels);
    for (; k < count; k += 8) {
        if (k > count - 8)
            k = count - 8;
        eight(base, stride_bytes, offset + k, across + k, down + k, channels, 0,
              out + k * channels);
    }
}

/* Defines linear_row_3 and its like. */
#define DEFINE_BLEND5_OF(kind, eight, channels)                                                    \
    static void kind##_row_##channels(const uint8_t *base, ptrdiff_t stride_bytes,                 \
                                      const int32_t *offset, const float *across,                  \
                                      const float *down, int count, uint8_t *out)                  \
    {                                                                                              \
        blend5_row(eight, base, stride_bytes, offset, across, down, count, channels, out);         \
    }

/* Defines all blends of a variant from its linear5_eight, cubic5_eight and their like for gray. */
#define DEFINE_BLENDS5                                                                             \
    DEFINE_NEAREST5                                                                                \
    DEFINE_BLEND5_OF(linear, linear5_eight_gray, 1)                                                \
    DEFINE_BLEND5_OF(linear, linear5_eight, 3)                                                     \
    DEFINE_BLEND5_OF(linear, linear5_eight, 4)                                                     \
    DEFINE_BLEND5_OF(cubic, cubic5_eight_gray, 1)                                                  \
    DEFINE_BLEND5_OF(cubic, cubic5_eight, 3)                                                       \
    DEFINE_BLEND5_OF(cubic, cubic5_eight, 4)

#endif
