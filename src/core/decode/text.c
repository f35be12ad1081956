/* A text's kept steps and confidence. Sums are added in NumPy's order and type, which decide the
 * last bits of the projects' confidences. */
#include "core/decode/text.h"

#include <math.h>

enum {
    PAIRWISE_LANES = 8,
    PAIRWISE_BLOCK = 128, /* more numbers are added in two halves */
};

/* NumPy's pairwise sum (loops_utils.h.src): eight running sums in a block. Starts the halves'
 * recursion over at most log2(FASTCV_MAX_STEPS / PAIRWISE_BLOCK) levels. */
#define DEFINE_SUM(name, Number)                                                                   \
    static Number name(const double *values, ptrdiff_t count)                                      \
    {                                                                                              \
        if (count > PAIRWISE_BLOCK) {                                                              \
            const ptrdiff_t half = count / 2 - count / 2 % PAIRWISE_LANES;                         \
            return name(values, half) + name(values + half, count - half);                         \
        }                                                                                          \
        Number sum = 0, lane[PAIRWISE_LANES];                                                      \
        ptrdiff_t i = 0;                                                                           \
        if (count >= PAIRWISE_LANES) {                                                             \
            for (; i < PAIRWISE_LANES; i++)                                                        \
                lane[i] = (Number)values[i];                                                       \
            for (; i + PAIRWISE_LANES <= count; i += PAIRWISE_LANES)                               \
                for (int k = 0; k < PAIRWISE_LANES; k++)                                           \
                    lane[k] += (Number)values[i + k];                                              \
            sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) +                                    \
                  ((lane[4] + lane[5]) + (lane[6] + lane[7]));                                     \
        }                                                                                          \
        for (; i < count; i++)                                                                     \
            sum += (Number)values[i];                                                              \
        return sum;                                                                                \
    }

DEFINE_SUM(sum_f32, float)
DEFINE_SUM(sum_f64, double)

/* To 5 digits, halves to even. The product is exact if value was a float32 (24 + 12 bits), and then
 * this is what Python's round does. */
static double round_to_5(double value)
{
    return rint(value * 1e5) / 1e5;
}

/* To the nearest float16. */
static double round_to_half(double value)
{
    enum { FRACTION_BITS = 10, LEAST_EXPONENT = -14 };
    const double beyond = 65520; /* from here on, infinity is nearer than 65,504 */
    int exponent;
    if (!(fabs(value) < beyond))
        return value * (double)INFINITY;
    frexp(value, &exponent); /* value is below 2^exponent */
    const int least = exponent - 1 < LEAST_EXPONENT ? LEAST_EXPONENT : exponent - 1;
    return ldexp(rint(ldexp(value, FRACTION_BITS - least)), least - FRACTION_BITS);
}

static double round_to_type(double value, FastcvTensorType type)
{
    return type == FASTCV_TENSOR_F16 ? round_to_half(value) : (double)(float)value;
}

/* NumPy's product: in float32, rounded to the type. */
static double power_of_product(const FastcvSteps *steps, int32_t blank, FastcvTensorType type)
{
    float product = 1;
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < steps->count; i++) {
        if (steps->classes[i] != blank) {
            product *= (float)steps->values[i];
            count++;
        }
    }
    return count ? pow(round_to_type((double)product, type), 2 / sqrt((double)count)) : 0;
}

static double least_of(const FastcvSteps *steps)
{
    double least = steps->count ? steps->values[0] : 0;
    for (ptrdiff_t i = 1; i < steps->count; i++) {
        if (isnan(steps->values[i]))
            return steps->values[i];
        least = steps->values[i] < least ? steps->values[i] : least;
    }
    return least;
}

double fastcv_confidence_before(const FastcvSteps *steps, const FastcvCtcRule *rule,
                                FastcvTensorType type)
{
    switch (rule->confidence) {
    case FASTCV_CONFIDENCE_PRODUCT:
        return power_of_product(steps, rule->blank, type);
    case FASTCV_CONFIDENCE_LEAST:
        return least_of(steps);
    default:
        return 0;
    }
}

void fastcv_keep_steps(FastcvSteps *steps, const FastcvCtcRule *rule)
{
    ptrdiff_t kept = 0;
    int32_t before = -1;
    for (ptrdiff_t i = 0; i < steps->count; i++) {
        const int32_t here = steps->classes[i];
        steps->classes[kept] = here;
        steps->columns[kept] = (int32_t)i;
        steps->values[kept] = steps->values[i];
        kept += here != before && !rule->gives_nothing[here];
        before = here;
    }
    steps->count = kept;
}

double fastcv_confidence_after(FastcvSteps *steps, const FastcvCtcRule *rule, FastcvTensorType type)
{
    const ptrdiff_t count = steps->count;
    if (!count)
        return 0;
    if (rule->confidence == FASTCV_CONFIDENCE_ROUNDED_MEAN) {
        for (ptrdiff_t i = 0; i < count; i++)
            steps->values[i] = round_to_5(steps->values[i]);
        return round_to_5(sum_f64(steps->values, count) / (double)count);
    }
    return round_to_type((double)sum_f32(steps->values, count) / (double)count, type);
}
