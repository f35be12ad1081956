/* The mean of a map within a polygon: cv2.mean over the pixels that cv2.fillPoly sets, with the
 * bits of OpenCV 4.14. */
#ifndef FASTCV_CORE_DETECT_AREA_MEAN_H
#define FASTCV_CORE_DETECT_AREA_MEAN_H

#include "core/detect/contours.h"
#include "fastcv/quad.h"

/* A region of the map, bounds included, and the set pixels in it, a bit each. */
typedef struct FastcvRegion {
    int32_t left, top, width_px, height_px;
    ptrdiff_t row_words;
    uint64_t *rows;
    int is_whole; /* all of its pixels are set */
} FastcvRegion;

/* Room for the rows of regions of a map: two masks, for contours. */
size_t fastcv_region_bytes(int32_t width_px, int32_t height_px);

/* The quad's own bounds, clipped to the map, and its corners, cut to whole px relative to them. */
FastcvRegion fastcv_region_of_quad(const FastcvQuad *quad, int32_t width_px, int32_t height_px,
                                   uint64_t *rows);

/* The contour's bounds, and what lies within it: its points are included, also around holes. */
FastcvRegion fastcv_region_of_contour(const FastcvMask *mask, FastcvContour contour,
                                      const FastcvOutline *outline, uint64_t *rows);

/* What lies on the map of a rectangle that begins there. right and bottom are included. */
FastcvRegion fastcv_region_of_bounds(int32_t left, int32_t top, int32_t right, int32_t bottom,
                                     int32_t width_px, int32_t height_px, uint64_t *rows);

/* 0 for a region without pixels. Values that are not finite count as 0. */
double fastcv_region_mean(const FastcvImage *map, const FastcvRegion *region);

#endif
