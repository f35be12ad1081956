/* Indices ordered by area, equal areas by index. It is a radix sort; the caller runs pass after
 * pass, and can look for signals in between. */
#ifndef FASTCV_AREA_ORDER_H
#define FASTCV_AREA_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum { FASTCV_AREA_PASSES = sizeof(double) };

typedef struct FastcvAreaKey {
    uint64_t bits; /* the bits of numbers that are not negative have the numbers' order */
    int32_t index;
} FastcvAreaKey;

FastcvAreaKey fastcv_area_key(double area, int32_t index);

/* Sorts by one byte of the area. Keys that are in order of their indices are in order of areas
 * after passes 0 … FASTCV_AREA_PASSES - 1. from and to have room for count keys each. Returns the
 * one that holds the keys after the pass. */
FastcvAreaKey *fastcv_area_pass(int pass, FastcvAreaKey *from, FastcvAreaKey *to, ptrdiff_t count);

#endif
