/* libgomp keeps its threads per starting thread and does not survive fork: a region in a forked
 * child hangs for good when the parent had run one on the same thread. So every region starts on
 * a host thread that belongs to fastcv; a forked child has lost it and makes its own.
 *
 * A caller works on its loop itself, and the host's region helps. A region helps one loop at a time
 * and the others queue, so that many Python threads calling at once never make more OS threads than
 * one of them would. Nobody waits for a thread that wakes late, as at the end of a region all its
 * own threads do: when all items are done the caller goes. (Waking a thread takes 20 to 40 µs, but
 * in one call of two it took 5 ms, when the scheduler had put it behind another on the same CPU.)
 */
#define _GNU_SOURCE
#include "fastcv/threads.h"

#include <ctype.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POLL_MS = 50, LEAST_STACK_BYTES = 128 << 10 };

#ifdef __linux__
typedef cpu_set_t Affinity;

static void get_affinity(Affinity *cpus)
{
    CPU_ZERO(cpus);
    sched_getaffinity(0, sizeof *cpus, cpus);
}

static void set_affinity(const Affinity *cpus)
{
    sched_setaffinity(0, sizeof *cpus, cpus);
}
#else
typedef char Affinity;

static void get_affinity(Affinity *cpus)
{
    *cpus = 0;
}

static void set_affinity(const Affinity *cpus)
{
    (void)cpus;
}
#endif

/* A loop that wants help. The caller and, once it has taken the job, the host own it; whoever lets
 * go last frees it. */
typedef struct Job {
    FastcvLoop loop;
    int helpers; /* threads besides the caller's */
    Affinity affinity;
    _Atomic ptrdiff_t next_item, finished_items;
    atomic_int is_awaited; /* the caller has nothing left to do but wait */
    /* Under host.lock: */
    pthread_cond_t progress; /* one a job, so that a caller wakes for nobody else's */
    int owners;
    int is_queued;
    struct Job *next;
} Job;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t has_job;
    Job *first, **end; /* the queue; end is where the next job's address goes */
    int is_alive;
    unsigned forks; /* changes in a forked child */
} host;

static pthread_once_t host_once = PTHREAD_ONCE_INIT;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void reset_host(void)
{
    pthread_mutex_init(&host.lock, NULL);
    pthread_cond_init(&host.has_job, NULL);
    host.first = NULL;
    host.end = &host.first;
    host.is_alive = 0;
}

/* In the child only the forking thread goes on: the host, its queue and whoever held its lock are
 * gone, so all of it starts anew. */
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

/* The queue, with the lock held. */

static void enqueue(Job *job)
{
    job->is_queued = 1;
    job->owners++;
    *host.end = job;
    host.end = &job->next;
}

static void dequeue(Job *job)
{
    Job **link = &host.first;
    while (*link != job)
        link = &(*link)->next;
    *link = job->next;
    if (!job->next)
        host.end = link;
    job->is_queued = 0;
}

static void let_go(Job *job)
{
    if (--job->owners)
        return;
    pthread_cond_destroy(&job->progress);
    free(job);
}

/* ---- on any thread ---- */

/* Does an item; returns 0 when none is left to take. */
static int work_on_next(Job *job, int thread)
{
    const ptrdiff_t item = atomic_fetch_add(&job->next_item, 1);
    if (item >= job->loop.items)
        return 0;
    job->loop.work(job->loop.context, item, thread);
    atomic_fetch_add(&job->finished_items, 1);
    return 1;
}

static void help(Job *job, int thread)
{
    while (work_on_next(job, thread)) {
        if (atomic_load(&job->is_awaited)) {
            pthread_mutex_lock(&host.lock);
            pthread_cond_signal(&job->progress);
            pthread_mutex_unlock(&host.lock);
        }
    }
}

/* ---- on the host thread ---- */

