/* Colours of any small image and of boxes on it: every variant must give the counts that a plain
 * sort gives. */
#include <math.h>

#include "fastcv/colors.h"
#include "fastcv/variants.h"
#include "fuzz.h"

enum { MAX_COLORS = 40, MAX_BOXES = 3, MAX_CORNERS = 7 };

__extension__ typedef __int128 Int128;

static uint32_t packed_at(const FastcvImage *image, int x, int y)
{
    const uint8_t *pixel = image->pixels + y * image->stride_bytes + (ptrdiff_t)x * image->channels;
    const int last = image->channels == 1 ? 0 : 2;
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[last / 2] << 8 | pixel[last];
}

/* Whether an odd number of edges lie left of the pixel's centre. */
static int is_inside(const FastcvColorBox *box, int x, int y)
{
    int is_odd = 0;
    const float *a = box->corners + 2 * (box->corner_count - 1);
    for (ptrdiff_t i = 0; i < box->corner_count; i++) {
        const float *b = box->corners + 2 * i;
        const float *upper = a[1] <= b[1] ? a : b, *lower = a[1] <= b[1] ? b : a;
        const int64_t x0 = llrint(upper[0] * 65536.0), y0 = llrint(upper[1] * 65536.0);
        const int64_t x1 = llrint(lower[0] * 65536.0), y1 = llrint(lower[1] * 65536.0);
        const int64_t px = x * INT64_C(65536), py = y * INT64_C(65536);
        if (y0 <= py && py < y1)
            is_odd ^= (Int128)(px - x0) * (y1 - y0) >= (Int128)(py - y0) * (x1 - x0);
        a = b;
    }
    return is_odd;
}

