#include "core/colors/text_bins.h"

#include "core/numbers.h"

enum { CANDIDATES = 4, FIELD = (1 << 17) - 1 };

/* Returns the weight of all. */
static int32_t unpack(FastcvTextBins *bins, const uint8_t (*others)[3], int other_count)
{
    int32_t all = 0;
    FastcvOklab labs[2];
    for (int i = 0; i < other_count; i++)
        labs[i] = fastcv_oklab(others[i]);
    for (int32_t i = 0; i < bins->count; i++) {
        const unsigned key = bins->keys[i];
        const uint64_t sums = bins->sums[key];
        const int32_t weight = (int32_t)(sums >> 51);
        FastcvTextBin *bin = &bins->bins[i];
        bin->key = (uint16_t)key;
        bin->weight = weight;
        bin->total[0] = (int32_t)(sums >> 34 & FIELD) + (int32_t)(key >> 8) * 16 * weight;
        bin->total[1] = (int32_t)(sums >> 17 & FIELD) + (int32_t)(key >> 4 & 15) * 16 * weight;
        bin->total[2] = (int32_t)(sums & FIELD) + (int32_t)(key & 15) * 16 * weight;
        uint8_t mean[3];
        for (int c = 0; c < 3; c++)
            mean[c] = (uint8_t)(bin->total[c] / weight);
        bin->lab = fastcv_oklab(mean);
        bin->apart = other_count ? INT32_MAX : 1;
        for (int k = 0; k < other_count; k++)
            bin->apart = fastcv_min_int(bin->apart, fastcv_oklab_squared(bin->lab, labs[k]));
        bins->sums[key] = 0;
        all += weight;
    }
    return all;
}

static int64_t score_of(int32_t weight, int32_t apart)
{
    return (int64_t)weight * weight * apart;
}

/* Keys decide between equal scores, so that the order of pixels does not matter. */
static int is_before(const FastcvTextBin *one, const FastcvTextBin *other)
{
    const int64_t a = score_of(one->weight, one->apart), b = score_of(other->weight, other->apart);
    return a != b ? a > b : one->key < other->key;
}

static int find_candidates(const FastcvTextBins *bins, const FastcvTextBin *best[CANDIDATES])
{
    int count = 0;
    for (int32_t i = 0; i < bins->count; i++) {
        const FastcvTextBin *bin = &bins->bins[i];
        if (count == CANDIDATES && !is_before(bin, best[count - 1]))
            continue;
        int at = count < CANDIDATES ? count++ : count - 1;
        for (; at > 0 && is_before(bin, best[at - 1]); at--)
            best[at] = best[at - 1];
        best[at] = bin;
    }
    return count;
}

static int32_t weight_around(const FastcvTextBins *bins, FastcvOklab lab, int32_t squared_radius)
{
    int32_t weight = 0;
    for (int32_t i = 0; i < bins->count; i++) {
        if (fastcv_oklab_squared(bins->bins[i].lab, lab) <= squared_radius)
            weight += bins->bins[i].weight;
    }
    return weight;
}

/* Moves the cluster's bins to the front, and sums them up. */
static FastcvTextCluster gather(FastcvTextBins *bins, FastcvTextBin center, int32_t squared_radius)
{
    FastcvTextCluster cluster = {.apart = center.apart};
    int64_t total[3] = {0};
    for (int32_t i = 0; i < bins->count; i++) {
        const FastcvTextBin bin = bins->bins[i];
        if (fastcv_oklab_squared(bin.lab, center.lab) > squared_radius)
            continue;
        cluster.weight += bin.weight;
        for (int c = 0; c < 3; c++)
            total[c] += bin.total[c];
        bins->bins[i] = bins->bins[cluster.count];
        bins->bins[cluster.count++] = bin;
    }
    for (int c = 0; c < 3; c++)
        cluster.color[c] = (uint8_t)(total[c] / cluster.weight);
    return cluster;
}

FastcvTextCluster fastcv_text_bins_find(FastcvTextBins *bins, int32_t radius,
                                        const uint8_t (*others)[3], int other_count)
{
    const FastcvTextBin *candidates[CANDIDATES];
    const int32_t squared_radius = radius * radius;
    const int32_t all = unpack(bins, others, other_count);
    const int count = find_candidates(bins, candidates);
    const FastcvTextBin *best = bins->bins;
    int64_t best_score = -1;
    for (int i = 0; i < count; i++) {
        const FastcvTextBin *bin = candidates[i];
        if (score_of(all, bin->apart) <= best_score)
            continue;
        const int32_t around = weight_around(bins, bin->lab, squared_radius);
        const int64_t score = score_of(around, bin->apart);
        if (score > best_score) {
            best = bin;
            best_score = score;
        }
    }
    const FastcvTextCluster cluster = gather(bins, *best, squared_radius);
    bins->count = 0;
    return cluster;
}
