/* Indices ordered by area, equal areas by index: a radix sort, pass by pass, so that whoever runs
 * it can look up between two. */
#ifndef FASTCV_AREA_ORDER_H
#define FASTCV_AREA_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum { FASTCV_AREA_PASSES = sizeof(double) };

typedef struct FastcvAreaKey {
    uint64_t bits; /* areas are not negative, so their bits are in their order */
    int32_t index;
} FastcvAreaKey;

FastcvAreaKey fastcv_area_key(double area, int32_t index);

/* Keys in order of their indices are in order of areas after passes 0 … FASTCV_AREA_PASSES - 1.
 * from and to have room for count keys each; which of the two holds the keys after the pass is
 * returned. */
FastcvAreaKey *fastcv_area_pass(int pass, FastcvAreaKey *from, FastcvAreaKey *to, ptrdiff_t count);

#endif
