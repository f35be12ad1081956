/* Crops of any image by any quads and options: every variant of the kernels, and OpenCV, must write
 * the same bytes and no others. */
#include <math.h>

#include "fastcv/crop.h"
#include "fastcv/variants.h"
#include "fuzz.h"

enum { MAX_QUADS = 3, MAX_CALL_PX = 1500, MAX_CORNERS = 24 };

/* Corners are any bits, or multiples of 1/16 px near the page. */
static FastcvQuad take_quad(Input *input)
{
    FastcvQuad quad;
    if (take_byte(input) % 4 == 0) {
        take(input, &quad, sizeof quad);
        return quad;
    }
    int16_t sixteenths[8];
    take(input, sixteenths, sizeof sixteenths);
    for (int i = 0; i < 4; i++) {
        quad.x[i] = (float)sixteenths[2 * i] / 16;
        quad.y[i] = (float)sixteenths[2 * i + 1] / 16;
    }
    return quad;
}

/* Keeps border_value within the depth's range, as the binding does. */
static double take_border_value(Input *input, FastcvDepth depth)
{
    double value;
    switch (depth) {
    case FASTCV_U8:
        return take_byte(input);
    case FASTCV_U16:
        return take_byte(input) * 257;
    case FASTCV_S16:
        return take_byte(input) * 257 - 32768;
    default:
        take(input, &value, sizeof value);
        return depth == FASTCV_F32 ? (double)(float)take_byte(input) : value;
    }
}

static FastcvImage take_page(Input *input)
{
    FastcvImage page = {.channels = take_int(input, 1, 4)};
    const unsigned depth = take_byte(input);
    page.depth = depth % 32 == 1 ? (FastcvDepth)(depth / 32 % FASTCV_DEPTHS) : FASTCV_U8;
    page.width_px = 1 + take_byte(input) % 64;
    page.height_px = 1 + take_byte(input) % 48;
    const size_t row = (size_t)page.width_px * fastcv_pixel_bytes(&page);
    page.stride_bytes = (ptrdiff_t)(row + fastcv_depth_bytes(page.depth) * (take_byte(input) % 16));
    return page;
}

/* The upright box of whole px around two of the corners, for copies. */
static FastcvQuad upright(const FastcvQuad *quad)
{
    const float left = truncf(fminf(quad->x[0], quad->x[2]));
    const float right = truncf(fmaxf(quad->x[0], quad->x[2]));
    const float top = truncf(fminf(quad->y[0], quad->y[2]));
    const float bottom = truncf(fmaxf(quad->y[0], quad->y[2]));
    return (FastcvQuad){{left, right, right, left}, {top, top, bottom, bottom}};
}

/* Bits that inputs without them have as 0: fastcv's own rule. */
static FastcvRule rule_of(FastcvOrder order, unsigned bits)
{
    static const FastcvSlicing slicings[] = {{.is_rounded = 1, .extra_px = 1},
                                             {.long_pad = 0.4, .short_pad = 0.2}};
    return (FastcvRule){.order = order,
                        .size = (FastcvSizeRule)(bits & 3),
                        .inset_px = !(bits & 4),
                        .transform = bits & 8 ? FASTCV_AFFINE : FASTCV_PERSPECTIVE,
                        .tall_ratio = bits & 16 ? 1.25 : 0,
                        .slicing = bits >= 256 ? &slicings[bits / 32 % 2] : NULL};
}

/* The warp that a copy stands for, where our own kernels do it. */
static void warp_instead(const FastcvCropEngine *engine, const FastcvRule *rule, FastcvQuad quad,
                         FastcvGeometry *crop)
{
    if (crop->kind != FASTCV_GEOMETRY_COPY || rule->slicing || engine->kind == FASTCV_ENGINE_OPENCV)
        return;
    fastcv_quad_order(rule->order, &quad);
    *crop = fastcv_rule_warp(rule, &quad);
    expect(!crop->fault, "a copy has no warp");
}

static void cut(const FastcvImage *page, const FastcvSampling *options, const double *border_value,
                const FastcvQuad *quads, int count, const FastcvRule *rule, int may_copy,
                uint8_t *out[MAX_QUADS], size_t bytes[MAX_QUADS])
{
    FastcvCrop crops[MAX_QUADS];
    FastcvRows rows[MAX_QUADS];
    int64_t pixels = 0;
    const FastcvCropEngine engine = fastcv_crop_engine(page, options);
    expect(fastcv_crops_plan(&engine, rule, quads, border_value, crops, count, one_thread) ==
               FASTCV_OK,
           "plan failed");
    for (int i = 0; i < count; i++) {
        FastcvGeometry *crop = &crops[i].geometry;
        if (!may_copy)
            warp_instead(&engine, rule, quads[i], crop);
        const int64_t px = (int64_t)crop->width_px * crop->height_px;
        expect(px >= 0, "a crop's size is negative");
        if (px > MAX_CALL_PX - pixels) /* saves time */
            *crop = (FastcvGeometry){.kind = FASTCV_GEOMETRY_NONE};
        else
            pixels += px;
        rows[i].stride_bytes = fastcv_geometry_width(crop) * (ptrdiff_t)fastcv_pixel_bytes(page);
        bytes[i] = (size_t)(rows[i].stride_bytes * fastcv_geometry_height(crop));
        rows[i].pixels = out[i] = new_bytes(bytes[i]);
    }
    expect(fastcv_crops_cut(&engine, crops, rows, count, one_thread).status == FASTCV_OK,
           "cut failed");
}

