#include "core/crop/engine.h"

#include "core/numbers.h"
#include "fastcv/variants.h"
#include "kernels/warp/warp.h"

FastcvCropEngine fastcv_crop_engine(const FastcvImage *page, const FastcvSampling *sampling)
{
    FastcvCropEngine engine = {FASTCV_ENGINE_KERNELS, page, sampling, fastcv_warp_kernels()};
    if (fastcv_variant_is_opencv() || !fastcv_tiles_cover(&engine))
        engine.kind = FASTCV_ENGINE_OPENCV;
    return engine;
}

size_t fastcv_cut_workspace_bytes(const FastcvCropEngine *engine)
{
    const size_t copy = fastcv_copy_workspace_bytes();
    const size_t warp = engine->kind == FASTCV_ENGINE_KERNELS ? fastcv_tiles_workspace_bytes()
                                                              : fastcv_remap_workspace_bytes();
    return fastcv_round_up(fastcv_larger(copy, warp), FASTCV_WORKSPACE_ALIGNMENT);
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
    fastcv_tiles_cut(engine, crop, first, last, to, workspace);
    return (FastcvError){.status = FASTCV_OK};
}
