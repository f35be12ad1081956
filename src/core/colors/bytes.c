#include "core/colors/bytes.h"

#include "core/memory/pieces.h"

uint8_t *fastcv_color_bytes_take(void)
{
    return fastcv_piece_take_zeroed(FASTCV_ALL_COLORS);
}

void fastcv_color_bytes_give_back(uint8_t *bytes)
{
    fastcv_piece_give_back(bytes, FASTCV_ALL_COLORS, 1);
}

void fastcv_color_bytes_drop(uint8_t *bytes)
{
    if (bytes)
        fastcv_piece_drop(bytes, FASTCV_ALL_COLORS);
}
