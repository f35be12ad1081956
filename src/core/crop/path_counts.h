/* How many pixels of crops took which way, in builds with FASTCV_COUNT_PATHS; nothing in others. */
#ifndef FASTCV_CORE_PATH_COUNTS_H
#define FASTCV_CORE_PATH_COUNTS_H

#include <stdint.h>

enum {
    FASTCV_PATH_PIXELS,
    FASTCV_PATH_FIXED_POINT, /* mapped in fixed point and read on the page … */
    FASTCV_PATH_TIES,        /* … of them done again in double */
    FASTCV_PATH_PAGE,        /* mapped in double, read on the page */
    FASTCV_PATH_PATCH,       /* mapped in double, read from a patch */
    FASTCV_PATH_TAPS,        /* mapped in double, taps copied one by one */
    FASTCV_PATH_PARTS,       /* no pixels, but parts of crops: of most, all of it */
    FASTCV_PATH_PLAIN_PARTS, /* those without a pixel mapped in double but for ties */
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
