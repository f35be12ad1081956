/* The colours of words: every word by itself, so that the result does not depend on threads. */
#include "fastcv/text_colors.h"

#include <math.h>
#include <stdlib.h>

#include "core/colors/text_word.h"

enum { WORDS_A_THREAD = 8 }; /* 80 µs of work */

/* Much that is not paper is rather an outline, a photo or a second paper than letters. The weight
 * and the scale were chosen on words with even numbers (benchmarks/text_colors.py). */
static double doubt_of_share(const FastcvTextWord *word)
{
    return 6.0 * word->far_count / word->samples.count;
}

typedef struct TextRun {
    FastcvImage image;
    const FastcvQuad *quads;
    FastcvTextColors results;
    FastcvTextWord *words; /* one a thread */
} TextRun;

FastcvQuadFault fastcv_text_quad_check(FastcvOrder order, FastcvQuad *quad)
{
    for (int i = 0; i < 4; i++) {
        if (!isfinite(quad->x[i]) || !isfinite(quad->y[i]))
            return FASTCV_QUAD_NOT_FINITE;
        if (fabsf(quad->x[i]) > 1 << 30 || fabsf(quad->y[i]) > 1 << 30)
            return FASTCV_QUAD_TOO_FAR;
    }
    return fastcv_quad_order(order, quad);
}

static void store(uint8_t pixel[3], FastcvTextColor color)
{
    for (int c = 0; c < 3; c++)
        pixel[c] = (uint8_t)color.channel[c];
}

static void find_colors(FastcvTextWord *word, FastcvTextColors results, ptrdiff_t item)
{
    FastcvTextColor paper = {{0}}, text, outline;
    float confidence = 0;
    if (word->samples.count)
        paper = fastcv_text_find_paper(word);
    else
        word->far_count = 0;
    text = outline = paper;
    if (word->far_count >= 3) {
        FastcvTextColor ink = fastcv_text_find_ink(word, paper);
        if (fastcv_text_squared(ink, paper)) {
            const double doubt = doubt_of_share(word);
            const FastcvTextThird third = fastcv_text_find_third(word, paper, &ink, &outline);
            const FastcvTextInk found =
                third == FASTCV_TEXT_OUTLINE
                    ? fastcv_text_ink_in_outline(word, outline, ink)
                    : fastcv_text_ink_on_paper(word, paper, ink, third == FASTCV_TEXT_NONE);
            text = found.color;
            confidence = (float)(3 / (3 + (doubt + found.doubt)));
            outline = third == FASTCV_TEXT_OUTLINE ? outline : text;
        }
    }
    store(results.text[item], text);
    store(results.background[item], paper);
    store(results.outline[item], outline);
    results.confidence[item] = confidence;
}

static void do_word(void *context, ptrdiff_t item, int thread)
{
    const TextRun *run = context;
    FastcvTextWord *word = &run->words[thread];
    fastcv_text_samples_take(&word->samples, &run->image, &run->quads[item]);
    find_colors(word, run->results, item);
}

FastcvStatus fastcv_text_colors(const FastcvImage *image, const FastcvQuad *quads, ptrdiff_t count,
                                FastcvPool pool, FastcvTextColors results)
{
    pool.num_threads = fastcv_worthwhile_threads(count, WORDS_A_THREAD, pool.num_threads);
    TextRun run = {.image = *image,
                   .quads = quads,
                   .results = results,
                   .words = calloc((size_t)pool.num_threads, sizeof *run.words)};
    if (!run.words)
        return FASTCV_ERR_MEMORY;
    const FastcvStatus status = fastcv_run((FastcvLoop){do_word, &run, count}, pool);
    if (status != FASTCV_ERR_FORKED) /* a worker of the parent's may have been half-way */
        free(run.words);
    return status;
}
