/* A third colour: letters in an outline. */
#include "core/colors/text_word.h"
#include "core/numbers.h"

enum {
    RADIUS = 143,      /* of a cluster, in Oklab · 4096 */
    LEAST_APART = 246, /* from ink and from paper */
    SHARE = 10,        /* of what is not paper, one part at least has the third colour */
};

/* Mixtures of two colours, luma and chroma each in its own share, as JPEG mixes them. */
typedef struct Mixtures {
    FastcvTextColor start;
    int32_t least_luma, most_luma; /* in 256 parts */
    FastcvTextColor chroma;
    double squared_chroma, squared_limit;
} Mixtures;

static FastcvTextColor chroma_of(FastcvTextColor difference, int32_t luma)
{
    FastcvTextColor chroma;
    for (int c = 0; c < 3; c++)
        chroma.channel[c] = 256 * difference.channel[c] - luma;
    return chroma;
}

static double dot(FastcvTextColor one, FastcvTextColor other)
{
    int64_t sum = 0;
    for (int c = 0; c < 3; c++)
        sum += (int64_t)one.channel[c] * other.channel[c];
    return (double)sum;
}

static Mixtures mixtures_of(FastcvTextColor start, FastcvTextColor end, int32_t tolerance)
{
    const FastcvTextColor whole = fastcv_text_minus(end, start);
    const int32_t luma = fastcv_text_dot(whole, fastcv_text_luma);
    const int32_t margin = 3 * (luma < 0 ? -luma : luma) / 20;
    const FastcvTextColor chroma = chroma_of(whole, luma);
    const double limit = 64.0 * tolerance + 2560.0;
    return (Mixtures){.start = start,
                      .least_luma = fastcv_min_int(0, luma) - margin,
                      .most_luma = fastcv_max_int(0, luma) + margin,
                      .chroma = chroma,
                      .squared_chroma = fastcv_greater(dot(chroma, chroma), 1),
                      .squared_limit = limit * limit};
}

static int is_mixture(const Mixtures *mixtures, FastcvTextColor color)
{
    const FastcvTextColor difference = fastcv_text_minus(color, mixtures->start);
    const int32_t luma = fastcv_text_dot(difference, fastcv_text_luma);
    const FastcvTextColor chroma = chroma_of(difference, luma);
    const double beyond =
        fastcv_max_int(fastcv_max_int(mixtures->least_luma - luma, luma - mixtures->most_luma), 0);
    double share = dot(chroma, mixtures->chroma) / mixtures->squared_chroma;
    share = fastcv_lesser(fastcv_greater(share, -0.15), 1.15);
    double rest[3];
    for (int c = 0; c < 3; c++)
        rest[c] = chroma.channel[c] - share * mixtures->chroma.channel[c];
    return 3 * (beyond * beyond) + (rest[0] * rest[0] + rest[1] * rest[1] + rest[2] * rest[2]) <=
           mixtures->squared_limit;
}

static int32_t squared_radius(const FastcvTextWord *word, int32_t squared_distance)
{
    return fastcv_max_int(9 * word->tolerance * word->tolerance / 64, 9 * squared_distance / 100);
}

static void add_to_bins(FastcvTextWord *word, int32_t i)
{
    const FastcvTextColor color = fastcv_text_sample(word, i);
    fastcv_text_bins_add(&word->bins, (unsigned)color.channel[0], (unsigned)color.channel[1],
                         (unsigned)color.channel[2], 1);
}

/* Labels ink, and lists what is far from it and no mixture. Returns how many that are. */
static int32_t list_off(FastcvTextWord *word, FastcvTextColor paper, FastcvTextColor ink)
{
    const int32_t radius = squared_radius(word, fastcv_text_squared(ink, paper));
    const Mixtures mixtures = mixtures_of(paper, ink, word->tolerance);
    int32_t count = 0;
    word->ink_count = 0;
    for (int32_t k = 0; k < word->far_count; k++) {
        const int32_t i = word->far[k];
        const FastcvTextColor color = fastcv_text_sample(word, i);
        if (fastcv_text_squared(color, ink) <= radius) {
            word->label[i] = FASTCV_TEXT_INK;
            word->ink_count++;
        } else if (!is_mixture(&mixtures, color)) {
            word->off[count++] = (uint16_t)i;
        }
    }
    return count;
}

static void label_other(FastcvTextWord *word, FastcvTextColor paper, FastcvTextColor ink,
                        FastcvTextColor other)
{
    const int32_t apart =
        fastcv_min_int(fastcv_text_squared(ink, paper), fastcv_text_squared(ink, other));
    const int32_t radius = squared_radius(word, apart);
    for (int32_t k = 0; k < word->far_count; k++) {
        const int32_t i = word->far[k];
        const FastcvTextColor color = fastcv_text_sample(word, i);
        const int32_t to_other = fastcv_text_squared(color, other);
        if (to_other <= radius &&
            (word->label[i] != FASTCV_TEXT_INK || to_other < fastcv_text_squared(color, ink)))
            word->label[i] = FASTCV_TEXT_OTHER;
    }
}

/* How often two of paper, ink and the third colour follow each other in a row, blends left out. */
typedef struct Touches {
    int64_t ink_paper, other_paper, ink_other;
} Touches;

