/* Compares every variant of the kernels that this CPU has with plain C or with a slow, obvious way:
 * the same maps, pixels, runs, gray, discs, tensors and largest values, nothing written beyond what
 * was asked for, nothing read beyond what the variant says that it reads.
 *
 * The cases are random and the same each time. Prints what was compared. At the first difference,
 * prints the case and exits with 1. */
#include <signal.h>
#include <stdio.h>

#include "check.h"
#include "kernels/argmax/argmax.h"
#include "kernels/gray/gray.h"
#include "kernels/mask/mask.h"
#include "kernels/near/near.h"
#include "kernels/resample/resample.h"
#include "kernels/resize/resize.h"
#include "kernels/runs/runs.h"
#include "kernels/sketch/sketch.h"
#include "kernels/warp/warp.h"

int main(void)
{
    signal(SIGSEGV, on_fault);
    signal(SIGBUS, on_fault);
    check_weights();
    uint8_t *source = make_source();

    const char *name;
    for (int n = 0; (name = fastcv_variant_name(n)); n++) {
        fastcv_variant_choose(name);
        if (fastcv_variant_is_opencv())
            continue;
        random_state = 20231;
        const MapCounts map = check_map4(&fastcv_warp_kernels()->map4);
        const long blends = check_blend4(&fastcv_warp_kernels()->blend4, source);
        const int float_rows = check_map5(fastcv_warp5_kernels()->map5);
        const long float_blends = check_blend5(&fastcv_warp5_kernels()->blend5, source);
        const int plane_tiles = check_planes5(fastcv_warp5_kernels()->from_planes5, source);
        const int runs = check_runs(fastcv_runs_kernels(), source);
        const int sketches = check_sketch(fastcv_sketch_kernels());
        const int grays = check_gray(fastcv_gray_kernels(), source);
        const int masks = check_mask(fastcv_mask_kernels(), source);
        const long discs = check_near(fastcv_near_kernels());
        const long passes = check_resample(fastcv_resample_kernels(), source);
        const int rows = check_argmax(fastcv_argmax_kernels(), source);
        const long words = check_resize(fastcv_resize_kernels(), source);
        printf("%s: %d rows projected, %d tiles of %ld pixels mapped, %d placed, %ld blends, "
               "%d float rows, %ld float blends, %d tiles from planes, %d rows of runs, %d lists "
               "of colours, %d rows of "
               "gray, %d of masks, %ld "
               "discs, %ld words resized, "
               "%ld passes resampled, %d rows searched: the same\n",
               name, map.rows, map.tiles, map.tile_pixels, map.places, blends, float_rows,
               float_blends, plane_tiles, runs, sketches, grays, masks, discs, words, passes, rows);
    }
    return 0;
}
