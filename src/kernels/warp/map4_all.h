/* What all variants share of OpenCV 4's map: plain loops, which compilers turn into vector code.
 * Each variant's file compiles them for its own instruction set. */
#ifndef FASTCV_KERNELS_MAP4_ALL_H
#define FASTCV_KERNELS_MAP4_ALL_H

#include <math.h>
#include <string.h>

#include "kernels/warp/map4.h"

/* Loops run over whole vectors, so that no pixels are left for a scalar loop. */
#ifdef __AVX512F__
enum { MAP_LANES = 16 };
#else
enum { MAP_LANES = 8 };
#endif

_Static_assert(FASTCV_OVERRUN_PX % MAP_LANES == 0,
               "fastcv_whole_vectors is the most of all variants");

static inline int whole_vectors(int count)
{
    return fastcv_whole_vectors_of(count, MAP_LANES);
}

#define MAP_TIE UINT32_MAX /* replaces the fraction of a pixel near a tie */

/* ---- as OpenCV does: a division a pixel in double, clamped to int32, rounded half to even ----
 *
 * W may be negative over the whole quad or change sign inside it: in a fifth of ordinary word boxes
 * the page's origin lies behind the quad's vanishing line. So nothing here may assume W > 0. */

/* Rounds to int32, half to even, in a form that compilers turn into vector code. On a CPU without
 * such an instruction, adding 1.5·2^52 leaves the integer in the low bits of the double. value must
 * be in the range of int32. */
static inline int32_t round_to_int32(double value)
{
#if defined(__SSE4_1__) || defined(__aarch64__)
    return (int32_t)__builtin_rint(value);
#else
    double shifted = value + 6755399441055744.0;
    int64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (int32_t)bits;
#endif
}

static inline double clamp_to_int32(double value)
{
    value = value < 2147483647.0 ? value : 2147483647.0;
    return value > -2147483648.0 ? value : -2147483648.0;
}

static void project(const FastcvRowPart *part, double scale, int32_t *restrict px,
                    int32_t *restrict py)
{
    const double x0 = part->origin[0], y0 = part->origin[1], w0 = part->origin[2];
    const double dx = part->step[0], dy = part->step[1], dw = part->step[2];
    const int count = whole_vectors(part->count);
    for (int k = 0; k < count; k++) {
        double u = part->skipped + k;
        double w = w0 + dw * u;
        w = w != 0 ? scale / w : 0;
        px[k] = round_to_int32(clamp_to_int32((x0 + dx * u) * w));
        py[k] = round_to_int32(clamp_to_int32((y0 + dy * u) * w));
    }
}

/* cv::warpAffine rounds a row's origin and the way from there to 1/1024 px each, adds half of
 * 1/scale px, and cuts the sum to 1/scale px. It sums in int32; these are doubles, so that
 * positions far from the page do not wrap. */
enum { AFFINE_UNITS = 1024, AFFINE_BITS = 10 };

static void project_affine(const FastcvRowPart *part, double scale, int32_t *restrict px,
                           int32_t *restrict py)
{
    const double x0 = rint(part->origin[0] * AFFINE_UNITS) + AFFINE_UNITS / 2 / scale;
    const double y0 = rint(part->origin[1] * AFFINE_UNITS) + AFFINE_UNITS / 2 / scale;
    const double dx = part->step[0], dy = part->step[1], unit = scale / AFFINE_UNITS;
    const int count = whole_vectors(part->count);
    for (int k = 0; k < count; k++) {
        const double u = part->skipped + k;
        const double x = floor((x0 + rint(dx * u * AFFINE_UNITS)) * unit);
        const double y = floor((y0 + rint(dy * u * AFFINE_UNITS)) * unit);
        px[k] = round_to_int32(clamp_to_int32(x));
        py[k] = round_to_int32(clamp_to_int32(y));
    }
}

