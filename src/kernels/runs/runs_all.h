/* What all variants share. While runs are being found, length[k] holds where run k begins; its
 * length is known only when the next run begins. */
#ifndef FASTCV_KERNELS_RUNS_ALL_H
#define FASTCV_KERNELS_RUNS_ALL_H

#include "kernels/runs/runs.h"

/* Another value that no packed colour has. */
#define RUNS_NO_PIXEL (FASTCV_TRANSPARENT - 1)

static inline uint32_t pack(const uint8_t *pixel, int channels)
{
    if (channels == 1)
        return pixel[0] * UINT32_C(0x010101);
    if (channels == 4 && pixel[3] == 0)
        return FASTCV_TRANSPARENT;
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

/* Continues at pixel i after `found` runs; returns how many there are before pixel end. Writes
 * every pixel as if it began a run, which avoids a branch that the CPU cannot predict. */
static inline int find_one_by_one(const uint8_t *pixels, int i, int end, int channels, int found,
                                  FastcvRuns *runs)
{
    uint32_t before = i ? pack(pixels + (i - 1) * channels, channels) : RUNS_NO_PIXEL;
    for (; i < end; i++) {
        const uint32_t color = pack(pixels + i * channels, channels);
        runs->color[found] = color;
        runs->length[found] = (uint32_t)i;
        found += color != before;
        before = color;
    }
    return found;
}

/* Turns beginnings into lengths, and drops transparent runs. */
static inline int measure_runs(int found, int count, int channels, FastcvRuns *runs)
{
    runs->length[found] = (uint32_t)count;
    for (int k = 0; k < found; k++)
        runs->length[k] = runs->length[k + 1] - runs->length[k];
    if (channels < 4)
        return found;
    int kept = 0;
    for (int k = 0; k < found; k++) {
        runs->color[kept] = runs->color[k];
        runs->length[kept] = runs->length[k];
        kept += runs->color[k] != FASTCV_TRANSPARENT;
    }
    return kept;
}

static inline void pack_one_by_one(const uint8_t *pixels, ptrdiff_t i, ptrdiff_t count,
                                   int channels, uint32_t *colors)
{
    for (; i < count; i++)
        colors[i] = pack(pixels + i * channels, channels);
}

typedef void PackVector(const uint8_t *pixels, int channels, uint32_t *colors);

/* Packs a row so many pixels at a time, the last ones once more. pack_vector and lanes must be
 * constants, so that they are inlined. */
static inline void pack_by_vectors(PackVector *pack_vector, int lanes, const uint8_t *pixels,
                                   ptrdiff_t count, int channels, uint32_t *colors)
{
    if (count < lanes) {
        pack_one_by_one(pixels, 0, count, channels, colors);
        return;
    }
    for (ptrdiff_t i = 0; i < count; i += lanes) {
        const ptrdiff_t at = i + lanes <= count ? i : count - lanes;
        pack_vector(pixels + at * channels, channels, colors + at);
    }
}

/* Call find and pack_row with a constant number of channels, so that each number gets a loop of its
 * own. */
#define DEFINE_KERNELS(find, pack_row)                                                             \
    static int find_runs(const uint8_t *pixels, int count, int channels, FastcvRuns *runs)         \
    {                                                                                              \
        switch (channels) {                                                                        \
        case 1:                                                                                    \
            return find(pixels, count, 1, runs);                                                   \
        case 3:                                                                                    \
            return find(pixels, count, 3, runs);                                                   \
        default:                                                                                   \
            return find(pixels, count, 4, runs);                                                   \
        }                                                                                          \
    }                                                                                              \
    static void pack_pixels(const uint8_t *pixels, ptrdiff_t count, int channels,                  \
                            uint32_t *colors)                                                      \
    {                                                                                              \
        switch (channels) {                                                                        \
        case 1:                                                                                    \
            pack_row(pixels, count, 1, colors);                                                    \
            break;                                                                                 \
        case 3:                                                                                    \
            pack_row(pixels, count, 3, colors);                                                    \
            break;                                                                                 \
        default:                                                                                   \
            pack_row(pixels, count, 4, colors);                                                    \
        }                                                                                          \
    }

#endif
