/* Normal forms: which arithmetic gives a table's 256 values, to the bit. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "fastcv/float_mode.h"
#include "kernels/resize/resize.h"

uint16_t fastcv_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000)
        return (uint16_t)(sign | 0x7E00 | (magnitude >> 13 & 0x3FF)); /* NaN */
    if (magnitude >= 0x477FF000)
        return (uint16_t)(sign | 0x7C00); /* rounds to infinity */
    if (magnitude < 0x38800000) { /* subnormal: a multiple of 2^-24, rounded by an addition */
        float least;
        memcpy(&least, &magnitude, sizeof least);
        least += 0.5f;
        memcpy(&bits, &least, sizeof bits);
        return (uint16_t)(sign | (bits - 0x3F000000));
    }
    const uint32_t odd = magnitude >> 13 & 1;
    return (uint16_t)(sign | (magnitude - 0x38000000 + 0xFFF + odd) >> 13);
}

/* ---- a form's values ---- */

static float value_of(const FastcvNormalizer *n, int v)
{
    const float d = (float)v - n->offset;
    const float q = fmaf(d, n->high, d * n->low);
    if (n->form == FASTCV_NORMAL_SCALED)
        return fmaf(q, n->scale, n->shift);
    const float u = q - n->center;
    return fmaf(u, n->scale, u * n->scale_low);
}

static int has_value(const FastcvNormalizer *n, int v)
{
    const float value = value_of(n, v);
    return memcmp(&value, &n->table[v], sizeof value) == 0;
}

/* Begins with values that wrong constants miss most. */
static int is_found(const FastcvNormalizer *n)
{
    for (int v = 0; v < 256; v++) {
        if (!has_value(n, v ^ 0xFF))
            return 0;
    }
    return 1;
}

/* ---- constants ----
 *
 * A table's constants are float32 numbers, or the reciprocals of some. An estimate from the table
 * is off by a few units in the last place; NEAR says how many are tried to either side. */

enum { NEAR = 8 };

/* Kernels subtract it, times 4, from a pixel's place near 2^23: exactly. */
enum { MOST_OFFSET = 1 << 20 };

/* The float whose magnitude is n units in the last place larger. */
static float neighbour(float value, int n)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits += (uint32_t)n;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

/* Zigzag: 0, 1, −1, 2, … */
static int nth_try(int n)
{
    return n & 1 ? (n + 1) / 2 : -n / 2;
}

/* A factor in two parts: a float32, or the reciprocal of one, with which a product of one rounding
 * is the correctly rounded quotient. */
static void set_factor(float estimate, int n, int is_reciprocal, float *high, float *low)
{
    if (!is_reciprocal) {
        *high = neighbour(estimate, n);
        *low = 0;
        return;
    }
    const double factor = 1.0 / (double)neighbour(1 / estimate, n);
    *high = (float)factor;
    *low = (float)(factor - (double)*high);
}

/* ---- the search ---- */

/* (v − offset) · factor or (v − offset) / divisor. */
static int find_offset(FastcvNormalizer *n, double slope)
{
    const double offset = -n->table[0] / slope;
    if (!(fabs(offset) < MOST_OFFSET))
        return 0;
    n->form = FASTCV_NORMAL_SCALED;
    n->offset = (float)(rint(offset * 2) / 2);
    n->scale = 1;
    n->shift = 0;
    for (int t = 0; t <= 2 * NEAR; t++) {
        for (int is_reciprocal = 0; is_reciprocal < 2; is_reciprocal++) {
            set_factor((float)slope, nth_try(t), is_reciprocal, &n->high, &n->low);
            if (is_found(n))
                return 1;
        }
    }
    n->offset = 0;
    return 0;
}

/* v · factor + shift, rounded twice. */
static int find_sum(FastcvNormalizer *n, double slope)
{
    n->form = FASTCV_NORMAL_SCALED;
    n->low = 0;
    n->scale = 1;
    n->shift = n->table[0];
    for (int t = 0; t <= 2 * NEAR; t++) {
        n->high = neighbour((float)slope, nth_try(t));
        if (is_found(n))
            return 1;
    }
    return 0;
}

/* q is set; then q · scale + shift, rounded once. */
static int find_shift(FastcvNormalizer *n, double slope)
{
    n->form = FASTCV_NORMAL_SCALED;
    n->shift = n->table[0];
    for (int t = 0; t <= 2 * NEAR; t++) {
        n->scale = neighbour((float)slope, nth_try(t));
        if (is_found(n))
            return 1;
    }
    return 0;
}

/* q is set; then (q − center) · scale or (q − center) / divisor. */
static int find_center(FastcvNormalizer *n, double slope)
{
    const float center = (float)(-n->table[0] / slope);
    n->form = FASTCV_NORMAL_CENTERED;
    for (int t = 0; t <= 2 * NEAR; t++) {
        for (int is_reciprocal = 0; is_reciprocal < 2; is_reciprocal++) {
            set_factor((float)slope, nth_try(t), is_reciprocal, &n->scale, &n->scale_low);
            for (int s = 0; s <= 2 * NEAR; s++) {
                n->center = neighbour(center, nth_try(s));
                if (is_found(n))
                    return 1;
            }
        }
    }
    return 0;
}

/* v / 255, v · float32(1 / 255), v. */
static void set_first(FastcvNormalizer *n, int kind)
{
    n->high = kind < 2 ? (float)(1 / 255.0) : 1;
    n->low = kind == 0 ? (float)(1 / 255.0 - (double)n->high) : 0;
}

static int find_form(FastcvNormalizer *n)
{
    const double slope = ((double)n->table[255] - (double)n->table[0]) / 255;
    const double size = fabs(slope);
    if (!(size > 1e-20 && size < 1e20 && fabs((double)n->table[0]) < 1e20))
        return 0;
    if (find_offset(n, slope) || find_sum(n, slope))
        return 1;
    for (int kind = 0; kind < 3; kind++) {
        set_first(n, kind);
        const double per_q = slope / ((double)n->high + (double)n->low);
        if (find_shift(n, per_q) || find_center(n, per_q))
            return 1;
    }
    return 0;
}

/* ---- all of it ---- */

static void make(const float table[256], FastcvNormalizer *n)
{
    *n = (FastcvNormalizer){0};
    memcpy(n->table, table, sizeof n->table);
    for (int v = 0; v < 256; v++)
        n->half[v] = fastcv_half(table[v]);
    if (!find_form(n))
        n->form = FASTCV_NORMAL_TABLE;
}

/* The arithmetic is behind a pointer, so that it stays within the mode. */
void fastcv_normalizer_make(const float table[256], FastcvNormalizer *normalizer)
{
    static void (*volatile const make_in_mode)(const float[256], FastcvNormalizer *) = make;
    const FastcvFloatMode before = fastcv_float_mode_enter();
    make_in_mode(table, normalizer);
    fastcv_float_mode_leave(before);
}
