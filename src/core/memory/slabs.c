#include "core/memory/pages.h"
#include "core/memory/pieces.h"

/* At most 1/32 more than was asked for. With what fastcv_pieces_take may add it is under an
 * eighth. */
static size_t size_of(size_t bytes)
{
    if (!bytes || bytes > SIZE_MAX / 4) /* beyond any address space */
        return 0;
    size_t step = 1;
    while (step <= bytes / 64)
        step *= 2;
    return fastcv_pages_round((bytes + step - 1) / step * step);
}

void fastcv_slabs_take(size_t count, size_t bytes[], FastcvSlab *slabs[])
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = size_of(bytes[i]);
    fastcv_pieces_take(count, bytes, slabs);
    for (size_t i = 0; i < count; i++)
        bytes[i] = slabs[i] ? slabs[i]->bytes : 0;
}

FastcvSlab *fastcv_slab_take(size_t bytes)
{
    FastcvSlab *slab;
    fastcv_slabs_take(1, &bytes, &slab);
    return slab;
}

char *fastcv_slab_room(FastcvSlab *slab)
{
    return slab->start;
}

void fastcv_slab_give_back(FastcvSlab *slab)
{
    fastcv_piece_give_back(slab);
}
