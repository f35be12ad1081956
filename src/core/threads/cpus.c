/* How many CPUs this process may use: affinity and cgroup quotas.
 *
 * A quota is CPU time per period. More threads than floor(quota) use the time up early, and then
 * all of them stand still until the next period.
 *
 * Any thread may ask, with a stack of any size, so paths and lines are on the heap. Without memory
 * for them a quota is unknown and counts as none: no thread starts then, either (team.c). Quotas
 * and periods are whole numbers, and their division here is exact in any floating-point mode. */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/threads/team.h"
#include "fastcv/threads.h"

int fastcv_affinity_cpus(void)
{
    FastcvCpuSet cpus;
    fastcv_team_cpus(&cpus);
    const int count = fastcv_cpu_set_count(&cpus);
    if (count)
        return count;
    const long online = sysconf(_SC_NPROCESSORS_ONLN); /* over 1,024 CPUs, or not Linux */
    return online > 1 ? (int)online : 1;
}

enum { NO_QUOTA = INT_MAX };

typedef enum CgroupVersion { CGROUP_V1 = 1, CGROUP_V2 = 2 } CgroupVersion;

static int tighter(int a, int b)
{
    return a < b ? a : b;
}

static FILE *open_file(const char *folder, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return NULL;
    FILE *file = fopen(path, "re");
    free(path);
    return file;
}

/* A file's first line, which the caller frees; NULL if there is none. */
static char *read_line(const char *folder, const char *name)
{
    FILE *file = open_file(folder, name);
    if (!file)
        return NULL;
    char *line = NULL;
    size_t room = 0;
    if (getline(&line, &room, file) < 0) {
        free(line);
        line = NULL;
    }
    fclose(file);
    return line;
}

/* Reads up to two whole numbers of a file's first line; returns how many it has. */
static int read_numbers(const char *folder, const char *name, long long numbers[2])
{
    char *line = read_line(folder, name), *at = line, *end;
    int count = 0;
    while (line && count < 2) {
        numbers[count] = strtoll(at, &end, 10);
        if (end == at)
            break;
        at = end;
        count++;
    }
    free(line);
    return count;
}

/* CPUs that a group's own files grant; files without a quota or with nonsense set none. */
static int group_cpus(const char *group, CgroupVersion version)
{
    long long numbers[2], period[2];
    if (version == CGROUP_V2) {
        if (read_numbers(group, "cpu.max", numbers) != 2) /* "max 100000" */
            return NO_QUOTA;
    } else {
        if (!read_numbers(group, "cpu.cfs_quota_us", numbers) ||
            !read_numbers(group, "cpu.cfs_period_us", period))
            return NO_QUOTA;
        numbers[1] = period[0];
    }
    if (numbers[0] <= 0 || numbers[1] <= 0)
        return NO_QUOTA;
    const long long cpus = numbers[0] / numbers[1];
    return cpus < 1 ? 1 : cpus < FASTCV_MAX_THREADS ? (int)cpus : FASTCV_MAX_THREADS;
}

/* The tightest quota of the group at mount + path and of its ancestors up to mount. */
static int tightest_cpus(const char *root, const char *mount, const char *path,
                         CgroupVersion version)
{
    char *group;
    const int length = asprintf(&group, "%s%s%s", root, mount, path);
    if (length < 0)
        return NO_QUOTA;
    char *end_of_mount = group + length - strlen(path), *slash;
    int tightest = group_cpus(group, version);
    while ((slash = strrchr(end_of_mount, '/')) != NULL) {
        *slash = '\0';
        tightest = tighter(tightest, group_cpus(group, version));
    }
    free(group);
    return tightest;
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

/* This process's group, which the caller frees; NULL if there is none. The lines of
 * /proc/self/cgroup are "5:cpu,cpuacct:/a/b" (v1) or "0::/a/b" (v2). */
static char *find_group(const char *root, CgroupVersion version)
{
    FILE *file = open_file(root, "proc/self/cgroup");
    char *line = NULL, *group = NULL;
    size_t room = 0;
    while (file && !group && getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        *controllers++ = '\0';
        *path++ = '\0';
        if (version == CGROUP_V2 ? strcmp(line, "0") == 0 && *controllers == '\0'
                                 : has_word(controllers, "cpu"))
            group = strdup(path);
    }
    free(line);
    if (file)
        fclose(file);
    return group;
}

static int is_octal(char digit)
{
    return digit >= '0' && digit <= '7';
}

/* mountinfo writes a space, tab, newline or backslash of a path as three octal digits, "\040"
 * (Linux, fs/proc_namespace.c). */
static void undo_escapes(char *text)
{
    char *to = text;
    for (const char *from = text; *from; to++) {
        if (from[0] == '\\' && is_octal(from[1]) && is_octal(from[2]) && is_octal(from[3])) {
            *to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* The quota below one mount. line is a line of /proc/self/mountinfo and is cut into its words:
 * … … … ROOT MOUNT-POINT … - TYPE SOURCE OPTIONS. A container without its own cgroup namespace sees
 * the host's path, and ROOT is the part of that path that is mounted. */
static int mount_cpus(const char *root, char *line, CgroupVersion version, const char *group)
{
    enum { MOUNT_ROOT = 3, MOUNT_POINT, WORDS };
    char *words[WORDS], *rest;
    char *tail = strstr(line, " - ");
    if (!tail)
        return NO_QUOTA;
    *tail = '\0';
    tail += strlen(" - ");
    for (int i = 0; i < WORDS; i++) {
        words[i] = strtok_r(i ? NULL : line, " ", &rest);
        if (!words[i])
            return NO_QUOTA;
    }
    const char *type = strtok_r(tail, " \n", &rest);
    const char *source = type ? strtok_r(NULL, " \n", &rest) : NULL;
    const char *options = source ? strtok_r(NULL, " \n", &rest) : NULL;
    if (!options)
        return NO_QUOTA;
    if (version == CGROUP_V2 ? strcmp(type, "cgroup2") != 0
                             : strcmp(type, "cgroup") != 0 || !has_word(options, "cpu"))
        return NO_QUOTA;

    undo_escapes(words[MOUNT_ROOT]);
    undo_escapes(words[MOUNT_POINT]);
    const size_t skip = strcmp(words[MOUNT_ROOT], "/") == 0 ? 0 : strlen(words[MOUNT_ROOT]);
    const int is_below =
        strncmp(group, words[MOUNT_ROOT], skip) == 0 && strchr("/", group[skip]) != NULL;
    const char *path = is_below ? group + skip : "";
    return tightest_cpus(root, words[MOUNT_POINT], strcmp(path, "/") == 0 ? "" : path, version);
}

static int version_cpus(const char *root, CgroupVersion version)
{
    char *group = find_group(root, version), *line = NULL;
    FILE *file = group ? open_file(root, "proc/self/mountinfo") : NULL;
    size_t room = 0;
    int tightest = NO_QUOTA;
    while (file && getline(&line, &room, file) > 0)
        tightest = tighter(tightest, mount_cpus(root, line, version, group));
    free(line);
    free(group);
    if (file)
        fclose(file);
    return tightest;
}

int fastcv_cgroup_cpus(const char *root)
{
    const int cpus = tighter(version_cpus(root, CGROUP_V1), version_cpus(root, CGROUP_V2));
    return cpus == NO_QUOTA ? 0 : cpus;
}
