/* Crops whose pixels are the page's own. Where they reach beyond the page, the border is written.
 */
#include <math.h>
#include <string.h>

#include "core/crop/engine.h"
#include "core/crop/path_counts.h"
#include "core/crop/turn.h"
#include "core/numbers.h"

enum { MAX_PIXEL_BYTES = FASTCV_MAX_CHANNELS * 8, TURNED_COLUMNS = 16 };

static int is_inside(const FastcvImage *page, const FastcvGeometry *crop)
{
    return crop->page_x >= 0 && crop->page_y >= 0 &&
           crop->page_x + (int64_t)crop->width_px <= page->width_px &&
           crop->page_y + (int64_t)crop->height_px <= page->height_px;
}

/* At whole px every interpolation gives the page's value, but a sum of floats has no -0, and
 * spreads a neighbour's NaN. OpenCV takes other borders from positions that it has cut to int16. */
int fastcv_copy_covers(const FastcvCropEngine *engine, const FastcvGeometry *crop)
{
    const FastcvDepth depth = engine->page->depth;
    const FastcvBorder border = engine->sampling->border;
    const int is_exact = engine->sampling->interpolation == FASTCV_NEAREST ||
                         (depth != FASTCV_F32 && depth != FASTCV_F64);
    return is_exact && (border == FASTCV_CONSTANT || border == FASTCV_REPLICATE ||
                        is_inside(engine->page, crop));
}

int fastcv_crop_in_place(const FastcvCropEngine *engine, const FastcvCrop *crop, FastcvView *view)
{
    const FastcvImage *page = engine->page;
    const FastcvGeometry *geometry = &crop->geometry;
    if (geometry->kind != FASTCV_GEOMETRY_COPY || geometry->is_turned || !is_inside(page, geometry))
        return 0;
    view->base = page->pixels + geometry->page_y * page->stride_bytes +
                 geometry->page_x * (ptrdiff_t)fastcv_pixel_bytes(page);
    view->stride_bytes = page->stride_bytes;
    return 1;
}

/* ---- borders ---- */

static void store_number(FastcvDepth depth, double value, uint8_t *out)
{
    const uint8_t u8 = (uint8_t)lrint(depth == FASTCV_U8 ? value : 0);
    const uint16_t u16 = (uint16_t)lrint(depth == FASTCV_U16 ? value : 0);
    const int16_t s16 = (int16_t)lrint(depth == FASTCV_S16 ? value : 0);
    const float f32 = (float)value;
    const void *const numbers[FASTCV_DEPTHS] = {[FASTCV_U8] = &u8,
                                                [FASTCV_U16] = &u16,
                                                [FASTCV_S16] = &s16,
                                                [FASTCV_F32] = &f32,
                                                [FASTCV_F64] = &value};
    memcpy(out, numbers[depth], fastcv_depth_bytes(depth));
}

/* What a row of page px, left … right − 1, needs. */
typedef struct Copier {
    const FastcvImage *page;
    size_t pixel_bytes;
    int is_constant;
    uint8_t border[MAX_PIXEL_BYTES];
} Copier;

static Copier copier(const FastcvCropEngine *engine, const double *border_value)
{
    const FastcvImage *page = engine->page;
    Copier copier = {.page = page,
                     .pixel_bytes = fastcv_pixel_bytes(page),
                     .is_constant = engine->sampling->border == FASTCV_CONSTANT};
    for (int c = 0; copier.is_constant && c < page->channels; c++)
        store_number(page->depth, border_value[c],
                     copier.border + (size_t)c * fastcv_depth_bytes(page->depth));
    return copier;
}

static uint8_t *repeat(const uint8_t *pixel, size_t pixel_bytes, int64_t count, uint8_t *out)
{
    for (int64_t i = 0; i < count; i++, out += pixel_bytes)
        memcpy(out, pixel, pixel_bytes);
    return out;
}

static void copy_row(const Copier *copier, int64_t y, int64_t left, int64_t right, uint8_t *out)
{
    const FastcvImage *page = copier->page;
    const size_t bytes = copier->pixel_bytes;
    const int is_border = copier->is_constant && (y < 0 || y >= page->height_px);
    const uint8_t *row =
        page->pixels + fastcv_clamp_int64(y, 0, page->height_px - 1) * page->stride_bytes;
    const uint8_t *before = row, *after = row + (size_t)(page->width_px - 1) * bytes;
    if (copier->is_constant)
        before = after = copier->border;
    const int64_t first = is_border ? right : fastcv_clamp_int64(0, left, right);
    const int64_t end = is_border ? right : fastcv_clamp_int64(page->width_px, first, right);
    out = repeat(before, bytes, first - left, out);
    if (end > first) {
        memcpy(out, row + (size_t)first * bytes, (size_t)(end - first) * bytes);
        out += (size_t)(end - first) * bytes;
    }
    repeat(after, bytes, right - end, out);
}

/* ---- crops ---- */

size_t fastcv_copy_workspace_bytes(void)
{
    return FASTCV_TURN_BYTES;
}

static void copy_turned(const Copier *copier, const FastcvGeometry *crop, FastcvPart part,
                        FastcvRows to, uint8_t *block)
{
    const int most = fastcv_min_int(TURNED_COLUMNS, part.right - part.left);
    const int rows = FASTCV_TURN_BYTES / (most * (int)copier->pixel_bytes);
    for (int y = part.top; y < part.bottom; y += rows) {
        const int end_y = y + fastcv_min_int(rows, part.bottom - y);
        for (int x = part.left; x < part.right; x += most) {
            const int end_x = x + fastcv_min_int(most, part.right - x);
            const int64_t left = (int64_t)crop->page_x + x;
            const size_t row_bytes = (size_t)(end_x - x) * copier->pixel_bytes;
            for (int row = y; row < end_y; row++)
                copy_row(copier, (int64_t)crop->page_y + row, left, left + (end_x - x),
                         block + (size_t)(row - y) * row_bytes);
            const FastcvPart whole = {x, y, end_x, end_y};
            fastcv_turn(block, copier->pixel_bytes, whole, part, to);
        }
    }
}

void fastcv_copy_cut(const FastcvCropEngine *engine, const FastcvCrop *planned, int first, int last,
                     FastcvRows to, void *workspace)
{
    const FastcvGeometry *crop = &planned->geometry;
    const Copier rows = copier(engine, planned->border_value);
    const FastcvPart part = fastcv_part_of(crop, first, last);
    const int64_t pixels = (int64_t)(part.right - part.left) * (part.bottom - part.top);
    FASTCV_COUNT(FASTCV_PATH_PIXELS, pixels);
    FASTCV_COUNT(FASTCV_PATH_COPY, pixels);
    if (crop->is_turned) {
        copy_turned(&rows, crop, part, to, workspace);
        return;
    }
    for (int y = first; y < last; y++)
        copy_row(&rows, (int64_t)crop->page_y + y, crop->page_x,
                 (int64_t)crop->page_x + crop->width_px,
                 (uint8_t *)to.pixels + (y - first) * to.stride_bytes);
}
