#include "core/colors/sketch.h"

#include <string.h>

enum {
    SPARE = 1, /* counters looked into besides the n largest, because some hold several colours */
    MOST_CANDIDATES = 32,
    MOST_FOUND = 64
};

/* Colours that were counted exactly, and how many there are. */
typedef struct Found {
    FastcvColorCount colors[MOST_FOUND];
    int count;
} Found;

/* A counter, and what is known of it. */
typedef struct Candidate {
    uint16_t hash;
    uint16_t rest;    /* pixels whose colours have not been counted exactly */
    size_t looked_at; /* pixels searched for its colours */
} Candidate;

/* Finds the counters that reach the threshold; returns how many, or −1 if they are too many. */
static int collect(const FastcvSketchKernels *kernels, const uint16_t *sums, uint16_t threshold,
                   const Found *found, Candidate *candidates)
{
    uint16_t hashes[MOST_CANDIDATES];
    const int count = kernels->find_large(sums, threshold, hashes, MOST_CANDIDATES);
    if (count > MOST_CANDIDATES)
        return -1;
    for (int i = 0; i < count; i++)
        candidates[i] = (Candidate){.hash = hashes[i], .rest = sums[hashes[i]]};
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < found->count; k++) {
            if (fastcv_color_sketch_hash(found->colors[k].packed) == candidates[i].hash)
                candidates[i].rest = (uint16_t)(candidates[i].rest - found->colors[k].count);
        }
    }
    return count;
}

static int is_found(const Found *found, uint32_t color)
{
    for (int i = 0; i < found->count; i++) {
        if (found->colors[i].packed == color)
            return 1;
    }
    return 0;
}

/* A colour of the candidate that has not been counted. There must be one. */
static uint32_t next_color(const FastcvSketchKernels *kernels, const FastcvColorSketch *sketch,
                           const uint32_t *colors, size_t count, const Found *found,
                           Candidate *candidate)
{
    size_t i = candidate->looked_at;
    for (;; i++) {
        i = kernels->find_hash(sketch->hashes, i, count, candidate->hash);
        if (!is_found(found, colors[i]))
            break;
    }
    candidate->looked_at = i + 1;
    return colors[i];
}

/* Counts one more colour of each of up to FASTCV_SKETCH_COLORS candidates. */
static void count_colors(const FastcvSketchKernels *kernels, const FastcvColorSketch *sketch,
                         const uint32_t *colors, size_t count, Candidate *const *candidates,
                         int candidate_count, Found *found)
{
    uint32_t wanted[FASTCV_SKETCH_COLORS] = {0}, counts[FASTCV_SKETCH_COLORS];
    for (int k = 0; k < candidate_count; k++)
        wanted[k] = next_color(kernels, sketch, colors, count, found, candidates[k]);
    kernels->count_equal(colors, count, wanted, counts);
    for (int k = 0; k < candidate_count; k++) {
        found->colors[found->count++] = (FastcvColorCount){counts[k], wanted[k]};
        candidates[k]->rest = (uint16_t)(candidates[k]->rest - counts[k]);
    }
}

/* Counts colours of the candidates until those not counted stay below the threshold. Returns 0 if
 * they are too many. */
static int count_candidates(const FastcvSketchKernels *kernels, const FastcvColorSketch *sketch,
                            const uint32_t *colors, size_t count, uint16_t threshold,
                            Candidate *candidates, int candidate_count, Found *found)
{
    for (int before = -1; before < found->count;) {
        before = found->count;
        for (int i = 0; i < candidate_count;) {
            Candidate *together[FASTCV_SKETCH_COLORS];
            int k = 0;
            for (; i < candidate_count && k < FASTCV_SKETCH_COLORS; i++) {
                if (candidates[i].rest >= threshold)
                    together[k++] = &candidates[i];
            }
            if (found->count + k > MOST_FOUND)
                return 0;
            if (k)
                count_colors(kernels, sketch, colors, count, together, k, found);
        }
    }
    return 1;
}

/* Writes the first n in order; returns how many there are. They are a dozen. */
static size_t select_top(const Found *found, FastcvColorCount *top, size_t n)
{
    size_t size = 0;
    for (int i = 0; i < found->count; i++) {
        const FastcvColorCount color = found->colors[i];
        const uint64_t rank = fastcv_color_rank(color.count, color.packed);
        size_t to = size < n ? size++ : n;
        for (; to > 0 && fastcv_color_rank(top[to - 1].count, top[to - 1].packed) < rank; to--) {
            if (to < n)
                top[to] = top[to - 1];
        }
        if (to < n)
            top[to] = color;
    }
    return size;
}

/* What fastcv_color_sketch_find promises, when all colours have been added. The second round counts
 * all colours that may be more frequent than those that the first one found. */
static int find(const FastcvSketchKernels *kernels, const FastcvColorSketch *sketch,
                const uint32_t *colors, size_t count, uint16_t threshold, FastcvColorCount *top,
                size_t *n)
{
    Candidate candidates[MOST_CANDIDATES];
    Found found;
    found.count = 0; /* not the colours, which take 1 KiB */
    for (;;) {
        const int candidate_count =
            collect(kernels, sketch->counters.even, threshold, &found, candidates);
        if (candidate_count < 0 || !count_candidates(kernels, sketch, colors, count, threshold,
                                                     candidates, candidate_count, &found))
            return 0;
        const size_t top_count = select_top(&found, top, *n);
        const uint64_t least = top_count < *n ? 1 : top[top_count - 1].count;
        if (least >= (uint64_t)threshold) {
            *n = top_count;
            return 1;
        }
        threshold = (uint16_t)least;
    }
}

int fastcv_color_sketch_find(FastcvColorSketch *sketch, const uint32_t *colors, size_t count,
                             FastcvColorCount *top, size_t *n)
{
    const FastcvSketchKernels *kernels = fastcv_sketch_kernels();
    kernels->add(colors, count, sketch->hashes, &sketch->counters);
    const uint16_t threshold = kernels->sum(&sketch->counters, (int)*n + SPARE);
    const int is_found = find(kernels, sketch, colors, count, threshold, top, n);
    memset(&sketch->counters, 0, sizeof sketch->counters);
    return is_found;
}
