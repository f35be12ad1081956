/* What blends tell the source that they read from. */
#ifndef FASTCV_KERNELS_READS_H
#define FASTCV_KERNELS_READS_H

#include <stdint.h>

/* How far blends may read beyond their pixels' taps: bytes before the first and after the last tap
 * of a row, and rows above the first and below the last. */
typedef struct FastcvReads {
    uint8_t before, after, above, below;
} FastcvReads;

#endif
