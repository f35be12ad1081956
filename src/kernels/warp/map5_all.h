/* What all variants share of OpenCV 5's map: plain loops, which compilers turn into vector code.
 * Each variant's file compiles them for its own instruction set.
 *
 * The order and the rounding of every operation are part of the result. They are those of OpenCV's
 * AVX2 code, found by experiment with version 5.0.0: docs/arithmetic.md. */
#ifndef FASTCV_KERNELS_MAP5_ALL_H
#define FASTCV_KERNELS_MAP5_ALL_H

#include "kernels/warp/fused.h"
#include "kernels/warp/map5.h"

enum { MAP5_LANES = 16 };

/* What x86 converts: −2^31 where no int32 holds the value. Without branches, for vector code. */
static inline float convertible(float value)
{
    const int fits = (value >= -2147483648.0f) & (value < 2147483648.0f);
    return fits ? value : -2147483648.0f;
}

/* Forms that compilers turn into vector code, on CPUs with instructions that round and without. */
static inline int32_t floor_to_int32(float value)
{
    const float safe = convertible(value);
#if defined(__SSE4_1__) || defined(__aarch64__)
    return (int32_t)__builtin_floorf(safe);
#else
    const int32_t cut = (int32_t)safe;
    return cut - ((float)cut > safe);
#endif
}

/* Half to even. */
static inline int32_t nearest_int32(float value)
{
#if defined(__SSE4_1__) || defined(__aarch64__)
    return (int32_t)__builtin_rintf(convertible(value));
#else
    const int32_t whole = floor_to_int32(value);
    const float rest = convertible(value) - (float)whole;
    return whole + ((rest > 0.5f) | ((rest == 0.5f) & (whole & 1)));
#endif
}

/* ---- nearest and linear ---- */

static inline void store_position(float x, float y, int is_nearest, int32_t *px, int32_t *py,
                                  float *across, float *down)
{
    if (is_nearest) {
        *px = nearest_int32(x);
        *py = nearest_int32(y);
    } else {
        *px = floor_to_int32(x);
        *py = floor_to_int32(y);
        *across = x - (float)*px;
        *down = y - (float)*py;
    }
}

static inline void project_groups(const FastcvRow5 *row, int count, int is_nearest,
                                  int32_t *restrict px, int32_t *restrict py,
                                  float *restrict across, float *restrict down)
{
    const float m0 = row->matrix[0], m3 = row->matrix[3], m6 = row->matrix[6];
    const RowStarts5 starts = row_starts(row);
    const int first = row->x;
    for (int k = 0; k < count; k++) {
        const float x = (float)(first + k);
        const float w = fastcv_fused(m6, x, starts.w);
        store_position(fastcv_fused(m0, x, starts.x) / w, fastcv_fused(m3, x, starts.y) / w,
                       is_nearest, &px[k], &py[k], &across[k], &down[k]);
    }
}

static inline void project_rest(const FastcvRow5 *row, int first, int count, int is_nearest,
                                int32_t *restrict px, int32_t *restrict py, float *restrict across,
                                float *restrict down)
{
    const float *m = row->matrix;
    const float m0 = m[0], m2 = m[2], m3 = m[3], m5 = m[5], m6 = m[6], m8 = m[8];
    const RowStarts5 products = row_products(row);
    for (int k = 0; k < count; k++) {
        const float x = (float)(first + k);
        const float w = fastcv_fused(x, m6, products.w) + m8;
        store_position((fastcv_fused(x, m0, products.x) + m2) / w,
                       (fastcv_fused(x, m3, products.y) + m5) / w, is_nearest, &px[k], &py[k],
                       &across[k], &down[k]);
    }
}

static inline int in_groups(const FastcvRow5 *row)
{
    const int count = row->groups_end - row->x;
    return count < 0 ? 0 : count < row->count ? count : row->count;
}

