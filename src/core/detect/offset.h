/* Clipper's offset of a convex polygon: ClipperOffset of Clipper 6.4.2 with jtRound,
 * etClosedPolygon and an arc tolerance of 0.25, as pyclipper's PyclipperOffset has them. */
#ifndef FASTCV_CORE_DETECT_OFFSET_H
#define FASTCV_CORE_DETECT_OFFSET_H

#include "core/rects/min_area_rect.h"

enum { FASTCV_OFFSET_CORNERS = 4 };

/* How many points an offset by up to `distance` has at most. distance is finite. */
ptrdiff_t fastcv_offset_most_points(double distance);

/* Offsets the quad, whose corners are cut to whole px, outwards. distance is at least 0. Writes the
 * points in Clipper's order, which starts after the right one of the highest points and goes
 * clockwise on the page. Returns how many there are, or 0 if the cut quad has no area. The quad
 * must be convex after the cut: a rectangle with sides of at least 1.99 px is. Sums stay within
 * ±2^30. Call in the mode of float_mode.h. */
ptrdiff_t fastcv_offset_quad(const FastcvQuad *quad, double distance, FastcvWholePoint *points);

#endif
