/* Many colours among few pixels: a table of all colours would take longer to clear than to fill. */
#ifndef FASTCV_CORE_COLOR_BUCKETS_H
#define FASTCV_CORE_COLOR_BUCKETS_H

#include "core/colors/top.h"

/* All pixels that count, and what it takes to sort them. */
typedef struct FastcvColorBuckets {
    uint32_t *colors; /* packed, one a pixel */
    size_t count;
    uint16_t *sorted;
    uint32_t *counts; /* of the colours of one blue; zero between blues */
} FastcvColorBuckets;

/* Without pixels, with room for so many, fewer than 2^32. Returns 0 when memory is refused; then
 * there is nothing to free. */
int fastcv_color_buckets_init(FastcvColorBuckets *buckets, size_t pixels);

/* Counts the pixels by colour, and offers all colours. */
void fastcv_color_buckets_offer(const FastcvColorBuckets *buckets, FastcvTopColors *top);

void fastcv_color_buckets_free(FastcvColorBuckets *buckets);

#endif