static FastcvWindow bound(const int32_t *restrict px, const int32_t *restrict py, int count)
{
    const FastcvWindow fine = fastcv_window_of(px, py, count);
    return (FastcvWindow){fine.left >> FASTCV_SUBPIXEL_BITS, fine.top >> FASTCV_SUBPIXEL_BITS,
                          fine.right >> FASTCV_SUBPIXEL_BITS, fine.bottom >> FASTCV_SUBPIXEL_BITS};
}

static void place(const int32_t *restrict px, const int32_t *restrict py, int count,
                  FastcvWindow window, int32_t stride_bytes, int32_t pixel_bytes,
                  int32_t *restrict offset, uint32_t *restrict fraction)
{
    const int32_t subpixel = FASTCV_SUBPIXELS - 1;
    const int32_t left = window.left, top = window.top;
    const int32_t right = window.right, bottom = window.bottom;
    for (int k = 0; k < count; k++) {
        int32_t x = px[k] >> FASTCV_SUBPIXEL_BITS, y = py[k] >> FASTCV_SUBPIXEL_BITS;
        x = x < left ? left : x;
        x = x > right ? right : x;
        y = y < top ? top : y;
        y = y > bottom ? bottom : y;
        offset[k] = (y - top) * stride_bytes + (x - left) * pixel_bytes;
        fraction[k] = (uint32_t)((px[k] & subpixel) | (py[k] & subpixel) << 16);
    }
}

/* ---- in fixed point: the same values, four times as fast ----
 *
 * M is the inverse homography, and W = M6·x + M7·y + M8. In one row of the tile, let X and W be the
 * position in px and the denominator at the tile's middle column. Then u columns to the right the
 * exact position is
 *
 *     X(u) = X + X1 · u / (1 + r·u),    r = M6 / W,  X1 = (M0 − X·M6) / W,
 *
 * and u / (1 + r·u) = u + bend(u), where bend(u) = −r·u² / (1 + r·u) = −r·u² + r²·u³ − … .
 * X, X1 and r are computed in double, once a row. X + X1·u is summed in int32, with
 * FASTCV_FIXED_BITS bits below 1/32 px. X1·bend(u) is computed in float: bend(u) by the first four
 * terms of the series, or, if the tile is steep, by the division. The result differs from the value
 * that OpenCV rounds by at most `guard`, the bound below. If an integer + 1/2 lies within the
 * guard, the two might round differently, and the pixel is computed as project does: about 2 pixels
 * in 10,000. Otherwise both round to the same 1/32 px. Positions in y are computed alike.
 *
 * The error bound, in 1/32 px. From here on X, X1, W and ρ are the worst over the tile.
 *
 *   um     the largest |u|, in the whole vectors that are computed: columns beyond the end of the
 *          row must not overflow either
 *   ρ      |r|·um
 *   ε      2^-53
 *   A, B   |M0|x + |M1|y + |M2| and |M6|x + |M7|y + |M8| at the tile's far corner: the sums of the
 *          magnitudes that X's numerator and W are computed from
 *
 * It is the sum of four errors. It holds if ρ ≤ 1/2, B/W < 2^20 and X1·um/(1 − ρ) ≤ 250 px.
 *
 *   series   32·X1·um·ρ⁵/(1 − ρ)              the terms left out; 0 if the tile is steep
 *   fixed    (um/2 + 1/2 + 1)·2^-FIXED_BITS   X1 and X rounded, the float terms truncated
 *   float    32·X1·um·ρ/(1 − ρ) · 16·2^-24    at most 13 roundings of 2^-24: of five coefficients
 *                                             (powers of r), X1, u² and six products and sums. The
 *                                             terms add up to at most 1/(1 − ρ) times the first.
 *                                             The division has 8: of r, X1, four operations, and
 *                                             of 1 + r·u by r's and its own, ρ/(1 − ρ) times each
 *   double   32·128·ε·(A + (X + 256)·B)/W     see below
 *
 * The fourth error, step by step:
 *
 * - No partial sum of M0·x + M1·y + M2 exceeds A. In any order, and cut into any x-blocks, such a
 *   sum is off by at most 6ε·A. W is off by at most 6ε·B.
 * - OpenCV's 32·(N/W), with the numerator N, is off by 32·(6ε·A + X·6ε·B)/W and by two roundings of
 *   32·X. Since X ≤ X·B/W, that is at most 32·9ε·(A + X·B)/W.
 * - Our X at the middle column is off by as much.
 * - X1 is off, times um, by ρ times the error of X; by two roundings of |M0|·um/W ≤ A/W and of
 *   X·|M6|·um/W ≤ X·B/W; and by the relative error of W, 6ε·B/W, times X1·um < 256 px. It is
 *   multiplied by u/(1 + r·u), which is at most um/(1 − ρ) ≤ 2·um.
 * - r is off by the same relative error, which moves X1·bend(u) by ρ/(1 − ρ) ≤ 1 times as much of
 *   X1·um/(1 − ρ) < 256 px.
 * - Together, that is less than 32·60ε·(A + (X + 256)·B)/W. The factor 128 in place of 60 covers
 *   that W, X and X1 in the bound are computed values, which are right to 2^-30 if B/W < 2^20.
 *
 * Where W nearly vanishes, B/W grows and the guard with it, until fixed point gains nothing. */

