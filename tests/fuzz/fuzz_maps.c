/* Maps of any bits under any rules: every variant finds the same boxes, on the page, and
 * contours run along set pixels. */
#include <math.h>

#include "core/detect/contours.h"
#include "fastcv/detect.h"
#include "fastcv/variants.h"
#include "fuzz.h"

enum { MOST_SIDE = 90 };

static FastcvDetectRules take_rules(Input *input)
{
    static const float thresholds[] = {0.3F, 0, 0.7F, 1};
    static const double ratios[] = {1.6, 0, 0.3, 1, 2, 100};
    return (FastcvDetectRules){
        .threshold = thresholds[take_int(input, 0, 3)],
        .is_inclusive = take_int(input, 0, 1),
        .opens = take_int(input, 0, 1),
        .dilates = take_int(input, 0, 1),
        .is_outer_only = take_int(input, 0, 1),
        .max_candidates = take_int(input, 1, 200),
        .min_extent = take_int(input, 1, 4),
        .rectangle = (FastcvRectangle)take_int(input, 0, FASTCV_RECTANGLES - 1),
        .min_side = (float)take_int(input, 2, 3),
        .score_area = (FastcvScoreArea)take_int(input, 0, FASTCV_SCORE_AREAS - 1),
        .mean = (FastcvMean)take_int(input, 0, FASTCV_MEANS - 1),
        .box_threshold = take_int(input, 0, 4) / 4.,
        .measure = (FastcvMeasure)take_int(input, 0, FASTCV_MEASURES - 1),
        .unclip_ratio = ratios[take_int(input, 0, 5)],
        .min_grown_side = (float)take_int(input, 0, 8),
        .scaling = (FastcvScaling)take_int(input, 0, FASTCV_SCALINGS - 1),
        .corner_order = (FastcvCornerOrder)take_int(input, 0, FASTCV_CORNER_ORDERS - 1),
        .min_page_side = take_int(input, 0, 8),
        .reading_order = (FastcvReadingOrder)take_int(input, 0, FASTCV_READING_ORDERS - 1),
    };
}

/* Values of any bits, or few different ones, which make shapes. */
static float *take_map(Input *input, size_t count)
{
    const int is_raw = take_int(input, 0, 1);
    float *values = new_bytes(count * sizeof *values);
    uint8_t *bytes = new_bytes(count);
    if (is_raw) {
        fill(*input, (uint8_t *)values, count * sizeof *values);
    } else {
        fill(*input, bytes, count);
        for (size_t i = 0; i < count; i++)
            values[i] = (float)(bytes[i] & 7) / 7;
    }
    free(bytes);
    return values;
}

static void check_boxes(const FastcvDetected *detected, const FastcvDetectRules *rules,
                        int page_width, int page_height)
{
    const int is_exact = rules->scaling == FASTCV_SCALING_EXACT;
    for (ptrdiff_t i = 0; i < detected->count; i++) {
        for (int k = 0; k < 4; k++) {
            const float x = detected->quads[i].x[k], y = detected->quads[i].y[k];
            expect(x >= 0 && x <= (float)page_width, "x is not on the page");
            expect(y >= 0 && y <= (float)page_height, "y is not on the page");
            expect(is_exact || (x == floorf(x) && y == floorf(y)), "a corner is not whole");
        }
        /* Sums of float32 overflow, as NumPy's do. */
        expect(isfinite(detected->scores[i]) || rules->mean == FASTCV_MEAN_FLOAT32,
               "a score is not finite");
    }
}

static void expect_same(const FastcvDetected *detected, const FastcvDetected *first)
{
    const size_t count = (size_t)first->count;
    expect(detected->count == first->count, "a variant finds another number of boxes");
    expect(memcmp(detected->quads, first->quads, count * sizeof *first->quads) == 0,
           "a variant finds other boxes");
    expect(memcmp(detected->scores, first->scores, count * sizeof *first->scores) == 0,
           "a variant finds other scores");
}

/* A contour's points lie on set pixels, and its first is where it begins. */
static void check_contours(const FastcvImage *map, const FastcvDetectRules *rules)
{
    FastcvMask mask;
    FastcvContour *contours;
    ptrdiff_t count;
    expect(fastcv_mask_make(map, rules->threshold, one_thread, &mask) == FASTCV_OK, "no mask");
    if (rules->opens)
        expect(fastcv_mask_open(&mask) == FASTCV_OK, "no opening");
    if (rules->dilates)
        fastcv_mask_dilate(&mask);
    for (int mode = 0; mode <= FASTCV_CONTOURS_EXTERNAL; mode++) {
        expect(fastcv_contours_find(&mask, (FastcvContourMode)mode, PTRDIFF_MAX, one_thread,
                                    &contours, &count) == FASTCV_OK,
               "no contours");
        for (ptrdiff_t i = 0; i < count; i++) {
            FastcvTrace trace = fastcv_trace_begin(&mask, contours[i]);
            int32_t x, y;
            while (fastcv_trace_next(&trace, &x, &y))
                expect(fastcv_mask_has(&mask, x, y), "a contour's point is not set");
        }
        free(contours);
    }
    fastcv_mask_free(&mask);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input = {data, size};
    const FastcvDetectRules rules = take_rules(&input);
    const int width = take_int(&input, 1, MOST_SIDE), height = take_int(&input, 1, MOST_SIDE);
    const int page_width = take_int(&input, 1, 200), page_height = take_int(&input, 1, 200);
    float *values = take_map(&input, (size_t)width * (size_t)height);
    const FastcvImage map = {.pixels = (const uint8_t *)values,
                             .stride_bytes = width * (ptrdiff_t)sizeof *values,
                             .width_px = width,
                             .height_px = height,
                             .channels = 1,
                             .depth = FASTCV_F32};
    FastcvDetected first, detected;
    for (int v = 0; fastcv_variant_name(v); v++) {
        fastcv_variant_choose(fastcv_variant_name(v));
        expect(fastcv_detect(&map, page_width, page_height, &rules, one_thread,
                             v ? &detected : &first) == FASTCV_OK,
               "detect failed");
        if (v == 0) {
            check_boxes(&first, &rules, page_width, page_height);
        } else {
            expect_same(&detected, &first);
            fastcv_detected_free(&detected);
        }
    }
    fastcv_detected_free(&first);
    check_contours(&map, &rules);
    free(values);
    return 0;
}
