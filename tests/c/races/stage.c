#include "races/stage.h"

#include <stdlib.h>
#include <string.h>

#include "fastcv/decode.h"
#include "fastcv/detect.h"

enum {
    SIDE = 700, /* its mask is made by two threads */
    CELL = 20,
    RULES = 2,
    TEXTS = 6,
    STEPS = 40,
    CLASSES = 500, /* decoded by two threads */
    STEPS_OF_ALL = TEXTS * STEPS
};

static const FastcvDetectRules rules[RULES] = {
    {.threshold = 0.3F,
     .dilates = 1,
     .max_candidates = 1000,
     .min_side = 3,
     .box_threshold = 0.5,
     .unclip_ratio = 1.6,
     .min_grown_side = 5,
     .corner_order = FASTCV_CORNERS_BY_X,
     .min_page_side = 4,
     .reading_order = FASTCV_READING_LINES},
    {.threshold = 0.3F,
     .is_inclusive = 1,
     .opens = 1,
     .is_outer_only = 1,
     .max_candidates = INT32_MAX,
     .min_extent = 3,
     .min_side = 1.99F,
     .score_area = FASTCV_SCORE_CONTOUR,
     .mean = FASTCV_MEAN_FLOAT32,
     .box_threshold = 0.1,
     .measure = FASTCV_MEASURE_SIDES,
     .unclip_ratio = 1.5,
     .scaling = FASTCV_SCALING_EXACT,
     .corner_order = FASTCV_CORNERS_BY_ANGLE},
};

typedef struct Texts {
    int32_t classes[STEPS_OF_ALL], columns[STEPS_OF_ALL];
    double values[STEPS_OF_ALL], confidences[TEXTS];
    ptrdiff_t kept[TEXTS];
} Texts;

static float map_values[SIDE * SIDE], logit_values[STEPS_OF_ALL * CLASSES];
static uint8_t gives_nothing[CLASSES] = {1};
static FastcvDetected expected_boxes[RULES];
static Texts expected_texts;

static FastcvStatus detect(int rule, FastcvPool pool, FastcvDetected *detected)
{
    const FastcvImage map = {.pixels = (const uint8_t *)map_values,
                             .stride_bytes = SIDE * (ptrdiff_t)sizeof *map_values,
                             .width_px = SIDE,
                             .height_px = SIDE,
                             .channels = 1,
                             .depth = FASTCV_F32};
    return fastcv_detect(&map, 3 * SIDE, 2 * SIDE, &rules[rule], pool, detected);
}

static FastcvStatus decode(FastcvPool pool, Texts *texts)
{
    const FastcvLogits logits = {.first = (const char *)logit_values,
                                 .texts = TEXTS,
                                 .steps = STEPS,
                                 .classes = CLASSES,
                                 .text_stride = STEPS * CLASSES * (ptrdiff_t)sizeof(float),
                                 .step_stride = CLASSES * (ptrdiff_t)sizeof(float),
                                 .class_stride = sizeof(float),
                                 .type = FASTCV_TENSOR_F32};
    const FastcvCtcRule rule = {.gives_nothing = gives_nothing};
    FastcvDecoded decoded = {texts->classes, texts->columns, texts->values, texts->kept,
                             texts->confidences};
    return fastcv_decode_ctc(&logits, &rule, pool, &decoded);
}

int stage_prepare(uint64_t (*random_bits)(uint64_t *state), uint64_t *state)
{
    const FastcvPool alone = {.num_threads = 1};
    for (int i = 0; i < SIDE * SIDE; i++) {
        const int x = i % SIDE % CELL, y = i / SIDE % CELL;
        const float value = (float)(random_bits(state) >> 40) / (float)(1 << 24);
        map_values[i] = x > 2 && y > 4 ? value / 2 + 0.5F : value / 4;
    }
    for (int i = 0; i < STEPS_OF_ALL * CLASSES; i++)
        logit_values[i] = (float)(random_bits(state) >> 40) / (float)(1 << 24);
    for (int rule = 0; rule < RULES; rule++) {
        if (detect(rule, alone, &expected_boxes[rule]) || !expected_boxes[rule].count)
            return 0;
    }
    return decode(alone, &expected_texts) == FASTCV_OK;
}

const char *stage_detect(FastcvPool pool)
{
    for (int rule = 0; rule < RULES; rule++) {
        const FastcvDetected *expected = &expected_boxes[rule];
        const size_t count = (size_t)expected->count;
        FastcvDetected found;
        if (detect(rule, pool, &found))
            return "no boxes";
        const int is_same =
            found.count == expected->count &&
            memcmp(found.quads, expected->quads, count * sizeof *found.quads) == 0 &&
            memcmp(found.scores, expected->scores, count * sizeof *found.scores) == 0;
        fastcv_detected_free(&found);
        if (!is_same)
            return "boxes differ";
    }
    return NULL;
}

const char *stage_decode(FastcvPool pool)
{
    Texts *texts = calloc(1, sizeof *texts);
    if (!texts || decode(pool, texts))
        return "no texts";
    int is_same =
        memcmp(texts->confidences, expected_texts.confidences, sizeof texts->confidences) == 0;
    for (int text = 0; text < TEXTS; text++) {
        const int first = text * STEPS;
        const size_t kept = (size_t)expected_texts.kept[text];
        is_same &= texts->kept[text] == expected_texts.kept[text] &&
                   memcmp(texts->classes + first, expected_texts.classes + first,
                          kept * sizeof *texts->classes) == 0;
    }
    free(texts);
    return is_same ? NULL : "texts differ";
}
