/* Maps of any bits under any rules: every variant finds the same boxes, on the page, contours run
 * along set pixels, and CRAFT's boxes surround components. */
#include <float.h>
#include <math.h>

#include "core/detect/components.h"
#include "core/detect/contours.h"
#include "fastcv/craft.h"
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
    expect(fastcv_mask_make(map, rules->threshold, FLT_MAX, one_thread, &mask) == FASTCV_OK,
           "no mask");
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

/* ---- CRAFT: the map turned upside down is its link map ---- */

static float *new_upside_down(const FastcvImage *map)
{
    const size_t row = (size_t)map->width_px * sizeof(float);
    uint8_t *values = new_bytes((size_t)map->height_px * row);
    for (ptrdiff_t y = 0; y < map->height_px; y++)
        memcpy(values + (size_t)y * row, map->pixels + (map->height_px - 1 - y) * map->stride_bytes,
               row);
    return (float *)values;
}

/* Each component's runs lie within its bounds and have its area. */
static void check_components(const FastcvComponents *found, ptrdiff_t rows)
{
    int32_t *areas = new_bytes((size_t)found->count * sizeof *areas);
    memset(areas, 0, (size_t)found->count * sizeof *areas);
    for (ptrdiff_t y = 0; y < rows; y++) {
        for (int32_t i = found->first_run[y]; i < found->first_run[y + 1]; i++) {
            const FastcvPixelRun *run = &found->runs[i];
            if (run->component < 0)
                continue;
            const FastcvComponent *component = &found->components[run->component];
            expect(run->start >= component->left && run->end - 1 <= component->right &&
                       y >= component->top && y <= component->bottom,
                   "a run lies outside its component");
            areas[run->component] += run->end - run->start;
        }
    }
    for (ptrdiff_t i = 0; i < found->count; i++)
        expect(areas[i] == found->components[i].area, "a component's area is wrong");
    free(areas);
}

static void check_all_components(const FastcvImage *region, const FastcvImage *link,
                                 float threshold)
{
    FastcvMask a, b;
    FastcvComponents found;
    expect(fastcv_mask_make(region, threshold, INFINITY, one_thread, &a) == FASTCV_OK &&
               fastcv_mask_make(link, threshold, INFINITY, one_thread, &b) == FASTCV_OK &&
               fastcv_components_find(&a, &b, 3, one_thread, &found) == FASTCV_OK,
           "no components");
    check_components(&found, region->height_px);
    fastcv_components_free(&found);
    fastcv_mask_free(&a);
    fastcv_mask_free(&b);
}

static void check_words(const FastcvCraftWords *words, const FastcvCraftWords *first)
{
    const size_t count = (size_t)first->count;
    expect(words->count == first->count, "a variant finds another number of words");
    expect(memcmp(words->quads, first->quads, count * sizeof *first->quads) == 0,
           "a variant finds other words");
    for (size_t i = 0; i < count; i++) {
        expect(words->labels[i] == first->labels[i] &&
                   (i == 0 || words->labels[i - 1] < words->labels[i]),
               "labels do not rise");
        for (int k = 0; k < 4; k++)
            expect(isfinite(words->quads[i].x[k]) && isfinite(words->quads[i].y[k]),
                   "a corner is not finite");
    }
}

static void check_craft(const FastcvImage *region, float threshold)
{
    float *values = new_upside_down(region);
    FastcvImage link = *region;
    link.pixels = (const uint8_t *)values;
    link.stride_bytes = region->width_px * (ptrdiff_t)sizeof *values;
    const FastcvCraftRules rules = {.low_text = threshold,
                                    .link_threshold = threshold,
                                    .text_threshold = 0.7F,
                                    .scale_x = 2,
                                    .scale_y = 3};
    FastcvCraftWords first, words;
    for (int v = 0; fastcv_variant_name(v); v++) {
        fastcv_variant_choose(fastcv_variant_name(v));
        expect(fastcv_craft(region, &link, &rules, one_thread, v ? &words : &first) == FASTCV_OK,
               "craft failed");
        check_words(v ? &words : &first, &first);
        if (v)
            fastcv_craft_words_free(&words);
    }
    fastcv_craft_words_free(&first);
    check_all_components(region, &link, threshold);
    free(values);
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
    check_craft(&map, rules.threshold);
    free(values);
    return 0;
}
