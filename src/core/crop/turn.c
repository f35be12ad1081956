#include "core/crop/turn.h"

#include <string.h>

/* One column, downwards, becomes a row. Inlined with a constant number of bytes. */
static inline void turn_column(const uint8_t *from, ptrdiff_t stride_bytes, int count,
                               size_t pixel_bytes, uint8_t *to)
{
    for (int k = 0; k < count; k++, from += stride_bytes, to += pixel_bytes)
        memcpy(to, from, pixel_bytes);
}

/* Four bytes at once: the fourth is written again with the next pixel. */
static void turn_column_of_3(const uint8_t *from, ptrdiff_t stride_bytes, int count, uint8_t *to)
{
    for (int k = 0; k < count - 1; k++, from += stride_bytes, to += 3)
        memcpy(to, from, 4);
    memcpy(to, from, 3);
}

void fastcv_turn(const uint8_t *pixels, size_t pixel_bytes, FastcvPart block, FastcvPart of,
                 FastcvRows to)
{
    const int columns = block.right - block.left, rows = block.bottom - block.top;
    const ptrdiff_t stride_bytes = columns * (ptrdiff_t)pixel_bytes;
    for (int k = 0; k < columns; k++) {
        const uint8_t *from = pixels + k * (ptrdiff_t)pixel_bytes;
        uint8_t *row = (uint8_t *)to.pixels + (of.right - 1 - block.left - k) * to.stride_bytes +
                       (block.top - of.top) * (ptrdiff_t)pixel_bytes;
        switch (pixel_bytes) {
        case 1:
            turn_column(from, stride_bytes, rows, 1, row);
            break;
        case 3:
            turn_column_of_3(from, stride_bytes, rows, row);
            break;
        case 4:
            turn_column(from, stride_bytes, rows, 4, row);
            break;
        default:
            turn_column(from, stride_bytes, rows, pixel_bytes, row);
        }
    }
}
