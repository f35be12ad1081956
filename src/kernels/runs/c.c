/* Plain C: eight pixels that equal their left neighbours are skipped, others looked at singly. */
#include <string.h>

#include "kernels/runs/runs_all.h"

enum { STEP_PX = 8 }; /* 8 · channels bytes: whole 64-bit words */

static inline uint64_t load_u64(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* Whether STEP_PX pixels equal their left neighbours. */
static inline int is_within_run(const uint8_t *pixel, int channels)
{
    uint64_t difference = 0;
    for (int word = 0; word < channels; word++)
        difference |= load_u64(pixel + 8 * word) ^ load_u64(pixel + 8 * word - channels);
    return difference == 0;
}

static inline int find(const uint8_t *pixels, int count, int channels, FastcvRuns *runs)
{
    int found = find_one_by_one(pixels, 0, 1, channels, 0, runs), i = 1;
    for (; i + STEP_PX <= count; i += STEP_PX) {
        if (!is_within_run(pixels + i * channels, channels))
            found = find_one_by_one(pixels, i, i + STEP_PX, channels, found, runs);
    }
    found = find_one_by_one(pixels, i, count, channels, found, runs);
    return measure_runs(found, count, channels, runs);
}

static inline void pack_row(const uint8_t *pixels, ptrdiff_t count, int channels, uint32_t *colors)
{
    pack_one_by_one(pixels, 0, count, channels, colors);
}

DEFINE_KERNELS(find, pack_row)

const FastcvRunsKernels fastcv_runs_c = {.find = find_runs, .pack = pack_pixels};
