/* Whether malloc keeps memory for the next call or gives it back to the system depends on what the
 * process has freed before. Where malloc gives it back, page faults take as long as the pixels
 * (benchmarks/memory.py). */
#include "core/memory/pieces.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory/pages.h"

/* Free memory beyond this is offered to the system, which takes it only when memory runs short.
 * Until then it is as good as the rest. */
enum { HELD_BYTES = 64 << 20 };

static struct {
    pthread_mutex_t lock;
    FastcvSlab *newest, *oldest;
    FastcvSlab *oldest_held; /* all that are older have been offered */
    size_t held_bytes;
    FastcvSlabStats stats;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .stats = {.max_bytes = 512 << 20}};

static pthread_once_t pool_once = PTHREAD_ONCE_INIT;

/* ---- the list, with the lock held ---- */

static void add_newest(FastcvSlab *piece)
{
    piece->is_free = 1;
    piece->is_offered = 0;
    piece->newer = NULL;
    piece->older = pool.newest;
    *(pool.newest ? &pool.newest->newer : &pool.oldest) = piece;
    pool.newest = piece;
    pool.oldest_held = pool.oldest_held ? pool.oldest_held : piece;
    pool.held_bytes += piece->bytes;
    pool.stats.free_bytes += piece->bytes;
}

static void cut_out(FastcvSlab *piece)
{
    *(piece->newer ? &piece->newer->older : &pool.newest) = piece->older;
    *(piece->older ? &piece->older->newer : &pool.oldest) = piece->newer;
    pool.oldest_held = pool.oldest_held == piece ? piece->newer : pool.oldest_held;
    pool.held_bytes -= piece->is_offered ? 0 : piece->bytes;
    pool.stats.free_bytes -= piece->bytes;
    piece->is_free = 0;
}

static void leave_neighbours(const FastcvSlab *piece)
{
    if (piece->left)
        piece->left->right = NULL;
    if (piece->right)
        piece->right->left = NULL;
}

/* Takes the oldest pieces out until the others are within max_bytes. Returns them, linked by older,
 * to be unmapped without the lock. */
static FastcvSlab *cut_beyond(size_t max_bytes)
{
    FastcvSlab *rest = NULL;
    while (pool.stats.free_bytes > max_bytes) {
        FastcvSlab *piece = pool.oldest;
        cut_out(piece);
        leave_neighbours(piece);
        piece->older = rest;
        rest = piece;
    }
    return rest;
}

/* Neighbours go together: a part of a huge page goes only after the page has been split. */
static void unmap_all(FastcvSlab *piece)
{
    while (piece) {
        char *const start = piece->start;
        size_t bytes = 0;
        while (piece && piece->start == start + bytes) {
            FastcvSlab *older = piece->older;
            bytes += piece->bytes;
            free(piece);
            piece = older;
        }
        fastcv_pages_unmap(start, bytes);
    }
}

/* ---- offers; the lock is held, so that nobody takes a piece meanwhile ---- */

static int is_offer(const FastcvSlab *piece)
{
    return piece && piece->is_free && piece->is_offered;
}

/* Offers the oldest piece that is held: every huge page that is now offered in all its parts. */
static void offer_oldest(void)
{
    const size_t huge = FASTCV_HUGE_PAGE_BYTES;
    FastcvSlab *piece = pool.oldest_held;
    pool.oldest_held = piece->newer;
    pool.held_bytes -= piece->bytes;
    piece->is_offered = 1;
    const FastcvSlab *first = piece, *last = piece;
    while (is_offer(first->left) && (size_t)(piece->start - first->start) < huge)
        first = first->left;
    while (is_offer(last->right) &&
           (size_t)(last->start + last->bytes - piece->start) < piece->bytes + huge)
        last = last->right;
    const uintptr_t start = (uintptr_t)piece->start, end = start + piece->bytes;
    uintptr_t from = start / huge * huge, to = (end + huge - 1) / huge * huge;
    from += from < (uintptr_t)first->start ? huge : 0;
    to -= to > (uintptr_t)(last->start + last->bytes) ? huge : 0;
    if (from < to)
        fastcv_pages_offer((void *)from, to - from);
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

static void count_taken(size_t pieces, size_t bytes, int is_hit)
{
    pool.stats.used_bytes += bytes;
    *(is_hit ? &pool.stats.hits : &pool.stats.misses) += pieces;
}

/* A piece of these bytes or a few more, from this one on. */
static FastcvSlab *find(FastcvSlab *from, size_t bytes, size_t more)
{
    while (from && (from->bytes < bytes || from->bytes - bytes > more))
        from = from->older;
    return from;
}

static FastcvSlab *find_zeroed(size_t bytes)
{
    FastcvSlab *piece = pool.newest;
    while (piece && !(piece->bytes == bytes && piece->is_zero))
        piece = piece->older;
    return piece;
}

/* Takes what is kept, and returns how many bytes are missing. A search for the size of the piece
 * before goes on where that search ended: a call takes hundreds of pieces of one size. */
static size_t take_kept(size_t count, const size_t bytes[], FastcvSlab *slabs[])
{
    FastcvSlab *from = NULL;
    size_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        if (!bytes[i])
            continue;
        if (!i || bytes[i] != bytes[i - 1])
            from = pool.newest;
        FastcvSlab *piece = find(from, bytes[i], 0);
        from = piece ? piece->older : NULL;
        if (!piece)
            piece = find(pool.newest, bytes[i], bytes[i] / 16);
        if (piece) {
            cut_out(piece);
            piece->is_zero = 0;
            count_taken(1, piece->bytes, 1);
            slabs[i] = piece;
        } else {
            missing += bytes[i];
        }
    }
    return missing;
}

