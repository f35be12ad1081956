/* Oklab (Ottosson, 2020), a space in which distances are near those that people see. */
#ifndef FASTCV_CORE_OKLAB_H
#define FASTCV_CORE_OKLAB_H

#include <stdint.h>

typedef struct FastcvOklab {
    int32_t lightness, a, b; /* times 4096 */
} FastcvOklab;

/* color is B, G, R. Whole numbers only, so that every CPU gives the same. */
FastcvOklab fastcv_oklab(const uint8_t color[3]);

static inline int32_t fastcv_oklab_squared(FastcvOklab one, FastcvOklab other)
{
    const int32_t l = one.lightness - other.lightness, a = one.a - other.a, b = one.b - other.b;
    return l * l + a * a + b * b;
}

#endif
