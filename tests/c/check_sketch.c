/* Every variant's hashes and counts of colours, compared with a look at one after the other. */
#include <stdlib.h>

#include "check.h"
#include "kernels/sketch/sketch.h"

enum { LISTS = 3000, MOST_COLORS = 300 };

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
        free(hashes);
        free(colors);
    }
    return LISTS;
}
