/* How many threads, and a loop that runs on them. */
#ifndef FASTCV_THREADS_H
#define FASTCV_THREADS_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/status.h"

enum { FASTCV_MAX_THREADS = 1024 };

/* Where a loop may run. poll, unless it is NULL, is called on the caller's own thread about every
 * 50 ms while the loop runs; when it returns non-zero the loop ends after the items in progress.
 * It may fork. */
typedef struct FastcvPool {
    int num_threads; /* at least 1 */
    int (*poll)(void *context);
    void *poll_context;
} FastcvPool;

/* work(context, item, thread) for every item below items, in any order; thread numbers are below
 * pool.num_threads, and no two calls at once share one. work must not fail. */
typedef struct FastcvLoop {
    void (*work)(void *context, ptrdiff_t item, int thread);
    void *context;
    ptrdiff_t items;
} FastcvLoop;

/* With one thread, the loop runs on the caller's; with more, an OpenMP region helps, on a thread
 * that fastcv owns and that a forked child makes anew. Where the system refuses threads it runs
 * serially. Returns OK, CANCELLED or FORKED. */
FastcvStatus fastcv_run(FastcvLoop loop, FastcvPool pool);

/* What fastcv_parse_setting makes of a variable of the environment. Reading it is left to the
 * caller, who alone can know that no other thread changes the environment meanwhile: getenv does
 * not. */
typedef int FastcvSetting(const char *name);

/* A positive whole number, or the first of OpenMP's list "4,2"; 0 where there is none, or no text.
 */
int fastcv_parse_setting(const char *text);

/* The count that a call without num_threads uses: fastcv_set_num_threads, FASTCV_NUM_THREADS,
 * OMP_NUM_THREADS, else the CPUs of this thread's affinity within the tightest cgroup quota, or 1
 * when the caller is a worker process. Never above OMP_THREAD_LIMIT. */
int fastcv_num_threads(FastcvSetting *setting, int is_worker_process);

/* 0 goes back to the default. */
void fastcv_set_num_threads(int num_threads);

/* An explicit count, kept within OMP_THREAD_LIMIT. */
int fastcv_limit_threads(FastcvSetting *setting, int num_threads);

/* As many of num_threads as get at least least_a_thread of the work, and at least 1: to wake a
 * thread for less takes longer than the work. */
int fastcv_worthwhile_threads(int64_t work, int64_t least_a_thread, int num_threads);

/* CPUs that this thread may run on, at least 1. */
int fastcv_affinity_cpus(void);

/* CPUs that the tightest cgroup quota (v1 or v2, over all ancestors) allows: max(1, floor(quota)),
 * or 0 where none is set. root is put before /proc/self/…, and before every mount point; "" for
 * the real ones. */
int fastcv_cgroup_cpus(const char *root);

/* The date (yyyymm) of the OpenMP standard that the core was compiled for. */
int fastcv_openmp_date(void);

#endif
