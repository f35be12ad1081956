/* Counting the colours of a part of an image, on one thread. */
#ifndef FASTCV_CORE_COLOR_COUNTER_H
#define FASTCV_CORE_COLOR_COUNTER_H

#include <stdalign.h>

#include "core/colors/buckets.h"
#include "core/colors/table.h"
#include "fastcv/image.h"

/* All that one thread counts with. It holds the counts of every part that was counted with it.
 * Threads have their counters side by side, so each begins a cache line: on a page of 86,000
 * colours, two threads whose tables shared one were slower than one thread (66 against 50 ms). */
typedef struct FastcvColorCounter {
    alignas(64) FastcvColorTable table;
    const FastcvRunsKernels *kernels;
    int pieces_without_runs;    /* so many pieces to come are counted pixel by pixel */
    FastcvColorBuckets buckets; /* if they have been made, pixels go there, and not to the table */
    FastcvRuns runs;
} FastcvColorCounter;

/* count counters, in memory of their own, for an image of so many pixels. NULL when memory is
 * refused. */
FastcvColorCounter *fastcv_color_counters_make(int count, int64_t pixels);

/* Adds the colours of a part: a view of a rectangle of the image. mask is the same rectangle of the
 * mask, or NULL.
 *
 * This allocates while it runs, unlike all other loops, because only counting tells how many
 * colours there are: hashes that never grow would take up to 256 MiB a thread, and bytes 16 MiB,
 * where most images need 16 KiB. If memory is refused, the table's is_out_of_memory is set, and the
 * counts are worthless. */
void fastcv_color_count(FastcvColorCounter *counter, const FastcvImage *part,
                        const FastcvImage *mask);

/* NULL is allowed. */
void fastcv_color_counters_free(FastcvColorCounter *counters, int count);

#endif
