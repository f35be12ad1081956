#include "core/crop/engine.h"
#include "core/crop/map.h"
#include "core/numbers.h"

enum { MOST_BYTES = 1 << 15 };

FastcvAhead fastcv_cut_ahead(const FastcvCropEngine *engine, const FastcvCrop *crop)
{
    const FastcvImage *page = engine->page;
    const FastcvGeometry *grid = &crop->geometry;
    FastcvExtent at = {grid->page_x,
                       grid->page_y,
                       grid->page_x + (double)grid->width_px,
                       grid->page_y + (double)grid->height_px,
                       1,
                       1};
    if (grid->kind != FASTCV_GEOMETRY_COPY)
        at = fastcv_extent_of(grid->inverse, 0, 0, grid->width_px, grid->height_px);
    if (!at.is_one_sided || !(at.left >= 0 && at.top >= 0 && at.right < (double)page->width_px &&
                              at.bottom < (double)page->height_px))
        return (FastcvAhead){0};
    const ptrdiff_t pixel_bytes = (ptrdiff_t)fastcv_pixel_bytes(page);
    const int64_t left = (int64_t)at.left, top = (int64_t)at.top;
    const int64_t columns = (int64_t)at.right - left + 1, rows = (int64_t)at.bottom - top + 1;
    const ptrdiff_t row_bytes = columns * pixel_bytes + FASTCV_CACHE_LINE_BYTES;
    if (rows * row_bytes > MOST_BYTES)
        return (FastcvAhead){0};
    return (FastcvAhead){page->pixels + top * page->stride_bytes + left * pixel_bytes,
                         page->stride_bytes, row_bytes, (int)rows};
}
