/* Lists of packed colours, one a pixel. */
#ifndef FASTCV_CORE_COLOR_PACKED_H
#define FASTCV_CORE_COLOR_PACKED_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/runs/runs.h"

/* Drops the pixels that do not count: the transparent ones, and those where the mask, if there is
 * one, is 0. Returns how many are left. */
static inline size_t fastcv_drop_hidden(uint32_t *colors, ptrdiff_t count, const uint8_t *mask)
{
    size_t kept = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        const uint32_t color = colors[i];
        colors[kept] = color;
        kept += color != FASTCV_TRANSPARENT && (!mask || mask[i]);
    }
    return kept;
}

#endif
