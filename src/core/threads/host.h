/* The host: a thread of fastcv's own, on which every parallel region starts, and its queue of
 * loops. */
#ifndef FASTCV_HOST_H
#define FASTCV_HOST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "core/threads/affinity.h"
#include "fastcv/threads.h"

/* A loop, and how far its threads have come. Each takes one item after the other. */
typedef struct FastcvItems {
    FastcvLoop loop;
    _Atomic ptrdiff_t next, finished;
} FastcvItems;

/* Does the next item. Returns 0 if no item is left. */
static inline int fastcv_items_do_next(FastcvItems *items, int thread)
{
    const ptrdiff_t item = atomic_fetch_add(&items->next, 1);
    if (item >= items->loop.items)
        return 0;
    items->loop.work(items->loop.context, item, thread);
    atomic_fetch_add(&items->finished, 1);
    return 1;
}

/* A loop that wants help. */
typedef struct FastcvJob {
    FastcvItems items;
    int helpers; /* threads besides the caller's */
    FastcvCpuSet cpus;
    atomic_int is_awaited; /* the caller has nothing left to do but wait */
    /* Under the host's lock: */
    pthread_cond_t progress; /* one a job, so that a caller wakes for its own job only */
    int owners;              /* the caller, the queue or the host; the last to let go frees it */
    int is_queued;
    struct FastcvJob *next;
} FastcvJob;

/* NULL if there is no memory. */
FastcvJob *fastcv_job_make(FastcvLoop loop, int helpers);

/* Queues the job. If there is no host and the system refuses a thread, nobody helps. Returns the
 * number of forks so far. */
unsigned fastcv_host_offer(FastcvJob *job);

/* Whether this process is a child that has been forked since. The job's other threads are gone
 * then, and its memory must not be used. */
int fastcv_host_has_forked(unsigned forks);

/* Waits until so many items are finished, and returns 1. If is_timed, returns 0 after
 * FASTCV_POLL_MS. */
int fastcv_job_wait(FastcvJob *job, ptrdiff_t items, int is_timed);

/* The caller is done with the job. */
void fastcv_job_leave(FastcvJob *job);

enum { FASTCV_POLL_MS = 50 };

#endif
