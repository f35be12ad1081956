#include "core/detect/mask.h"

#include <stdlib.h>
#include <string.h>

#include "core/numbers.h"
#include "kernels/mask/mask.h"

enum { BAND_PX = 1 << 16 }; /* 15 µs of work */

typedef struct MaskRun {
    const FastcvImage *map;
    const FastcvMaskKernels *kernels;
    FastcvMask *mask;
    float threshold, most;
    ptrdiff_t band_rows;
} MaskRun;

static void make_band(void *context, ptrdiff_t item, int thread)
{
    const MaskRun *run = context;
    const FastcvImage *map = run->map;
    const ptrdiff_t end = fastcv_min_int64((item + 1) * run->band_rows, map->height_px);
    (void)thread;
    for (ptrdiff_t y = item * run->band_rows; y < end; y++)
        run->kernels->above((const float *)(map->pixels + y * map->stride_bytes), map->width_px,
                            run->threshold, run->most, run->mask->rows + y * run->mask->row_words);
}

FastcvStatus fastcv_mask_make(const FastcvImage *map, float threshold, float most, FastcvPool pool,
                              FastcvMask *mask)
{
    *mask = (FastcvMask){.row_words = map->width_px / 64 + 1,
                         .width_px = (int32_t)map->width_px,
                         .height_px = (int32_t)map->height_px};
    /* A row above, one below, and a word on either side. */
    const size_t words = (size_t)mask->row_words * (size_t)(map->height_px + 2) + 2;
    mask->memory = calloc(words, sizeof *mask->memory);
    if (!mask->memory)
        return FASTCV_ERR_MEMORY;
    mask->rows = mask->memory + mask->row_words + 1;
    MaskRun run = {map, fastcv_mask_kernels(), mask, threshold, most, BAND_PX / map->width_px + 1};
    const FastcvLoop loop = {make_band, &run, (map->height_px - 1) / run.band_rows + 1};
    pool.num_threads =
        fastcv_worthwhile_threads(map->width_px * map->height_px, 4 * BAND_PX, pool.num_threads);
    return fastcv_run(loop, pool);
}

void fastcv_mask_free(FastcvMask *mask)
{
    free(mask->memory);
    *mask = (FastcvMask){0};
}

/* The bits of a row's last word that are pixels. */
static uint64_t last_bits(const FastcvMask *mask)
{
    return ~(~UINT64_C(0) << mask->width_px % 64);
}

void fastcv_mask_dilate(FastcvMask *mask)
{
    const uint64_t last = last_bits(mask);
    for (ptrdiff_t y = mask->height_px - 1; y >= 0; y--) {
        uint64_t *row = mask->rows + y * mask->row_words;
        const uint64_t *above = row - mask->row_words;
        uint64_t carry = 0;
        for (ptrdiff_t i = 0; i < mask->row_words; i++) {
            const uint64_t both = row[i] | above[i];
            row[i] = both | both << 1 | carry;
            carry = both >> 63;
        }
        row[mask->row_words - 1] &= last;
    }
}

/* ---- opening: what is unset grows, then what is set ---- */

static void invert(FastcvMask *mask)
{
    const uint64_t last = last_bits(mask);
    for (ptrdiff_t y = 0; y < mask->height_px; y++) {
        uint64_t *row = mask->rows + y * mask->row_words;
        for (ptrdiff_t i = 0; i < mask->row_words; i++)
            row[i] = ~row[i];
        row[mask->row_words - 1] &= last;
    }
}

static void spread_aside(const FastcvMask *mask, uint64_t *row)
{
    uint64_t before = 0;
    for (ptrdiff_t i = 0; i < mask->row_words; i++) {
        const uint64_t bits = row[i], after = i + 1 < mask->row_words ? row[i + 1] : 0;
        row[i] = bits | bits << 1 | before >> 63 | bits >> 1 | after << 63;
        before = bits;
    }
    row[mask->row_words - 1] &= last_bits(mask);
}

/* Each pixel spreads to its eight neighbours. above has room for a row. */
static void spread(FastcvMask *mask, uint64_t *above)
{
    for (ptrdiff_t y = 0; y < mask->height_px; y++)
        spread_aside(mask, mask->rows + y * mask->row_words);
    memset(above, 0, (size_t)mask->row_words * sizeof *above);
    for (ptrdiff_t y = 0; y < mask->height_px; y++) {
        uint64_t *row = mask->rows + y * mask->row_words;
        const uint64_t *below = row + mask->row_words;
        for (ptrdiff_t i = 0; i < mask->row_words; i++) {
            const uint64_t bits = row[i];
            row[i] |= above[i] | below[i];
            above[i] = bits;
        }
    }
}

FastcvStatus fastcv_mask_open(FastcvMask *mask)
{
    uint64_t *above = malloc((size_t)mask->row_words * sizeof *above);
    if (!above)
        return FASTCV_ERR_MEMORY;
    invert(mask);
    spread(mask, above);
    invert(mask);
    spread(mask, above);
    free(above);
    return FASTCV_OK;
}
