/* The n most frequent of the colours offered. */
#ifndef FASTCV_CORE_TOP_COLORS_H
#define FASTCV_CORE_TOP_COLORS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "fastcv/colors.h"

/* Several threads may offer at once. at_least only rises: a colour of a lower count is not worth
 * offering. */
typedef struct FastcvTopColors {
    FastcvColorCount *heap; /* the caller's; the lowest rank at the root */
    size_t size, capacity;
    atomic_uint_fast64_t at_least; /* at least 1 */
    pthread_mutex_t lock;
} FastcvTopColors;

/* Room for capacity colours, at least 1, is at heap. */
void fastcv_top_colors_init(FastcvTopColors *top, FastcvColorCount *heap, size_t capacity);

void fastcv_top_colors_offer(FastcvTopColors *top, FastcvColorCount color);

/* Leaves them in order at heap, and returns how many there are. Nothing can be offered after. */
size_t fastcv_top_colors_finish(FastcvTopColors *top);

#endif
