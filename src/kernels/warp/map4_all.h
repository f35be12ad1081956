/* Where output pixels lie on the page, in OpenCV 4.x's arithmetic. Plain loops that compilers turn
 * into vector code: every variant's file includes them, and compiles them for its own instruction
 * set. */
#ifndef FASTCV_KERNELS_MAP4_ALL_H
#define FASTCV_KERNELS_MAP4_ALL_H

#include <math.h>
#include <string.h>

#include "kernels/warp/map4.h"

/* Loops run over whole vectors, so that none has a scalar rest. */
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

#define MAP_TIE UINT32_MAX /* in place of a fraction */

/* ---- as OpenCV does: one division a pixel in double, a clamp to int32, round half to even ----
 *
 * W may be negative over the whole quad, or change sign inside it: on a fifth of ordinary word
 * boxes the page's origin lies behind the quad's vanishing line. Nothing here may assume W > 0. */

/* Rounds to int32, half to even, in a form that compilers turn into vector code. Where the CPU has
 * no such instruction, adding 1.5·2^52 leaves the integer in the low bits of the double. |value|
 * must be below 2^31. */
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

static FastcvWindow bound(const int32_t *restrict px, const int32_t *restrict py, int count)
{
    int32_t left = INT32_MAX, right = INT32_MIN, top = INT32_MAX, bottom = INT32_MIN;
    for (int k = 0; k < count; k++) {
        left = px[k] < left ? px[k] : left;
        right = px[k] > right ? px[k] : right;
        top = py[k] < top ? py[k] : top;
        bottom = py[k] > bottom ? py[k] : bottom;
    }
    return (FastcvWindow){left >> FASTCV_SUBPIXEL_BITS, top >> FASTCV_SUBPIXEL_BITS,
                          right >> FASTCV_SUBPIXEL_BITS, bottom >> FASTCV_SUBPIXEL_BITS};
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

/* ---- the same values in fixed point, four times as fast ----
 *
 * Along a row the exact position, in px, u columns right of the tile's middle column, is
 *
 *     X(u) = X + X1 · u / (1 + r·u),    r = M6 / W,  X1 = (M0 − X·M6) / W,
 *
 * with X and W those of the middle column; and u / (1 + r·u) = u − r·u² + r²·u³ − … . X, X1 and r
 * are computed in double, once a row; X + X1·u is summed in int32 with FASTCV_FIXED_BITS below
 * 1/32 px, the next four terms in float. The sum is off by at most `guard` (see below) from what
 * OpenCV rounds. Where an integer + 1/2 lies within it, the pixel is projected as OpenCV does: some
 * 2 in 10,000. Everywhere else both round to the same 1/32 px.
 *
 * The error, in 1/32 px. Write um for the largest |u| (vectors overrun the row, and must not
 * overflow either), ρ for |r|·um, ε for 2^-53, and let X, X1, W, ρ stand for their worst over the
 * tile; A and B are |M0|x + |M1|y + |M2| and |M6|x + |M7|y + |M8| at the tile's end, the sums of
 * magnitudes that X's numerator and W are computed from.
 *
 *   series    32·X1·um·ρ⁵/(1 − ρ)              the terms left out
 *   fixed     (um/2 + 1/2 + 1)·2^-FIXED_BITS   X1 and X rounded to fixed point, the float part cut
 *   float     32·X1·um·ρ/(1 − ρ) · 16·2^-24    at most 13 roundings of 2^-24: five coefficients
 *                                              (r's powers), X1, u² and six products and sums,
 * whose terms are together at most 1/(1 − ρ) of the first double    32·128·ε·(A + (X + 256)·B)/W
 * see next
 *
 * Double roundings. A sum of products like M0·x + M1·y + M2 is off by at most 6ε·A, however it is
 * ordered and cut into x-blocks, for no partial sum exceeds A; so is W by 6ε·B. Then OpenCV's
 * 32·(N/W) is off by 32·(6ε·A + X·6ε·B)/W and two roundings of 32·X, and X ≤ X·B/W: in all
 * 32·9ε·(A + X·B)/W. Ours at the middle column has as much. X1·um inherits X's error times ρ, has
 * two roundings of |M0|·um ≤ A and X·|M6|·um ≤ X·B over W, and W's relative error, 6ε·B/W, of
 * X1·um < 256 px, as r·um has of ρ ≤ 1/10. That is under 30ε·(A + (X + 256)·B)/W; 128 leaves room
 * for W, X and X1 themselves being computed, to 2^-30 where B/W < 2^20 (which is asked for). When W
 * nearly vanishes B/W grows and with it the guard, until there is nothing to gain by it. */

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

/* What map_tile knows of its rows: see X, X1 and r above. */
typedef struct MapRows {
    int32_t x[FASTCV_TILE_ROWS], y[FASTCV_TILE_ROWS];   /* whole px of the middle column */
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

/* One row of the tile; returns whether any of it, or of the overrun, was near a tie, which marks
 * the pixel's fraction. */
static inline uint32_t map_row(const FastcvTile *tile, const MapRows *rows, int row,
                               int32_t *restrict offset, uint32_t *restrict fraction)
{
    enum { WHOLE_BITS = FASTCV_FIXED_BITS + FASTCV_SUBPIXEL_BITS };
    const uint32_t below = (1u << FASTCV_FIXED_BITS) - 1, subpixel = FASTCV_SUBPIXELS - 1;
    const int32_t guarded = 2 * tile->guard + 1;
    /* Unsigned: offsets wrap in the overrun, where rows of the page lie far apart. */
    const uint32_t stride_bytes = (uint32_t)tile->stride_bytes;
    const uint32_t pixel_bytes = (uint32_t)tile->pixel_bytes;
    const int middle = tile->columns / 2, count = whole_vectors(tile->columns);
    const uint32_t base = (uint32_t)(rows->x[row] - tile->origin_x) * pixel_bytes +
                          (uint32_t)(rows->y[row] - tile->origin_y) * stride_bytes;
    const float x1 = rows->x1[row], y1 = rows->y1[row], r = rows->r[row];
    const float c2 = -r, c3 = r * r, c4 = c3 * c2, c5 = c3 * c3;
    const uint32_t vx = (uint32_t)rows->vx[row], vy = (uint32_t)rows->vy[row];
    const uint32_t dx = (uint32_t)rows->dx[row], dy = (uint32_t)rows->dy[row];
    uint32_t any = 0, linear_x = vx - dx * (uint32_t)middle, linear_y = vy - dy * (uint32_t)middle;

    for (int k = 0, column = -middle; k < count; k++, column++) {
        const float u = (float)column;
        const float curve =
            multiply_add(multiply_add(multiply_add(c5, u, c4), u, c3), u, c2) * (u * u);
        const uint32_t x = linear_x + (uint32_t)(int32_t)(curve * x1);
        const uint32_t y = linear_y + (uint32_t)(int32_t)(curve * y1);
        const int32_t above_x = (int32_t)(x & below), above_y = (int32_t)(y & below);
        const uint32_t tie = -(uint32_t)((above_x < above_y ? above_x : above_y) < guarded);
        any |= tie;
        offset[k] = (int32_t)(base + (uint32_t)((int32_t)y >> WHOLE_BITS) * stride_bytes +
                              (uint32_t)((int32_t)x >> WHOLE_BITS) * pixel_bytes);
        fraction[k] = (x >> FASTCV_FIXED_BITS & subpixel) |
                      (y >> (FASTCV_FIXED_BITS - 16) & subpixel << 16) | tie;
        linear_x += dx;
        linear_y += dy;
    }
    return any;
}

static int map_tile(const FastcvTile *tile, int32_t *offset, uint32_t *fraction)
{
    const int columns = tile->columns;
    int ties = 0;

    MapRows rows;
    map_rows(tile, &rows);
    for (int row = 0; row < tile->rows; row++, offset += columns, fraction += columns) {
        const uint32_t any = map_row(tile, &rows, row, offset, fraction);
        for (int k = 0; any && k < columns; k++) {
            if (fraction[k] == MAP_TIE) {
                map_pixel(tile, k, row, &offset[k], &fraction[k]);
                ties++;
            }
        }
    }
    return ties;
}

/* The map's part of the variant's table. */
#define MAP4_ENTRIES                                                                               \
    .map4 = {.project = project, .bound = bound, .place = place, .map_tile = map_tile}

#endif
