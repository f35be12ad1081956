/* a·b + c in float, rounded once: OpenCV 5's AVX2 code computes so, and its pixels depend on it. */
#ifndef FASTCV_KERNELS_FUSED_H
#define FASTCV_KERNELS_FUSED_H

#include <float.h>
#include <stdint.h>
#include <string.h>

/* Where the CPU has no such instruction: the product is exact in double, and the sum is rounded to
 * double and then to float. Only where the double lies halfway between two floats is the float
 * wrong then, or where it is subnormal; the double is rounded to odd there, that is, to the
 * neighbour whose last bit is 1 unless it is exact (Boldo and Melquiond, 2008). */
#if !(defined(__FMA__) || defined(__aarch64__))
static inline double fastcv_round_to_odd(double product, double c, double sum)
{
    const double rest = sum - product;
    const double error = (product - (sum - rest)) + (c - rest); /* NaN where the sum is infinite */
    int64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if ((error > 0 || error < 0) && !(bits & 1))
        bits += (error > 0) == (sum > 0) ? 1 : -1;
    memcpy(&sum, &bits, sizeof sum);
    return sum;
}
#endif

static inline float fastcv_fused(float a, float b, float c)
{
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_fmaf(a, b, c);
#else
    enum { BELOW_FLOAT = (1 << 29) - 1, HALFWAY = 1 << 28 };
    const double product = (double)a * b, sum = product + c;
    int64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if (__builtin_expect((bits & BELOW_FLOAT) == HALFWAY, 0) ||
        __builtin_expect(sum < FLT_MIN && sum > -FLT_MIN && sum != 0, 0))
        return (float)fastcv_round_to_odd(product, c, sum);
    return (float)sum;
#endif
}

#endif
