/* Loops whose work items are parts of something larger: rows of a crop, rows of a word. The things
 * number their items one after the other. */
#ifndef FASTCV_CORE_ITEMS_H
#define FASTCV_CORE_ITEMS_H

#include <stddef.h>

/* Which of `count` things has the item: the last whose first item it does not come before. Things
 * without items are never returned. */
static inline ptrdiff_t fastcv_owner_of_item(const ptrdiff_t *first_item, ptrdiff_t count,
                                             ptrdiff_t item)
{
    ptrdiff_t low = 0, high = count - 1;
    while (low < high) {
        const ptrdiff_t middle = high - (high - low) / 2;
        if (first_item[middle] <= item)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

#endif
