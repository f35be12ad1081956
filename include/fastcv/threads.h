/* How many threads, and a loop that runs on them. */
#ifndef FASTCV_THREADS_H
#define FASTCV_THREADS_H

#include <stddef.h>
#include <stdint.h>

#include "fastcv/status.h"

enum { FASTCV_MAX_THREADS = 1024 };

/* Where a loop may run. If poll is not NULL, the caller's own thread calls it about every 50 ms
 * while the loop runs; if it returns non-zero, the loop ends after the items in progress. poll may
 * fork. */
typedef struct FastcvPool {
    int num_threads; /* at least 1 */
    int (*poll)(void *context);
    void *poll_context;
} FastcvPool;

/* work(context, item, thread) is called for every item below items, in any order. Thread numbers
 * are below pool.num_threads, and no two calls at the same time share one. work must not fail. */
typedef struct FastcvLoop {
    void (*work)(void *context, ptrdiff_t item, int thread);
    void *context;
    ptrdiff_t items;
} FastcvLoop;

/* Runs the loop on the caller's thread. With more threads an OpenMP region helps; it starts on a
 * thread that fastcv owns and that a forked child makes anew. If the system refuses threads, the
 * loop runs serially. work runs in the mode of float_mode.h, poll in the caller's mode. Returns OK,
 * CANCELLED or FORKED. */
FastcvStatus fastcv_run(FastcvLoop loop, FastcvPool pool);

/* Reads a variable of the environment; returns what fastcv_parse_setting makes of it. The caller
 * provides this, because only the caller knows how to keep other threads from changing the
 * environment meanwhile: getenv does not. */
typedef int FastcvSetting(const char *name);

/* A positive whole number, or the first one of OpenMP's list "4,2"; 0 for NULL and other text. */
int fastcv_parse_setting(const char *text);

/* The count that a call without num_threads uses. The first of these that is set decides:
 * fastcv_set_num_threads, FASTCV_NUM_THREADS, OMP_NUM_THREADS. Otherwise 1 in a worker process; in
 * others the CPUs of this thread's affinity, within the tightest cgroup quota. All but
 * fastcv_set_num_threads are capped by what omp_set_num_threads was called with on this thread.
 * Never above OMP_THREAD_LIMIT. */
int fastcv_num_threads(FastcvSetting *setting, int is_worker_process);

/* 0 restores the default. */
void fastcv_set_num_threads(int num_threads);

/* An explicit count, kept within OMP_THREAD_LIMIT. */
int fastcv_limit_threads(FastcvSetting *setting, int num_threads);

/* How many of num_threads to use so that each gets at least least_a_thread of the work; at least 1.
 * Waking a thread for less takes longer than the work. */
int fastcv_worthwhile_threads(int64_t work, int64_t least_a_thread, int num_threads);

/* CPUs that this thread may run on, at least 1. If OMP_PROC_BIND or OMP_PLACES has made the OpenMP
 * runtime bind the thread to its first place, the CPUs of all places. */
int fastcv_affinity_cpus(void);

/* CPUs that the tightest cgroup quota (v1 or v2, over all ancestors) allows: max(1, floor(quota)),
 * or 0 if no quota is set or there is no memory to read it. root goes before /proc/self/… and
 * before every mount point; "" for the real ones. Uses little stack (3 KiB with glibc's part). */
int fastcv_cgroup_cpus(const char *root);

/* What omp_set_num_threads was last called with on the calling thread; 0 if that is OpenMP's own
 * number, or it was not called since this library was loaded. */
int fastcv_openmp_threads(void);

/* The date (yyyymm) of the OpenMP standard for which the core was compiled. */
int fastcv_openmp_date(void);

#endif
