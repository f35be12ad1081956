/* The n most frequent of the colours offered. */
#ifndef FASTCV_CORE_TOP_COLORS_H
#define FASTCV_CORE_TOP_COLORS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "fastcv/colors.h"

/* Several threads may offer at once. */
typedef struct FastcvTopColors {
    FastcvColorCount *heap; /* the caller's; the lowest rank at the root */
    size_t size, capacity;
    atomic_uint_fast64_t beaten; /* colours must rank above it; it only rises */
    pthread_mutex_t lock;
} FastcvTopColors;

/* The order: by count, equal counts by packed value. A count is below 2^40, so both fit one number.
 * No two colours have the same rank, so the result does not depend on the order of offers. */
static inline uint64_t fastcv_color_rank(uint64_t count, uint32_t packed)
{
    return count << 24 | packed;
}

/* Whether an offer can change the result. Ask first: most offers cannot, and an offer takes a lock.
 * A count of 0 is never wanted. */
static inline int fastcv_top_colors_want(FastcvTopColors *top, uint64_t count, uint32_t packed)
{
    return fastcv_color_rank(count, packed) >
           atomic_load_explicit(&top->beaten, memory_order_relaxed);
}

/* heap must have room for capacity colours, at least 1. */
void fastcv_top_colors_init(FastcvTopColors *top, FastcvColorCount *heap, size_t capacity);

void fastcv_top_colors_offer(FastcvTopColors *top, FastcvColorCount color);

/* Leaves the colours in order at heap and returns how many there are. Offer nothing afterwards. */
size_t fastcv_top_colors_finish(FastcvTopColors *top);

#endif
