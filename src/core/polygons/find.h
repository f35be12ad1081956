/* Looking at every polygon. */
#ifndef FASTCV_CORE_POLYGONS_FIND_H
#define FASTCV_CORE_POLYGONS_FIND_H

#include "fastcv/polygons.h"

/* As fastcv_polygons_find, for a disc that is known. Call it in fastcv's floating-point mode. */
ptrdiff_t fastcv_polygons_find_in(const FastcvPolygon *polygons, ptrdiff_t count, FastcvDisc disc,
                                  int32_t *found);

#endif
