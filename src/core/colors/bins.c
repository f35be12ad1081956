#include "core/colors/bins.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_CAPACITY = 16 };

/* At most half full, so that searches are short. There are no more bins than values of their bits.
 */
static size_t capacity_for(int bits, size_t colors)
{
    const size_t all = (size_t)1 << 3 * bits, most = colors < all ? colors : all;
    size_t capacity = LEAST_CAPACITY;
    while (capacity < 2 * most)
        capacity *= 2;
    return capacity;
}

int fastcv_color_bins_init(FastcvColorBins *bins, int bits, size_t colors, uint64_t multiplier)
{
    *bins = (FastcvColorBins){.bits = bits, .multiplier = multiplier};
    bins->bins = malloc(capacity_for(bits, colors) * sizeof *bins->bins);
    if (bins->bins)
        fastcv_color_bins_restart(bins, colors);
    return bins->bins != NULL;
}

void fastcv_color_bins_restart(FastcvColorBins *bins, size_t colors)
{
    bins->capacity = capacity_for(bins->bits, colors);
    bins->shift = 64;
    for (size_t slots = bins->capacity; slots > 1; slots /= 2)
        bins->shift--;
    memset(bins->bins, 0, bins->capacity * sizeof *bins->bins);
}

static uint32_t key_of(const FastcvColorBins *bins, uint32_t packed)
{
    const uint32_t upper_bits = 0xFF00u >> bins->bits & 0xFF;
    return packed & upper_bits * 0x010101u;
}

/* The colour's bin, or the empty slot where it belongs. */
static FastcvColorBin *find(const FastcvColorBins *bins, uint32_t packed)
{
    const uint32_t key = key_of(bins, packed);
    size_t i = (size_t)(key * bins->multiplier >> bins->shift);
    while (bins->bins[i].count && key_of(bins, fastcv_color_bin_packed(&bins->bins[i])) != key)
        i = (i + 1) & (bins->capacity - 1);
    return &bins->bins[i];
}

void fastcv_color_bins_add(FastcvColorBins *bins, uint32_t packed, uint64_t count)
{
    fastcv_color_bin_add(find(bins, packed), packed, count);
}

FastcvColorBin fastcv_color_bins_get(const FastcvColorBins *bins, uint32_t packed)
{
    return *find(bins, packed);
}

void fastcv_color_bins_offer(const FastcvColorBins *bins, FastcvTopColors *top)
{
    for (size_t i = 0; i < bins->capacity; i++)
        fastcv_color_bin_offer(&bins->bins[i], top);
}

void fastcv_color_bins_free(FastcvColorBins *bins)
{
    free(bins->bins);
    bins->bins = NULL;
}
