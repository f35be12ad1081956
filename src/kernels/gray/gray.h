/* Gray from colours, as cv2.COLOR_BGR2GRAY and COLOR_BGRA2GRAY compute it. */
#ifndef FASTCV_KERNELS_GRAY_H
#define FASTCV_KERNELS_GRAY_H

#include <stdint.h>

/* The gray of count pixels, which are B, G, R or B, G, R, A: channels is 3 or 4. Reads and writes
 * only them. */
typedef void FastcvGray(const uint8_t *bgr, int count, int channels, uint8_t *out);

typedef struct FastcvGrayKernels {
    FastcvGray *gray;
} FastcvGrayKernels;

/* The variant in use. It never changes, so a call keeps the one that it began with. */
const FastcvGrayKernels *fastcv_gray_kernels(void);

extern const FastcvGrayKernels fastcv_gray_c;
#if defined(__x86_64__)
extern const FastcvGrayKernels fastcv_gray_avx2;
#endif

#endif
