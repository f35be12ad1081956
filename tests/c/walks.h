/* Pixels on a source, for checks of blends: their offsets, as maps of every kind make them. */
#ifndef FASTCV_WALKS_H
#define FASTCV_WALKS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/warp/reads.h"

/* At most FASTCV_TILE_PX pixels. */
void random_walk(int count, int channels, ptrdiff_t *stride_bytes, int32_t *offset);

/* What blends of a kind read: taps from the pixel, and bytes beyond them. */
typedef struct Taps {
    int first, last; /* 0 and 1, or −1 and 2, or 0 and 0 */
    FastcvReads reads;
} Taps;

/* Moves offsets so that the bytes that the blend may read begin at the source's first or end at its
 * last. Returns 0 if they are more than the source has. */
int fit_source(Taps taps, int channels, ptrdiff_t stride_bytes, int is_at_end, int count,
               int32_t *offset);

#endif
