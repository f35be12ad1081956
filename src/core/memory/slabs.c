#include "core/memory/pages.h"
#include "core/memory/pieces.h"

_Static_assert(sizeof(FastcvSlab) <= FASTCV_SLAB_ALIGNMENT, "the room begins after the header");

/* Eight sizes between two powers of two: few enough that a slab soon meets a call that it fits, and
 * at most an eighth more than was asked for. Linux gives no memory to pages that are never written.
 */
static size_t size_of(size_t bytes)
{
    if (!bytes || bytes > SIZE_MAX / 4) /* beyond any address space */
        return 0;
    bytes += FASTCV_SLAB_ALIGNMENT;
    size_t step = 1;
    while (step <= bytes / 16)
        step *= 2;
    return fastcv_pages_round((bytes + step - 1) / step * step);
}

void fastcv_slabs_take(size_t count, size_t bytes[], FastcvSlab *slabs[])
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = size_of(bytes[i]);
    fastcv_pieces_take(count, bytes, slabs);
}

FastcvSlab *fastcv_slab_take(size_t bytes)
{
    FastcvSlab *slab;
    fastcv_slabs_take(1, &bytes, &slab);
    return slab;
}

char *fastcv_slab_room(FastcvSlab *slab)
{
    return (char *)slab + FASTCV_SLAB_ALIGNMENT;
}

void fastcv_slab_give_back(FastcvSlab *slab)
{
    fastcv_piece_give_back(slab, slab->bytes, 0);
}