static void *wait_at_gate(void *gate)
{
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* Stack bytes that OMP_STACKSIZE asks for; 0 where it is not set or makes no sense. */
static size_t stack_bytes;

/* As libgomp reads it: "2M", "512 K"; KiB where no unit is given. */
static size_t parse_bytes(const char *text)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    end += strspn(end, " ");
    static const char units[] = "BKMG";
    const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : units + 1;
    const int shift = unit ? 10 * (int)(unit - units) : 0;
    return unit && value <= SIZE_MAX >> shift ? (size_t)value << shift : 0;
}

/* When libgomp does, as it is loaded: later another thread may be changing the environment. */
__attribute__((constructor)) static void read_stack_bytes(void)
{
    const char *text = getenv("OMP_STACKSIZE");
    if (!text)
        text = getenv("GOMP_STACKSIZE");
    stack_bytes = text ? parse_bytes(text) : 0;
}

/* libgomp ends the process when it cannot make a thread, so ask first, with throw-away ones. Of
 * stacks too small for a work item, none is used. */
static int can_start_threads(int count)
{
    if (stack_bytes && stack_bytes < LEAST_STACK_BYTES)
        return 0;
    static pthread_t threads[FASTCV_MAX_THREADS]; /* the host is the only caller */
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_attr_t attributes;
    int started = 0;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes); /* refuses 0: the default stays */
    pthread_mutex_lock(&gate);
    while (started < count &&
           pthread_create(&threads[started], &attributes, wait_at_gate, &gate) == 0)
        started++;
    pthread_mutex_unlock(&gate);
    pthread_attr_destroy(&attributes);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return started == count;
}

/* Nor does libgomp go on without the memory for a team, some hundred bytes a thread. What is freed
 * here, it finds. */
static int has_memory_for(int threads)
{
    void *volatile room = malloc((16 + (size_t)threads) << 10); /* volatile: not optimised away */
    const int is_there = room != NULL;
    free(room);
    return is_there;
}

/* Whether a region of so many threads is safe to begin; of the last one's size always, for libgomp
 * has kept all of it. */
static int can_begin_region(int threads, int team)
{
    return threads == team ||
           (has_memory_for(threads) && (threads < team || can_start_threads(threads - 1)));
}

static void help_in_region(Job *job)
{
#pragma omp parallel num_threads(job->helpers)
    help(job, 1 + omp_get_thread_num());
}

static void *host_main(void *unused)
{
    (void)unused;
    Affinity affinity;
    int team = 1; /* threads that libgomp keeps for this one, itself included: the last region's */

    get_affinity(&affinity);
    pthread_mutex_lock(&host.lock);
    for (;;) {
        while (!host.first)
            pthread_cond_wait(&host.has_job, &host.lock);
        Job *job = host.first;
        dequeue(job);
        pthread_mutex_unlock(&host.lock);

        /* The team keeps the CPUs it was born with: a caller pinned elsewhere gets a new one. */
        if (memcmp(&affinity, &job->affinity, sizeof affinity) != 0) {
            omp_pause_resource_all(omp_pause_soft);
            team = 1;
            affinity = job->affinity;
            set_affinity(&affinity);
        }
        if (job->helpers > 1 && can_begin_region(job->helpers, team)) {
            team = job->helpers;
            help_in_region(job);
        } else {
            help(job, 1);
        }

        pthread_mutex_lock(&host.lock);
        let_go(job);
    }
    return NULL;
}

/* ---- on the caller's thread ---- */

/* Called with the lock held. All signals stay with the caller's threads. */
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

static Job *make_job(const FastcvLoop *loop, int num_threads)
{
    Job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->loop = *loop;
    job->helpers = num_threads - 1;
    job->owners = 1;
    get_affinity(&job->affinity);

    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
#ifdef __linux__
    pthread_condattr_setclock(&attributes, wait_clock);
#endif
    pthread_cond_init(&job->progress, &attributes);
    pthread_condattr_destroy(&attributes);
    return job;
}

