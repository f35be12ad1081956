/* Small arithmetic that several subjects need. */
#ifndef FASTCV_CORE_NUMBERS_H
#define FASTCV_CORE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

static inline int fastcv_min_int(int a, int b)
{
    return a < b ? a : b;
}

static inline int fastcv_max_int(int a, int b)
{
    return a > b ? a : b;
}

static inline int fastcv_clamp_int(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
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

/* To a multiple of step, a power of two. */
static inline size_t fastcv_round_up(size_t bytes, size_t step)
{
    return (bytes + step - 1) & ~(step - 1);
}

static inline size_t fastcv_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* fmin and fmax are library calls, because of what they promise about NaN. These return b where a
 * or b is NaN. */
static inline double fastcv_lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double fastcv_greater(double a, double b)
{
    return a > b ? a : b;
}

#endif
