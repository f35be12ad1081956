/* OpenCV takes sources of at most 32,766 px a side. A longer page (a scrolled web comic) still
 * yields its crops: each is cut from the part of the page that its quad reads. */
#include "core/crop/reach.h"

#include <math.h>

#include "opencv/shim.h"

/* Beyond, float32 corners are no longer whole px, and not far beyond neither are the positions. */
enum { MAX_READ_PX = 1 << 24 };

typedef struct Span {
    int64_t first, last;
} Span;

/* Where the crop's corners lie on the page. */
typedef struct Corners {
    double x[4], y[4];
    int is_around_all; /* all of the crop's pixels lie among them */
} Corners;

/* By the inverse, which is what pixels are mapped with: of a quad that is all but degenerate it can
 * be far from meeting the quad's corners. W must have one sign over the crop, and not be lost in
 * rounding. */
static Corners corners_of(const FastcvCrop *crop)
{
    const double *m = crop->inverse;
    const double right = crop->width_px - 1, bottom = crop->height_px - 1;
    const double terms = fabs(m[6]) * right + fabs(m[7]) * bottom + fabs(m[8]);
    Corners corners;
    int positive = 0, is_certain = 1;
    for (int i = 0; i < 4; i++) {
        const double x = i % 2 ? right : 0, y = i / 2 ? bottom : 0;
        const double w = m[6] * x + m[7] * y + m[8];
        corners.x[i] = (m[0] * x + m[1] * y + m[2]) / w;
        corners.y[i] = (m[3] * x + m[4] * y + m[5]) / w;
        positive += w > 0;
        is_certain &= terms < fabs(w) * (1 << 20);
    }
    corners.is_around_all = is_certain && (positive == 0 || positive == 4);
    return corners;
}

/* All px that the interpolation may read around the values; one more for rounding. */
static Span span_read(const double value[4], int64_t halo)
{
    const double far = 1LL << 40; /* beyond any page */
    const double low = fmin(fmin(value[0], value[1]), fmin(value[2], value[3]));
    const double high = fmax(fmax(value[0], value[1]), fmax(value[2], value[3]));
    return (Span){(int64_t)floor(fmin(fmax(low, -far), far)) - halo,
                  (int64_t)ceil(fmin(fmax(high, -far), far)) + halo};
}

static int64_t clamp(int64_t value, int64_t last)
{
    return value < 0 ? 0 : value > last ? last : value;
}

FastcvQuadFault fastcv_crop_reach(const FastcvImage *page, const FastcvSampling *options,
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
    const Corners corners = corners_of(crop);
    const Span read_x = span_read(corners.x, halo[options->interpolation]);
    const Span read_y = span_read(corners.y, halo[options->interpolation]);
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
    if (!corners.is_around_all || (folds && !is_inside) || read_x.last - read_x.first >= most ||
        read_y.last - read_y.first >= most || x.last > MAX_READ_PX || y.last > MAX_READ_PX)
        return FASTCV_QUAD_OUT_OF_REACH;

    crop->region_x = (int32_t)x.first;
    crop->region_y = (int32_t)y.first;
    crop->region_width = (int32_t)(x.last - x.first + 1);
    crop->region_height = (int32_t)(y.last - y.first + 1);
    return FASTCV_QUAD_OK;
}
