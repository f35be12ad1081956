/* Cutting quads out of a page: plan all crops (which may fault), then cut them all. */
#ifndef FASTCV_CROP_H
#define FASTCV_CROP_H

#include "fastcv/image.h"
#include "fastcv/rule.h"
#include "fastcv/sampling.h"
#include "fastcv/status.h"
#include "fastcv/threads.h"

typedef enum FastcvEngineKind {
    FASTCV_ENGINE_KERNELS, /* fastcv's own kernels, in OpenCV 4's arithmetic */
    FASTCV_ENGINE_OPENCV,  /* cv::remap, in the same */
    FASTCV_ENGINE_FLOAT,   /* own kernels, in OpenCV 5's arithmetic */
} FastcvEngineKind;

/* How one call cuts. It is chosen once and holds for the whole call. */
typedef struct FastcvCropEngine {
    FastcvEngineKind kind;
    const FastcvImage *page;
    const FastcvSampling *sampling;
    const struct FastcvWarpKernels *kernels;
} FastcvCropEngine;

/* Whether the sampling's arithmetic is there for the page. OpenCV 4's is for every page, but for
 * cubic where only the cv::remap of an OpenCV 5 would do it. */
int fastcv_crop_is_offered(const FastcvImage *page, const FastcvSampling *sampling);

/* Own kernels where they cover the page and the sampling, unless OpenCV was asked for. The sampling
 * must be offered. */
FastcvCropEngine fastcv_crop_engine(const FastcvImage *page, const FastcvSampling *sampling);

/* Rows of pixels that somebody else owns. */
typedef struct FastcvRows {
    void *pixels;
    ptrdiff_t stride_bytes;
} FastcvRows;

/* The same, only to be read. */
typedef struct FastcvView {
    const uint8_t *base;
    ptrdiff_t stride_bytes;
} FastcvView;

/* One planned crop. OpenCV is shown a region of the page: all of it, or, where the page is beyond
 * what OpenCV takes, the part that this quad reads. */
typedef struct FastcvCrop {
    FastcvGeometry geometry;
    int32_t region_x, region_y, region_width, region_height; /* of OpenCV only */
    const double *border_value; /* a number a channel, in the page's units; crops may share it */
} FastcvCrop;

/* Plans every crop from the quad of the same index, all with one border value. */
FastcvStatus fastcv_crops_plan(const FastcvCropEngine *engine, const FastcvRule *rule,
                               const FastcvQuad *quads, const double *border_value,
                               FastcvCrop *crops, ptrdiff_t count, FastcvPool pool);

/* The geometry alone. Only slices need the page, and of it only its size; otherwise it may be NULL.
 */
FastcvStatus fastcv_crops_measure(const FastcvImage *page, const FastcvRule *rule,
                                  const FastcvQuad *quads, FastcvGeometry *geometries,
                                  ptrdiff_t count, FastcvPool pool);

/* Cuts crop i into rows[i], which has room for its height × width × channels, turned if the crop
 * is; crops with a fault are skipped. The bytes do not depend on the number of threads.
 * FASTCV_ERR_MEMORY comes before anything is written. */
FastcvError fastcv_crops_cut(const FastcvCropEngine *engine, const FastcvCrop *crops,
                             const FastcvRows *rows, ptrdiff_t count, FastcvPool pool);

/* Whether the crop's pixels lie on the page as they are: it is a copy, not turned, and wholly
 * inside. Then view is set to the page, from the crop's first pixel on. */
int fastcv_crop_in_place(const FastcvCropEngine *engine, const FastcvCrop *crop, FastcvView *view);

#endif