/* The rectangle around a polygon of whole px holds its corners. */
static void surround(Input input)
{
    double corners[2 * MAX_CORNERS];
    const int count = take_int(&input, 1, MAX_CORNERS);
    const int is_wild = take_byte(&input) % 4 == 0;
    for (int i = 0; i < 2 * count; i++) {
        corners[i] = (int8_t)take_byte(&input);
        if (is_wild)
            take(&input, &corners[i], sizeof corners[i]);
    }
    void *scratch = new_bytes(fastcv_polygon_scratch_bytes(count));
    const FastcvQuad quad = fastcv_polygon_quad(corners, count, scratch);
    free(scratch);
    if (is_wild || fastcv_rule_apply(&fastcv_own_rule, &quad).fault)
        return;
    for (int i = 0; i < 4 * count; i++) {
        const int from = i % 4, to = (from + 1) % 4;
        const double dx = (double)quad.x[to] - quad.x[from], dy = (double)quad.y[to] - quad.y[from];
        const double x = corners[i / 4 * 2] - quad.x[from],
                     y = corners[i / 4 * 2 + 1] - quad.y[from];
        expect(dx * y - dy * x > -0.01 * hypot(dx, dy), "a corner lies outside its rectangle");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input = {data, size};
    FastcvImage page = take_page(&input);
    FastcvSampling options = {
        .interpolation = (FastcvInterpolation)take_int(&input, 0, FASTCV_INTERPOLATIONS - 1),
        .border = (FastcvBorder)take_int(&input, 0, FASTCV_BORDERS - 1)};
    const unsigned covered = take_byte(&input);
    if (covered % 32 != 1) { /* mostly options that our own kernels cover */
        options.interpolation = options.interpolation % 2 ? FASTCV_LINEAR : FASTCV_CUBIC;
        options.border = options.border % 2 ? FASTCV_CONSTANT : FASTCV_REPLICATE;
    }
    if (covered % 32 >= 22) {
        if (covered % 32 >= 30)
            options.interpolation = FASTCV_NEAREST;
        options.arithmetic = FASTCV_OPENCV5;
        if (!fastcv_crop_is_offered(&page, &options))
            options.arithmetic = FASTCV_OPENCV4;
    }
    double border_value[FASTCV_MAX_CHANNELS];
    for (int c = 0; c < FASTCV_MAX_CHANNELS; c++)
        border_value[c] = take_border_value(&input, page.depth);
    const unsigned compared = take_byte(&input);
    const int is_compared_with_opencv = compared % 64 == 1;
    const unsigned counted = take_byte(&input);
    const int count = (int)(counted % (MAX_QUADS + 1));
    const FastcvOrder order = (FastcvOrder)(counted / (MAX_QUADS + 1) % (FASTCV_ORDER_FINAL + 1));
    const FastcvRule rule = rule_of(order, covered / 32 | compared / 64 << 3 | counted / 20 << 5);
    FastcvQuad quads[MAX_QUADS];
    for (int i = 0; i < count; i++)
        quads[i] = take_quad(&input);
    for (int i = 0; i < count && rule.inset_px == 0; i += 2)
        quads[i] = upright(&quads[i]);
    surround(input);

    const size_t page_bytes = (size_t)(page.height_px - 1) * (size_t)page.stride_bytes +
                              (size_t)page.width_px * fastcv_pixel_bytes(&page);
    uint8_t *pixels = new_bytes(page_bytes);
    fill(input, pixels, page_bytes);
    page.pixels = pixels;

    uint8_t *expected[MAX_QUADS], *found[MAX_QUADS];
    size_t bytes[MAX_QUADS], found_bytes[MAX_QUADS];
    fastcv_variant_choose("c");
    cut(&page, &options, border_value, quads, count, &rule, 0, expected, bytes);
    const int has_variants = fastcv_crop_engine(&page, &options).kind != FASTCV_ENGINE_OPENCV;
    const char *name;
    for (int n = 0; has_variants && (name = fastcv_variant_name(n)); n++) {
        const int is_opencv = strcmp(name, "opencv") == 0;
        if (strcmp(name, "c") == 0 || (is_opencv && !is_compared_with_opencv))
            continue;
        fastcv_variant_choose(name);
        cut(&page, &options, border_value, quads, count, &rule, 1, found, found_bytes);
        for (int i = 0; i < count; i++) {
            expect(found_bytes[i] == bytes[i], "variants disagree on a size");
            expect(memcmp(found[i], expected[i], bytes[i]) == 0, "variants disagree on pixels");
            free(found[i]);
        }
    }
    for (int i = 0; i < count; i++)
        free(expected[i]);
    free(pixels);
    return 0;
}
