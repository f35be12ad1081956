/* A loop, as its caller sees it. The caller works on the items itself, and the host's team helps.
 * The caller returns as soon as all items are done. It does not wait for the end of a region,
 * because that waits for threads that wake late: waking one takes 20 to 40 µs, but took 5 ms in
 * every second call when the scheduler had queued it behind another thread on the same CPU.
 *
 * Every thread does its items in the one known floating-point mode. The caller's own mode is in
 * force during poll, which runs Python code. */
#define _GNU_SOURCE
#include <time.h>

#include "core/threads/host.h"
#include "fastcv/float_mode.h"

/* A call of fastcv_run. */
typedef struct Call {
    const FastcvPool *pool;
    FastcvJob *job; /* NULL: the caller works alone */
    unsigned forks;
} Call;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Holds no lock: a signal handler may itself call fastcv, or fork. */
static FastcvStatus poll_once(const Call *call)
{
    const int is_stopped = call->pool->poll(call->pool->poll_context);
    if (call->job && fastcv_host_has_forked(call->forks))
        return FASTCV_ERR_FORKED;
    return is_stopped ? FASTCV_ERR_CANCELLED : FASTCV_OK;
}

/* Does an item; returns 0 if none is left. Alone it takes them without atomic additions, which take
 * 7 ns each: a call for one small box has two loops of one item and takes 5 µs. */
static int do_next(const Call *call, FastcvItems *items)
{
    if (call->job)
        return fastcv_items_do_next(items, 0);
    const ptrdiff_t item = atomic_load_explicit(&items->next, memory_order_relaxed);
    if (item >= items->loop.items)
        return 0;
    atomic_store_explicit(&items->next, item + 1, memory_order_relaxed);
    items->loop.work(items->loop.context, item, 0);
    return 1;
}

/* Does the caller's share of the items; alone, all of them. */
static FastcvStatus take_part(const Call *call, FastcvItems *items)
{
    FastcvStatus status = FASTCV_OK;
    int64_t polled_ms = now_ms();
    FastcvFloatMode callers_mode = fastcv_float_mode_enter();
    while (!status && do_next(call, items)) {
        if (call->pool->poll && now_ms() - polled_ms >= FASTCV_POLL_MS) {
            fastcv_float_mode_leave(callers_mode);
            status = poll_once(call);
            callers_mode = fastcv_float_mode_enter();
            polled_ms = now_ms();
        }
    }
    fastcv_float_mode_leave(callers_mode);
    return status;
}

/* Lets nobody take another item; returns how many have been taken. */
static ptrdiff_t stop_taking(FastcvItems *items)
{
    const ptrdiff_t all = items->loop.items, next = atomic_exchange(&items->next, all);
    return next < all ? next : all;
}

/* Waits for the items that helpers have taken. */
static FastcvStatus wait_for_helpers(const Call *call, FastcvStatus status)
{
    FastcvItems *items = &call->job->items;
    ptrdiff_t taken = status ? stop_taking(items) : items->loop.items;
    while (!fastcv_job_wait(call->job, taken, call->pool->poll && !status)) {
        status = poll_once(call);
        if (status == FASTCV_ERR_FORKED)
            return status;
        if (status)
            taken = stop_taking(items);
    }
    return status;
}

FastcvStatus fastcv_run(FastcvLoop loop, FastcvPool pool)
{
    if (loop.items < pool.num_threads)
        pool.num_threads = (int)loop.items;
    Call call = {.pool = &pool};
    if (pool.num_threads > 1)
        call.job = fastcv_job_make(loop, pool.num_threads - 1);
    if (!call.job) {
        FastcvItems items = {.loop = loop};
        return take_part(&call, &items);
    }

    call.forks = fastcv_host_offer(call.job);
    FastcvStatus status = take_part(&call, &call.job->items);
    if (status != FASTCV_ERR_FORKED)
        status = wait_for_helpers(&call, status);
    if (status == FASTCV_ERR_FORKED)
        return status; /* a helper may have been half-way through an item; nobody finishes it */
    fastcv_job_leave(call.job);
    return status;
}
