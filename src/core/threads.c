/* libgomp keeps its threads per starting thread and does not survive fork: a region in a forked
 * child hangs for good when the parent had run one on the same thread. So every region starts on
 * a host thread that belongs to fastcv; a forked child has lost it and makes its own.
 *
 * Callers queue: one region runs at a time, with all the threads that it asked for, so that many
 * Python threads calling at once never make more OS threads than one of them would. */
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

typedef enum JobState { JOB_QUEUED, JOB_RUNNING, JOB_DONE } JobState;

/* A loop on its way through the host. It lives on its caller's stack until it is done. */
typedef struct Job {
    const FastcvLoop *loop;
    int num_threads;
    Affinity affinity;
    atomic_int is_stopped;
    JobState state;      /* under host.lock, as is next */
    pthread_cond_t done; /* one a job, so that a caller wakes for nobody else's */
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
}

/* ---- on the host thread ---- */

static void *wait_at_gate(void *gate)
{
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* Stack bytes that OMP_STACKSIZE asks for, as libgomp reads it ("2M", "512 K"; KiB where no unit is
 * given); 0 where it is not set or makes no sense. */
static size_t omp_stack_bytes(void)
{
    const char *text = getenv("OMP_STACKSIZE");
    if (!text)
        text = getenv("GOMP_STACKSIZE");
    if (!text)
        return 0;
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    end += strspn(end, " ");
    static const char units[] = "BKMG";
    const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : units + 1;
    const int shift = unit ? 10 * (int)(unit - units) : 0;
    return unit && value <= SIZE_MAX >> shift ? (size_t)value << shift : 0;
}

/* libgomp ends the process when it cannot make a thread, so ask first, with throw-away ones. Of
 * stacks too small for a work item, none is used. */
static int can_start_threads(int count)
{
    const size_t stack_bytes = omp_stack_bytes();
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

static void run_region(Job *job)
{
    const FastcvLoop *loop = job->loop;
#pragma omp parallel for schedule(dynamic, 1) num_threads(job->num_threads)
    for (ptrdiff_t item = 0; item < loop->items; item++) {
        if (!atomic_load_explicit(&job->is_stopped, memory_order_relaxed))
            loop->work(loop->context, item, omp_get_thread_num());
    }
}

static void run_serially(Job *job)
{
    const FastcvLoop *loop = job->loop;
    for (ptrdiff_t item = 0; item < loop->items && !atomic_load(&job->is_stopped); item++)
        loop->work(loop->context, item, 0);
}

static void *host_main(void *unused)
{
    (void)unused;
    Affinity affinity;
    int team = 1; /* threads that libgomp keeps for this one, itself included */

    get_affinity(&affinity);
    pthread_mutex_lock(&host.lock);
    for (;;) {
        while (!host.first)
            pthread_cond_wait(&host.has_job, &host.lock);
        Job *job = host.first;
        dequeue(job);
        job->state = JOB_RUNNING;
        pthread_mutex_unlock(&host.lock);

        /* The team keeps the CPUs it was born with: a caller pinned elsewhere gets a new one. */
        if (memcmp(&affinity, &job->affinity, sizeof affinity) != 0) {
            omp_pause_resource_all(omp_pause_soft);
            team = 1;
            affinity = job->affinity;
            set_affinity(&affinity);
        }
        if (job->num_threads <= team || can_start_threads(job->num_threads - 1)) {
            run_region(job);
            team = job->num_threads;
        } else {
            run_serially(job);
        }

        pthread_mutex_lock(&host.lock);
        job->state = JOB_DONE;
        pthread_cond_signal(&job->done);
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

static void init_done(pthread_cond_t *done)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
#ifdef __linux__
    pthread_condattr_setclock(&attributes, wait_clock);
#endif
    pthread_cond_init(done, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Returns 0 when nothing came within POLL_MS. */
static int wait_for_done(Job *job)
{
    struct timespec until;
    clock_gettime(wait_clock, &until);
    until.tv_nsec += POLL_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    return pthread_cond_timedwait(&job->done, &host.lock, &until) == 0;
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

/* Called with the lock held and the job queued. The poll runs with the lock released: a signal
 * handler may itself call fastcv, or fork. */
static FastcvStatus wait_for_job(Job *job, const FastcvPool *pool)
{
    const unsigned forks = host.forks;
    while (job->state != JOB_DONE) {
        if (!pool->poll) {
            pthread_cond_wait(&job->done, &host.lock);
            continue;
        }
        if (wait_for_done(job) || atomic_load(&job->is_stopped))
            continue;
        pthread_mutex_unlock(&host.lock);
        int is_stopped = pool->poll(pool->poll_context);
        pthread_mutex_lock(&host.lock);
        if (forks != host.forks)
            return FASTCV_ERR_FORKED;
        atomic_store(&job->is_stopped, is_stopped);
        if (is_stopped && job->state == JOB_QUEUED) { /* behind somebody's long call */
            dequeue(job);
            break;
        }
    }
    return atomic_load(&job->is_stopped) ? FASTCV_ERR_CANCELLED : FASTCV_OK;
}

FastcvStatus fastcv_run(FastcvLoop loop, FastcvPool pool)
{
    if (loop.items < pool.num_threads)
        pool.num_threads = (int)loop.items;
    if (pool.num_threads <= 1)
        return run_here(&loop, &pool);

    Job job = {.loop = &loop, .num_threads = pool.num_threads};
    get_affinity(&job.affinity);
    pthread_once(&host_once, init_host);
    pthread_mutex_lock(&host.lock);
    if (!host.is_alive && !start_host()) {
        pthread_mutex_unlock(&host.lock);
        return run_here(&loop, &pool);
    }
    init_done(&job.done);
    enqueue(&job);
    pthread_cond_signal(&host.has_job);
    FastcvStatus status = wait_for_job(&job, &pool);
    pthread_mutex_unlock(&host.lock);
    if (status != FASTCV_ERR_FORKED)
        pthread_cond_destroy(&job.done);
    return status;
}

int fastcv_openmp_date(void)
{
    return _OPENMP;
}
