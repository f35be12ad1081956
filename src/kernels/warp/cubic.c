/* OpenCV's bicubic weights (A = −0.75) on a grid of 1/32 px. */
#include <math.h>

#include "kernels/warp/blend4.h"

_Alignas(64) FastcvCubicWeights fastcv_cubic_weights[FASTCV_SUBPIXELS * FASTCV_SUBPIXELS];
_Alignas(64) FastcvCubicBytes fastcv_cubic_bytes[FASTCV_SUBPIXELS * FASTCV_SUBPIXELS];

/* In float, each operation in OpenCV's order. */
static void interpolate(float x, float taps[4])
{
    const float a = -0.75f;
    taps[0] = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
    taps[1] = ((a + 2) * x - (a + 3)) * x * x + 1;
    taps[2] = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1;
    taps[3] = 1.f - taps[0] - taps[1] - taps[2];
}

/* The rounded products may not sum to 1 (which int16 cannot hold). OpenCV adds what is missing to
 * the largest of the taps [2..3][2..3], or takes the excess from the smallest. */
static void round_products(const float across[4], const float down[4], int weights[4][4])
{
    int missing = 1 << 15;
    for (int row = 0; row < 4; row++) {
        for (int column = 0; column < 4; column++) {
            long weight = lrintf(down[row] * across[column] * (1 << 15));
            weights[row][column] = weight < INT16_MAX ? (int)weight : INT16_MAX;
            missing -= weights[row][column];
        }
    }
    int *largest = &weights[2][2], *smallest = &weights[2][2];
    for (int row = 2; row < 4; row++) {
        for (int column = 2; column < 4; column++) {
            int *weight = &weights[row][column];
            if (*weight < *smallest)
                smallest = weight;
            else if (*weight > *largest)
                largest = weight;
        }
    }
    *(missing > 0 ? largest : smallest) += missing;
}

void fastcv_cubic_weights_fill(void)
{
    static const int place[4] = {0, 2, 1, 3};
    float taps[FASTCV_SUBPIXELS][4];
    for (int i = 0; i < FASTCV_SUBPIXELS; i++)
        interpolate((float)i / FASTCV_SUBPIXELS, taps[i]);
    for (int j = 0; j < FASTCV_SUBPIXELS; j++) {
        for (int i = 0; i < FASTCV_SUBPIXELS; i++) {
            int weights[4][4];
            round_products(taps[i], taps[j], weights);
            int16_t *entry = fastcv_cubic_weights[FASTCV_SUBPIXELS * j + i];
            int8_t *bytes = fastcv_cubic_bytes[FASTCV_SUBPIXELS * j + i];
            for (int tap = 0; tap < 16; tap++) {
                const int row = tap / 4, column = tap % 4;
                const int negated = -weights[row][column], low = (int8_t)negated;
                entry[4 * place[row] + column] = (int16_t)weights[row][column];
                bytes[8 * row + column] = (int8_t)low;
                bytes[8 * row + 4 + column] = (int8_t)((negated - low) / 256);
            }
        }
    }
}
