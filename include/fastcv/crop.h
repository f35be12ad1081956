/* Cutting quads out of a page: plan each (may fault), then run them all (cannot fail half-way). */
#ifndef FASTCV_CROP_H
#define FASTCV_CROP_H

#include "fastcv/image.h"
#include "fastcv/quad.h"
#include "fastcv/sampling.h"
#include "fastcv/status.h"
#include "fastcv/threads.h"

/* One planned crop. The part of the page that the engine is shown is a region: the whole page,
 * or, where a page is beyond what OpenCV takes, what this quad reads of it. */
typedef struct FastcvCrop {
    double inverse[9];
    void *pixels; /* given by the caller after planning: height × width × channels, no padding */
    ptrdiff_t first_item; /* the run's own bookkeeping */
    int32_t width_px, height_px;
    int32_t region_x, region_y, region_width, region_height;
} FastcvCrop;

/* Fills all but pixels. On a fault the crop is left with width_px = height_px = 0, and a crop of
 * that size is skipped by the run. */
FastcvQuadFault fastcv_crop_plan(const FastcvQuad *quad, const FastcvImage *page,
                                 const FastcvSampling *options, FastcvCrop *crop);

/* Writes every crop. The bytes do not depend on num_threads. */
FastcvError fastcv_crop_run(const FastcvImage *page, const FastcvSampling *options,
                            FastcvCrop *crops, ptrdiff_t count, FastcvPool pool);

#endif
