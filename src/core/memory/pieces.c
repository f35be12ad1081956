/* Whether malloc keeps memory for the next call or gives it back to the system depends on what the
 * process has freed before. Where malloc gives it back, page faults take as long as the pixels
 * (benchmarks/memory.py). */
#include "core/memory/pieces.h"

#include <pthread.h>
#include <string.h>

#include "core/memory/pages.h"

static struct {
    pthread_mutex_t lock;
    FastcvSlab *newest, *oldest;
    FastcvSlabStats stats;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .stats = {.max_bytes = 64 << 20}};

static pthread_once_t pool_once = PTHREAD_ONCE_INIT;

/* ---- the list, with the lock held ---- */

static void add_newest(FastcvSlab *piece)
{
    piece->newer = NULL;
    piece->older = pool.newest;
    *(pool.newest ? &pool.newest->newer : &pool.oldest) = piece;
    pool.newest = piece;
    pool.stats.free_bytes += piece->bytes;
}

static void cut_out(FastcvSlab *piece)
{
    *(piece->newer ? &piece->newer->older : &pool.newest) = piece->older;
    *(piece->older ? &piece->older->newer : &pool.oldest) = piece->newer;
    pool.stats.free_bytes -= piece->bytes;
}

static void count_taken(size_t bytes, int is_hit)
{
    pool.stats.used_bytes += bytes;
    pool.stats.hits += is_hit;
    pool.stats.misses += !is_hit;
}

static FastcvSlab *find(FastcvSlab *from, size_t bytes, int is_zero)
{
    while (from && (from->bytes != bytes || from->is_zero < is_zero))
        from = from->older;
    return from;
}

/* Takes the oldest pieces out until the others are within max_bytes. Returns them, linked by older,
 * to be unmapped without the lock. */
static FastcvSlab *cut_beyond(size_t max_bytes)
{
    FastcvSlab *rest = NULL;
    while (pool.stats.free_bytes > max_bytes) {
        FastcvSlab *piece = pool.oldest;
        cut_out(piece);
        piece->older = rest;
        rest = piece;
    }
    return rest;
}

static void unmap_all(FastcvSlab *piece)
{
    while (piece) {
        FastcvSlab *older = piece->older;
        fastcv_pages_unmap(piece, piece->bytes);
        piece = older;
    }
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

/* The child lets go of free pieces: whichever process writes into shared memory first has to copy
 * it. */
static void after_fork_in_child(void)
{
    FastcvSlab *rest = cut_beyond(0);
    pthread_mutex_unlock(&pool.lock);
    unmap_all(rest);
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

/* ---- take ---- */

/* Takes what is kept, and returns how many bytes are missing. A search for the size of the piece
 * before goes on where that search ended: a call takes hundreds of pieces of one size. */
static size_t take_kept(size_t count, const size_t bytes[], FastcvSlab *slabs[])
{
    FastcvSlab *from = NULL;
    size_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        slabs[i] = NULL;
        if (!bytes[i])
            continue;
        FastcvSlab *piece = find(i && bytes[i] == bytes[i - 1] ? from : pool.newest, bytes[i], 0);
        from = piece ? piece->older : NULL;
        if (piece) {
            cut_out(piece);
            count_taken(bytes[i], 1);
            slabs[i] = piece;
        } else {
            missing += bytes[i];
        }
    }
    return missing;
}

/* The missing pieces lie side by side in one mapping, so that small ones get huge pages too. Each
 * goes back by itself. */
static void cut_up(char *mapping, size_t count, const size_t bytes[], FastcvSlab *slabs[])
{
    for (size_t i = 0; i < count; i++) {
        if (slabs[i] || !bytes[i])
            continue;
        slabs[i] = (FastcvSlab *)mapping;
        slabs[i]->bytes = bytes[i];
        mapping += bytes[i];
        count_taken(bytes[i], 0);
    }
}

void fastcv_pieces_take(size_t count, const size_t bytes[], FastcvSlab *slabs[])
{
    lock_pool();
    const int is_on = pool.stats.max_bytes > 0;
    if (!is_on)
        memset(slabs, 0, count * sizeof *slabs);
    const size_t missing = is_on ? take_kept(count, bytes, slabs) : 0;
    pthread_mutex_unlock(&pool.lock);

    char *mapping = missing ? fastcv_pages_map(missing) : NULL;
    if (mapping) {
        lock_pool();
        cut_up(mapping, count, bytes, slabs);
        pthread_mutex_unlock(&pool.lock);
    }
}

void *fastcv_piece_take_zeroed(size_t bytes)
{
    lock_pool();
    FastcvSlab *kept = find(pool.newest, bytes, 1);
    if (kept) {
        cut_out(kept);
        count_taken(bytes, 1);
    }
    pthread_mutex_unlock(&pool.lock);
    if (kept)
        return memset(kept, 0, sizeof *kept);

    void *piece = fastcv_pages_map(bytes);
    if (piece) {
        lock_pool();
        count_taken(bytes, 0);
        pthread_mutex_unlock(&pool.lock);
    }
    return piece;
}

/* ---- give back ---- */

void fastcv_piece_give_back(void *start, size_t bytes, int is_zero)
{
    FastcvSlab *piece = start, *rest = NULL;
    lock_pool();
    const int is_kept = bytes <= pool.stats.max_bytes;
    pool.stats.used_bytes -= bytes;
    if (is_kept) {
        piece->bytes = bytes;
        piece->is_zero = is_zero;
        add_newest(piece);
        rest = cut_beyond(pool.stats.max_bytes);
    }
    pthread_mutex_unlock(&pool.lock);
    if (!is_kept)
        fastcv_pages_unmap(start, bytes);
    unmap_all(rest);
}

void fastcv_piece_drop(void *piece, size_t bytes)
{
    lock_pool();
    pool.stats.used_bytes -= bytes;
    pthread_mutex_unlock(&pool.lock);
    fastcv_pages_unmap(piece, bytes);
}

/* ---- the limit and the figures ---- */

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
    unmap_all(rest);
}

void fastcv_slabs_empty(void)
{
    lock_pool();
    FastcvSlab *rest = cut_beyond(0);
    pthread_mutex_unlock(&pool.lock);
    unmap_all(rest);
}
