/* The CPUs that a thread may run on. Only Linux tells; elsewhere a set is always empty.
 * Define _GNU_SOURCE before any include. */
#ifndef FASTCV_AFFINITY_H
#define FASTCV_AFFINITY_H

#include <string.h>

#ifdef __linux__
#include <sched.h>

typedef cpu_set_t FastcvCpuSet;

/* The calling thread's CPUs; empty on a machine with more CPUs than the set has room for. */
static inline void fastcv_cpu_set_get(FastcvCpuSet *cpus)
{
    CPU_ZERO(cpus);
    sched_getaffinity(0, sizeof *cpus, cpus);
}

/* Setting an empty set changes nothing. */
static inline void fastcv_cpu_set_use(const FastcvCpuSet *cpus)
{
    sched_setaffinity(0, sizeof *cpus, cpus);
}

static inline int fastcv_cpu_set_count(const FastcvCpuSet *cpus)
{
    return CPU_COUNT(cpus);
}

#else

typedef char FastcvCpuSet;

static inline void fastcv_cpu_set_get(FastcvCpuSet *cpus)
{
    *cpus = 0;
}

static inline void fastcv_cpu_set_use(const FastcvCpuSet *cpus)
{
    (void)cpus;
}

static inline int fastcv_cpu_set_count(const FastcvCpuSet *cpus)
{
    return *cpus;
}

#endif

static inline int fastcv_cpu_set_is_equal(const FastcvCpuSet *a, const FastcvCpuSet *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

#endif
