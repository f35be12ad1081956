/* Plain C, in vectors of 16 bytes: compilers make none of these loops themselves. */
#include <string.h>

#include "kernels/argmax/argmax_all.h"

enum { FLOATS = 4, HALVES = 8 };

typedef float Floats __attribute__((vector_size(16)));
typedef int32_t FloatLanes __attribute__((vector_size(16)));
typedef int16_t Halves __attribute__((vector_size(16)));

static inline Floats load_f32(const float *values)
{
    Floats loaded;
    memcpy(&loaded, values, sizeof loaded);
    return loaded;
}

static inline Halves load_f16(const uint16_t *values)
{
    Halves loaded;
    memcpy(&loaded, values, sizeof loaded);
    return loaded;
}

/* The lanes' larger values; those of most where a value is NaN. */
static inline Floats larger_f32(Floats values, Floats most)
{
    const FloatLanes is_larger = values > most;
    return (Floats)(((FloatLanes)values & is_larger) | ((FloatLanes)most & ~is_larger));
}

static inline Halves larger_i16(Halves values, Halves most)
{
    const Halves is_larger = values > most;
    return (values & is_larger) | (most & ~is_larger);
}

static inline Halves ranks_of(Halves bits)
{
    const Halves sign = bits >> 15;
    return ((bits & F16_MAGNITUDE) ^ sign) - sign;
}

static inline LargestF32 largest_f32(const float *values, int count)
{
    Floats most[2];
    FloatLanes is_nan = {0};
    int i = 0;
    most[0] = most[1] = (Floats){0} - INFINITY;
    for (; i + 2 * FLOATS <= count; i += 2 * FLOATS) {
        for (int k = 0; k < 2; k++) {
            const Floats next = load_f32(values + i + k * FLOATS);
            most[k] = larger_f32(next, most[k]);
            is_nan |= next != next;
        }
    }
    most[0] = larger_f32(most[0], most[1]);
    LargestF32 largest = {most[0][0], 0};
    for (int k = 0; k < FLOATS; k++) {
        largest.value = most[0][k] > largest.value ? most[0][k] : largest.value;
        largest.has_nan |= is_nan[k];
    }
    return with_rest_f32(largest, values, i, count);
}

static inline LargestF16 largest_f16(const uint16_t *values, int count)
{
    Halves most = (Halves){0} - F16_MAGNITUDE, magnitudes = {0};
    int i = 0;
    for (; i + HALVES <= count; i += HALVES) {
        const Halves bits = load_f16(values + i);
        most = larger_i16(ranks_of(bits), most);
        magnitudes = larger_i16(bits & F16_MAGNITUDE, magnitudes);
    }
    LargestF16 largest = {most[0], 0};
    for (int k = 0; k < HALVES; k++) {
        largest.value = most[k] > largest.value ? most[k] : largest.value;
        largest.has_nan |= magnitudes[k] > F16_INFINITY;
    }
    return with_rest_f16(largest, values, i, count);
}

static inline ptrdiff_t find_f32(const float *values, int count, float largest)
{
    (void)count;
    ptrdiff_t i = 0;
    while (values[i] != largest)
        i++;
    return i;
}

static inline ptrdiff_t find_f16(const uint16_t *values, int count, int largest)
{
    (void)count;
    ptrdiff_t i = 0;
    while (rank_f16(values[i]) != largest)
        i++;
    return i;
}

DEFINE_ARGMAX(f32, float, LargestF32)
DEFINE_ARGMAX(f16, uint16_t, LargestF16)

const FastcvArgmaxKernels fastcv_argmax_c = {ARGMAX_ENTRIES};
