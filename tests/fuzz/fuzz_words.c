/* Colours of any words on any small image: a word's do not depend on the others, outlines and
 * confidence keep their promises. */
#include <math.h>

#include "fastcv/text_colors.h"
#include "fuzz.h"

enum { WORDS = 3, SIDE_PX = 90 };

typedef struct Found {
    uint8_t text[WORDS][3], background[WORDS][3], outline[WORDS][3];
    float confidence[WORDS];
} Found;

static void find(const FastcvImage *image, const FastcvQuad *quads, ptrdiff_t count, Found *found)
{
    const FastcvTextColors results = {found->text, found->background, found->outline,
                                      found->confidence};
    expect(fastcv_text_colors(image, quads, count, one_thread, results) == FASTCV_OK,
           "text colours failed");
}

/* Mostly near the image, sometimes as far as may be. */
static FastcvQuad take_quad(Input *input)
{
    const int is_far = take_byte(input) % 16 == 1, is_upright = take_byte(input) % 2;
    FastcvQuad quad;
    for (int i = 0; i < 4; i++) {
        const int x = take_int(input, -20, SIDE_PX + 20), y = take_int(input, -20, SIDE_PX + 20);
        quad.x[i] = ldexpf((float)x + (float)take_int(input, 0, 7) / 8, is_far ? 23 : 0);
        quad.y[i] = ldexpf((float)y + (float)take_int(input, 0, 7) / 8, is_far ? 23 : 0);
    }
    if (is_upright) {
        quad.x[3] = quad.x[0];
        quad.x[1] = quad.x[2];
        quad.y[1] = quad.y[0];
        quad.y[3] = quad.y[2];
    }
    return quad;
}

static void check_word(const Found *all, const Found *one, int word)
{
    expect(!memcmp(all->text[word], one->text[0], 3) &&
               !memcmp(all->background[word], one->background[0], 3) &&
               !memcmp(all->outline[word], one->outline[0], 3) &&
               all->confidence[word] == one->confidence[0],
           "a word depends on the words before it");
    expect(one->confidence[0] >= 0 && one->confidence[0] < 1, "confidence is not from 0 to 1");
    expect(one->confidence[0] > 0 || !memcmp(one->text[0], one->background[0], 3),
           "text without confidence");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int channels[] = {1, 3, 4};
    Input input = {data, size};
    FastcvImage image = {.channels = channels[take_int(&input, 0, 2)], .depth = FASTCV_U8};
    image.width_px = take_int(&input, 1, SIDE_PX);
    image.height_px = take_int(&input, 1, SIDE_PX);
    const ptrdiff_t row = image.width_px * image.channels;
    image.stride_bytes = row + take_byte(&input) % 4;
    const unsigned mask = take_byte(&input); /* few bits make few colours */
    FastcvQuad quads[WORDS];
    for (int i = 0; i < WORDS; i++) {
        quads[i] = take_quad(&input);
        if (fastcv_text_quad_check(FASTCV_ORDER_GIVEN, &quads[i]))
            return 0;
    }
    const size_t bytes = (size_t)((image.height_px - 1) * image.stride_bytes + row);
    uint8_t *pixels = new_bytes(bytes);
    fill(input, pixels, bytes);
    for (size_t i = 0; i < bytes; i++)
        pixels[i] &= (uint8_t)mask;
    image.pixels = pixels;

    Found all, one;
    find(&image, quads, WORDS, &all);
    for (int i = 0; i < WORDS; i++) {
        find(&image, &quads[i], 1, &one);
        check_word(&all, &one, i);
    }
    free(pixels);
    return 0;
}
