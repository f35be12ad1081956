#include "core/crop/reach.h"

#include <math.h>

#include "core/crop/map.h"
#include "core/numbers.h"
#include "opencv/shim.h"

/* Beyond this, float32 corners are no longer whole px, and not far beyond it positions are not
 * either. */
enum { MAX_READ_PX = 1 << 24 };

typedef struct Span {
    int64_t first, last;
} Span;

/* Whether all of the crop's pixels lie within the extent: W has one sign over the crop and is not
 * lost in rounding. The extent comes from the inverse, which is what pixels are mapped with; of a
 * nearly degenerate quad, the inverse can miss the quad's corners by far. */
static int is_around_all(const FastcvGeometry *crop, const FastcvExtent *extent)
{
    const double *m = crop->inverse;
    const double terms =
        fabs(m[6]) * (crop->width_px - 1) + fabs(m[7]) * (crop->height_px - 1) + fabs(m[8]);
    return extent->is_one_sided && terms < extent->least_w * (1 << 20);
}

/* All px that the interpolation may read between two positions; one more for rounding. */
static Span span_read(double low, double high, int64_t halo)
{
    const double far = 1LL << 40; /* beyond any page */
    return (Span){(int64_t)floor(fmin(fmax(low, -far), far)) - halo,
                  (int64_t)ceil(fmin(fmax(high, -far), far)) + halo};
}

static Span clamp_to(Span span, int64_t length)
{
    return (Span){fastcv_clamp_int64(span.first, 0, length - 1),
                  fastcv_clamp_int64(span.last, 0, length - 1)};
}

static int is_same(Span a, Span b)
{
    return a.first == b.first && a.last == b.last;
}

FastcvQuadFault fastcv_crop_reach(const FastcvImage *page, const FastcvSampling *sampling,
                                  FastcvCrop *crop)
{
    if (page->width_px <= FASTCV_OPENCV_MAX_SIDE_PX &&
        page->height_px <= FASTCV_OPENCV_MAX_SIDE_PX) {
        crop->region_x = crop->region_y = 0;
        crop->region_width = (int32_t)page->width_px;
        crop->region_height = (int32_t)page->height_px;
        return FASTCV_QUAD_OK;
    }
    static const int64_t halo[FASTCV_INTERPOLATIONS] = {1, 2, 3, 2, 5};
    const FastcvGeometry *geometry = &crop->geometry;
    const FastcvExtent extent =
        fastcv_extent_of(geometry->inverse, 0, 0, geometry->width_px, geometry->height_px);
    const Span read_x = span_read(extent.left, extent.right, halo[sampling->interpolation]);
    const Span read_y = span_read(extent.top, extent.bottom, halo[sampling->interpolation]);
    const Span x = clamp_to(read_x, page->width_px), y = clamp_to(read_y, page->height_px);

    /* Constant and replicate need nothing of the page beyond its nearest edge. The other borders
     * fold what lies outside back in, to pixels that the region may not hold. */
    const int is_inside = is_same(x, read_x) && is_same(y, read_y);
    const int folds = sampling->border != FASTCV_CONSTANT && sampling->border != FASTCV_REPLICATE;
    const int64_t most = FASTCV_OPENCV_MAX_SIDE_PX;
    if (!is_around_all(geometry, &extent) || (folds && !is_inside) ||
        read_x.last - read_x.first >= most || read_y.last - read_y.first >= most ||
        x.last > MAX_READ_PX || y.last > MAX_READ_PX)
        return FASTCV_QUAD_OUT_OF_REACH;

    crop->region_x = (int32_t)x.first;
    crop->region_y = (int32_t)y.first;
    crop->region_width = (int32_t)(x.last - x.first + 1);
    crop->region_height = (int32_t)(y.last - y.first + 1);
    return FASTCV_QUAD_OK;
}
