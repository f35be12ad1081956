/* FMAX returns NaN where an operand is one, so a NaN stays in the maximum. */
#if defined(__AARCH64EL__)

#include <arm_neon.h>

#include "kernels/argmax/argmax_all.h"

enum { FLOATS = 4, HALVES = 8 };

static inline int16x8_t magnitudes_of(int16x8_t bits)
{
    return vandq_s16(bits, vdupq_n_s16(F16_MAGNITUDE));
}

static inline int16x8_t ranks_of(int16x8_t bits)
{
    const int16x8_t magnitudes = magnitudes_of(bits);
    return vbslq_s16(vcltzq_s16(bits), vnegq_s16(magnitudes), magnitudes);
}

static inline int16x8_t load(const uint16_t *values)
{
    return vreinterpretq_s16_u16(vld1q_u16(values));
}

static inline LargestF32 largest_f32(const float *values, int count)
{
    float32x4_t most[4];
    int i = 0;
    for (int k = 0; k < 4; k++)
        most[k] = vdupq_n_f32(-INFINITY);
    for (; i + 4 * FLOATS <= count; i += 4 * FLOATS) {
        for (int k = 0; k < 4; k++)
            most[k] = vmaxq_f32(most[k], vld1q_f32(values + i + k * FLOATS));
    }
    for (; i + FLOATS <= count; i += FLOATS)
        most[0] = vmaxq_f32(most[0], vld1q_f32(values + i));
    most[0] = vmaxq_f32(vmaxq_f32(most[0], most[1]), vmaxq_f32(most[2], most[3]));
    const float value = vmaxvq_f32(most[0]);
    return with_rest_f32((LargestF32){value, isnan(value) != 0}, values, i, count);
}

static inline LargestF16 largest_f16(const uint16_t *values, int count)
{
    int16x8_t most[2], magnitudes = vdupq_n_s16(0);
    int i = 0;
    most[0] = most[1] = vdupq_n_s16(-F16_MAGNITUDE);
    for (; i + 2 * HALVES <= count; i += 2 * HALVES) {
        for (int k = 0; k < 2; k++) {
            const int16x8_t bits = load(values + i + k * HALVES);
            most[k] = vmaxq_s16(most[k], ranks_of(bits));
            magnitudes = vmaxq_s16(magnitudes, magnitudes_of(bits));
        }
    }
    for (; i + HALVES <= count; i += HALVES) {
        const int16x8_t bits = load(values + i);
        most[0] = vmaxq_s16(most[0], ranks_of(bits));
        magnitudes = vmaxq_s16(magnitudes, magnitudes_of(bits));
    }
    const LargestF16 largest = {vmaxvq_s16(vmaxq_s16(most[0], most[1])),
                                vmaxvq_s16(magnitudes) > F16_INFINITY};
    return with_rest_f16(largest, values, i, count);
}

static inline ptrdiff_t find_f32(const float *values, int count, float largest)
{
    int i = 0;
    while (i + FLOATS <= count &&
           !vmaxvq_u32(vceqq_f32(vld1q_f32(values + i), vdupq_n_f32(largest))))
        i += FLOATS;
    while (values[i] != largest)
        i++;
    return i;
}

static inline ptrdiff_t find_f16(const uint16_t *values, int count, int largest)
{
    int i = 0;
    while (i + HALVES <= count &&
           !vmaxvq_u16(vceqq_s16(ranks_of(load(values + i)), vdupq_n_s16((int16_t)largest))))
        i += HALVES;
    while (rank_f16(values[i]) != largest)
        i++;
    return i;
}

DEFINE_ARGMAX(f32, float, LargestF32)
DEFINE_ARGMAX(f16, uint16_t, LargestF16)

const FastcvArgmaxKernels fastcv_argmax_neon = {ARGMAX_ENTRIES};

#endif