/* Whole vectors are written: the rest comes last. */
static inline void project_row(const FastcvRow5 *row, int is_nearest, int32_t *px, int32_t *py,
                               float *across, float *down)
{
    const int grouped = in_groups(row), rest = row->count - grouped;
    project_groups(row, fastcv_whole_vectors_of(grouped, MAP5_LANES), is_nearest, px, py, across,
                   down);
    if (rest)
        project_rest(row, row->x + grouped, fastcv_whole_vectors_of(rest, MAP5_LANES), is_nearest,
                     px + grouped, py + grouped, across + grouped, down + grouped);
}

static void project_nearest(const FastcvRow5 *row, int32_t *px, int32_t *py, float *across,
                            float *down)
{
    project_row(row, 1, px, py, across, down);
}

static void project_linear(const FastcvRow5 *row, int32_t *px, int32_t *py, float *across,
                           float *down)
{
    project_row(row, 0, px, py, across, down);
}

/* ---- cubic ---- */

/* What is no number becomes −most. */
static inline float clamp_position(float value, float most)
{
    value = value > -most ? value : -most;
    return value < 2 * most ? value : 2 * most;
}

static void project_cubic(const FastcvRow5 *row, int32_t *restrict px, int32_t *restrict py,
                          float *restrict across, float *restrict down)
{
    const RowStarts5 starts = row_starts(row);
    const double x0 = starts.x, y0 = starts.y, w0 = starts.w;
    const double m0 = row->matrix[0], m3 = row->matrix[3], m6 = row->matrix[6];
    const float most_x = row->most_x, most_y = row->most_y;
    const int first = row->x, count = fastcv_whole_vectors_of(row->count, MAP5_LANES);
    for (int k = 0; k < count; k++) {
        const double u = first + k, scale = 1 / (w0 + m6 * u);
        const float x = clamp_position((float)((x0 + m0 * u) * scale), most_x);
        const float y = clamp_position((float)((y0 + m3 * u) * scale), most_y);
        store_position(x, y, 0, &px[k], &py[k], &across[k], &down[k]);
    }
}

static void project_cubic_affine(const FastcvRow5 *row, int32_t *restrict px, int32_t *restrict py,
                                 float *restrict across, float *restrict down)
{
    const RowStarts5 starts = row_starts(row);
    const float m0 = row->matrix[0], m3 = row->matrix[3];
    const float most_x = row->most_x, most_y = row->most_y;
    const int first = row->x, count = fastcv_whole_vectors_of(row->count, MAP5_LANES);
    for (int k = 0; k < count; k++) {
        const float u = (float)(first + k);
        store_position(clamp_position(m0 * u + starts.x, most_x),
                       clamp_position(m3 * u + starts.y, most_y), 0, &px[k], &py[k], &across[k],
                       &down[k]);
    }
}

/* ---- places ---- */

static void place5(const int32_t *restrict px, const int32_t *restrict py, int count,
                   FastcvWindow window, int32_t stride_bytes, int32_t pixel_bytes,
                   int32_t *restrict offset)
{
    const int32_t left = window.left, top = window.top;
    const int32_t right = window.right, bottom = window.bottom;
    for (int k = 0; k < count; k++) {
        int32_t x = px[k], y = py[k];
        x = x < left ? left : x;
        x = x > right ? right : x;
        y = y < top ? top : y;
        y = y > bottom ? bottom : y;
        offset[k] = (y - top) * stride_bytes + (x - left) * pixel_bytes;
    }
}

/* All of a variant's. */
#define MAP5                                                                                       \
    {.project = {[FASTCV_MAP5_NEAREST] = project_nearest,                                          \
                 [FASTCV_MAP5_LINEAR] = project_linear,                                            \
                 [FASTCV_MAP5_CUBIC] = project_cubic,                                              \
                 [FASTCV_MAP5_CUBIC_AFFINE] = project_cubic_affine},                               \
     .bound = fastcv_window_of,                                                                    \
     .place = place5}

#endif
