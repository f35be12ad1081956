/* How many CPUs this process may use: affinity and cgroup quotas.
 *
 * A quota is a share of CPU time per period. Running more threads than floor(quota) means that
 * they use the period's share up and then all stand still until the next one. */
#define _GNU_SOURCE
#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fastcv/threads.h"

int fastcv_affinity_cpus(void)
{
#ifdef __linux__
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0)
        return CPU_COUNT(&cpus);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* over 1,024 CPUs, or no affinity here */
    return online > 1 ? (int)online : 1;
}

enum { LINE_BYTES = 4096, PATH_BYTES = 2 * PATH_MAX };

typedef enum CgroupVersion { CGROUP_V1 = 1, CGROUP_V2 = 2 } CgroupVersion;

/* Reads a file's first line, without its end. Returns 0 where there is none. */
static int read_line(const char *folder, const char *name, char line[LINE_BYTES])
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    int has_line = fgets(line, LINE_BYTES, file) != NULL;
    fclose(file);
    return has_line;
}

/* CPUs that one group's own files grant; INFINITY where they set no quota or make no sense. */
static double quota_of(const char *group, CgroupVersion version)
{
    char line[LINE_BYTES];
    double quota, period;

    if (version == CGROUP_V2) {
        if (!read_line(group, "cpu.max", line) || sscanf(line, "%lf %lf", &quota, &period) != 2)
            return INFINITY; /* "max 100000" */
    } else {
        if (!read_line(group, "cpu.cfs_quota_us", line) || sscanf(line, "%lf", &quota) != 1)
            return INFINITY;
        if (!read_line(group, "cpu.cfs_period_us", line) || sscanf(line, "%lf", &period) != 1)
            return INFINITY;
    }
    return quota > 0 && period > 0 ? quota / period : INFINITY;
}

/* The tightest quota from path, below mount, up to mount itself. path is cut as it goes up. */
static double tightest_quota(const char *mount, char *path, CgroupVersion version)
{
    char group[PATH_BYTES];
    double tightest = INFINITY;
    for (;;) {
        if (snprintf(group, sizeof group, "%s%s", mount, path) < (int)sizeof group)
            tightest = fmin(tightest, quota_of(group, version));
        char *slash = strrchr(path, '/');
        if (!slash)
            return tightest;
        *slash = '\0';
    }
}

static int has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)) != NULL; at += length) {
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return 1;
    }
    return 0;
}

/* A line of /proc/self/cgroup, "5:cpu,cpuacct:/a/b" (v1) or "0::/a/b" (v2). */
static int find_group(const char *root, CgroupVersion version, char path[LINE_BYTES])
{
    char name[PATH_BYTES], line[LINE_BYTES];
    int is_found = 0;

    if (snprintf(name, sizeof name, "%s/proc/self/cgroup", root) >= (int)sizeof name)
        return 0;
    FILE *file = fopen(name, "re");
    if (!file)
        return 0;
    while (!is_found && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *controllers++ = '\0';
        *group++ = '\0';
        is_found = version == CGROUP_V2 ? strcmp(line, "0") == 0 && *controllers == '\0'
                                        : has_word(controllers, "cpu");
        if (is_found)
            memmove(path, group, strlen(group) + 1);
    }
    fclose(file);
    return is_found;
}

/* A mount's line in /proc/self/mountinfo: … ROOT MOUNT-POINT … - TYPE SOURCE OPTIONS. A container
 * without its own cgroup namespace sees the host's path, of which ROOT is mounted here. */
static double mount_quota(const char *root, char *line, CgroupVersion version, const char *group)
{
    char mount_root[LINE_BYTES], mount_point[LINE_BYTES], type[64], options[LINE_BYTES];
    char mount[PATH_BYTES], path[LINE_BYTES];

    char *tail = strstr(line, " - ");
    if (!tail || sscanf(line, "%*s %*s %*s %4095s %4095s", mount_root, mount_point) != 2 ||
        sscanf(tail, " - %63s %*s %4095s", type, options) != 2)
        return INFINITY;
    if (version == CGROUP_V2 ? strcmp(type, "cgroup2") != 0
                             : strcmp(type, "cgroup") != 0 || !has_word(options, "cpu"))
        return INFINITY;

    size_t skip = strcmp(mount_root, "/") == 0 ? 0 : strlen(mount_root);
    int is_below = strncmp(group, mount_root, skip) == 0 && strchr("/", group[skip]);
    snprintf(path, sizeof path, "%s", is_below ? group + skip : "");
    if (strcmp(path, "/") == 0)
        path[0] = '\0';
    if (snprintf(mount, sizeof mount, "%s%s", root, mount_point) >= (int)sizeof mount)
        return INFINITY;
    return tightest_quota(mount, path, version);
}

static double version_quota(const char *root, CgroupVersion version)
{
    char group[LINE_BYTES], name[PATH_BYTES], line[LINE_BYTES];
    double tightest = INFINITY;

    if (!find_group(root, version, group) ||
        snprintf(name, sizeof name, "%s/proc/self/mountinfo", root) >= (int)sizeof name)
        return INFINITY;
    FILE *file = fopen(name, "re");
    if (!file)
        return INFINITY;
    while (fgets(line, sizeof line, file))
        tightest = fmin(tightest, mount_quota(root, line, version, group));
    fclose(file);
    return tightest;
}

int fastcv_cgroup_cpus(const char *root)
{
    double quota = fmin(version_quota(root, CGROUP_V1), version_quota(root, CGROUP_V2));
    if (quota == INFINITY)
        return 0;
    quota = fmax(1, floor(quota));
    return quota < FASTCV_MAX_THREADS ? (int)quota : FASTCV_MAX_THREADS;
}
