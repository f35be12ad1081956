/* Counts how many pixels of crops took which path. Builds without FASTCV_COUNT_PATHS count nothing.
 */
#ifndef FASTCV_CORE_PATH_COUNTS_H
#define FASTCV_CORE_PATH_COUNTS_H

#include <stdint.h>

enum {
    FASTCV_PATH_PIXELS,
    FASTCV_PATH_FIXED_POINT, /* mapped in fixed point, or nothing but the border … */
    FASTCV_PATH_TIES,        /* … of them done again in double */
    FASTCV_PATH_PAGE,        /* mapped in double, read on the page */
    FASTCV_PATH_PATCH,       /* mapped in double, read from a patch */
    FASTCV_PATH_TAPS,        /* mapped in double, taps copied one by one */
    FASTCV_PATH_PLANES,      /* from planes of floats */
    FASTCV_PATH_COPY,        /* copied from the page; counted apart from the above */
    FASTCV_PATH_PARTS,       /* parts of crops, not pixels; most crops are one part */
    FASTCV_PATH_PLAIN_PARTS, /* parts with no pixel mapped in double except ties */
    FASTCV_PATHS
};

#ifdef FASTCV_COUNT_PATHS
#include <stdatomic.h>
extern _Atomic int64_t fastcv_path_counts[FASTCV_PATHS];
#define FASTCV_COUNT(path, count)                                                                  \
    atomic_fetch_add_explicit(&fastcv_path_counts[path], (count), memory_order_relaxed)
#else
#define FASTCV_COUNT(path, count) ((void)(path), (void)(count))
#endif

#endif
