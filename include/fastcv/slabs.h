/* Memory for outputs that is used again: fresh pages can cost as much as the pixels that are
 * written into them. All functions may be called from any thread. */
#ifndef FASTCV_SLABS_H
#define FASTCV_SLABS_H

#include <stddef.h>
#include <stdint.h>

/* Pixels that fit in a slab of 2 MiB, the size of a huge page, beside its own header. */
enum { FASTCV_SLAB_ALIGNMENT = 64, FASTCV_SLAB_BYTES = (2 << 20) - FASTCV_SLAB_ALIGNMENT };

typedef struct FastcvSlab FastcvSlab;

/* A slab with room for so many bytes, or NULL where the pool is off or the system refuses. It holds
 * whatever was there before: write every byte before anyone reads. */
FastcvSlab *fastcv_slab_take(size_t bytes);

/* Its room, aligned to FASTCV_SLAB_ALIGNMENT. */
char *fastcv_slab_room(FastcvSlab *slab);

/* Keeps it for the next taker, if need be in place of those given back longest ago. */
void fastcv_slab_give_back(FastcvSlab *slab);

typedef struct FastcvSlabStats {
    size_t max_bytes;      /* that may be kept; 0: the pool is off */
    size_t free_bytes;     /* kept for the next taker */
    size_t used_bytes;     /* taken and not given back */
    uint64_t hits, misses; /* slabs taken out of those kept; slabs that the system had to give */
} FastcvSlabStats;

FastcvSlabStats fastcv_slab_stats(void);

/* 64 MiB at first, room for a page's crops even in float32. What is kept beyond it goes to the
 * system at once. */
void fastcv_slabs_set_max(size_t bytes);

/* Everything that is kept goes to the system. */
void fastcv_slabs_empty(void);

#endif
