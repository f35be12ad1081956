#include "core/crop/target.h"

FastcvTarget fastcv_target(const FastcvCropEngine *engine, const FastcvGeometry *crop, int first,
                           int last, FastcvRows to, uint8_t *block)
{
    return (FastcvTarget){.part = fastcv_part_of(crop, first, last),
                          .to = to,
                          .pixel_bytes = fastcv_pixel_bytes(engine->page),
                          .block = crop->is_turned ? block : NULL};
}

int fastcv_target_columns(const FastcvTarget *target, int most)
{
    const int width = target->part.right - target->part.left;
    if (width <= most)
        return width;
    const int tiles = (width - 1) / most + 1, even = (width - 1) / tiles + 1;
    return fastcv_whole_vectors(even);
}

FastcvRows fastcv_target_rows(const FastcvTarget *target, FastcvPart tile)
{
    if (target->block)
        return (FastcvRows){target->block,
                            (tile.right - tile.left) * (ptrdiff_t)target->pixel_bytes};
    FastcvRows rows = target->to;
    rows.pixels = (uint8_t *)rows.pixels + (tile.top - target->part.top) * rows.stride_bytes +
                  (tile.left - target->part.left) * (ptrdiff_t)target->pixel_bytes;
    return rows;
}

void fastcv_target_finish(const FastcvTarget *target, FastcvPart tile)
{
    if (target->block)
        fastcv_turn(target->block, target->pixel_bytes, tile, target->part, target->to);
}
