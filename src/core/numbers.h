/* Least, most, and between: for whole numbers. */
#ifndef FASTCV_CORE_NUMBERS_H
#define FASTCV_CORE_NUMBERS_H

#include <stdint.h>

static inline int fastcv_min_int(int a, int b)
{
    return a < b ? a : b;
}

static inline int fastcv_max_int(int a, int b)
{
    return a > b ? a : b;
}

static inline int64_t fastcv_min_int64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* low is at most high. */
static inline int64_t fastcv_clamp_int64(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

#endif
