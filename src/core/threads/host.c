/* libgomp keeps its threads per starting thread and does not survive fork: if a thread has run a
 * region and then forks, a region in the child hangs for good. So every region starts on a host
 * thread that belongs to fastcv; a forked child has no host and makes its own.
 *
 * A region helps one loop at a time and the others queue. Many Python threads that call at once
 * therefore make no more OS threads than one of them would. */
#define _GNU_SOURCE
#include "core/threads/host.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "core/threads/team.h"
#include "fastcv/float_mode.h"

static struct {
    pthread_mutex_t lock;
    pthread_cond_t has_job;
    FastcvJob *first, **end; /* the queue; end is where the next job's address goes */
    int is_alive;
    unsigned forks; /* changes in a forked child */
} host;

static pthread_once_t host_once = PTHREAD_ONCE_INIT;

static void reset_host(void)
{
    pthread_mutex_init(&host.lock, NULL);
    pthread_cond_init(&host.has_job, NULL);
    host.first = NULL;
    host.end = &host.first;
    host.is_alive = 0;
}

/* Only the forking thread lives on in the child. The host, its queue and the holder of its lock
 * are gone, so all of it starts anew. */
static void after_fork_in_child(void)
{
    reset_host();
    host.forks++;
}

static void init_host(void)
{
    reset_host();
    pthread_atfork(NULL, NULL, after_fork_in_child);
}

/* ---- with the lock held ---- */

static void enqueue(FastcvJob *job)
{
    job->is_queued = 1;
    job->owners++;
    *host.end = job;
    host.end = &job->next;
}

static void dequeue(FastcvJob *job)
{
    FastcvJob **link = &host.first;
    while (*link != job)
        link = &(*link)->next;
    *link = job->next;
    if (!job->next)
        host.end = link;
    job->is_queued = 0;
}

static void let_go(FastcvJob *job)
{
    if (--job->owners)
        return;
    pthread_cond_destroy(&job->progress);
    free(job);
}

/* ---- on the host and its team ---- */

static void help(void *context, int thread)
{
    FastcvJob *job = context;
    const FastcvFloatMode before = fastcv_float_mode_enter();
    while (fastcv_items_do_next(&job->items, thread)) {
        if (atomic_load(&job->is_awaited)) {
            pthread_mutex_lock(&host.lock);
            pthread_cond_signal(&job->progress);
            pthread_mutex_unlock(&host.lock);
        }
    }
    fastcv_float_mode_leave(before);
}

static void *host_main(void *unused)
{
    (void)unused;
    FastcvTeam team;
    fastcv_team_init(&team);
    pthread_mutex_lock(&host.lock);
    for (;;) {
        while (!host.first)
            pthread_cond_wait(&host.has_job, &host.lock);
        FastcvJob *job = host.first;
        dequeue(job);
        pthread_mutex_unlock(&host.lock);
        fastcv_team_run(&team, job->helpers, &job->cpus, help, job);
        pthread_mutex_lock(&host.lock);
        let_go(job);
    }
    return NULL;
}

/* ---- on the caller's thread ---- */

/* Called with the lock held. The host and its team block all signals, so that these stay with the
 * caller's threads. */
static int start_host(void)
{
    sigset_t all, before;
    pthread_t thread;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    host.is_alive = pthread_create(&thread, NULL, host_main, NULL) == 0;
    if (host.is_alive)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return host.is_alive;
}

#ifdef __linux__
static const clockid_t wait_clock = CLOCK_MONOTONIC;
#else
static const clockid_t wait_clock = CLOCK_REALTIME;
#endif

FastcvJob *fastcv_job_make(FastcvLoop loop, int helpers)
{
    FastcvJob *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->items.loop = loop;
    job->helpers = helpers;
    job->owners = 1;
    fastcv_team_cpus(&job->cpus);

    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
#ifdef __linux__
    pthread_condattr_setclock(&attributes, wait_clock);
#endif
    pthread_cond_init(&job->progress, &attributes);
    pthread_condattr_destroy(&attributes);
    return job;
}

unsigned fastcv_host_offer(FastcvJob *job)
{
    pthread_once(&host_once, init_host);
    pthread_mutex_lock(&host.lock);
    const unsigned forks = host.forks;
    if (host.is_alive || start_host()) {
        enqueue(job);
        pthread_cond_signal(&host.has_job);
    }
    pthread_mutex_unlock(&host.lock);
    return forks;
}

int fastcv_host_has_forked(unsigned forks)
{
    return forks != host.forks;
}

static struct timespec poll_time(void)
{
    struct timespec until;
    clock_gettime(wait_clock, &until);
    until.tv_nsec += FASTCV_POLL_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    return until;
}

int fastcv_job_wait(FastcvJob *job, ptrdiff_t items, int is_timed)
{
    const struct timespec until = poll_time();
    int is_late = 0;
    pthread_mutex_lock(&host.lock);
    atomic_store(&job->is_awaited, 1);
    while (atomic_load(&job->items.finished) < items && !is_late) {
        if (is_timed)
            is_late = pthread_cond_timedwait(&job->progress, &host.lock, &until) != 0;
        else
            pthread_cond_wait(&job->progress, &host.lock);
    }
    const int is_done = atomic_load(&job->items.finished) >= items;
    pthread_mutex_unlock(&host.lock);
    return is_done;
}

void fastcv_job_leave(FastcvJob *job)
{
    pthread_mutex_lock(&host.lock);
    if (job->is_queued) { /* the host is still in another loop */
        dequeue(job);
        job->owners--;
    }
    let_go(job);
    pthread_mutex_unlock(&host.lock);
}
