/* The mean of a map within a region as ndarray.mean of NumPy >= 2.3 has it: in float32, from sums
 * of halves. */
#ifndef FASTCV_CORE_DETECT_PAIRWISE_MEAN_H
#define FASTCV_CORE_DETECT_PAIRWISE_MEAN_H

#include "core/detect/area_mean.h"

/* Of a whole region: the mean of that slice of a C-contiguous map. Of another one: the mean of the
 * set pixels, in one row. 0 for a region without pixels. Values that are not finite count as 0. */
float fastcv_region_pairwise_mean(const FastcvImage *map, const FastcvRegion *region);

#endif
