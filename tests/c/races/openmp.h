/* How many regions the core has run. */
#ifndef FASTCV_RACES_OPENMP_H
#define FASTCV_RACES_OPENMP_H

#include <stdatomic.h>

extern atomic_long openmp_regions;

#endif
