/* Logits of any bits, strides and classes: every variant must keep the steps that a look at one
 * value after the other keeps, with their values. */
#include <math.h>

#include "fastcv/decode.h"
#include "fastcv/variants.h"
#include "fuzz.h"

enum { MAX_TEXTS = 3, MAX_STEPS = 12, MAX_CLASSES = 70, LONG_CLASSES = 1600 };

static float value_at(const FastcvLogits *logits, ptrdiff_t text, ptrdiff_t step, ptrdiff_t class)
{
    const char *at = logits->first + text * logits->text_stride + step * logits->step_stride +
                     class * logits->class_stride;
    float value;
    if (logits->type == FASTCV_TENSOR_F32) {
        memcpy(&value, at, sizeof value);
        return value;
    }
    uint16_t bits;
    memcpy(&bits, at, sizeof bits);
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    value =
        exponent ? ldexpf((float)(1024 + fraction), exponent - 25) : ldexpf((float)fraction, -24);
    if (exponent == 31)
        value = fraction ? NAN : INFINITY;
    return bits >> 15 ? -value : value;
}

static int32_t class_at(const FastcvLogits *logits, ptrdiff_t text, ptrdiff_t step)
{
    int32_t best = 0;
    for (int32_t class = 0; class < logits->classes; class++) {
        const float value = value_at(logits, text, step, class);
        if (isnan(value))
            return class;
        best = value > value_at(logits, text, step, best) ? class : best;
    }
    return best;
}

static int is_same(double found, double right)
{
    return found == right || (isnan(found) && isnan(right));
}

static void check_text(const FastcvLogits *logits, const FastcvCtcRule *rule, ptrdiff_t text,
                       const FastcvDecoded *decoded)
{
    const ptrdiff_t first = text * logits->steps;
    ptrdiff_t kept = 0;
    int32_t before = -1;
    for (ptrdiff_t step = 0; step < logits->steps; step++) {
        const int32_t class = class_at(logits, text, step);
        double value = (double)value_at(logits, text, step, class);
        if (rule->confidence == FASTCV_CONFIDENCE_ROUNDED_MEAN)
            value = rint(value * 1e5) / 1e5;
        if (class != before && !rule->gives_nothing[class]) {
            expect(kept < decoded->kept[text], "a step is missing");
            expect(decoded->classes[first + kept] == class, "a class is wrong");
            expect(decoded->columns[first + kept] == step, "a column is wrong");
            expect(is_same(decoded->values[first + kept], value), "a value is wrong");
            kept++;
        }
        before = class;
    }
    expect(decoded->kept[text] == kept, "the number of kept steps is wrong");
}

/* Any order of the axes, either direction, with gaps. Returns the bytes that the values take, and
 * where the first lies. */
static size_t choose_layout(Input *input, FastcvLogits *logits, ptrdiff_t *first)
{
    static const uint8_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                         {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const ptrdiff_t lengths[3] = {logits->texts, logits->steps, logits->classes};
    ptrdiff_t *const strides[3] = {&logits->text_stride, &logits->step_stride,
                                   &logits->class_stride};
    const uint8_t *order = orders[take_int(input, 0, 5)];
    ptrdiff_t bytes = (ptrdiff_t)fastcv_tensor_type_bytes(logits->type);
    *first = 0;
    for (int axis = 2; axis >= 0; axis--) {
        const ptrdiff_t length = lengths[order[axis]];
        const unsigned choice = take_byte(input);
        bytes *= choice % 8 == 7 ? 2 : 1;
        *strides[order[axis]] = choice & 8 ? -bytes : bytes;
        *first += choice & 8 ? (length - 1) * bytes : 0;
        bytes *= length;
    }
    return (size_t)bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input = {data, size};
    FastcvLogits logits = {.type = take_byte(&input) & 1 ? FASTCV_TENSOR_F16 : FASTCV_TENSOR_F32};
    logits.texts = take_int(&input, 1, MAX_TEXTS);
    logits.steps = take_int(&input, 1, MAX_STEPS);
    logits.classes = take_int(&input, 1, MAX_CLASSES);
    if (take_byte(&input) % 16 == 1)
        logits.classes = LONG_CLASSES + take_byte(&input);
    FastcvCtcRule rule = {.confidence = (FastcvConfidence)take_int(&input, 0, 3)};
    rule.blank = (int32_t)(take_byte(&input) % logits.classes);
    ptrdiff_t first;
    const size_t bytes = choose_layout(&input, &logits, &first);
    const ptrdiff_t steps = logits.texts * logits.steps;

    uint8_t *gives_nothing = new_bytes((size_t)logits.classes), *values = new_bytes(bytes);
    fill(input, gives_nothing, (size_t)logits.classes);
    for (ptrdiff_t class = 0; class < logits.classes; class++)
        gives_nothing[class] = class == rule.blank || gives_nothing[class] % 8 == 1;
    rule.gives_nothing = gives_nothing;
    fill(input, values, bytes);
    logits.first = (const char *)values + first;

    FastcvDecoded decoded = {new_bytes((size_t)steps * sizeof(int32_t)),
                             new_bytes((size_t)steps * sizeof(int32_t)),
                             new_bytes((size_t)steps * sizeof(double)),
                             new_bytes((size_t)logits.texts * sizeof(ptrdiff_t)),
                             new_bytes((size_t)logits.texts * sizeof(double))};
    for (int v = 0; fastcv_variant_name(v); v++) {
        fastcv_variant_choose(fastcv_variant_name(v));
        expect(fastcv_decode_ctc(&logits, &rule, one_thread, &decoded) == FASTCV_OK,
               "decoding failed");
        for (ptrdiff_t text = 0; text < logits.texts; text++)
            check_text(&logits, &rule, text, &decoded);
    }
    free(decoded.classes);
    free(decoded.columns);
    free(decoded.values);
    free(decoded.kept);
    free(decoded.confidences);
    free(values);
    free(gives_nothing);
    return 0;
}
