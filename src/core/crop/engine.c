#include "core/crop/engine.h"

#include "core/numbers.h"
#include "fastcv/variants.h"
#include "kernels/warp/warp.h"
#include "opencv/shim.h"

int fastcv_crop_is_offered(const FastcvImage *page, const FastcvSampling *sampling)
{
    if (sampling->arithmetic == FASTCV_OPENCV5)
        return fastcv_float_tiles_cover(page, sampling);
    return sampling->interpolation != FASTCV_CUBIC || fastcv_opencv_cubic_is_version_4() ||
           fastcv_crop_engine(page, sampling).kind == FASTCV_ENGINE_KERNELS;
}

FastcvCropEngine fastcv_crop_engine(const FastcvImage *page, const FastcvSampling *sampling)
{
    if (sampling->arithmetic == FASTCV_OPENCV5)
        return (FastcvCropEngine){FASTCV_ENGINE_FLOAT, page, sampling, fastcv_warp5_kernels()};
    FastcvCropEngine engine = {FASTCV_ENGINE_KERNELS, page, sampling, fastcv_warp_kernels()};
    if (fastcv_variant_is_opencv() || !fastcv_tiles_cover(&engine))
        engine.kind = FASTCV_ENGINE_OPENCV;
    return engine;
}

size_t fastcv_cut_workspace_bytes(const FastcvCropEngine *engine)
{
    const size_t warps[] = {[FASTCV_ENGINE_KERNELS] = fastcv_tiles_workspace_bytes(),
                            [FASTCV_ENGINE_OPENCV] = fastcv_remap_workspace_bytes(),
                            [FASTCV_ENGINE_FLOAT] = fastcv_float_tiles_workspace_bytes(engine)};
    const size_t bytes = fastcv_larger(fastcv_copy_workspace_bytes(), warps[engine->kind]);
    return fastcv_round_up(bytes, FASTCV_WORKSPACE_ALIGNMENT);
}

FastcvError fastcv_cut(const FastcvCropEngine *engine, const FastcvCrop *crop, int first, int last,
                       FastcvRows to, void *workspace)
{
    if (crop->geometry.kind == FASTCV_GEOMETRY_COPY) {
        fastcv_copy_cut(engine, crop, first, last, to, workspace);
        return (FastcvError){.status = FASTCV_OK};
    }
    if (engine->kind == FASTCV_ENGINE_OPENCV)
        return fastcv_remap_cut(engine, crop, first, last, to, workspace);
    if (engine->kind == FASTCV_ENGINE_FLOAT)
        fastcv_float_tiles_cut(engine, crop, first, last, to, workspace);
    else
        fastcv_tiles_cut(engine, crop, first, last, to, workspace);
    return (FastcvError){.status = FASTCV_OK};
}
