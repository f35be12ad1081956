#include "core/detect/pairwise_mean.h"

#include <math.h>

#include "core/numbers.h"

enum {
    LANES = 8,
    MOST_TOGETHER = 128,   /* NumPy adds up to so many numbers in LANES sums, and halves of more */
    NUMPY_BUFFER = 1 << 13 /* a slice is summed in as many whole rows as this has room for */
};

/* The set pixels of a region, row by row. */
typedef struct Cursor {
    const FastcvImage *map;
    const FastcvRegion *region;
    ptrdiff_t y, word;
    uint64_t bits; /* those of the word that are still to come */
    float taken[MOST_TOGETHER];
} Cursor;

static void next_word(Cursor *cursor)
{
    const FastcvRegion *region = cursor->region;
    if (++cursor->word == region->row_words) {
        cursor->word = 0;
        cursor->y++;
    }
    cursor->bits = region->rows[cursor->y * region->row_words + cursor->word];
}

/* Where the word's first pixel is in the map. */
static const float *values_of(const Cursor *cursor)
{
    const FastcvImage *map = cursor->map;
    const char *row =
        (const char *)map->pixels + (cursor->region->top + cursor->y) * map->stride_bytes;
    return (const float *)row + cursor->region->left + cursor->word * 64;
}

/* Takes the next `count` values, of which there are enough. */
static void take(Cursor *cursor, ptrdiff_t count)
{
    for (float *out = cursor->taken; count > 0;) {
        while (!cursor->bits)
            next_word(cursor);
        const int from = __builtin_ctzll(cursor->bits);
        const uint64_t gaps = ~(cursor->bits >> from);
        const int run = gaps ? __builtin_ctzll(gaps) : 64;
        const int taken = (int)fastcv_min_int64(run, count);
        const float *values = values_of(cursor) + from;
        for (int i = 0; i < taken; i++)
            out[i] = isfinite(values[i]) ? values[i] : 0;
        out += taken;
        count -= taken;
        cursor->bits &= from + taken < 64 ? ~UINT64_C(0) << (from + taken) : 0;
    }
}

static float sum_together(const float *values, ptrdiff_t count)
{
    float sum = 0;
    ptrdiff_t i = 0;
    if (count >= LANES) {
        float sums[LANES];
        for (int k = 0; k < LANES; k++)
            sums[k] = values[k];
        for (i = LANES; i + LANES <= count; i += LANES)
            for (int k = 0; k < LANES; k++)
                sums[k] += values[i + k];
        sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
              ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }
    for (; i < count; i++)
        sum += values[i];
    return sum;
}

/* numpy/_core/src/umath/loops_utils.h.src: pairwise_sum. */
static float sum_next(Cursor *cursor, ptrdiff_t count)
{
    if (count <= MOST_TOGETHER) {
        take(cursor, count);
        return sum_together(cursor->taken, count);
    }
    const ptrdiff_t half = count / 2 - count / 2 % LANES;
    const float sum = sum_next(cursor, half);
    return sum + sum_next(cursor, count - half);
}

static ptrdiff_t count_pixels(const FastcvRegion *region)
{
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < region->row_words * region->height_px; i++)
        count += __builtin_popcountll(region->rows[i]);
    return count;
}

float fastcv_region_pairwise_mean(const FastcvImage *map, const FastcvRegion *region)
{
    Cursor cursor = {.map = map, .region = region, .bits = region->rows[0]};
    const ptrdiff_t count = count_pixels(region), width = region->width_px;
    /* Whole rows of the map are one piece to NumPy, and so are pixels that a mask selects. */
    const int is_one_piece = !region->is_whole || width == map->width_px;
    const ptrdiff_t rows = NUMPY_BUFFER / width, most = rows > 1 ? rows * width : width;
    const ptrdiff_t together = is_one_piece ? count : most;
    float sum = 0;
    for (ptrdiff_t left = count; left > 0; left -= together)
        sum += sum_next(&cursor, left < together ? left : together);
    return count ? (float)((double)sum / (double)count) : 0;
}
