/* A pool of slabs. Whether malloc keeps a page's crops for the next call, or gives them back to the
 * system, hangs on what else the process has freed; where it gives them back, page faults take as
 * long as the pixels (benchmarks/memory.py). */
#define _GNU_SOURCE
#include "fastcv/slabs.h"

#include <pthread.h>
#include <sys/mman.h>

enum { HUGE_PAGE_BYTES = 2 << 20, LEAST_BYTES = 1 << 18 };

/* Stands at the slab's own start, before its room. */
struct FastcvSlab {
    size_t bytes; /* with this header */
    FastcvSlab *next;
};

_Static_assert(sizeof(FastcvSlab) <= FASTCV_SLAB_ALIGNMENT, "the room begins after the header");

static struct {
    pthread_mutex_t lock;
    FastcvSlab *free; /* the last given back comes first */
    FastcvSlabStats stats;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .stats = {.max_bytes = 64 << 20}};

static pthread_once_t pool_once = PTHREAD_ONCE_INIT;

/* ---- from and to the system ---- */

/* Huge pages make 2 MiB one page fault instead of 512; they need memory that begins at a multiple
 * of their size. */
static FastcvSlab *map_slab(size_t bytes)
{
    const size_t slack = bytes >= HUGE_PAGE_BYTES ? HUGE_PAGE_BYTES : 0;
    char *start =
        mmap(NULL, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    if (slack) {
        const size_t before = -(uintptr_t)start % slack;
        if (before)
            munmap(start, before);
        start += before;
        munmap(start + bytes, slack - before);
#ifdef MADV_HUGEPAGE
        madvise(start, bytes, MADV_HUGEPAGE);
#endif
    }
    FastcvSlab *slab = (FastcvSlab *)start;
    slab->bytes = bytes;
    return slab;
}

static void unmap_slabs(FastcvSlab *slab)
{
    while (slab) {
        FastcvSlab *next = slab->next;
        munmap(slab, slab->bytes);
        slab = next;
    }
}

/* Few different sizes, so that a slab soon meets a call that it fits: powers of two up to a huge
 * page, of which only what is written takes memory, then four sizes to each power of two. */
static size_t round_up(size_t bytes)
{
    size_t size = LEAST_BYTES;
    while (size < bytes)
        size *= 2;
    const size_t step = size <= HUGE_PAGE_BYTES ? size : size / 8;
    return (bytes + step - 1) / step * step;
}

/* ---- the pool, with its lock held ---- */

static FastcvSlab *find_free(size_t bytes)
{
    FastcvSlab **link = &pool.free;
    while (*link && (*link)->bytes != bytes)
        link = &(*link)->next;
    FastcvSlab *slab = *link;
    if (slab) {
        *link = slab->next;
        pool.stats.free_bytes -= bytes;
    }
    return slab;
}

/* Cuts off those given back longest ago, until the others are within max_bytes; returns them, to be
 * unmapped without the lock. */
static FastcvSlab *cut_beyond(size_t max_bytes)
{
    if (pool.stats.free_bytes <= max_bytes)
        return NULL;
    FastcvSlab **link = &pool.free;
    size_t kept = 0;
    while (*link && (*link)->bytes <= max_bytes - kept) {
        kept += (*link)->bytes;
        link = &(*link)->next;
    }
    FastcvSlab *rest = *link;
    *link = NULL;
    pool.stats.free_bytes = kept;
    return rest;
}

/* ---- forks ---- */

static void before_fork(void)
{
    pthread_mutex_lock(&pool.lock);
}

static void after_fork_in_parent(void)
{
    pthread_mutex_unlock(&pool.lock);
}

/* The child lets go of what is free: writing into memory that the parent has as well would copy it,
 * on either side. */
static void after_fork_in_child(void)
{
    FastcvSlab *rest = cut_beyond(0);
    pthread_mutex_unlock(&pool.lock);
    unmap_slabs(rest);
}

static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

static void lock_pool(void)
{
    pthread_once(&pool_once, watch_forks);
    pthread_mutex_lock(&pool.lock);
}

/* ---- the contract ---- */

FastcvSlab *fastcv_slab_take(size_t bytes)
{
    if (bytes > SIZE_MAX / 4) /* beyond any address space, and beyond round_up */
        return NULL;
    bytes = round_up(bytes + FASTCV_SLAB_ALIGNMENT);

    lock_pool();
    const int is_on = pool.stats.max_bytes > 0;
    FastcvSlab *slab = is_on ? find_free(bytes) : NULL;
    const int is_hit = slab != NULL;
    if (is_on && !is_hit) {
        pthread_mutex_unlock(&pool.lock);
        slab = map_slab(bytes);
        pthread_mutex_lock(&pool.lock);
    }
    if (slab) {
        pool.stats.hits += is_hit;
        pool.stats.misses += !is_hit;
        pool.stats.used_bytes += bytes;
    }
    pthread_mutex_unlock(&pool.lock);
    return slab;
}

char *fastcv_slab_room(FastcvSlab *slab)
{
    return (char *)slab + FASTCV_SLAB_ALIGNMENT;
}

void fastcv_slab_give_back(FastcvSlab *slab)
{
    lock_pool();
    pool.stats.used_bytes -= slab->bytes;
    FastcvSlab *rest = slab;
    slab->next = NULL;
    if (slab->bytes <= pool.stats.max_bytes) {
        slab->next = pool.free;
        pool.free = slab;
        pool.stats.free_bytes += slab->bytes;
        rest = cut_beyond(pool.stats.max_bytes);
    }
    pthread_mutex_unlock(&pool.lock);
    unmap_slabs(rest);
}

FastcvSlabStats fastcv_slab_stats(void)
{
    lock_pool();
    FastcvSlabStats stats = pool.stats;
    pthread_mutex_unlock(&pool.lock);
    return stats;
}

void fastcv_slabs_set_max(size_t bytes)
{
    lock_pool();
    pool.stats.max_bytes = bytes;
    FastcvSlab *rest = cut_beyond(bytes);
    pthread_mutex_unlock(&pool.lock);
    unmap_slabs(rest);
}

void fastcv_slabs_empty(void)
{
    lock_pool();
    FastcvSlab *rest = cut_beyond(0);
    pthread_mutex_unlock(&pool.lock);
    unmap_slabs(rest);
}
