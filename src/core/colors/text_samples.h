/* The pixels of a word that are looked at: all of them, or every so many columns and rows. */
#ifndef FASTCV_CORE_TEXT_SAMPLES_H
#define FASTCV_CORE_TEXT_SAMPLES_H

#include "fastcv/image.h"
#include "fastcv/quad.h"

enum {
    FASTCV_TEXT_SAMPLES = 1023, /* at most; a bin's word has no room for more (text_bins.c) */
    FASTCV_TEXT_RING_WEIGHT = 4 /* of samples at the quad's border */
};

/* Samples side by side in a row. */
typedef struct FastcvTextSpan {
    int32_t start, count; /* samples */
    int32_t line, column; /* of its first sample, in steps; the least column is 0 */
} FastcvTextSpan;

typedef struct FastcvTextSamples {
    int32_t count, span_count;
    uint8_t channel[3][FASTCV_TEXT_SAMPLES + 1]; /* B, G, R */
    uint8_t weight[FASTCV_TEXT_SAMPLES + 1];
    FastcvTextSpan spans[FASTCV_TEXT_SAMPLES];
    int32_t columns, lines; /* of the last ones */
    int32_t step_x, step_y;
    int32_t side_px; /* the quad's shortest */
} FastcvTextSamples;

void fastcv_text_samples_take(FastcvTextSamples *samples, const FastcvImage *image,
                              const FastcvQuad *quad);

#endif