static int is_counted(const FastcvColorPage *page, const FastcvColorBox *box, int x, int y)
{
    const FastcvImage *image = &page->image, *mask = page->mask;
    return (image->channels < 4 || image->pixels[y * image->stride_bytes + (ptrdiff_t)x * 4 + 3]) &&
           (!mask || mask->pixels[y * mask->stride_bytes + x]) && (!box || is_inside(box, x, y));
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

/* Puts sorted colours that agree in the upper bits together, under the first of them. */
static size_t join_slowly(FastcvColorCount *counts, size_t colors, int bits)
{
    const uint32_t upper = (0xFF00u >> bits & 0xFF) * 0x010101u;
    size_t kept = 0;
    for (size_t i = 0; i < colors; i++) {
        size_t k = 0;
        while (k < kept && (counts[k].packed & upper) != (counts[i].packed & upper))
            k++;
        if (k < kept)
            counts[k].count += counts[i].count;
        else
            counts[kept++] = counts[i];
    }
    qsort(counts, kept, sizeof *counts, compare_counts);
    return kept;
}

/* Writes the counts of all colours in order; returns how many colours there are. */
static size_t count_slowly(const FastcvColorPage *page, const FastcvColorBox *box,
                           FastcvColorCount *counts)
{
    const FastcvImage *image = &page->image;
    const size_t most = (size_t)(image->width_px * image->height_px);
    uint32_t *packed = new_bytes(most * sizeof *packed);
    size_t pixels = 0, colors = 0;
    for (int y = 0; y < image->height_px; y++) {
        for (int x = 0; x < image->width_px; x++) {
            if (is_counted(page, box, x, y))
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
    return join_slowly(counts, colors, page->bits);
}

static void compare(const FastcvColorCount *top, size_t found, const FastcvColorCount *all,
                    size_t colors, size_t n)
{
    expect(found == (n < colors ? n : colors), "the number of colours is wrong");
    for (size_t i = 0; i < found; i++)
        expect(top[i].count == all[i].count && top[i].packed == all[i].packed,
               "a colour or its count is wrong");
}

/* From ±512 px around the image, some of them on whole px or far away. */
static float take_coordinate(Input *input)
{
    const int scale = take_int(input, 0, 7);
    uint16_t bits;
    take(input, &bits, sizeof bits);
    const float value = (float)(int16_t)bits;
    return scale == 0 ? value * 32000 : scale < 3 ? truncf(value / 512) : value / 256;
}

/* Returns how many boxes there are. */
static int take_boxes(Input *input, float corners[MAX_BOXES][2 * MAX_CORNERS],
                      FastcvColorBox boxes[MAX_BOXES])
{
    const int wanted = take_int(input, 0, MAX_BOXES);
    for (int i = 0; i < wanted; i++) {
        const int count = take_int(input, 3, MAX_CORNERS);
        for (int k = 0; k < 2 * count; k++)
            corners[i][k] = take_coordinate(input);
        boxes[i] = (FastcvColorBox){.corners = corners[i], .corner_count = count};
    }
    return wanted;
}

/* Leaves out boxes that are refused; returns how many are left. */
static int measure(const FastcvImage *image, FastcvColorBox *boxes, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (fastcv_color_box_measure(image, &boxes[i]) == FASTCV_QUAD_OK)
            boxes[kept++] = boxes[i];
    }
    return kept;
}

static void check_image(const FastcvColorPage *page, size_t n, FastcvColorCount *all)
{
    const size_t colors = count_slowly(page, NULL, all);
    for (int v = 0; fastcv_variant_name(v); v++) {
        FastcvColorCount *top = new_bytes(n * sizeof *top);
        size_t found = n;
        fastcv_variant_choose(fastcv_variant_name(v));
        expect(fastcv_main_colors(page, one_thread, top, &found) == FASTCV_OK, "count failed");
        compare(top, found, all, colors, n);
        free(top);
    }
}

static void check_boxes(const FastcvColorPage *page, FastcvColorBox *boxes, int count, size_t n,
                        FastcvColorCount *all)
{
    for (int v = 0; fastcv_variant_name(v); v++) {
        fastcv_variant_choose(fastcv_variant_name(v));
        for (int i = 0; i < count; i++) {
            const size_t pixels = (size_t)(boxes[i].width_px * boxes[i].height_px);
            boxes[i].room = n < pixels ? n : pixels;
            boxes[i].colors = new_bytes(boxes[i].room * sizeof *boxes[i].colors);
        }
        expect(fastcv_box_colors(page, boxes, count, one_thread) == FASTCV_OK, "count failed");
        for (int i = 0; i < count; i++) {
            const size_t colors = count_slowly(page, &boxes[i], all);
            compare(boxes[i].colors, boxes[i].found, all, colors, n);
            free(boxes[i].colors);
        }
    }
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
    const unsigned levels = take_byte(&input); /* few bits make few colours */
    const unsigned options = take_byte(&input);
    FastcvColorPage page = {.bits = options & 1 ? take_int(&input, 3, 8) : FASTCV_COLOR_BITS};
    float corners[MAX_BOXES][2 * MAX_CORNERS];
    FastcvColorBox boxes[MAX_BOXES];
    const int wanted = options & 2 ? take_boxes(&input, corners, boxes) : 0;

    const size_t bytes = (size_t)((image.height_px - 1) * image.stride_bytes + row);
    uint8_t *pixels = new_bytes(bytes);
    fill(input, pixels, bytes);
    for (size_t i = 0; i < bytes; i++)
        pixels[i] &= (uint8_t)levels;
    image.pixels = pixels;
    page.image = image;

    const size_t mask_bytes = (size_t)(image.width_px * image.height_px);
    uint8_t *mask_pixels = new_bytes(mask_bytes);
    const FastcvImage mask = {mask_pixels, image.width_px, image.width_px, image.height_px,
                              1,           FASTCV_U8};
    fill(input, mask_pixels, mask_bytes);
    for (size_t i = 0; i < mask_bytes; i++)
        mask_pixels[i] &= (uint8_t)(1 + (options >> 3));
    if (options & 4)
        page.mask = &mask;

    FastcvColorCount *all = new_bytes(mask_bytes * sizeof *all);
    check_image(&page, n, all);
    check_boxes(&page, boxes, measure(&image, boxes, wanted), n, all);
    free(all);
    free(mask_pixels);
    free(pixels);
    return 0;
}
