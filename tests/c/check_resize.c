/* Every variant's resizing, normalising and storing, compared with plain C: from source rows that
 * end where they may be read to, into rows between bytes that must stay as they are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fastcv/float_mode.h"
#include "kernels/resize/resize.h"

enum {
    WORDS = 2000,
    MOST_ROWS = 12,
    MOST_PX = 700, /* of target rows */
    MOST_TARGET_BYTES = 1 << 18,
    CANARY = 0xA5
};

/* ---- normalisers ---- */

typedef enum Recipe {
    RAPIDOCR, /* (v / 255 − 0.5) / 0.5 */
    MINERU,   /* (v − 127.5) / 127.5 in double */
    PADDLE,   /* v · float32(1 / 255), − mean, / std */
    KERAS,    /* (v − 127) / 127 */
    MMCV,     /* (v − mean) · float32(1 / std) */
    IMAGENET, /* v / 255, − mean, / std */
    SCALED,   /* v / 255 */
    PADDLEX,  /* v · factor + shift */
    LIKE_THE_PIXELS,
    NOISE, /* no form has these */
    RECIPES
} Recipe;

static float recipe_value(Recipe recipe, int v, float mean, float std)
{
    const float value = (float)v;
    const float inverse = (float)(1 / 255.0), inverse_std = (float)(1.0 / (double)std);
    float result;
    switch (recipe) {
    case RAPIDOCR:
        result = value / 255;
        result -= 0.5f;
        return result / 0.5f;
    case MINERU:
        return (float)((v - 127.5) / 127.5);
    case PADDLE:
        result = value * inverse;
        result -= mean;
        return result / std;
    case KERAS:
        return (value - 127) / 127;
    case MMCV:
        result = value - mean * 255;
        return result * inverse_std;
    case IMAGENET:
        result = value / 255;
        result -= mean;
        return result / std;
    case SCALED:
        return value / 255;
    case PADDLEX:
        result = value * (float)(1 / 255.0 / (double)std);
        return result + (float)(-(double)mean / (double)std);
    case LIKE_THE_PIXELS:
        return value;
    default:
        if (one_in(50))
            return (const float[]){NAN, -NAN, INFINITY, -INFINITY, -0.0f, 65520}[random_int(0, 5)];
        return (float)random_scale(-30, 18);
    }
}

/* The means and standard deviations of ImageNet, docTR and PaddleOCR, and others. */
static void make_normalizer(Recipe recipe, FastcvNormalizer *normalizer)
{
    static const float means[] = {0.485f, 0.456f, 0.406f, 0.694f, 0.695f, 0.693f, 0.5f};
    static const float stds[] = {0.229f, 0.224f, 0.225f, 0.299f, 0.296f, 0.301f, 0.5f};
    const int k = random_int(0, 8);
    const float mean = k < 7 ? means[k] : (float)random_real(0.1, 0.9);
    const float std = k < 7 ? stds[k] : (float)random_real(0.1, 0.9);
    float table[256];
    for (int v = 0; v < 256; v++)
        table[v] = recipe_value(recipe, v, mean, std);
    fastcv_normalizer_make(table, normalizer);
    for (int v = 0; v < 256; v++) {
        if (normalizer->half[v] != fastcv_half(table[v]))
            differ("half %d", v);
    }
    if (memcmp(table, normalizer->table, sizeof table) != 0)
        differ("the table changed");
    if (recipe != NOISE && normalizer->form == FASTCV_NORMAL_TABLE)
        differ("no form was found for recipe %d, mean %a, std %a", recipe, (double)mean,
               (double)std);
}

/* ---- words ---- */

typedef struct Word {
    int source_px, source_rows, channels, target_px;
    const uint8_t *pixels;
    ptrdiff_t stride;
    FastcvRowTaps taps[MOST_ROWS];
    int rows, planes[FASTCV_RESIZE_CHANNELS];
    float pads[FASTCV_RESIZE_CHANNELS];
    FastcvTensorRows to;
} Word;

/* A side: often short, at times long. */
static int random_side(int most)
{
    return one_in(8) ? random_int(1, 3) : one_in(2) ? random_int(1, 60) : random_int(1, most);
}

/* The last row ends reads_after bytes before a page that nobody may read. */
static void place_pixels(Word *word, int reads_after, const uint8_t *source)
{
    const ptrdiff_t row_bytes = (ptrdiff_t)word->source_px * word->channels;
    word->stride = row_bytes + (one_in(2) ? 0 : random_int(0, 40));
    const uint8_t *end = source + SOURCE_BYTES - reads_after;
    word->pixels = one_in(4) ? source : end - (word->source_rows - 1) * word->stride - row_bytes;
}

static void random_rows(Word *word, const FastcvNormalizer *normalizers, void *target)
{
    FastcvTensorRows *to = &word->to;
    to->type = (FastcvTensorType)random_int(0, FASTCV_TENSOR_TYPES - 1);
    to->channels = one_in(3) ? 3 : 1;
    to->count = word->target_px;
    to->width = word->target_px + (one_in(3) ? 0 : random_int(0, one_in(2) ? 20 : 300));
    to->is_streaming = one_in(2);
    if (one_in(2))
        to->width = (to->width + 31) / 32 * 32;
    to->normalizers = to->type == FASTCV_TENSOR_U8 ? NULL : normalizers;
    for (int c = 0; c < to->channels; c++)
        word->pads[c] = (float)random_int(0, 255) / (to->type == FASTCV_TENSOR_U8 ? 1 : 4);
    to->repeats_last = one_in(4);
    const int bytes = (int)fastcv_tensor_type_bytes(to->type);
    to->stride_bytes = (ptrdiff_t)to->width * to->channels * bytes;
    to->stride_bytes += one_in(3) ? random_int(0, 9) * bytes : 0;
    to->first = (char *)target + 64 + (one_in(2) ? 0 : random_int(0, 15) * bytes);
}

