/* Every variant's hashes and counts of colours, compared with a look at one after the other. */
#include <stdlib.h>

#include "check.h"
#include "kernels/sketch/sketch.h"

enum { LISTS = 3000, MOST_COLORS = 300 };

static void check_find_large(const FastcvSketchKernels *kernels)
{
    enum { COUNTERS = 1 << FASTCV_SKETCH_BITS, ROOM = 32 };
    int16_t counters[COUNTERS];
    uint16_t found[ROOM + 1];
    const int16_t threshold = one_in(9) ? INT16_MAX : (int16_t)random_int(1, 300);
    const int seldom = random_int(20, 2000);
    int right = 0;
    for (int i = 0; i < COUNTERS; i++) {
        counters[i] = (int16_t)(one_in(seldom) ? random_int(threshold, INT16_MAX)
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

/* Nothing is written beyond the last hash. */
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
        hashes[count] = 54321;
        set_case("%s, sketch %d: %zu colours", fastcv_variant(), n, count);
        kernels->hash(colors, count, hashes);
        kernels->count_equal(colors, count, wanted, counts);
        for (size_t i = 0; i < count; i++) {
            if (hashes[i] != fastcv_color_sketch_hash(colors[i]))
                differ("colour %zu has the hash %d", i, hashes[i]);
        }
        if (hashes[count] != 54321)
            differ("more hashes were written");
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
        free(hashes);
        free(colors);
    }
    return LISTS;
}
