/* How many threads a call uses: which setting decides, and how many threads its work is worth. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "fastcv/threads.h"

static atomic_int chosen_threads; /* by fastcv_set_num_threads; 0: not set */

void fastcv_set_num_threads(int num_threads)
{
    atomic_store(&chosen_threads, num_threads);
}

int fastcv_parse_setting(const char *text)
{
    if (!text)
        return 0;
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    while (*end == ' ')
        end++;
    if (end == text || errno || value < 1 || (*end != '\0' && *end != ','))
        return 0;
    return value < FASTCV_MAX_THREADS ? (int)value : FASTCV_MAX_THREADS;
}

int fastcv_limit_threads(FastcvSetting *setting, int num_threads)
{
    int limit = setting("OMP_THREAD_LIMIT");
    return limit && limit < num_threads ? limit : num_threads;
}

/* Reading the cgroup files takes tens of µs, and somebody may change the quota while we run. */
static int recent_cgroup_cpus(void)
{
    enum { KEEP_S = 1 };
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static time_t read_s;
    static int cpus = -1;

    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (pthread_mutex_trylock(&lock)) /* by another thread, maybe one lost in a fork */
        return fastcv_cgroup_cpus("");
    if (cpus < 0 || now.tv_sec - read_s >= KEEP_S) {
        cpus = fastcv_cgroup_cpus("");
        read_s = now.tv_sec;
    }
    int result = cpus;
    pthread_mutex_unlock(&lock);
    return result;
}

static int default_threads(int is_worker_process)
{
    if (is_worker_process)
        return 1;
    int affinity = fastcv_affinity_cpus(), cgroup = recent_cgroup_cpus();
    int cpus = cgroup && cgroup < affinity ? cgroup : affinity;
    return cpus < FASTCV_MAX_THREADS ? cpus : FASTCV_MAX_THREADS;
}

static int configured_threads(FastcvSetting *setting, int is_worker_process)
{
    int count = setting("FASTCV_NUM_THREADS");
    if (!count)
        count = setting("OMP_NUM_THREADS");
    if (!count)
        count = default_threads(is_worker_process);
    const int most = fastcv_openmp_threads();
    return most && most < count ? most : count;
}

int fastcv_num_threads(FastcvSetting *setting, int is_worker_process)
{
    int count = atomic_load(&chosen_threads);
    if (!count)
        count = configured_threads(setting, is_worker_process);
    return fastcv_limit_threads(setting, count);
}

int fastcv_worthwhile_threads(int64_t work, int64_t least_a_thread, int num_threads)
{
    const int64_t most = work / least_a_thread;
    return most < 1 ? 1 : most < num_threads ? (int)most : num_threads;
}
