/* Every variant's search for the largest value of a row, compared with a look at one value after
 * the other. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernels/argmax/argmax.h"

enum { ROWS = 6000, MOST_VALUES = 9000 };

/* Exact: every float16 is a double. */
static double value_of_half(uint16_t bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    if (exponent == 31)
        value = fraction ? (double)NAN : (double)INFINITY;
    return bits >> 15 ? -value : value;
}

/* Two bits' patterns make equal values likely; any bits make NaN, infinities and subnormals. */
static void fill_row(uint8_t *row, int bytes, int value_bytes)
{
    static const uint32_t floats[] = {0x00000000, 0x80000000, 0x3F800000, 0xFF800000, 0x00000001};
    static const uint16_t halves[] = {0x0000, 0x8000, 0x3C00, 0xFC00, 0x0001};
    const int kinds = random_int(1, 5), odd_one_in = one_in(3) ? 2 : random_int(100, 20000);
    for (int i = 0; i < bytes; i += value_bytes) {
        const int kind = random_int(0, kinds - 1);
        const uint64_t any = random_bits();
        const void *from = value_bytes == 4 ? (const void *)(floats + kind) : halves + kind;
        memcpy(row + i, one_in(odd_one_in) ? (const void *)&any : from, (size_t)value_bytes);
    }
}

static ptrdiff_t argmax_f32(const float *values, int count)
{
    ptrdiff_t best = 0;
    for (int i = 0; i < count; i++) {
        if (isnan(values[i]))
            return i;
        best = values[i] > values[best] ? i : best;
    }
    return best;
}

static ptrdiff_t argmax_f16(const uint16_t *values, int count)
{
    ptrdiff_t best = 0;
    for (int i = 0; i < count; i++) {
        const double value = value_of_half(values[i]);
        if (isnan(value))
            return i;
        best = value > value_of_half(values[best]) ? i : best;
    }
    return best;
}

/* The rows begin or end where the source does, so that reading beyond them is a fault. */
int check_argmax(const FastcvArgmaxKernels *kernels, uint8_t *source)
{
    for (int n = 0; n < ROWS; n++) {
        const int value_bytes = one_in(2) ? 4 : 2;
        const int count = one_in(8) ? random_int(1, MOST_VALUES) : random_int(1, 150);
        uint8_t *row = one_in(3) ? source : source + SOURCE_BYTES - count * value_bytes;
        fill_row(row, count * value_bytes, value_bytes);
        set_case("%s, argmax %d: %d values of %d bytes", fastcv_variant(), n, count, value_bytes);
        const ptrdiff_t found = value_bytes == 4
                                    ? kernels->f32((const float *)(const void *)row, count)
                                    : kernels->f16((const uint16_t *)(const void *)row, count);
        const ptrdiff_t right = value_bytes == 4
                                    ? argmax_f32((const float *)(const void *)row, count)
                                    : argmax_f16((const uint16_t *)(const void *)row, count);
        if (found != right)
            differ("found %td, and the first of the largest is %td", found, right);
    }
    return ROWS;
}
