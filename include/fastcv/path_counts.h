/* How many pixels of crops took which path through our own kernels. For benchmarks; only in builds
 * with FASTCV_COUNT_PATHS. */
#ifndef FASTCV_PATH_COUNTS_H
#define FASTCV_PATH_COUNTS_H

#ifdef FASTCV_COUNT_PATHS
#include <stdint.h>

/* NULL after the last. */
const char *fastcv_path_name(int path);

/* The pixels since the last call for this path. */
int64_t fastcv_path_take_count(int path);
#endif

#endif
