/* Cutting with OpenCV. The maps (where each output pixel lies on the page) are our own arithmetic,
 * a block of rows at a time, and cv::remap reads the page through them.
 *
 * cv::warpPerspective does just this inside. Called from outside it would compute the same maps,
 * but it would decide by itself how many threads to start, and it refuses outputs over 32,766 px.
 */
#include "core/crop/engine.h"
#include "core/crop/map.h"
#include "core/numbers.h"
#include "opencv/shim.h"

enum { BLOCK_PX = 1 << 12 }; /* its maps (24 KiB) stay in the first-level cache */

_Static_assert((int)BLOCK_PX <= (int)FASTCV_OPENCV_MAX_BLOCK_PX, "cv::remap would start threads");

/* A thread's workspace. */
typedef struct Maps {
    int16_t xy[2 * BLOCK_PX];
    uint16_t fraction[BLOCK_PX];
    int32_t px[FASTCV_X_BLOCK_MAX + FASTCV_OVERRUN_PX];
    int32_t py[FASTCV_X_BLOCK_MAX + FASTCV_OVERRUN_PX];
} Maps;

size_t fastcv_remap_workspace_bytes(void)
{
    return sizeof(Maps);
}

/* Clamped before the difference too, which would wrap. */
static int16_t map_to(int32_t position, int32_t region)
{
    enum { FAR = 1 << 30 };
    return (int16_t)fastcv_clamp_int(fastcv_clamp_int(position, -FAR, FAR) - region, INT16_MIN,
                                     INT16_MAX);
}

/* The maps of the block whose first pixel is (x, y); x is where an x-block begins. */
static void fill_maps(const FastcvCropEngine *engine, const FastcvCrop *crop,
                      const FastcvRemapBlock *block, int x, int y, Maps *maps)
{
    enum { FRACTION = FASTCV_SUBPIXELS - 1 };
    const int is_nearest = engine->sampling->interpolation == FASTCV_NEAREST;
    const int bits = is_nearest ? 0 : FASTCV_SUBPIXEL_BITS;
    const int end = x + block->width_px;
    int16_t *xy = maps->xy;
    uint16_t *fraction = maps->fraction;

    for (int row = y; row < y + block->height_px; row++) {
        FastcvRowPart part;
        for (int column = x; column < end; column += part.count) {
            part = fastcv_row_part(&crop->geometry, column, row, end);
            engine->kernels->map4.project(&part, 1 << bits, maps->px, maps->py);
            for (int k = 0; k < part.count; k++) {
                const int32_t px = maps->px[k], py = maps->py[k];
                *xy++ = map_to(px >> bits, crop->region_x);
                *xy++ = map_to(py >> bits, crop->region_y);
                *fraction++ = (uint16_t)((py & FRACTION) << FASTCV_SUBPIXEL_BITS | (px & FRACTION));
            }
        }
    }
}

/* The same pixel under a mirrored border, near the page. cv::remap mirrors step by step: on a page
 * of 3 px, a position 30,000 px away took 10,000 steps a tap, which is seconds a crop. */
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

static FastcvImage region_of(const FastcvImage *page, const FastcvCrop *crop)
{
    FastcvImage region = *page;
    region.pixels +=
        crop->region_y * page->stride_bytes + crop->region_x * (ptrdiff_t)fastcv_pixel_bytes(page);
    region.width_px = crop->region_width;
    region.height_px = crop->region_height;
    return region;
}

FastcvError fastcv_remap_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first,
                             int last, FastcvRows to, void *workspace)
{
    Maps *maps = workspace;
    const FastcvSampling *sampling = engine->sampling;
    const FastcvBorder border = sampling->border;
    const ptrdiff_t pixel_bytes = (ptrdiff_t)fastcv_pixel_bytes(engine->page);
    const FastcvImage region = region_of(engine->page, crop);
    FastcvError error = {.status = FASTCV_OK};

    /* Whole rows while they fit, otherwise as many whole x-blocks as do. */
    const int width = crop->geometry.width_px, x_block = fastcv_x_block_px(&crop->geometry);
    const int columns = width <= BLOCK_PX ? width : BLOCK_PX / x_block * x_block;
    const int rows = BLOCK_PX / columns;
    for (int y = first; y < last; y += rows) {
        for (int x = 0; x < width; x += columns) {
            const FastcvRemapBlock block = {
                .xy = maps->xy,
                .fraction = sampling->interpolation == FASTCV_NEAREST ? NULL : maps->fraction,
                .pixels = (uint8_t *)to.pixels + (y - first) * to.stride_bytes + x * pixel_bytes,
                .stride_bytes = (size_t)to.stride_bytes,
                .width_px = fastcv_min_int(columns, width - x),
                .height_px = fastcv_min_int(rows, last - y),
            };
            fill_maps(engine, crop, &block, x, y, maps);
            if (border == FASTCV_REFLECT || border == FASTCV_REFLECT101)
                bring_maps_near(crop, border, maps->xy, block.width_px * block.height_px);
            if (fastcv_opencv_remap(&region, sampling, crop->border_value, &block, &error))
                return error;
        }
    }
    return error;
}
