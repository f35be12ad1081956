/* The counters of builds with FASTCV_COUNT_PATHS. */
#include "fastcv/path_counts.h"
#include "core/crop/path_counts.h"

#ifdef FASTCV_COUNT_PATHS
#include <stddef.h>

_Atomic int64_t fastcv_path_counts[FASTCV_PATHS];

static const char *const names[FASTCV_PATHS] = {
    [FASTCV_PATH_PIXELS] = "pixels", [FASTCV_PATH_FIXED_POINT] = "fixed_point",
    [FASTCV_PATH_TIES] = "ties",     [FASTCV_PATH_PAGE] = "page",
    [FASTCV_PATH_PATCH] = "patch",   [FASTCV_PATH_TAPS] = "taps",
    [FASTCV_PATH_PLANES] = "planes", [FASTCV_PATH_COPY] = "copy",
    [FASTCV_PATH_PARTS] = "parts",   [FASTCV_PATH_PLAIN_PARTS] = "plain_parts",
};

const char *fastcv_path_name(int path)
{
    return path < FASTCV_PATHS ? names[path] : NULL;
}

int64_t fastcv_path_take_count(int path)
{
    return atomic_exchange(&fastcv_path_counts[path], 0);
}
#endif
