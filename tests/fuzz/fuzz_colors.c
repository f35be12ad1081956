/* Colours of any small image: every variant must give the counts that a plain sort gives. */
#include "fastcv/colors.h"
#include "fastcv/variants.h"
#include "fuzz.h"

enum { MAX_COLORS = 40 };

static uint32_t packed_at(const FastcvImage *image, int x, int y)
{
    const uint8_t *pixel = image->pixels + y * image->stride_bytes + (ptrdiff_t)x * image->channels;
    const int last = image->channels == 1 ? 0 : 2;
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[last / 2] << 8 | pixel[last];
}

static int is_counted(const FastcvImage *image, int x, int y)
{
    return image->channels < 4 || image->pixels[y * image->stride_bytes + (ptrdiff_t)x * 4 + 3];
}

static int compare_packed(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left < right) - (left > right);
}

static int compare_counts(const void *a, const void *b)
{
    const FastcvColorCount *left = a, *right = b;
    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return compare_packed(&left->packed, &right->packed);
}

/* Writes the counts of all colours in order; returns how many colours there are. */
static size_t count_slowly(const FastcvImage *image, FastcvColorCount *counts)
{
    const size_t most = (size_t)(image->width_px * image->height_px);
    uint32_t *packed = new_bytes(most * sizeof *packed);
    size_t pixels = 0, colors = 0;
    for (int y = 0; y < image->height_px; y++) {
        for (int x = 0; x < image->width_px; x++) {
            if (is_counted(image, x, y))
                packed[pixels++] = packed_at(image, x, y);
        }
    }
    qsort(packed, pixels, sizeof *packed, compare_packed);
    for (size_t i = 0; i < pixels; i++) {
        if (i == 0 || packed[i] != packed[i - 1])
            counts[colors++] = (FastcvColorCount){0, packed[i]};
        counts[colors - 1].count++;
    }
    free(packed);
    qsort(counts, colors, sizeof *counts, compare_counts);
    return colors;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int channels[] = {1, 3, 4};
    Input input = {data, size};
    FastcvImage image = {.channels = channels[take_int(&input, 0, 2)], .depth = FASTCV_U8};
    const int is_long = take_byte(&input) % 32 == 1;
    image.width_px = 1 + take_byte(&input) % 40;
    image.height_px = is_long ? 1 : 1 + take_byte(&input) % 4;
    if (is_long) /* reaches into a second piece of FASTCV_RUNS_PX pixels */
        image.width_px += 5 * (ptrdiff_t)take_byte(&input);
    const ptrdiff_t row = image.width_px * image.channels;
    image.stride_bytes = row + take_byte(&input) % 4;
    const size_t n = (size_t)take_int(&input, 1, MAX_COLORS);
    const unsigned mask = take_byte(&input); /* few bits make few colours */

    const size_t bytes = (size_t)((image.height_px - 1) * image.stride_bytes + row);
    uint8_t *pixels = new_bytes(bytes);
    fill(input, pixels, bytes);
    for (size_t i = 0; i < bytes; i++)
        pixels[i] &= (uint8_t)mask;
    image.pixels = pixels;

    FastcvColorCount *all =
        new_bytes((size_t)(image.width_px * image.height_px) * sizeof(FastcvColorCount));
    const size_t colors = count_slowly(&image, all);
    for (int v = 0; fastcv_variant_name(v); v++) {
        FastcvColorCount *top = new_bytes(n * sizeof *top);
        size_t found = n;
        fastcv_variant_choose(fastcv_variant_name(v));
        expect(fastcv_main_colors(&image, one_thread, top, &found) == FASTCV_OK, "count failed");
        expect(found == (n < colors ? n : colors), "the number of colours is wrong");
        for (size_t i = 0; i < found; i++)
            expect(top[i].count == all[i].count && top[i].packed == all[i].packed,
                   "a colour or its count is wrong");
        free(top);
    }
    free(all);
    free(pixels);
    return 0;
}
