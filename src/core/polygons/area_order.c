#include "core/polygons/area_order.h"

#include <string.h>

FastcvAreaKey fastcv_area_key(double area, int32_t index)
{
    FastcvAreaKey key = {.index = index};
    area += 0.0; /* turns -0.0, which has the largest bits of all, into 0.0 */
    memcpy(&key.bits, &area, sizeof key.bits);
    return key;
}

FastcvAreaKey *fastcv_area_pass(int pass, FastcvAreaKey *from, FastcvAreaKey *to, ptrdiff_t count)
{
    const int shift = 8 * pass;
    ptrdiff_t next[256] = {0}, sum = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        next[from[i].bits >> shift & 255]++;
    for (int digit = 0; digit < 256; digit++) {
        const ptrdiff_t keys = next[digit];
        if (keys == count)
            return from; /* all keys share this digit */
        next[digit] = sum;
        sum += keys;
    }
    for (ptrdiff_t i = 0; i < count; i++)
        to[next[from[i].bits >> shift & 255]++] = from[i];
    return to;
}
