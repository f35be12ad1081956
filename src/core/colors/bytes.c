#include "core/colors/bytes.h"

#include "core/memory/pieces.h"

uint8_t *fastcv_color_bytes_take(void)
{
    return fastcv_zeroed_take(FASTCV_ALL_COLORS);
}

void fastcv_color_bytes_give_back(uint8_t *bytes)
{
    fastcv_zeroed_give_back(bytes, FASTCV_ALL_COLORS);
}

void fastcv_color_bytes_drop(uint8_t *bytes)
{
    if (bytes)
        fastcv_zeroed_drop(bytes, FASTCV_ALL_COLORS);
}
