/* Cutting quads out of a page: plan each (may fault), then run them all (cannot fail half-way). */
#ifndef FASTCV_CROP_H
#define FASTCV_CROP_H

#include "fastcv/image.h"
#include "fastcv/quad.h"
#include "fastcv/sampling.h"
#include "fastcv/status.h"
#include "fastcv/threads.h"

/* How one call cuts: with fastcv's own kernels, or, where they do not cover its image and options,
 * with OpenCV. Made once, it holds for the whole call. */
typedef struct FastcvCropEngine {
    const FastcvImage *page;
    const FastcvSampling *options;
    const struct FastcvWarpKernels *kernels;
    int uses_kernels;
} FastcvCropEngine;

FastcvCropEngine fastcv_crop_engine(const FastcvImage *page, const FastcvSampling *options);

/* One planned crop. The part of the page that OpenCV is shown is a region: the whole page, or,
 * where a page is beyond what OpenCV takes, what this quad reads of it. */
typedef struct FastcvCrop {
    double inverse[9];
    void *pixels; /* given by the caller after planning: height × width × channels, no padding */
    ptrdiff_t first_item; /* the run's own bookkeeping */
    int32_t width_px, height_px;
    int32_t region_x, region_y, region_width, region_height; /* of OpenCV only */
    FastcvQuadFault fault; /* with any, width_px = height_px = 0, and the run skips the crop */
} FastcvCrop;

/* Fills all but pixels of every crop, from the quad of the same index. */
FastcvStatus fastcv_crop_plan(const FastcvCropEngine *engine, const FastcvQuad *quads,
                              FastcvCrop *crops, ptrdiff_t count, FastcvPool pool);

/* Writes every crop. The bytes do not depend on num_threads. */
FastcvError fastcv_crop_run(const FastcvCropEngine *engine, FastcvCrop *crops, ptrdiff_t count,
                            FastcvPool pool);

#endif
