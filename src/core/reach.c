/* OpenCV takes sources of at most 32,766 px a side. A longer page (a scrolled web comic) still
 * yields its crops: each is cut from the part of the page that its quad reads. */
#include "core/reach.h"

#include <math.h>

#include "opencv/shim.h"

/* Beyond, float32 corners are no longer whole px, and not far beyond neither are the positions. */
enum { MAX_READ_PX = 1 << 24 };

typedef struct Span {
    int64_t first, last;
} Span;

/* All px that the interpolation may read around [low, high]; one more for rounding. */
static Span span_read(const float value[4], int64_t halo)
{
    float low = fminf(fminf(value[0], value[1]), fminf(value[2], value[3]));
    float high = fmaxf(fmaxf(value[0], value[1]), fmaxf(value[2], value[3]));
    return (Span){(int64_t)floorf(low) - halo, (int64_t)ceilf(high) + halo};
}

static int64_t clamp(int64_t value, int64_t last)
{
    return value < 0 ? 0 : value > last ? last : value;
}

/* Every crop pixel lies inside its quad when the corners turn all one way: then the quad is
 * convex and the homography's W has one sign over the crop. */
static int is_convex(const FastcvQuad *quad)
{
    int turns = 0;
    for (int i = 0; i < 4; i++) {
        int j = (i + 1) % 4, k = (i + 2) % 4;
        double ux = (double)quad->x[j] - quad->x[i], uy = (double)quad->y[j] - quad->y[i];
        double vx = (double)quad->x[k] - quad->x[j], vy = (double)quad->y[k] - quad->y[j];
        turns += ux * vy > uy * vx ? 1 : -1;
    }
    return turns == 4 || turns == -4;
}

FastcvQuadFault fastcv_crop_reach(const FastcvQuad *quad, const FastcvImage *page,
                                  const FastcvSampling *options, FastcvCrop *crop)
{
    if (page->width_px <= FASTCV_OPENCV_MAX_SIDE_PX &&
        page->height_px <= FASTCV_OPENCV_MAX_SIDE_PX) {
        crop->region_x = crop->region_y = 0;
        crop->region_width = (int32_t)page->width_px;
        crop->region_height = (int32_t)page->height_px;
        return FASTCV_QUAD_OK;
    }
    static const int64_t halo[FASTCV_INTERPOLATIONS] = {1, 2, 3, 2, 5};
    const Span read_x = span_read(quad->x, halo[options->interpolation]);
    const Span read_y = span_read(quad->y, halo[options->interpolation]);
    const Span x = {clamp(read_x.first, page->width_px - 1),
                    clamp(read_x.last, page->width_px - 1)};
    const Span y = {clamp(read_y.first, page->height_px - 1),
                    clamp(read_y.last, page->height_px - 1)};

    /* Constant and replicate need nothing of the page beyond its nearest edge; the other borders
     * fold what lies outside back in, to pixels that the region may not hold. */
    const int is_inside = x.first == read_x.first && x.last == read_x.last &&
                          y.first == read_y.first && y.last == read_y.last;
    const int folds = options->border != FASTCV_CONSTANT && options->border != FASTCV_REPLICATE;
    const int64_t most = FASTCV_OPENCV_MAX_SIDE_PX;
    if (!is_convex(quad) || (folds && !is_inside) || read_x.last - read_x.first >= most ||
        read_y.last - read_y.first >= most || x.last > MAX_READ_PX || y.last > MAX_READ_PX)
        return FASTCV_QUAD_OUT_OF_REACH;

    crop->region_x = (int32_t)x.first;
    crop->region_y = (int32_t)y.first;
    crop->region_width = (int32_t)(x.last - x.first + 1);
    crop->region_height = (int32_t)(y.last - y.first + 1);
    return FASTCV_QUAD_OK;
}
