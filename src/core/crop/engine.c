#include "core/crop/engine.h"

#include <math.h>

#include "core/crop/map.h"
#include "core/numbers.h"

#include "fastcv/variants.h"
#include "kernels/warp/warp.h"

FastcvCropEngine fastcv_crop_engine(const FastcvImage *page, const FastcvSampling *sampling)
{
    FastcvCropEngine engine = {FASTCV_ENGINE_KERNELS, page, sampling, fastcv_warp_kernels()};
    if (fastcv_variant_is_opencv() || !fastcv_tiles_cover(&engine))
        engine.kind = FASTCV_ENGINE_OPENCV;
    return engine;
}

size_t fastcv_cut_workspace_bytes(const FastcvCropEngine *engine)
{
    const size_t copy = fastcv_copy_workspace_bytes();
    const size_t warp = engine->kind == FASTCV_ENGINE_KERNELS ? fastcv_tiles_workspace_bytes()
                                                              : fastcv_remap_workspace_bytes();
    const size_t bytes = copy > warp ? copy : warp;
    return (bytes + FASTCV_WORKSPACE_ALIGNMENT - 1) & ~(size_t)(FASTCV_WORKSPACE_ALIGNMENT - 1);
}

FastcvError fastcv_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first, int last,
                       FastcvRows to, void *workspace)
{
    if (crop->geometry.kind == FASTCV_GEOMETRY_COPY) {
        fastcv_copy_cut(engine, crop, first, last, to, workspace);
        return (FastcvError){.status = FASTCV_OK};
    }
    if (engine->kind == FASTCV_ENGINE_OPENCV)
        return fastcv_remap_cut(engine, crop, first, last, to, workspace);
    fastcv_tiles_cut(engine, crop, first, last, to, workspace);
    return (FastcvError){.status = FASTCV_OK};
}

void fastcv_image_prefetch(const FastcvImage *image, double left, double top, double right,
                           double bottom)
{
    enum { LINE_BYTES = 64, MOST_LINES = 2048 }; /* a quarter of a small second-level cache */
    const double pixel_bytes = (double)fastcv_pixel_bytes(image);
    left = fastcv_greater(left, 0) * pixel_bytes;
    top = fastcv_greater(top, 0);
    right = (fastcv_lesser(right, (double)(image->width_px - 1)) + 1) * pixel_bytes;
    bottom = fastcv_lesser(bottom, (double)(image->height_px - 1));
    if (!(left < right && top <= bottom &&
          ((right - left) / LINE_BYTES + 1) * (bottom - top + 1) <= MOST_LINES))
        return;
    const ptrdiff_t first = (ptrdiff_t)left, end = (ptrdiff_t)right;
    for (ptrdiff_t y = (ptrdiff_t)top; y <= (ptrdiff_t)bottom; y++) {
        const uint8_t *row = image->pixels + y * image->stride_bytes;
        for (ptrdiff_t x = first; x < end; x += LINE_BYTES)
            __builtin_prefetch(row + x, 0, 2);
        __builtin_prefetch(row + end - 1, 0, 2);
    }
}

void fastcv_cut_prefetch(const FastcvCropEngine *engine, const FastcvCrop *crop)
{
    const FastcvGeometry *geometry = &crop->geometry;
    if (geometry->kind == FASTCV_GEOMETRY_NONE)
        return;
    if (geometry->kind == FASTCV_GEOMETRY_COPY) {
        const double left = geometry->page_x, top = geometry->page_y;
        fastcv_image_prefetch(engine->page, left, top, left + geometry->width_px - 1,
                              top + geometry->height_px - 1);
        return;
    }
    const FastcvExtent extent =
        fastcv_extent_of(geometry->inverse, 0, 0, geometry->width_px, geometry->height_px);
    if (extent.is_one_sided)
        fastcv_image_prefetch(engine->page, floor(extent.left) - 1, floor(extent.top) - 1,
                              ceil(extent.right) + 1, ceil(extent.bottom) + 1);
}