/* left may be NULL. */
static FastcvSlab *make_piece(char *start, size_t bytes, FastcvSlab *left)
{
    FastcvSlab *piece = malloc(sizeof *piece);
    if (!piece)
        return NULL;
    *piece = (FastcvSlab){.start = start, .bytes = bytes, .left = left};
    if (left)
        left->right = piece;
    return piece;
}

/* The missing pieces lie side by side in one mapping, so that small ones get huge pages too. Each
 * goes back by itself. */
static void map_missing(size_t count, const size_t bytes[], FastcvSlab *slabs[], size_t missing)
{
    char *mapping = fastcv_pages_map(missing);
    FastcvSlab *left = NULL;
    size_t pieces = 0;
    for (size_t i = 0; i < count && mapping; i++) {
        if (slabs[i] || !bytes[i])
            continue;
        slabs[i] = make_piece(mapping, bytes[i], left);
        if (!slabs[i]) {
            fastcv_pages_unmap(mapping, bytes[i]);
            missing -= bytes[i];
        }
        pieces += slabs[i] != NULL;
        left = slabs[i];
        mapping += bytes[i];
    }
    lock_pool();
    count_taken(pieces, mapping ? missing : 0, 0);
    pthread_mutex_unlock(&pool.lock);
}

void fastcv_pieces_take(size_t count, const size_t bytes[], FastcvSlab *slabs[])
{
    memset(slabs, 0, count * sizeof *slabs);
    lock_pool();
    const int is_on = pool.stats.max_bytes > 0;
    const size_t missing = is_on ? take_kept(count, bytes, slabs) : 0;
    pthread_mutex_unlock(&pool.lock);
    if (missing)
        map_missing(count, bytes, slabs, missing);
}

/* ---- give back ---- */

void fastcv_piece_give_back(FastcvSlab *piece)
{
    FastcvSlab *rest = piece;
    lock_pool();
    pool.stats.used_bytes -= piece->bytes;
    if (piece->bytes <= pool.stats.max_bytes) {
        add_newest(piece);
        rest = cut_beyond(pool.stats.max_bytes);
        while (pool.held_bytes > HELD_BYTES)
            offer_oldest();
    } else {
        leave_neighbours(piece);
        piece->older = NULL;
    }
    pthread_mutex_unlock(&pool.lock);
    unmap_all(rest);
}

/* ---- memory that is all zero ---- */

void *fastcv_zeroed_take(size_t bytes)
{
    lock_pool();
    FastcvSlab *kept = find_zeroed(bytes);
    if (kept) {
        cut_out(kept);
        count_taken(1, bytes, 1);
    }
    pthread_mutex_unlock(&pool.lock);
    void *start = kept ? kept->start : fastcv_pages_map(bytes);
    if (!kept && start) {
        lock_pool();
        count_taken(1, bytes, 0);
        pthread_mutex_unlock(&pool.lock);
    }
    free(kept);
    return start;
}

void fastcv_zeroed_give_back(void *start, size_t bytes)
{
    FastcvSlab *piece = make_piece(start, bytes, NULL);
    if (!piece) {
        fastcv_zeroed_drop(start, bytes);
        return;
    }
    piece->is_zero = 1;
    fastcv_piece_give_back(piece);
}

void fastcv_zeroed_drop(void *start, size_t bytes)
{
    lock_pool();
    pool.stats.used_bytes -= bytes;
    pthread_mutex_unlock(&pool.lock);
    fastcv_pages_unmap(start, bytes);
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
