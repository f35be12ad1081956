/* The prevailing one of many colours: the bin of 16 values a channel that has the most weight
 * around it in Oklab. */
#ifndef FASTCV_CORE_TEXT_BINS_H
#define FASTCV_CORE_TEXT_BINS_H

#include "core/colors/oklab.h"
#include "core/colors/text_samples.h"

enum { FASTCV_TEXT_BINS = 4096 };

typedef struct FastcvTextBin {
    FastcvOklab lab;
    int32_t weight, total[3];
    int32_t apart; /* squared distance from the nearest of other colours */
    uint16_t key;
} FastcvTextBin;

/* Begins zeroed, and is ready again after fastcv_text_bins_find. */
typedef struct FastcvTextBins {
    uint64_t sums[FASTCV_TEXT_BINS]; /* weight << 51 | B << 34 | G << 17 | R, of values mod 16 */
    int32_t count;
    uint16_t keys[FASTCV_TEXT_SAMPLES + 1];
    FastcvTextBin bins[FASTCV_TEXT_SAMPLES];
} FastcvTextBins;

typedef struct FastcvTextCluster {
    uint8_t color[3];
    int32_t weight;
    int32_t apart;
    int32_t count; /* of bins, which are the first in bins */
} FastcvTextCluster;

static inline unsigned fastcv_text_key(unsigned b, unsigned g, unsigned r)
{
    return (b >> 4) << 8 | (g >> 4) << 4 | r >> 4;
}

/* At most FASTCV_TEXT_SAMPLES, of weights up to FASTCV_TEXT_RING_WEIGHT. */
static inline void fastcv_text_bins_add(FastcvTextBins *bins, unsigned b, unsigned g, unsigned r,
                                        unsigned weight)
{
    const unsigned key = fastcv_text_key(b, g, r);
    const uint64_t one =
        UINT64_C(1) << 51 | (uint64_t)(b & 15) << 34 | (uint64_t)(g & 15) << 17 | (r & 15);
    bins->keys[bins->count] = (uint16_t)key; /* without a branch that guesses */
    bins->count += bins->sums[key] == 0;
    bins->sums[key] += weight * one;
}

/* The cluster of the bins within radius (Oklab · 4096) of the one with the greatest product of the
 * weight around it and its distance from the nearest of other colours. There is a sample at least.
 */
FastcvTextCluster fastcv_text_bins_find(FastcvTextBins *bins, int32_t radius,
                                        const uint8_t (*others)[3], int other_count);

#endif