static inline float multiply_add(float a, float b, float c)
{
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* One pixel as project does it. */
static inline void map_pixel(const FastcvTile *tile, int column, int row, int32_t *offset,
                             uint32_t *fraction)
{
    const double *m = tile->inverse;
    const int x = tile->x + column, y = tile->y + row;
    const int block = x / tile->x_block * tile->x_block, k = x - block;
    double w = (m[6] * block + m[7] * y + m[8]) + m[6] * k;
    w = w != 0 ? FASTCV_SUBPIXELS / w : 0;
    double fx = ((m[0] * block + m[1] * y + m[2]) + m[0] * k) * w;
    double fy = ((m[3] * block + m[4] * y + m[5]) + m[3] * k) * w;
    int32_t px = round_to_int32(clamp_to_int32(fx)), py = round_to_int32(clamp_to_int32(fy));
    *offset = ((px >> FASTCV_SUBPIXEL_BITS) - tile->origin_x) * tile->pixel_bytes +
              ((py >> FASTCV_SUBPIXEL_BITS) - tile->origin_y) * tile->stride_bytes;
    *fraction = (uint32_t)((px & (FASTCV_SUBPIXELS - 1)) | (py & (FASTCV_SUBPIXELS - 1)) << 16);
}

/* X, X1 and r of every row, and their like for y. */
typedef struct MapRows {
    int32_t x[FASTCV_TILE_ROWS], y[FASTCV_TILE_ROWS];   /* whole px of X */
    int32_t vx[FASTCV_TILE_ROWS], vy[FASTCV_TILE_ROWS]; /* the rest, + 1/2 + guard, fixed point */
    int32_t dx[FASTCV_TILE_ROWS], dy[FASTCV_TILE_ROWS];
    float x1[FASTCV_TILE_ROWS], y1[FASTCV_TILE_ROWS], r[FASTCV_TILE_ROWS];
} MapRows;

static inline void map_rows(const FastcvTile *tile, MapRows *rows)
{
    const double fixed_px = (double)(FASTCV_SUBPIXELS << FASTCV_FIXED_BITS);
    const double offset = (1 << (FASTCV_FIXED_BITS - 1)) + tile->guard;
    const double *m = tile->inverse;
    const double middle = tile->x + tile->columns / 2;
    const double x0 = m[0] * middle + m[2], y0 = m[3] * middle + m[5], w0 = m[6] * middle + m[8];
    const double m0 = m[0], m1 = m[1], m3 = m[3], m4 = m[4], m6 = m[6], m7 = m[7];
    const int first = tile->y, count = (tile->rows + 3) & ~3; /* whole vectors */
    for (int i = 0; i < count; i++) {
        double row = first + (i < tile->rows ? i : tile->rows - 1);
        double w = 1 / (w0 + m7 * row);
        double x = (x0 + m1 * row) * w, y = (y0 + m4 * row) * w;
        double x1 = fixed_px * ((m0 - x * m6) * w), y1 = fixed_px * ((m3 - y * m6) * w);
        int32_t whole_x = round_to_int32(x), whole_y = round_to_int32(y);
        rows->x[i] = whole_x;
        rows->y[i] = whole_y;
        rows->vx[i] = round_to_int32((x - whole_x) * fixed_px + offset);
        rows->vy[i] = round_to_int32((y - whole_y) * fixed_px + offset);
        rows->dx[i] = round_to_int32(x1);
        rows->dy[i] = round_to_int32(y1);
        rows->x1[i] = (float)x1;
        rows->y1[i] = (float)y1;
        rows->r[i] = (float)(m6 * w);
    }
}

/* Maps one row of the tile. Pixels near a tie get MAP_TIE as their fraction; returns whether there
 * are any, in the overrun too. */
static inline __attribute__((always_inline)) uint32_t map_row(const FastcvTile *tile,
                                                              const MapRows *rows, int row,
                                                              int is_steep,
                                                              int32_t *restrict offset,
                                                              uint32_t *restrict fraction)
{
    enum { WHOLE_BITS = FASTCV_FIXED_BITS + FASTCV_SUBPIXEL_BITS };
    const uint32_t below = (1u << FASTCV_FIXED_BITS) - 1, subpixel = FASTCV_SUBPIXELS - 1;
    const int32_t guarded = 2 * tile->guard + 1;
    /* Unsigned, because offsets may wrap in the overrun when the page's rows are far apart. */
    const uint32_t stride_bytes = (uint32_t)tile->stride_bytes;
    const uint32_t pixel_bytes = (uint32_t)tile->pixel_bytes;
    const int middle = tile->columns / 2, count = whole_vectors(tile->columns);
    const uint32_t base = (uint32_t)(rows->x[row] - tile->origin_x) * pixel_bytes +
                          (uint32_t)(rows->y[row] - tile->origin_y) * stride_bytes;
    const float x1 = rows->x1[row], y1 = rows->y1[row], r = rows->r[row];
    const float c2 = -r, c3 = r * r, c4 = c3 * c2, c5 = c3 * c3;
    const uint32_t vx = (uint32_t)rows->vx[row], vy = (uint32_t)rows->vy[row];
    const uint32_t dx = (uint32_t)rows->dx[row], dy = (uint32_t)rows->dy[row];
    uint32_t any = 0;

    for (int k = 0, column = -middle; k < count; k++, column++) {
        const float u = (float)column;
        const float by_u2 = is_steep
                                ? c2 / multiply_add(r, u, 1)
                                : multiply_add(multiply_add(multiply_add(c5, u, c4), u, c3), u, c2);
        const float bend = by_u2 * (u * u);
        const uint32_t x = vx + dx * (uint32_t)column + (uint32_t)(int32_t)(bend * x1);
        const uint32_t y = vy + dy * (uint32_t)column + (uint32_t)(int32_t)(bend * y1);
        const int32_t above_x = (int32_t)(x & below), above_y = (int32_t)(y & below);
        const uint32_t tie = -(uint32_t)((above_x < above_y ? above_x : above_y) < guarded);
        any |= tie;
        offset[k] = (int32_t)(base + (uint32_t)((int32_t)y >> WHOLE_BITS) * stride_bytes +
                              (uint32_t)((int32_t)x >> WHOLE_BITS) * pixel_bytes);
        fraction[k] = (x >> FASTCV_FIXED_BITS & subpixel) |
                      (y >> (FASTCV_FIXED_BITS - 16) & subpixel << 16) | tie;
    }
    return any;
}

static inline __attribute__((always_inline)) int map_rows_of(const FastcvTile *tile, int is_steep,
                                                             int32_t *offset, uint32_t *fraction)
{
    const int columns = tile->columns;
    int ties = 0;

    MapRows rows;
    map_rows(tile, &rows);
    for (int row = 0; row < tile->rows; row++, offset += columns, fraction += columns) {
        const uint32_t any = map_row(tile, &rows, row, is_steep, offset, fraction);
        for (int k = 0; any && k < columns; k++) {
            if (fraction[k] == MAP_TIE) {
                map_pixel(tile, k, row, &offset[k], &fraction[k]);
                ties++;
            }
        }
    }
    return ties;
}

static int map_tile(const FastcvTile *tile, int32_t *offset, uint32_t *fraction)
{
    return tile->is_steep ? map_rows_of(tile, 1, offset, fraction)
                          : map_rows_of(tile, 0, offset, fraction);
}

/* ---- affine: OpenCV's own sums are whole numbers ---- */

/* The way from column 0, in 1/1024 px. */
static inline int32_t affine_step(double step, int column)
{
    return round_to_int32(clamp_to_int32(step * column * AFFINE_UNITS));
}

static void map_affine(const FastcvTile *tile, int32_t *restrict offset,
                       uint32_t *restrict fraction)
{
    enum { CUT_BITS = AFFINE_BITS - FASTCV_SUBPIXEL_BITS, HALF = 1 << (CUT_BITS - 1) };
    const uint32_t subpixel = FASTCV_SUBPIXELS - 1;
    /* Unsigned, because offsets may wrap in the overrun when the page's rows are far apart. */
    const uint32_t stride_bytes = (uint32_t)tile->stride_bytes;
    const uint32_t pixel_bytes = (uint32_t)tile->pixel_bytes;
    const uint32_t base =
        (uint32_t)tile->origin_x * pixel_bytes + (uint32_t)tile->origin_y * stride_bytes;
    const double *m = tile->inverse;
    const int columns = tile->columns, count = whole_vectors(columns);
    int32_t dx[FASTCV_TILE_COLUMNS + FASTCV_OVERRUN_PX],
        dy[FASTCV_TILE_COLUMNS + FASTCV_OVERRUN_PX];
    for (int k = 0; k < count; k++) {
        dx[k] = affine_step(m[0], tile->x + k);
        dy[k] = affine_step(m[3], tile->x + k);
    }
    for (int row = 0; row < tile->rows; row++, offset += columns, fraction += columns) {
        const int y = tile->y + row;
        const int32_t x0 = round_to_int32((m[1] * y + m[2]) * AFFINE_UNITS) + HALF;
        const int32_t y0 = round_to_int32((m[4] * y + m[5]) * AFFINE_UNITS) + HALF;
        for (int k = 0; k < count; k++) {
            const int32_t px = (int32_t)((uint32_t)x0 + (uint32_t)dx[k]) >> CUT_BITS;
            const int32_t py = (int32_t)((uint32_t)y0 + (uint32_t)dy[k]) >> CUT_BITS;
            offset[k] = (int32_t)((uint32_t)(py >> FASTCV_SUBPIXEL_BITS) * stride_bytes +
                                  (uint32_t)(px >> FASTCV_SUBPIXEL_BITS) * pixel_bytes - base);
            fraction[k] = ((uint32_t)px & subpixel) | ((uint32_t)py & subpixel) << 16;
        }
    }
}

/* The map's part of the variant's table. */
#define MAP4_ENTRIES                                                                               \
    .map4 = {.project = project,                                                                   \
             .project_affine = project_affine,                                                     \
             .bound = bound,                                                                       \
             .place = place,                                                                       \
             .map_tile = map_tile,                                                                 \
             .map_affine = map_affine}

#endif
