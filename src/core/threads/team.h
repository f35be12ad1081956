/* The threads that OpenMP gives to the host. */
#ifndef FASTCV_TEAM_H
#define FASTCV_TEAM_H

#include "core/threads/affinity.h"

/* What the OpenMP runtime keeps for the thread that owns this. */
typedef struct FastcvTeam {
    int threads; /* the last region's, the owner included */
    FastcvCpuSet cpus;
} FastcvTeam;

typedef void FastcvTeamWork(void *context, int thread);

/* For the calling thread, which is then the only one that may use the team. */
void fastcv_team_init(FastcvTeam *team);

/* Runs work(context, thread) on so many threads with these CPUs, and returns when all are done.
 * Threads are numbered from 1, the calling one's number. Where the system refuses threads or
 * memory, work runs on the calling thread only. */
void fastcv_team_run(FastcvTeam *team, int threads, const FastcvCpuSet *cpus, FastcvTeamWork *work,
                     void *context);

/* The CPUs that a team for the calling thread should use: the thread's own. If the OpenMP runtime
 * has bound the thread to its first place (OMP_PROC_BIND, OMP_PLACES), all places' CPUs. */
void fastcv_team_cpus(FastcvCpuSet *cpus);

#endif
