/* One word: its samples and what is known of each. The steps share it, a thread has one. */
#ifndef FASTCV_CORE_TEXT_WORD_H
#define FASTCV_CORE_TEXT_WORD_H

#include "core/colors/text_bins.h"

/* B, G, R: from 0 to 255, or differences. */
typedef struct FastcvTextColor {
    int32_t channel[3];
} FastcvTextColor;

/* What a sample is. Any two of PAPER, INK and OTHER differ in other bits (text_third.c). */
typedef enum FastcvTextLabel {
    FASTCV_TEXT_PAPER = 0,
    FASTCV_TEXT_FAR = 1, /* none of the others: blends */
    FASTCV_TEXT_INK = 2,
    FASTCV_TEXT_OTHER = 4, /* a third colour */
} FastcvTextLabel;

enum { FASTCV_TEXT_COLUMNS = 1024 }; /* only needle-like quads have more; those are left out */

/* Sums of columns over a row of cells, zero between steps, and over all cells. */
typedef struct FastcvTextCells {
    int16_t rest[3][FASTCV_TEXT_COLUMNS];
    int64_t norm, product[3];
} FastcvTextCells;

typedef struct FastcvTextWord {
    FastcvTextSamples samples;
    FastcvTextBins bins;
    uint8_t label[FASTCV_TEXT_SAMPLES];
    uint8_t sheet[3][FASTCV_TEXT_SAMPLES]; /* the paper's colour there */
    int32_t paper_count, ink_count;        /* samples that have these labels */
    int32_t enclosed_count;                /* samples that ink encloses */
    int32_t far_count;
    uint16_t far[FASTCV_TEXT_SAMPLES]; /* the samples that are not paper */
    int32_t tall_px;                   /* the letters */
    int32_t noise;         /* the median step of luma from sample to sample, in quarters */
    int32_t tolerance;     /* least distance from the paper of what is not paper, in quarters */
    FastcvTextColor shift; /* to be added to sheet */
    int32_t along[FASTCV_TEXT_SAMPLES], around[FASTCV_TEXT_SAMPLES];
    uint16_t cores[FASTCV_TEXT_SAMPLES], off[FASTCV_TEXT_SAMPLES]; /* lists of samples */
    FastcvTextCells cells;
    uint8_t is_member[FASTCV_TEXT_BINS]; /* zero between steps */
} FastcvTextWord;

/* Weights of B, G and R in 256 parts of luma, as JPEG has it. */
static const FastcvTextColor fastcv_text_luma = {{29, 150, 77}};

static inline int32_t fastcv_text_dot(FastcvTextColor one, FastcvTextColor other)
{
    return one.channel[0] * other.channel[0] + one.channel[1] * other.channel[1] +
           one.channel[2] * other.channel[2];
}

static inline FastcvTextColor fastcv_text_minus(FastcvTextColor one, FastcvTextColor other)
{
    return (FastcvTextColor){{one.channel[0] - other.channel[0], one.channel[1] - other.channel[1],
                              one.channel[2] - other.channel[2]}};
}

static inline int32_t fastcv_text_squared(FastcvTextColor one, FastcvTextColor other)
{
    const FastcvTextColor difference = fastcv_text_minus(one, other);
    return fastcv_text_dot(difference, difference);
}

static inline FastcvTextColor fastcv_text_sample(const FastcvTextWord *word, int32_t i)
{
    const FastcvTextSamples *samples = &word->samples;
    return (FastcvTextColor){
        {samples->channel[0][i], samples->channel[1][i], samples->channel[2][i]}};
}

/* Histograms of the three channels. */
typedef struct FastcvTextMedian {
    int32_t total;
    uint16_t count[3][256];
} FastcvTextMedian;

static inline void fastcv_text_median_add(FastcvTextMedian *median, const FastcvTextWord *word,
                                          int32_t i, uint16_t weight)
{
    median->total += weight;
    for (int c = 0; c < 3; c++)
        median->count[c][word->samples.channel[c][i]] += weight;
}

/* A channel's least value that more than half of the weight does not exceed. */
FastcvTextColor fastcv_text_median(const FastcvTextMedian *median);

/* ---- text_paper.c ---- */

/* Labels every sample as paper or far, from the paper's prevailing colour. Returns that colour; or,
 * if there is something else than paper, the paper's under it. */
FastcvTextColor fastcv_text_find_paper(FastcvTextWord *word);

/* ---- text_third.c ---- */

typedef enum FastcvTextThird {
    FASTCV_TEXT_NONE,
    FASTCV_TEXT_OUTLINE,
    FASTCV_TEXT_ELSEWHERE /* there is a third colour that is no outline */
} FastcvTextThird;

/* Whether there is a third colour, and whether it lies between ink and paper. ink is the prevailing
 * colour of what is not paper; if there is an outline, it and *outline are set. */
FastcvTextThird fastcv_text_find_third(FastcvTextWord *word, FastcvTextColor paper,
                                       FastcvTextColor *ink, FastcvTextColor *outline);

/* The product of two differences' chroma, in 65,536 parts. */
static inline int64_t fastcv_text_chroma_dot(FastcvTextColor one, FastcvTextColor other)
{
    const int32_t one_luma = fastcv_text_dot(one, fastcv_text_luma);
    const int32_t other_luma = fastcv_text_dot(other, fastcv_text_luma);
    int64_t sum = 0;
    for (int c = 0; c < 3; c++) {
        const int64_t chroma = 256 * one.channel[c] - one_luma;
        sum += chroma * (256 * other.channel[c] - other_luma);
    }
    return sum;
}

/* ---- text_unmix.c ---- */

/* The way from the paper to the ink, in 256 parts. */
typedef struct FastcvTextAxis {
    FastcvTextColor direction;
    int is_luma;
} FastcvTextAxis;

typedef struct FastcvTextUnmixed {
    FastcvTextColor end; /* of the line on which paper and ink mix */
    FastcvTextColor ink; /* it, or the core's colour, or their middle */
} FastcvTextUnmixed;

/* word->along has each sample's way from the paper along the axis. */
FastcvTextUnmixed fastcv_text_unmix(FastcvTextWord *word, FastcvTextColor paper,
                                    FastcvTextAxis axis, FastcvTextColor core);

/* ---- text_ink.c ---- */

/* The prevailing colour of what is not paper, weighed by its distance from paper. */
FastcvTextColor fastcv_text_find_ink(FastcvTextWord *word, FastcvTextColor paper);

/* A colour, and what speaks against it. */
typedef struct FastcvTextInk {
    FastcvTextColor color;
    double doubt; /* at least 0 */
} FastcvTextInk;

/* The letters' colour, on paper or in an outline. is_alone says that there is no third colour. */
FastcvTextInk fastcv_text_ink_on_paper(FastcvTextWord *word, FastcvTextColor paper,
                                       FastcvTextColor ink, int is_alone);
FastcvTextInk fastcv_text_ink_in_outline(FastcvTextWord *word, FastcvTextColor outline,
                                         FastcvTextColor ink);

#endif
