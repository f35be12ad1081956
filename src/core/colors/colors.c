#include "fastcv/colors.h"

#include "core/colors/region.h"

FastcvStatus fastcv_main_colors(const FastcvColorPage *page, FastcvPool pool, FastcvColorCount *top,
                                size_t *n)
{
    return fastcv_region_colors(page, NULL, pool, top, n);
}