static Word random_word(int reads_after, const uint8_t *source, const FastcvNormalizer *normalizers,
                        void *target)
{
    Word word = {.source_px = random_side(2000),
                 .source_rows = random_side(200),
                 .channels = (const int[]){1, 3, 4}[random_int(0, 2)],
                 .target_px = random_side(MOST_PX),
                 .rows = random_int(1, MOST_ROWS)};
    if (one_in(4)) /* the scale of words, where neighbours lie close together */
        word.target_px = random_int((word.source_px + 1) / 2, word.source_px * 2) % MOST_PX + 1;
    const int target_rows = random_int(word.rows, 4 * MOST_ROWS);
    const int first = random_int(0, target_rows - word.rows);
    fastcv_resize_taps(word.source_rows, target_rows, first, word.rows, word.taps);
    for (int c = 0; c < FASTCV_RESIZE_CHANNELS; c++)
        word.planes[c] = word.channels == 1 ? 0 : random_int(0, 2);
    place_pixels(&word, reads_after, source);
    random_rows(&word, normalizers, target);
    return word;
}

/* ---- the kernels' work ---- */

static void *aligned(size_t bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, FASTCV_RESIZE_ALIGNMENT, bytes) != 0)
        abort();
    return memory;
}

/* Planes hold the rows that the taps read, from the first one's top on. */
static void resize(const FastcvResizeKernels *kernels, const Word *word)
{
    const int first = word->taps[0].top, last = word->taps[word->rows - 1].bottom;
    const ptrdiff_t stride = (word->target_px + FASTCV_RESIZE_OVERRUN + 31) / 32 * 32;
    const ptrdiff_t plane_stride = stride * (last - first + 1);
    const size_t values = (size_t)plane_stride * FASTCV_RESIZE_CHANNELS;
    void *axis = aligned(fastcv_resize_axis_bytes(word->target_px));
    int16_t *planes = aligned(values * sizeof *planes);
    memset(planes, 0x5A, values * sizeof *planes);
    FastcvRowTaps taps[MOST_ROWS];
    for (int i = 0; i < word->rows; i++) {
        taps[i] = word->taps[i];
        taps[i].top -= first;
        taps[i].bottom -= first;
    }
    kernels->prepare(axis, word->source_px, word->target_px, word->channels);
    for (int y = first; y <= last; y++)
        kernels->row(axis, word->pixels + y * word->stride, word->pixels,
                     planes + (y - first) * stride, plane_stride);
    FastcvPlane of_channel[FASTCV_RESIZE_CHANNELS];
    for (int c = 0; c < FASTCV_RESIZE_CHANNELS; c++)
        of_channel[c] = (FastcvPlane){planes + word->planes[c] * plane_stride, stride};
    FastcvTensorRows to = word->to;
    to.pads = word->pads;
    kernels->store(&to, of_channel, taps, word->rows);
    FastcvTensorRows below = to;
    below.first = (char *)below.first + word->rows * below.stride_bytes;
    kernels->pad(&below, 2);
    kernels->finish();
    free(axis);
    free(planes);
}

static void compare(const Word *word, const uint8_t *right, const uint8_t *found)
{
    for (int i = 0; i < MOST_TARGET_BYTES; i++) {
        if (right[i] != found[i])
            differ("byte %td is %d, not %d", i - ((const uint8_t *)word->to.first - right),
                   found[i], right[i]);
    }
}

long check_resize(const FastcvResizeKernels *kernels, const uint8_t *source)
{
    uint8_t *right = aligned(MOST_TARGET_BYTES), *found = aligned(MOST_TARGET_BYTES);
    for (int n = 0; n < WORDS; n++) {
        static FastcvNormalizer normalizers[FASTCV_RESIZE_CHANNELS];
        const Recipe recipe = (Recipe)random_int(0, RECIPES - 1);
        set_case("%s, recipe %d", fastcv_variant(), recipe);
        for (int c = 0; c < FASTCV_RESIZE_CHANNELS; c++)
            make_normalizer(one_in(9) ? NOISE : recipe, &normalizers[c]);
        Word word = random_word(kernels->reads_after, source, normalizers, right);
        const FastcvTensorRows *to = &word.to;
        set_case("%s, word %d: %d x %d px of %d channels to %d px, %d rows from %d; type %d, %d "
                 "channels, width %d, stride %td, offset %td, form %d, streaming %d, repeats %d",
                 fastcv_variant(), n, word.source_px, word.source_rows, word.channels,
                 word.target_px, word.rows, word.taps[0].top, to->type, to->channels, to->width,
                 to->stride_bytes, (uint8_t *)to->first - right, normalizers[0].form,
                 to->is_streaming, to->repeats_last);
        memset(right, CANARY, MOST_TARGET_BYTES);
        memset(found, CANARY, MOST_TARGET_BYTES);
        resize(&fastcv_resize_c, &word);
        word.to.first = found + ((uint8_t *)to->first - right);
        resize(kernels, &word);
        word.to.first = right + ((uint8_t *)to->first - found);
        compare(&word, right, found);
    }
    free(right);
    free(found);
    return WORDS;
}
