/* Every variant's bits and sums, compared with one value after the other. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernels/mask/mask.h"

enum { ROWS = 4000, SELECTIONS = 4000, MOST_PX = 300, MOST_ROWS = 6, WORDS = MOST_PX / 64 + 1 };

static const uint64_t CANARY = 0x5A5A5A5A5A5A5A5A;

/* Probabilities, tiny numbers, or any bits. */
static float random_value(int kind)
{
    const uint32_t bits = (uint32_t)random_bits();
    float value;
    if (kind == 0 || (kind == 1 && !one_in(9)))
        return (float)random_real(0, 1);
    if (kind == 1)
        return (float)exp2(random_real(-150, 0));
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The values begin or end where the source does, so that reading beyond them is a fault. */
static float *random_place(uint8_t *source, int count)
{
    const int bytes = count * (int)sizeof(float);
    const int last = (SOURCE_BYTES - bytes) / (int)sizeof(float);
    return (float *)source + (one_in(3) ? last : random_int(0, last));
}

static void check_above(const FastcvMaskKernels *kernels, uint8_t *source, int n)
{
    const int count = random_int(1, MOST_PX), kind = random_int(0, 2);
    float *values = random_place(source, count);
    uint64_t words[WORDS + 1];
    const float most = one_in(2) ? FLT_MAX : INFINITY;
    const float threshold = one_in(4) ? values[0] : (float)random_real(0, 1);
    for (int i = 0; i < count; i++)
        values[i] = one_in(20) ? threshold : random_value(kind);
    memset(words, 0x5A, sizeof words);
    set_case("%s, mask %d: %d values", fastcv_variant(), n, count);
    kernels->above(values, count, threshold, most, words);
    for (int i = 0; i < count / 64 * 64 + 64; i++) {
        const int wanted = i < count && values[i] > threshold && values[i] <= most;
        if ((int)(words[i / 64] >> (i % 64) & 1) != wanted)
            differ("bit %d is not %d", i, wanted);
    }
    for (int word = count / 64 + 1; word <= WORDS; word++) {
        if (words[word] != CANARY)
            differ("wrote word %d", word);
    }
}

static void check_sum(const FastcvMaskKernels *kernels, uint8_t *source, int n)
{
    const int width = random_int(1, MOST_PX), rows = random_int(1, MOST_ROWS);
    const int kind = random_int(0, 2);
    float *values = random_place(source, width * rows);
    uint64_t bits[MOST_ROWS * WORDS] = {0};
    double wanted = 0;
    ptrdiff_t count, wanted_count = 0;
    for (int i = 0; i < width * rows; i++) {
        const int x = i % width;
        values[i] = random_value(kind);
        if (one_in(4))
            continue;
        bits[i / width * WORDS + x / 64] |= UINT64_C(1) << x % 64;
        wanted += isfinite(values[i]) ? values[i] : 0;
        wanted_count++;
    }
    const FastcvSelection selection = {(const char *)values, width * (ptrdiff_t)sizeof(float), bits,
                                       WORDS, rows};
    set_case("%s, sum %d: %d x %d values", fastcv_variant(), n, width, rows);
    const double sum = kernels->sum(&selection, &count);
    if (memcmp(&sum, &wanted, sizeof sum) != 0 && !(sum == 0 && wanted == 0))
        differ("the sum is %a, not %a", sum, wanted);
    if (count != wanted_count)
        differ("%td values, not %td", count, wanted_count);
}

int check_mask(const FastcvMaskKernels *kernels, uint8_t *source)
{
    for (int n = 0; n < ROWS; n++)
        check_above(kernels, source, n);
    for (int n = 0; n < SELECTIONS; n++)
        check_sum(kernels, source, n);
    return ROWS + SELECTIONS;
}
