/* The last steps to a box: from the map to the page, and its corners in order. */
#ifndef FASTCV_CORE_DETECT_CORNERS_H
#define FASTCV_CORE_DETECT_CORNERS_H

#include "core/detect/boxes.h"

/* Returns 0 if a side is too short on the page. */
int fastcv_corners_finish(const FastcvBoxMaker *maker, FastcvQuad *quad);

#endif
