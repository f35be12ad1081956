/* Files of /proc and cgroups with any content must give a valid count of CPUs. */
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

/* An input holds their contents one after another, each ended by a zero. */
static const char *const files[] = {"proc/self/cgroup",   "proc/self/mountinfo",
                                    "g/cpu.max",          "g/a/cpu.max",
                                    "g/cpu.cfs_quota_us", "g/cpu.cfs_period_us"};
static const char *const folders[] = {"", "/proc", "/proc/self", "/g", "/g/a"};

static char root[64];

static void remove_root(void)
{
    char path[128];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", root, files[i]);
        unlink(path);
    }
    for (size_t i = sizeof folders / sizeof *folders; i-- > 0;) {
        snprintf(path, sizeof path, "%s%s", root, folders[i]);
        rmdir(path);
    }
}

static void make_root(void)
{
    snprintf(root, sizeof root, "%s/fastcv-fuzz-%ld",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", root, folders[i]);
        mkdir(path, 0700);
    }
    atexit(remove_root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!root[0])
        make_root();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", root, files[i]);
        const uint8_t *end = size ? memchr(data, 0, size) : NULL;
        const size_t length = end ? (size_t)(end - data) : size;
        FILE *file = fopen(path, "w");
        if (!file || (length && fwrite(data, length, 1, file) != 1) || fclose(file))
            abort();
        data += end ? length + 1 : length;
        size -= end ? length + 1 : length;
    }
    const int cpus = fastcv_cgroup_cpus(root);
    expect(cpus >= 0 && cpus <= FASTCV_MAX_THREADS, "the count of CPUs is out of range");
    return 0;
}
