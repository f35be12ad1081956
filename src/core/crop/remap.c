/* Cutting with OpenCV. For each block of rows the maps (where each output pixel lies on the page)
 * are our own arithmetic, and cv::remap reads the page through them.
 *
 * cv::warpPerspective does just this inside. Called from outside it would compute the same maps,
 * but it decides alone how many threads to start, and refuses outputs over 32,766 px. */
#include "core/crop/engine.h"
#include "opencv/shim.h"

enum { BLOCK_PX = 1 << 12 }; /* its maps (24 KiB) stay in the first-level cache */

_Static_assert((int)BLOCK_PX <= (int)FASTCV_OPENCV_MAX_BLOCK_PX, "cv::remap would start threads");

static int clamp(int value, int low, int high)
{
    value = value < high ? value : high;
    return value > low ? value : low;
}

/* Clamped first, so that the difference does not wrap. */
static int16_t map_to(int32_t position, int32_t region)
{
    enum { FAR = 1 << 30 };
    return (int16_t)clamp(clamp(position, -FAR, FAR) - region, INT16_MIN, INT16_MAX);
}

/* The maps of the block whose first pixel is (x, y); x is where an x-block begins. */
static void fill_maps(const FastcvCropEngine *engine, const FastcvCrop *crop,
                      const FastcvRemapBlock *block, int x, int y, int16_t *xy, uint16_t *fraction)
{
    enum { FRACTION = FASTCV_SUBPIXELS - 1 };
    const int is_nearest = engine->options->interpolation == FASTCV_NEAREST;
    const int bits = is_nearest ? 0 : FASTCV_SUBPIXEL_BITS;
    const int end = x + block->width_px;
    int32_t px[FASTCV_X_BLOCK_MAX + FASTCV_OVERRUN_PX], py[FASTCV_X_BLOCK_MAX + FASTCV_OVERRUN_PX];

    for (int row = y; row < y + block->height_px; row++) {
        FastcvRowPart part;
        for (int column = x; column < end; column += part.count) {
            part = fastcv_row_part(crop, column, row, end);
            engine->kernels->map4.project(&part, 1 << bits, px, py);
            for (int k = 0; k < part.count; k++) {
                *xy++ = map_to(px[k] >> bits, crop->region_x);
                *xy++ = map_to(py[k] >> bits, crop->region_y);
                *fraction++ =
                    (uint16_t)((py[k] & FRACTION) << FASTCV_SUBPIXEL_BITS | (px[k] & FRACTION));
            }
        }
    }
}

/* The same pixel under a mirrored border, near the page. cv::remap mirrors step by step: on a page
 * of 3 px a position 30,000 px off took it 10,000 steps a tap, seconds a crop. */
static int16_t bring_near(int position, int length, int period)
{
    if (position >= -length && position < 2 * length)
        return (int16_t)position;
    int inside = position % period;
    return (int16_t)(inside < 0 ? inside + period : inside);
}

static void bring_maps_near(const FastcvCrop *crop, FastcvBorder border, int16_t *xy, int count)
{
    const int width = crop->region_width, height = crop->region_height;
    const int period_x = border == FASTCV_REFLECT ? 2 * width : 2 * width - 2;
    const int period_y = border == FASTCV_REFLECT ? 2 * height : 2 * height - 2;
    for (int i = 0; i < count; i++) {
        if (width > 1)
            xy[2 * i] = bring_near(xy[2 * i], width, period_x);
        if (height > 1)
            xy[2 * i + 1] = bring_near(xy[2 * i + 1], height, period_y);
    }
}

FastcvError fastcv_remap_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first,
                             int last)
{
    const FastcvBorder border = engine->options->border;
    const size_t pixel_bytes = fastcv_pixel_bytes(engine->page);
    const size_t stride_bytes = pixel_bytes * (size_t)crop->width_px;
    FastcvError error = {.status = FASTCV_OK};

    FastcvImage region = *engine->page;
    region.pixels += crop->region_y * region.stride_bytes + crop->region_x * (ptrdiff_t)pixel_bytes;
    region.width_px = crop->region_width;
    region.height_px = crop->region_height;

    /* Whole rows while they fit, else as many whole x-blocks as do. */
    const int x_block = fastcv_x_block_px(crop);
    const int columns = crop->width_px <= BLOCK_PX ? crop->width_px : BLOCK_PX / x_block * x_block;
    const int rows = BLOCK_PX / columns;

    int16_t xy[2 * BLOCK_PX];
    uint16_t fraction[BLOCK_PX];
    for (int y = first; y < last; y += rows) {
        for (int x = 0; x < crop->width_px; x += columns) {
            FastcvRemapBlock block = {
                .xy = xy,
                .fraction = engine->options->interpolation == FASTCV_NEAREST ? NULL : fraction,
                .pixels =
                    (uint8_t *)crop->pixels + stride_bytes * (size_t)y + pixel_bytes * (size_t)x,
                .stride_bytes = stride_bytes,
                .width_px = columns < crop->width_px - x ? columns : crop->width_px - x,
                .height_px = rows < last - y ? rows : last - y,
            };
            fill_maps(engine, crop, &block, x, y, xy, fraction);
            if (border == FASTCV_REFLECT || border == FASTCV_REFLECT101)
                bring_maps_near(crop, border, xy, block.width_px * block.height_px);
            if (fastcv_opencv_remap(&region, engine->options, &block, &error))
                return error;
        }
    }
    return error;
}
