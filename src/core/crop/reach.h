/* Which part of the page a quad reads. */
#ifndef FASTCV_CORE_REACH_H
#define FASTCV_CORE_REACH_H

#include "fastcv/crop.h"

/* Sets crop's region: the whole page where OpenCV takes it, else what the quad reads. Faults with
 * OUT_OF_REACH where that cannot be told or is too large as well. Reads the crop's size and
 * inverse. */
FastcvQuadFault fastcv_crop_reach(const FastcvImage *page, const FastcvSampling *options,
                                  FastcvCrop *crop);

#endif
