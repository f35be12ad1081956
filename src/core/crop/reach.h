/* Which part of the page a quad reads. OpenCV takes sources of at most 32,766 px a side. A longer
 * page, such as a scrolled web comic, still yields its crops: each is cut from the part of the page
 * that its quad reads. */
#ifndef FASTCV_CORE_CROP_REACH_H
#define FASTCV_CORE_CROP_REACH_H

#include "fastcv/crop.h"

/* Sets crop's region: the whole page where OpenCV takes it, otherwise what the quad reads. Faults
 * with OUT_OF_REACH where that is unknown or too large itself. Reads the crop's geometry. */
FastcvQuadFault fastcv_crop_reach(const FastcvImage *page, const FastcvSampling *sampling,
                                  FastcvCrop *crop);

#endif
