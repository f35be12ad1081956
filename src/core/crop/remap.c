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

enum {
    BLOCK_PX = 1 << 12, /* its maps (24 KiB) stay in the first-level cache */
    TURNED_COLUMNS = 16
};

_Static_assert((int)BLOCK_PX <= (int)FASTCV_OPENCV_MAX_BLOCK_PX, "cv::remap would start threads");

/* A thread's workspace. */
typedef struct Maps {
    int16_t xy[2 * BLOCK_PX];
    uint16_t fraction[BLOCK_PX];
    int32_t px[FASTCV_X_BLOCK_MAX + FASTCV_OVERRUN_PX];
    int32_t py[FASTCV_X_BLOCK_MAX + FASTCV_OVERRUN_PX];
    uint8_t block[FASTCV_TURN_BYTES]; /* of a turned crop */
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

/* The maps of the block whose first pixel is (x, y). */
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
        int count;
        for (int column = x; column < end; column += count) {
            count = fastcv_map_row(&engine->kernels->map4, &crop->geometry, column, row, end,
                                   1 << bits, maps->px, maps->py);
            for (int k = 0; k < count; k++) {
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

/* How large the blocks are, px. */
typedef struct Blocks {
    int columns, rows;
} Blocks;

/* Whole rows while they fit, otherwise as many whole x-blocks as do. A turned crop's blocks fit a
 * block that is turned. */
static Blocks blocks_of(const FastcvGeometry *crop, FastcvPart part, size_t pixel_bytes)
{
    const int width = part.right - part.left, x_block = fastcv_x_block_px(crop);
    if (crop->is_turned) {
        const int columns = fastcv_min_int(width, TURNED_COLUMNS);
        const int most_px = fastcv_min_int(BLOCK_PX, FASTCV_TURN_BYTES / (int)pixel_bytes);
        return (Blocks){columns, most_px / columns};
    }
    const int columns = width <= BLOCK_PX ? width : BLOCK_PX / x_block * x_block;
    return (Blocks){columns, BLOCK_PX / columns};
}

static FastcvStatus cut_block(const FastcvCropEngine *engine, const FastcvCrop *crop,
                              const FastcvPart *part, FastcvRows to, Maps *maps, FastcvError *error)
{
    const FastcvSampling *sampling = engine->sampling;
    const FastcvBorder border = sampling->border;
    const FastcvImage region = region_of(engine->page, crop);
    const FastcvRemapBlock block = {
        .xy = maps->xy,
        .fraction = sampling->interpolation == FASTCV_NEAREST ? NULL : maps->fraction,
        .pixels = to.pixels,
        .stride_bytes = (size_t)to.stride_bytes,
        .width_px = part->right - part->left,
        .height_px = part->bottom - part->top,
    };
    fill_maps(engine, crop, &block, part->left, part->top, maps);
    if (border == FASTCV_REFLECT || border == FASTCV_REFLECT101)
        bring_maps_near(crop, border, maps->xy, block.width_px * block.height_px);
    return fastcv_opencv_remap(&region, sampling, crop->border_value, &block, error);
}

FastcvError fastcv_remap_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first,
                             int last, FastcvRows to, void *workspace)
{
    Maps *maps = workspace;
    const size_t pixel_bytes = fastcv_pixel_bytes(engine->page);
    const FastcvPart part = fastcv_part_of(&crop->geometry, first, last);
    const Blocks blocks = blocks_of(&crop->geometry, part, pixel_bytes);
    const int is_turned = crop->geometry.is_turned;
    FastcvError error = {.status = FASTCV_OK};

    for (int y = part.top; y < part.bottom; y += blocks.rows) {
        for (int x = part.left; x < part.right; x += blocks.columns) {
            const FastcvPart block = {x, y, x + fastcv_min_int(blocks.columns, part.right - x),
                                      y + fastcv_min_int(blocks.rows, part.bottom - y)};
            FastcvRows rows = {maps->block, (block.right - x) * (ptrdiff_t)pixel_bytes};
            if (!is_turned)
                rows = (FastcvRows){(uint8_t *)to.pixels + (y - part.top) * to.stride_bytes +
                                        (x - part.left) * (ptrdiff_t)pixel_bytes,
                                    to.stride_bytes};
            if (cut_block(engine, crop, &block, rows, maps, &error))
                return error;
            if (is_turned)
                fastcv_turn(maps->block, pixel_bytes, block, part, to);
        }
    }
    return error;
}
