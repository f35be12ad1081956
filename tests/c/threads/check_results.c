/* Crops, colours and polygons of a caller in any floating-point mode: the same bytes as in the
 * default mode. OpenCV is not linked: our own kernels cut these crops. */
#include "check_results.h"

#include <stdlib.h>

#include "fastcv/colors.h"
#include "fastcv/crop.h"
#include "fastcv/polygons.h"
#include "opencv/shim.h"

enum { WIDTH = 900, HEIGHT = 700, QUADS = 30, TOP_COLORS = 50, POLYGONS = 500, POINTS = 9000 };

static uint8_t page_pixels[3 * WIDTH * HEIGHT];
static FastcvQuad quads[QUADS];
static double vertices[POLYGONS][5][2], points[POINTS][2];

FastcvStatus fastcv_opencv_remap(const FastcvImage *source, const FastcvSampling *sampling,
                                 const double *border_value, const FastcvRemapBlock *block,
                                 FastcvError *error)
{
    (void)source, (void)sampling, (void)border_value, (void)block;
    return error->status = FASTCV_ERR_OPENCV;
}

int fastcv_opencv_cubic_is_version_4(void)
{
    return 1;
}

static double random_real(double low, double high)
{
    static uint64_t state = 1;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (high - low) * (double)(state >> 33) / (double)(UINT64_C(1) << 31);
}

void make_inputs(void)
{
    for (size_t i = 0; i < sizeof page_pixels; i++)
        page_pixels[i] = (uint8_t)random_real(0, 256);
    for (int i = 0; i < QUADS; i++) {
        const double x = random_real(-20, WIDTH - 150), y = random_real(-20, HEIGHT - 60);
        const double corners[4][2] = {{0, 0}, {170, 9}, {166, 50}, {-4, 41}};
        for (int k = 0; k < 4; k++) {
            quads[i].x[k] = (float)(x + corners[k][0] + random_real(0, 5));
            quads[i].y[k] = (float)(y + corners[k][1] + random_real(0, 5));
        }
    }
    for (int i = 0; i < POLYGONS; i++) {
        const double x = random_real(0, 500), y = random_real(0, 500);
        for (int k = 0; k < 5; k++) {
            vertices[i][k][0] = x + random_real(-9, 9);
            vertices[i][k][1] = y + random_real(-9, 9);
        }
    }
    for (int i = 0; i < POINTS; i++) {
        points[i][0] = random_real(0, 500);
        points[i][1] = random_real(0, 500);
    }
}

/* FNV-1a. */
static uint64_t digest(uint64_t hash, const void *bytes, size_t count)
{
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static void check(int is_right)
{
    if (!is_right)
        abort();
}

static uint64_t cut(FastcvInterpolation interpolation, FastcvPool pool, uint64_t hash)
{
    static const double border_value[FASTCV_MAX_CHANNELS] = {1, 2, 3};
    const FastcvImage page = {page_pixels, 3 * WIDTH, WIDTH, HEIGHT, 3, FASTCV_U8};
    const FastcvSampling sampling = {interpolation, FASTCV_CONSTANT, FASTCV_OPENCV4};
    const FastcvCropEngine engine = fastcv_crop_engine(&page, &sampling);
    static FastcvCrop crops[QUADS];
    FastcvRows rows[QUADS];
    check(fastcv_crops_plan(&engine, &fastcv_own_rule, quads, border_value, crops, QUADS, pool) ==
          FASTCV_OK);
    for (int i = 0; i < QUADS; i++) {
        rows[i].stride_bytes = 3 * crops[i].geometry.width_px;
        rows[i].pixels = malloc((size_t)(rows[i].stride_bytes * crops[i].geometry.height_px));
    }
    check(fastcv_crops_cut(&engine, crops, rows, QUADS, pool).status == FASTCV_OK);
    for (int i = 0; i < QUADS; i++) {
        hash = digest(hash, rows[i].pixels,
                      (size_t)(rows[i].stride_bytes * crops[i].geometry.height_px));
        free(rows[i].pixels);
    }
    return hash;
}

Results compute_results(int num_threads)
{
    const FastcvPool pool = {num_threads, NULL, NULL};
    const FastcvImage page = {page_pixels, 3 * WIDTH, WIDTH, HEIGHT, 3, FASTCV_U8};
    static FastcvColorCount top[TOP_COLORS];
    static FastcvPolygon polygons[POLYGONS];
    static ptrdiff_t best[POINTS];
    size_t found = TOP_COLORS;
    FastcvPolygonIndex *index;
    Results results = {.crops = cut(FASTCV_LINEAR, pool, 0)};
    results.crops = cut(FASTCV_CUBIC, pool, results.crops);

    const FastcvColorPage colors = {.image = page, .bits = FASTCV_COLOR_BITS};
    check(fastcv_main_colors(&colors, pool, top, &found) == FASTCV_OK);
    for (size_t i = 0; i < found; i++) {
        results.colors = digest(results.colors, &top[i].count, sizeof top[i].count);
        results.colors = digest(results.colors, &top[i].packed, sizeof top[i].packed);
    }

    check(fastcv_polygons_measure(vertices[0][0], 5, POLYGONS, pool, polygons) == FASTCV_OK);
    check(fastcv_polygon_index_make(polygons, POLYGONS, pool, &index) == FASTCV_OK);
    check(fastcv_polygon_index_match(index, points[0], POINTS, 12.5, pool, best) == FASTCV_OK);
    fastcv_polygon_index_free(index);
    results.polygons = digest(digest(0, polygons, sizeof polygons), best, sizeof best);
    return results;
}
