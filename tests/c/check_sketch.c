/* Every variant's hashes and counts of colours, compared with a look at one after the other. */
#include <stdlib.h>

#include "check.h"
#include "kernels/sketch/sketch.h"

enum { LISTS = 3000, MOST_COLORS = 300 };

static void check_find_large(const FastcvSketchKernels *kernels)
{
    enum { COUNTERS = FASTCV_SKETCH_COUNTERS, ROOM = 32 };
    uint16_t counters[COUNTERS];
    uint16_t found[ROOM + 1];
    const uint16_t threshold = one_in(9) ? UINT16_MAX : (uint16_t)random_int(1, 300);
    const int seldom = random_int(20, 2000);
    int right = 0;
    for (int i = 0; i < COUNTERS; i++) {
        counters[i] = (uint16_t)(one_in(seldom) ? random_int(threshold, UINT16_MAX)
                                                : random_int(0, threshold - 1));
        right += counters[i] >= threshold;
    }
    found[ROOM] = 54321;
    const int count = kernels->find_large(counters, threshold, found, ROOM);
    if (right > ROOM ? count <= ROOM : count != right)
        differ("%d counters are large, not %d", right, count);
    for (int i = 0, k = 0; i < COUNTERS && count <= ROOM; i++) {
        if (counters[i] >= threshold && found[k++] != i)
            differ("large counter %d is %d, not %d", k - 1, i, found[k - 1]);
    }
    if (found[ROOM] != 54321)
        differ("more large counters were written");
}

/* The threshold is the wanted-th largest of the groups' largest sums. */
static void check_sum(const FastcvSketchKernels *kernels)
{
    enum { COUNTERS = FASTCV_SKETCH_COUNTERS, GROUPS = 64 };
    FastcvSketchCounters counters;
    uint16_t sums[COUNTERS], largest[GROUPS] = {0};
    const int seldom = random_int(1, 2000), most = one_in(9) ? 32767 : random_int(1, 300);
    for (int i = 0; i < COUNTERS; i++) {
        counters.even[i] = (uint16_t)(one_in(seldom) ? random_int(0, most) : 0);
        counters.odd[i] = (uint16_t)(one_in(seldom) ? random_int(0, most) : 0);
        sums[i] = (uint16_t)(counters.even[i] + counters.odd[i]);
        if (sums[i] > largest[i % GROUPS])
            largest[i % GROUPS] = sums[i];
    }
    const int wanted = random_int(1, GROUPS);
    const uint16_t threshold = kernels->sum(&counters, wanted);
    int above = 0, reaching = 0;
    for (int k = 0; k < GROUPS; k++) {
        above += largest[k] > threshold;
        reaching += largest[k] >= threshold;
    }
    if (threshold < 1 || above >= wanted || (reaching < wanted && threshold > 1))
        differ("%d groups reach %d, not %d", reaching, threshold, wanted);
    for (int i = 0; i < COUNTERS; i++) {
        if (counters.even[i] != sums[i] || counters.odd[i])
            differ("sum %d is %d, not %d", i, counters.even[i], sums[i]);
    }
}

static void check_add(const FastcvSketchKernels *kernels, const uint32_t *colors, size_t count,
                      uint16_t *hashes)
{
    enum { COUNTERS = FASTCV_SKETCH_COUNTERS };
    FastcvSketchCounters counters = {.even = {3}, .odd = {7}}, right = counters;
    hashes[count] = 54321;
    kernels->add(colors, count, hashes, &counters);
    for (size_t i = 0; i < count; i++) {
        const int hash = fastcv_color_sketch_hash(colors[i]);
        (i % 2 ? right.odd : right.even)[hash]++;
        if (hashes[i] != hash)
            differ("colour %zu has the hash %d, not %d", i, hashes[i], hash);
    }
    if (hashes[count] != 54321)
        differ("more hashes were written");
    for (int i = 0; i < COUNTERS; i++) {
        if (counters.even[i] != right.even[i] || counters.odd[i] != right.odd[i])
            differ("counters %d are %d and %d, not %d and %d", i, counters.even[i], counters.odd[i],
                   right.even[i], right.odd[i]);
    }
}

static void check_find_hash(const FastcvSketchKernels *kernels, const uint16_t *hashes,
                            size_t count)
{
    const size_t wanted = (size_t)random_int(0, (int)count - 1);
    const size_t from = (size_t)random_int(0, (int)wanted);
    const size_t found = kernels->find_hash(hashes, from, count, hashes[wanted]);
    size_t right = from;
    while (hashes[right] != hashes[wanted])
        right++;
    if (found != right)
        differ("from %zu on, hash %d is at %zu, not %zu", from, hashes[wanted], right, found);
}

int check_sketch(const FastcvSketchKernels *kernels)
{
    for (int n = 0; n < LISTS; n++) {
        const size_t count = (size_t)random_int(0, MOST_COLORS);
        uint32_t *colors = malloc((count + 1) * sizeof *colors);
        uint16_t *hashes = malloc((count + 1) * sizeof *hashes);
        uint32_t wanted[FASTCV_SKETCH_COLORS], counts[FASTCV_SKETCH_COLORS];
        const int levels = random_int(0, 6);
        if (!colors || !hashes)
            abort();
        for (size_t i = 0; i <= count; i++)
            colors[i] =
                one_in(9) ? (uint32_t)random_int(0, 0xFFFFFF) : (uint32_t)random_int(0, levels);
        for (int k = 0; k < FASTCV_SKETCH_COLORS; k++)
            wanted[k] = colors[random_int(0, (int)count)];
        set_case("%s, sketch %d: %zu colours", fastcv_variant(), n, count);
        check_add(kernels, colors, count, hashes);
        kernels->count_equal(colors, count, wanted, counts);
        for (int k = 0; k < FASTCV_SKETCH_COLORS; k++) {
            uint32_t right = 0;
            for (size_t i = 0; i < count; i++)
                right += colors[i] == wanted[k];
            if (counts[k] != right)
                differ("%06x is there %u times, not %u", wanted[k], right, counts[k]);
        }
        if (count)
            check_find_hash(kernels, hashes, count);
        check_find_large(kernels);
        check_sum(kernels);
        free(hashes);
        free(colors);
    }
    return LISTS;
}
