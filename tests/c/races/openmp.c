/* OpenMP's runtime, as much of it as the core uses, in pthreads. libgomp synchronises its threads
 * by ways of its own, which ThreadSanitizer does not see: every region would look like a race, and
 * to suppress the reports could hide one of ours. Here a region orders what the OpenMP standard
 * says and no more: what was before it comes before all of it, and all of it before what comes
 * after. */
#include "races/openmp.h"

#include <omp.h>
#include <pthread.h>
#include <stdlib.h>

enum { MOST_THREADS = 64 };

atomic_long openmp_regions;

static _Thread_local int thread_number;

int omp_get_thread_num(void)
{
    return thread_number;
}

/* Nobody sets another number. */
int omp_get_max_threads(void)
{
    return MOST_THREADS;
}

/* No threads are kept. */
int omp_pause_resource_all(omp_pause_resource_t kind)
{
    (void)kind;
    return 0;
}

/* No thread is bound. */
int omp_get_num_places(void)
{
    return 0;
}

int omp_get_place_num_procs(int place)
{
    (void)place;
    return 0;
}

void omp_get_place_proc_ids(int place, int *ids)
{
    (void)place, (void)ids;
}

typedef struct Part {
    pthread_t thread;
    void (*region)(void *data);
    void *data;
    int number;
} Part;

static void *run_part(void *argument)
{
    const Part *part = argument;
    thread_number = part->number;
    part->region(part->data);
    return NULL;
}

/* What gcc makes of "#pragma omp parallel". */
void GOMP_parallel(void (*region)(void *data), void *data, unsigned num_threads, unsigned flags)
{
    (void)flags;
    atomic_fetch_add(&openmp_regions, 1);
    Part parts[MOST_THREADS];
    if (num_threads > MOST_THREADS)
        abort();
    for (unsigned i = 1; i < num_threads; i++) {
        parts[i] = (Part){.region = region, .data = data, .number = (int)i};
        if (pthread_create(&parts[i].thread, NULL, run_part, &parts[i]) != 0)
            abort();
    }
    region(data);
    for (unsigned i = 1; i < num_threads; i++)
        pthread_join(parts[i].thread, NULL);
}
