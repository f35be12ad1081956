/* A parallel region, and what libgomp does not check before it begins one: it ends the process if
 * it gets no threads or no memory. */
#define _GNU_SOURCE
#include "core/threads/team.h"

#include <ctype.h>
#include <omp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "fastcv/threads.h"

/* cv::remap needs at most 48 KiB, with the frames of a Python thread above it. */
enum { LEAST_STACK_BYTES = 64 << 10 };

/* ---- as the library is loaded ---- */

/* libgomp reads the environment as it is loaded. So do we: later another thread may be changing
 * it. */
static size_t stack_bytes; /* of OMP_STACKSIZE; 0 if it is not set or makes no sense */

/* As libgomp reads it: "2M", "512 K"; KiB without a unit. */
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

__attribute__((constructor)) static void read_stack_bytes(void)
{
    const char *text = getenv("OMP_STACKSIZE");
    if (!text)
        text = getenv("GOMP_STACKSIZE");
    stack_bytes = text ? parse_bytes(text) : 0;
}

static int own_threads; /* how many a region has unless somebody sets it */

/* Runs after libgomp's own constructor. */
__attribute__((constructor)) static void read_own_threads(void)
{
    own_threads = omp_get_max_threads();
}

int fastcv_openmp_threads(void)
{
    const int threads = omp_get_max_threads();
    return threads != own_threads ? threads : 0;
}

/* ---- binding ----
 *
 * With OMP_PROC_BIND=true or OMP_PLACES set, libgomp binds the thread that loads it to its first
 * place, often one CPU, and so every thread that this one makes; and it binds a region's threads
 * to a place each. A caller is in no region, so its helpers would share a CPU with it. fastcv's
 * threads go wherever the process may. */

static int is_binding;
static FastcvCpuSet first_place, all_places;

#ifdef __linux__
static void add_place(int place, FastcvCpuSet *cpus)
{
    const int count = omp_get_place_num_procs(place);
    int *ids = count > 0 ? malloc((size_t)count * sizeof *ids) : NULL;
    if (ids)
        omp_get_place_proc_ids(place, ids);
    for (int i = 0; ids && i < count; i++) {
        if (ids[i] < CPU_SETSIZE)
            CPU_SET(ids[i], cpus);
    }
    free(ids);
}

/* A place may name CPUs that are not there. The system leaves these out when a thread asks. */
static void keep_usable(FastcvCpuSet *cpus)
{
    FastcvCpuSet before;
    fastcv_cpu_set_get(&before);
    fastcv_cpu_set_use(cpus);
    fastcv_cpu_set_get(cpus);
    fastcv_cpu_set_use(&before);
}

/* Runs after libgomp's own constructor. */
__attribute__((constructor)) static void read_places(void)
{
    const int places = omp_get_num_places();
    for (int place = 0; place < places; place++) {
        add_place(place, &all_places);
        if (place == 0)
            first_place = all_places;
    }
    is_binding = places > 0;
    if (is_binding)
        keep_usable(&all_places);
}
#endif

void fastcv_team_cpus(FastcvCpuSet *cpus)
{
    fastcv_cpu_set_get(cpus);
    if (is_binding && fastcv_cpu_set_is_equal(cpus, &first_place))
        *cpus = all_places;
}

/* ---- is there enough for a region? ---- */

static void *wait_at_gate(void *gate)
{
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* Tries with throw-away threads. A region with stacks that are too small for a work item is
 * refused too. */
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

/* A team takes some hundred bytes a thread; libgomp then finds what is freed here. */
static int has_memory_for(int threads)
{
    void *volatile room = malloc((16 + (size_t)threads) << 10); /* volatile: not optimised away */
    const int is_there = room != NULL;
    free(room);
    return is_there;
}

/* libgomp keeps the last region's threads, so another one of that size is always safe. */
static int can_begin_region(const FastcvTeam *team, int threads)
{
    return threads == team->threads ||
           (has_memory_for(threads) && (threads < team->threads || can_start_threads(threads - 1)));
}

/* ---- regions ---- */

void fastcv_team_init(FastcvTeam *team)
{
    team->threads = 1;
    fastcv_cpu_set_get(&team->cpus);
}

void fastcv_team_run(FastcvTeam *team, int threads, const FastcvCpuSet *cpus, FastcvTeamWork *work,
                     void *context)
{
    /* Threads keep the CPUs that they were made with: a caller pinned elsewhere gets new ones. */
    if (!fastcv_cpu_set_is_equal(&team->cpus, cpus)) {
        omp_pause_resource_all(omp_pause_soft);
        team->threads = 1;
        team->cpus = *cpus;
        fastcv_cpu_set_use(cpus);
    }
    if (threads < 2 || !can_begin_region(team, threads)) {
        work(context, 1);
        return;
    }
    team->threads = threads;
    /* All in one place, if at all: with other bindings a smaller region could need new threads. */
#pragma omp parallel num_threads(threads) proc_bind(master)
    {
        if (is_binding)
            fastcv_cpu_set_use(cpus);
        work(context, 1 + omp_get_thread_num());
    }
}

int fastcv_openmp_date(void)
{
    return _OPENMP;
}
