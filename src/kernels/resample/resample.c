/* The family's variants, the choice among them, and the axes, which all of them share. */
#include "kernels/resample/resample.h"

#include <math.h>
#include <string.h>

#include "kernels/cpu.h"

static const FastcvResampleKernels *const variants[FASTCV_INSTRUCTION_SETS] = {
    [FASTCV_PLAIN_C] = &fastcv_resample_c,
#if defined(__x86_64__)
    [FASTCV_AVX2] = &fastcv_resample_avx2,
#endif
};

const FastcvResampleKernels *fastcv_resample_kernels(void)
{
    int set = (int)fastcv_instruction_set();
    while (!variants[set])
        set--;
    return variants[set];
}

int fastcv_resample_is_down_first(int source_width_px, int source_height_px, int target_width_px,
                                  int target_height_px)
{
    const int64_t narrower = (int64_t)source_width_px - target_width_px;
    const int64_t lower = (int64_t)source_height_px - target_height_px;
    return lower > 0 && lower > 2 * narrower;
}

/* ---- axes ----
 *
 * In double, in the order of operations of libImaging/Resample.c. The filter is a triangle around
 * the target px's centre, in source px; it reaches `support` to both sides. */

typedef struct Filter {
    double scale, support, slope;
    int source_px;
} Filter;

static Filter filter_of(int source_px, int target_px)
{
    Filter filter = {.scale = (double)(float)source_px / target_px, .source_px = source_px};
    filter.support = filter.scale < 1 ? 1 : filter.scale;
    filter.slope = 1 / filter.support;
    return filter;
}

static double center_of(const Filter *filter, int d)
{
    return (d + 0.5) * filter->scale;
}

/* The source px under the triangle of target px d: *first, and as many as are returned. */
static int window(const Filter *filter, int d, int *first)
{
    const double center = center_of(filter, d);
    const int begin = (int)(center - filter->support + 0.5);
    const int end = (int)(center + filter->support + 0.5);
    *first = begin < 0 ? 0 : begin;
    return (end > filter->source_px ? filter->source_px : end) - *first;
}

static double height_at(const Filter *filter, double center, int px)
{
    const double x = fabs((px - center + 0.5) * filter->slope);
    return x < 1 ? 1 - x : 0;
}

/* Writes the weights of target px d, from source px `from` on, among zeros. */
static void weigh(const Filter *filter, int d, int from, FastcvFourWeights *weights)
{
    int first;
    const int count = window(filter, d, &first);
    const double center = center_of(filter, d);
    double sum = 0;
    for (int px = first; px < first + count; px++)
        sum += height_at(filter, center, px);
    for (int px = first; px < first + count; px++) {
        const double share = height_at(filter, center, px) / sum;
        const int weight = (int)(0.5 + share * (1 << FASTCV_RESAMPLE_BITS));
        FastcvFourWeights *four = &weights[(px - from) / 4];
        four->low[(px - from) % 4] = (int16_t)(weight & ((1 << FASTCV_RESAMPLE_LOW_BITS) - 1));
        four->high[(px - from) % 4] = (int16_t)(weight >> FASTCV_RESAMPLE_LOW_BITS);
    }
}

static size_t whole_vectors(int target_px)
{
    return ((size_t)target_px + 7) / 8 * 8;
}

int fastcv_resample_most_reads(int source_px, int target_px)
{
    const double most = 2 * ceil(filter_of(source_px, target_px).support) + 1;
    return most < source_px ? (int)most : source_px;
}

size_t fastcv_resample_axis_bytes(int source_px, int target_px)
{
    const size_t fours = ((size_t)fastcv_resample_most_reads(source_px, target_px) + 3) / 4;
    return whole_vectors(target_px) * (sizeof(int32_t) + fours * sizeof(FastcvFourWeights));
}

FastcvResampleAxis fastcv_resample_axis(int source_px, int target_px, void *memory)
{
    const Filter filter = filter_of(source_px, target_px);
    const size_t all = whole_vectors(target_px);
    FastcvResampleAxis axis = {.target_px = target_px, .first = memory};
    axis.weights = (FastcvFourWeights *)(axis.first + all);
    for (int d = 0; d < target_px; d++) {
        const int count = window(&filter, d, &axis.first[d]);
        axis.reads = count > axis.reads ? count : axis.reads;
    }
    axis.fours = (axis.reads + 3) / 4;
    memset(axis.first + target_px, 0, (all - (size_t)target_px) * sizeof *axis.first);
    memset(axis.weights, 0, all * (size_t)axis.fours * sizeof *axis.weights);
    for (int d = 0; d < target_px; d++) {
        /* Shorter windows, at the end, begin earlier, with weights of 0. */
        const int last = source_px - axis.reads;
        axis.first[d] = axis.first[d] > last ? last : axis.first[d];
        weigh(&filter, d, axis.first[d], axis.weights + (size_t)d * (size_t)axis.fours);
    }
    return axis;
}
