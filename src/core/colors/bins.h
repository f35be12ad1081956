/* Coarser colours: those that agree in the upper bits of each channel are counted together. */
#ifndef FASTCV_CORE_COLOR_BINS_H
#define FASTCV_CORE_COLOR_BINS_H

#include "core/colors/top.h"

typedef struct FastcvColorBin {
    uint64_t count;
    uint64_t best; /* the rank of the most frequent exact colour, which holds the colour too */
} FastcvColorBin;

/* A hash of bins by the upper bits of their colours. */
typedef struct FastcvColorBins {
    FastcvColorBin *bins; /* open addressing; a count of 0 is an empty slot */
    size_t capacity;
    uint64_t multiplier;
    int bits, shift;
} FastcvColorBins;

/* Empty, with room for so many exact colours. The multiplier is a colour hash's. Returns 0 when
 * memory is refused; then there is nothing to free. */
int fastcv_color_bins_init(FastcvColorBins *bins, int bits, size_t colors, uint64_t multiplier);

/* Empties the bins for so many exact colours, at most those for which there is room. */
void fastcv_color_bins_restart(FastcvColorBins *bins, size_t colors);

/* Adds an exact colour, each once, with a count of at least 1. */
void fastcv_color_bins_add(FastcvColorBins *bins, uint32_t packed, uint64_t count);

/* The bin of a colour; empty if there is none. */
FastcvColorBin fastcv_color_bins_get(const FastcvColorBins *bins, uint32_t packed);

/* Offers every bin, under its most frequent colour. */
void fastcv_color_bins_offer(const FastcvColorBins *bins, FastcvTopColors *top);

void fastcv_color_bins_free(FastcvColorBins *bins);

static inline uint32_t fastcv_color_bin_packed(const FastcvColorBin *bin)
{
    return (uint32_t)(bin->best & 0xFFFFFF);
}

static inline void fastcv_color_bin_add(FastcvColorBin *bin, uint32_t packed, uint64_t count)
{
    const uint64_t rank = fastcv_color_rank(count, packed);
    bin->count += count;
    bin->best = rank > bin->best ? rank : bin->best;
}

static inline void fastcv_color_bin_offer(const FastcvColorBin *bin, FastcvTopColors *top)
{
    const FastcvColorCount color = {bin->count, fastcv_color_bin_packed(bin)};
    if (fastcv_top_colors_want(top, color.count, color.packed))
        fastcv_top_colors_offer(top, color);
}

#endif
