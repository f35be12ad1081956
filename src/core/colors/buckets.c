/* Pixels are sorted by blue. Those of one blue are counted in a table of the 65,536 colours that it
 * leaves, which fits a second-level cache, and they say themselves which counts to look at and to
 * clear. No branch depends on a colour, so none is mispredicted; a hash mispredicts one for every
 * new colour. */
#include "core/colors/buckets.h"

#include <stdlib.h>

enum { BLUES = 256, COLORS_OF_A_BLUE = 1 << 16 };

int fastcv_color_buckets_init(FastcvColorBuckets *buckets, size_t pixels)
{
    *buckets = (FastcvColorBuckets){
        .colors = malloc(pixels * sizeof *buckets->colors),
        .sorted = malloc(pixels * sizeof *buckets->sorted),
        .counts = calloc(COLORS_OF_A_BLUE, sizeof *buckets->counts),
    };
    if (buckets->colors && buckets->sorted && buckets->counts)
        return 1;
    fastcv_color_buckets_free(buckets);
    return 0;
}

/* Sorts the pixels by blue, and sets ends to where each blue's end. */
static void sort_by_blue(const FastcvColorBuckets *buckets, uint32_t ends[BLUES])
{
    for (int blue = 0; blue < BLUES; blue++)
        ends[blue] = 0;
    for (size_t i = 0; i < buckets->count; i++)
        ends[buckets->colors[i] >> 16]++;
    for (uint32_t blue = 0, sum = 0; blue < BLUES; blue++) {
        const uint32_t count = ends[blue];
        ends[blue] = sum;
        sum += count;
    }
    for (size_t i = 0; i < buckets->count; i++) {
        const uint32_t color = buckets->colors[i];
        buckets->sorted[ends[color >> 16]++] = (uint16_t)color;
    }
}

void fastcv_color_buckets_offer(const FastcvColorBuckets *buckets, FastcvTopColors *top)
{
    uint32_t ends[BLUES], *const counts = buckets->counts;
    sort_by_blue(buckets, ends);
    for (uint32_t blue = BLUES; blue-- > 0;) { /* of equal counts, the largest are wanted */
        const uint16_t *first = buckets->sorted + (blue ? ends[blue - 1] : 0);
        const uint16_t *end = buckets->sorted + ends[blue];
        for (const uint16_t *at = first; at < end; at++)
            counts[*at]++;
        for (const uint16_t *at = first; at < end; at++) {
            const uint32_t count = counts[*at], packed = blue << 16 | *at;
            counts[*at] = 0; /* the next pixel of this colour offers 0, which is never wanted */
            if (fastcv_top_colors_want(top, count, packed))
                fastcv_top_colors_offer(top, (FastcvColorCount){count, packed});
        }
    }
}

void fastcv_color_buckets_free(FastcvColorBuckets *buckets)
{
    free(buckets->colors);
    free(buckets->sorted);
    free(buckets->counts);
    *buckets = (FastcvColorBuckets){0};
}
