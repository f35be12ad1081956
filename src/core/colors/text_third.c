/* A third colour: letters in an outline. */
#include "core/colors/text_word.h"
#include "core/numbers.h"

enum {
    RADIUS = 143,       /* of a cluster, in Oklab · 4096 */
    LEAST_APART = 246,  /* from ink and from paper */
    SHARE = 10,         /* of what is not paper, one part at least has the third colour */
    CLUSTER_SHARE = 20, /* of what ink encloses */
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

/* Finds the samples that lie in a row between two of ink, with no paper between them. */
typedef struct Enclosed {
    int32_t last;    /* sample of ink, its number in the list of what is far */
    int32_t skipped; /* samples before it that are paper */
} Enclosed;

static const Enclosed nothing_enclosed = {.skipped = -1};

/* How many of them come before sample k of what is far, which is ink. */
static int32_t enclosed_before(Enclosed *enclosed, const FastcvTextWord *word, int32_t k)
{
    const int32_t skipped = word->far[k] - k; /* the same, unless paper lies between */
    const int32_t count = skipped == enclosed->skipped ? k - enclosed->last - 1 : 0;
    *enclosed = (Enclosed){k, skipped};
    return count;
}

/* Labels ink, and lists what is far from it and no mixture. Returns how many that are. */
static int32_t list_off(FastcvTextWord *word, FastcvTextColor paper, FastcvTextColor ink)
{
    const int32_t radius = squared_radius(word, fastcv_text_squared(ink, paper));
    const Mixtures mixtures = mixtures_of(paper, ink, word->tolerance);
    Enclosed enclosed = nothing_enclosed;
    int32_t count = 0;
    word->ink_count = word->enclosed_count = 0;
    for (int32_t k = 0; k < word->far_count; k++) {
        const int32_t i = word->far[k];
        const FastcvTextColor color = fastcv_text_sample(word, i);
        if (fastcv_text_squared(color, ink) <= radius) {
            word->label[i] = FASTCV_TEXT_INK;
            word->ink_count++;
            word->enclosed_count += enclosed_before(&enclosed, word, k);
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

/* How often two of paper, ink and the third colour are neighbours in a row. A blend between them is
 * no touch: there may be a thin outline in it. */
typedef struct Touches {
    int32_t ink_paper, other_paper, ink_other;
} Touches;

static Touches count_touches(const FastcvTextWord *word)
{
    Touches touches = {0};
    for (int32_t i = 0; i + 1 < word->samples.count; i++) {
        const int pair = word->label[i] ^ word->label[i + 1];
        touches.ink_paper += pair == (FASTCV_TEXT_INK ^ FASTCV_TEXT_PAPER);
        touches.other_paper += pair == (FASTCV_TEXT_OTHER ^ FASTCV_TEXT_PAPER);
        touches.ink_other += pair == (FASTCV_TEXT_INK ^ FASTCV_TEXT_OTHER);
    }
    return touches;
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

/* Adds what is enclosed to the bins. */
static void gather_enclosed(FastcvTextWord *word)
{
    Enclosed enclosed = nothing_enclosed;
    for (int32_t k = 0; k < word->far_count; k++) {
        if (word->label[word->far[k]] != FASTCV_TEXT_INK)
            continue;
        const int32_t count = enclosed_before(&enclosed, word, k);
        for (int32_t inner = k - count; inner < k; inner++)
            add_to_bins(word, word->far[inner]);
    }
}

/* Letters whose colour is a mixture of the paper's and the outline's: the outline is what was taken
 * for ink, and encloses samples of one other colour. Mixtures of paper and ink touch both, so that
 * colour must hardly touch the paper. */
static FastcvTextThird find_enclosed(FastcvTextWord *word, FastcvTextColor paper,
                                     const uint8_t (*others)[3], FastcvTextColor *ink,
                                     FastcvTextColor *outline)
{
    if (SHARE * word->enclosed_count < word->far_count)
        return FASTCV_TEXT_NONE;
    gather_enclosed(word);
    const FastcvTextCluster cluster = fastcv_text_bins_find(&word->bins, RADIUS, others, 1);
    if (CLUSTER_SHARE * cluster.weight < word->far_count ||
        cluster.apart < LEAST_APART * LEAST_APART)
        return FASTCV_TEXT_NONE;
    const FastcvTextColor other = {{cluster.color[0], cluster.color[1], cluster.color[2]}};
    label_other(word, paper, *ink, other);
    const Touches touches = count_touches(word);
    if (3 * touches.other_paper >= touches.ink_other)
        return FASTCV_TEXT_NONE;
    *outline = *ink;
    *ink = other;
    return FASTCV_TEXT_OUTLINE;
}

FastcvTextThird fastcv_text_find_third(FastcvTextWord *word, FastcvTextColor paper,
                                       FastcvTextColor *ink, FastcvTextColor *outline)
{
    uint8_t others[2][3];
    for (int c = 0; c < 3; c++) {
        others[0][c] = (uint8_t)ink->channel[c];
        others[1][c] = (uint8_t)paper.channel[c];
    }
    const int32_t off = list_off(word, paper, *ink);
    if (off == 0 || SHARE * off < word->far_count)
        return find_enclosed(word, paper, others, ink, outline);
    for (int32_t i = 0; i < off; i++)
        add_to_bins(word, word->off[i]);
    const FastcvTextCluster cluster = fastcv_text_bins_find(&word->bins, RADIUS, others, 2);
    if (SHARE * cluster.weight < word->far_count || cluster.apart < LEAST_APART * LEAST_APART)
        return find_enclosed(word, paper, others, ink, outline);
    const FastcvTextColor other = {{cluster.color[0], cluster.color[1], cluster.color[2]}};
    label_other(word, paper, *ink, other);
    const Touches touches = count_touches(word);
    FastcvTextColor first = *ink, second;
    if (!choose(&touches, other, &first, &second))
        return FASTCV_TEXT_ELSEWHERE;
    *ink = first;
    *outline = second;
    return FASTCV_TEXT_OUTLINE;
}
