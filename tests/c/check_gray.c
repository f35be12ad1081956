/* Every variant's gray, compared with one pixel after the other. */
#include <string.h>

#include "check.h"
#include "kernels/gray/gray.h"

enum { ROWS = 4000, MOST_PX = 300, CANARY = 0x5A };

/* OpenCV's weights of B, G and R, in 2^-15. */
static uint8_t gray_of(const uint8_t *bgr)
{
    return (uint8_t)((3735 * bgr[0] + 19235 * bgr[1] + 9798 * bgr[2] + 16384) >> 15);
}

/* The pixels begin or end where the source does, so that reading beyond them is a fault. */
int check_gray(const FastcvGrayKernels *kernels, const uint8_t *source)
{
    uint8_t out[MOST_PX + 64];
    for (int n = 0; n < ROWS; n++) {
        const int channels = one_in(2) ? 3 : 4, count = random_int(1, MOST_PX);
        const int bytes = count * channels;
        const uint8_t *pixels = source + random_int(0, SOURCE_BYTES - bytes);
        if (one_in(3))
            pixels = source + SOURCE_BYTES - bytes;
        memset(out, CANARY, sizeof out);
        set_case("%s, gray %d: %d pixels of %d channels", fastcv_variant(), n, count, channels);
        kernels->gray(pixels, count, channels, out);
        for (int k = 0; k < count; k++) {
            if (out[k] != gray_of(pixels + k * channels))
                differ("pixel %d is %d, not %d", k, out[k], gray_of(pixels + k * channels));
        }
        for (int k = count; k < (int)sizeof out; k++) {
            if (out[k] != CANARY)
                differ("wrote byte %d", k);
        }
    }
    return ROWS;
}