static Touches count_touches(const FastcvTextWord *word)
{
    int64_t pairs[3][3] = {{0}};
    for (int32_t s = 0; s < word->samples.span_count; s++) {
        const FastcvTextSpan *span = &word->samples.spans[s];
        int before = FASTCV_TEXT_FAR;
        for (int32_t i = span->start; i < span->start + span->count; i++) {
            const int label = word->label[i];
            if (label == FASTCV_TEXT_FAR)
                continue;
            if (before != FASTCV_TEXT_FAR)
                pairs[before][label]++;
            before = label;
        }
    }
    return (Touches){pairs[0][1] + pairs[1][0], pairs[0][2] + pairs[2][0],
                     pairs[1][2] + pairs[2][1]};
}

/* Whichever touches more paper is the outline; the other must mostly touch the outline. */
static int choose(const Touches *touches, FastcvTextColor other, FastcvTextColor *ink,
                  FastcvTextColor *outline)
{
    const int64_t ink_all = touches->ink_paper + touches->ink_other;
    const int64_t other_all = touches->other_paper + touches->ink_other;
    const int64_t ink_least = ink_all ? ink_all : 1, other_least = other_all ? other_all : 1;
    if (touches->ink_paper * other_least > touches->other_paper * ink_least) {
        *outline = *ink;
        *ink = other;
        return 3 * touches->other_paper < other_least;
    }
    *outline = other;
    return 3 * touches->ink_paper < ink_least;
}

/* How many samples lie between two of ink, with no paper between them. Without branches that guess.
 */
static int32_t count_enclosed(const FastcvTextWord *word)
{
    int32_t enclosed = 0;
    for (int32_t s = 0; s < word->samples.span_count; s++) {
        const FastcvTextSpan *span = &word->samples.spans[s];
        int32_t blends = -FASTCV_TEXT_SAMPLES; /* since the last ink; below 0 after paper */
        for (int32_t i = span->start; i < span->start + span->count; i++) {
            const int is_ink = word->label[i] == FASTCV_TEXT_INK;
            enclosed += is_ink & (blends > 0) ? blends : 0;
            blends = is_ink ? 0 : blends + 1;
            blends = word->label[i] == FASTCV_TEXT_PAPER ? -FASTCV_TEXT_SAMPLES : blends;
        }
    }
    return enclosed;
}

/* Adds what is enclosed to the bins. */
static void gather_enclosed(FastcvTextWord *word)
{
    for (int32_t s = 0; s < word->samples.span_count; s++) {
        const FastcvTextSpan *span = &word->samples.spans[s];
        int32_t last = -1;
        for (int32_t i = span->start; i < span->start + span->count; i++) {
            if (word->label[i] == FASTCV_TEXT_PAPER)
                last = -1;
            if (word->label[i] != FASTCV_TEXT_INK)
                continue;
            for (int32_t k = last + 1; last >= 0 && k < i; k++)
                add_to_bins(word, k);
            last = i;
        }
    }
}

/* Letters whose colour is a mixture of the paper's and the outline's: the outline is what was taken
 * for ink, and encloses much of one other colour. */
static int find_enclosed(FastcvTextWord *word, const uint8_t (*others)[3], FastcvTextColor *ink,
                         FastcvTextColor *outline)
{
    const int32_t blends = word->samples.count - word->paper_count - word->ink_count;
    if (3 * blends < 2 * word->ink_count)
        return 0;
    const int32_t enclosed = count_enclosed(word);
    if (enclosed == 0 || 3 * enclosed < 2 * word->ink_count)
        return 0;
    gather_enclosed(word);
    const FastcvTextCluster cluster = fastcv_text_bins_find(&word->bins, RADIUS, others, 1);
    if (3 * cluster.weight < 2 * word->ink_count || cluster.apart < LEAST_APART * LEAST_APART)
        return 0;
    *outline = *ink;
    *ink = (FastcvTextColor){{cluster.color[0], cluster.color[1], cluster.color[2]}};
    return 1;
}

int fastcv_text_find_outline(FastcvTextWord *word, FastcvTextColor paper, FastcvTextColor *ink,
                             FastcvTextColor *outline)
{
    uint8_t others[2][3];
    for (int c = 0; c < 3; c++) {
        others[0][c] = (uint8_t)ink->channel[c];
        others[1][c] = (uint8_t)paper.channel[c];
    }
    const int32_t off = list_off(word, paper, *ink);
    if (off == 0 || SHARE * off < word->far_count)
        return find_enclosed(word, others, ink, outline);
    for (int32_t i = 0; i < off; i++)
        add_to_bins(word, word->off[i]);
    const FastcvTextCluster cluster = fastcv_text_bins_find(&word->bins, RADIUS, others, 2);
    if (SHARE * cluster.weight < word->far_count || cluster.apart < LEAST_APART * LEAST_APART)
        return find_enclosed(word, others, ink, outline);
    const FastcvTextColor other = {{cluster.color[0], cluster.color[1], cluster.color[2]}};
    label_other(word, paper, *ink, other);
    const Touches touches = count_touches(word);
    FastcvTextColor first = *ink, second;
    if (!choose(&touches, other, &first, &second))
        return 0;
    *ink = first;
    *outline = second;
    return 1;
}
