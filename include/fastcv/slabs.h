/* Slabs: memory for outputs that is used again. Fresh memory can cost as much as the pixels that
 * are written into it. Any thread may call. */
#ifndef FASTCV_SLABS_H
#define FASTCV_SLABS_H

#include <stddef.h>
#include <stdint.h>

/* Outputs that share a slab take at most FASTCV_SLAB_BYTES. One kept output keeps a whole slab
 * alive. From 64 KiB to 2 MiB the usual loop took the same time (docs/memory.md); smaller slabs
 * leave more room unused at their ends. */
enum { FASTCV_SLAB_ALIGNMENT = 64, FASTCV_SLAB_BYTES = 1 << 18 };

typedef struct FastcvSlab FastcvSlab;

/* Sets slabs[i] to a slab with room for bytes[i], and bytes[i] to what the slab takes: at most an
 * eighth more. The slab is NULL where bytes[i] is 0, the pool is off, or the system refuses. Its
 * content is arbitrary: write every byte before anyone reads. All that a call needs should be taken
 * at once: slabs that the pool does not have then share huge pages. */
void fastcv_slabs_take(size_t count, size_t bytes[], FastcvSlab *slabs[]);

/* The same for one slab. */
FastcvSlab *fastcv_slab_take(size_t bytes);

/* The slab's room, aligned to FASTCV_SLAB_ALIGNMENT. */
char *fastcv_slab_room(FastcvSlab *slab);

/* Keeps the slab for the next taker, in place of memory that was given back longer ago if the limit
 * asks for that. */
void fastcv_slab_give_back(FastcvSlab *slab);

/* The pool's figures. They cover slabs and the byte tables that colours are counted in. */
typedef struct FastcvSlabStats {
    size_t max_bytes;      /* the most that is kept; 0: the pool is off */
    size_t free_bytes;     /* kept for the next taker; what is offered to the system counts */
    size_t used_bytes;     /* taken and not given back */
    uint64_t hits, misses; /* pieces that the pool had; pieces that the system had to give */
} FastcvSlabStats;

FastcvSlabStats fastcv_slab_stats(void);

/* The limit is 512 MiB at first: room for the batches of a page with thousands of words in float32.
 * Of that, the system may take all but the 64 MiB that came back last when memory runs short.
 * Memory beyond a new limit goes to the system at once. */
void fastcv_slabs_set_max(size_t bytes);

/* Gives all that is kept to the system. */
void fastcv_slabs_empty(void);

#endif