/* Called with the lock held. Returns 0 when nothing came within POLL_MS. */
static int wait_for_progress(Job *job)
{
    struct timespec until;
    clock_gettime(wait_clock, &until);
    until.tv_nsec += POLL_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    return pthread_cond_timedwait(&job->progress, &host.lock, &until) == 0;
}

static FastcvStatus run_here(const FastcvLoop *loop, const FastcvPool *pool)
{
    int64_t polled_ms = now_ms();
    for (ptrdiff_t item = 0; item < loop->items; item++) {
        loop->work(loop->context, item, 0);
        if (pool->poll && now_ms() - polled_ms >= POLL_MS) {
            if (pool->poll(pool->poll_context))
                return FASTCV_ERR_CANCELLED;
            polled_ms = now_ms();
        }
    }
    return FASTCV_OK;
}

/* Polls, with no lock held: a signal handler may itself call fastcv, or fork. Whether to go on. */
static FastcvStatus poll_once(const FastcvPool *pool, unsigned forks)
{
    const int is_stopped = pool->poll(pool->poll_context);
    if (forks != host.forks)
        return FASTCV_ERR_FORKED;
    return is_stopped ? FASTCV_ERR_CANCELLED : FASTCV_OK;
}

/* The caller's own share of the work. */
static FastcvStatus take_part(Job *job, const FastcvPool *pool, unsigned forks)
{
    FastcvStatus status = FASTCV_OK;
    int64_t polled_ms = now_ms();
    while (!status && work_on_next(job, 0)) {
        if (pool->poll && now_ms() - polled_ms >= POLL_MS) {
            status = poll_once(pool, forks);
            polled_ms = now_ms();
        }
    }
    return status;
}

/* Until the items that others have taken are done; when cancelled, no more are taken. */
static FastcvStatus wait_for_helpers(Job *job, const FastcvPool *pool, unsigned forks,
                                     FastcvStatus status)
{
    pthread_mutex_lock(&host.lock);
    atomic_store(&job->is_awaited, 1);
    ptrdiff_t taken = job->loop.items;
    for (;;) {
        if (status == FASTCV_ERR_CANCELLED && taken == job->loop.items) {
            const ptrdiff_t next = atomic_exchange(&job->next_item, job->loop.items);
            taken = next < taken ? next : taken;
        }
        if (atomic_load(&job->finished_items) >= taken)
            break;
        if (status || !pool->poll) {
            pthread_cond_wait(&job->progress, &host.lock);
        } else if (!wait_for_progress(job)) {
            pthread_mutex_unlock(&host.lock);
            status = poll_once(pool, forks);
            if (status == FASTCV_ERR_FORKED)
                return status;
            pthread_mutex_lock(&host.lock);
        }
    }
    pthread_mutex_unlock(&host.lock);
    return status;
}

FastcvStatus fastcv_run(FastcvLoop loop, FastcvPool pool)
{
    if (loop.items < pool.num_threads)
        pool.num_threads = (int)loop.items;
    Job *job = pool.num_threads > 1 ? make_job(&loop, pool.num_threads) : NULL;
    if (!job)
        return run_here(&loop, &pool);

    pthread_once(&host_once, init_host);
    pthread_mutex_lock(&host.lock);
    const unsigned forks = host.forks;
    if (host.is_alive || start_host()) {
        enqueue(job);
        pthread_cond_signal(&host.has_job);
    }
    pthread_mutex_unlock(&host.lock);

    FastcvStatus status = take_part(job, &pool, forks);
    if (status != FASTCV_ERR_FORKED)
        status = wait_for_helpers(job, &pool, forks, status);
    if (status == FASTCV_ERR_FORKED)
        return status; /* a helper may have been half-way through an item, which nobody finishes */

    pthread_mutex_lock(&host.lock);
    if (job->is_queued) { /* behind somebody's long loop: the host has not become an owner */
        dequeue(job);
        job->owners--;
    }
    let_go(job);
    pthread_mutex_unlock(&host.lock);
    return status;
}

int fastcv_openmp_date(void)
{
    return _OPENMP;
}
