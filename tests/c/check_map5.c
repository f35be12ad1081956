/* Every variant's float maps, compared with the plain C ones: the same positions and fractions,
 * also of rows where W vanishes or positions are beyond int32. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernels/warp/warp.h"

enum { ROWS = 20000, ROOM_PX = 300, MARGIN_PX = 4 };

/* What project writes. */
typedef struct Positions {
    int32_t px[ROOM_PX], py[ROOM_PX];
    float across[ROOM_PX], down[ROOM_PX];
} Positions;

static void random_matrix(float matrix[9])
{
    const double size = random_scale(-3, 3), far = random_scale(0, one_in(4) ? 36 : 12);
    for (int i = 0; i < 6; i++)
        matrix[i] = (float)(i % 3 == 2 ? far * random_real(-1, 1) : size * random_real(-1, 1));
    for (int i = 6; i < 9; i++)
        matrix[i] = (float)(one_in(3) ? random_int(-2, 2) : random_scale(-20, -4));
    if (one_in(3)) { /* whole numbers: W may vanish */
        for (int i = 0; i < 9; i++)
            matrix[i] = (float)random_int(-30, 30);
    }
    if (one_in(4))
        memcpy(matrix + 6, (float[]){0, 0, 1}, 3 * sizeof *matrix);
}

/* 0 and −0 blend alike. */
static int is_same(float a, float b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void check_row(const FastcvMap5 *map, FastcvMap5Kind kind)
{
    static Positions found, expected;
    float matrix[9];
    random_matrix(matrix);
    const int width = random_int(1, 270), first = random_int(0, width - 1);
    const FastcvRow5 row = {.matrix = matrix,
                            .x = first,
                            .y = random_int(0, one_in(4) ? 30000 : 60),
                            .count = random_int(1, width - first),
                            .groups_end = width / FASTCV_GROUP_PX * FASTCV_GROUP_PX,
                            .most_x = (float)random_int(16, 4000),
                            .most_y = (float)random_int(16, 4000)};
    memset(&found, 0x5A, sizeof found);
    fastcv_warp_c.map5->project[kind](&row, expected.px, expected.py, expected.across,
                                      expected.down);
    map->project[kind](&row, found.px, found.py, found.across, found.down);
    const int end = row.count + FASTCV_OVERRUN_PX;
    for (int k = 0; k < row.count; k++) {
        set_case("%s, float map %d, column %d of %d + %d", fastcv_variant(), kind, k, first,
                 row.count);
        if (found.px[k] != expected.px[k] || found.py[k] != expected.py[k])
            differ("at %d, %d, not %d, %d", found.px[k], found.py[k], expected.px[k],
                   expected.py[k]);
        if (kind != FASTCV_MAP5_NEAREST && (!is_same(found.across[k], expected.across[k]) ||
                                            !is_same(found.down[k], expected.down[k])))
            differ("fractions %a, %a, not %a, %a", found.across[k], found.down[k],
                   expected.across[k], expected.down[k]);
    }
    for (int k = end; k < end + MARGIN_PX && k < ROOM_PX; k++) {
        if (found.px[k] != 0x5A5A5A5A)
            differ("wrote %d px beyond %d", k - row.count, row.count);
    }
}

static void check_places(const FastcvMap5 *map)
{
    static int32_t px[ROOM_PX], py[ROOM_PX], offset[ROOM_PX], expected[ROOM_PX];
    const int count = random_int(1, ROOM_PX);
    for (int k = 0; k < count; k++) {
        px[k] = one_in(20) ? INT32_MIN : random_int(-50, 400);
        py[k] = one_in(20) ? INT32_MAX : random_int(-50, 400);
    }
    set_case("%s, float places of %d", fastcv_variant(), count);
    const FastcvWindow window = map->bound(px, py, count);
    const FastcvWindow other = fastcv_warp_c.map5->bound(px, py, count);
    if (memcmp(&window, &other, sizeof window) != 0)
        differ("the window is %d, %d to %d, %d", window.left, window.top, window.right,
               window.bottom);
    const FastcvWindow rim = {random_int(-60, 100), random_int(-60, 100), random_int(100, 300),
                              random_int(100, 300)};
    map->place(px, py, count, rim, 3000, 3, offset);
    fastcv_warp_c.map5->place(px, py, count, rim, 3000, 3, expected);
    for (int k = 0; k < count; k++) {
        if (offset[k] != expected[k])
            differ("offset %d is %d, not %d", k, offset[k], expected[k]);
    }
}

int check_map5(const FastcvMap5 *map)
{
    for (int i = 0; i < ROWS; i++) {
        check_row(map, (FastcvMap5Kind)(i % FASTCV_MAP5_KINDS));
        if (i % 8 == 0)
            check_places(map);
    }
    return ROWS;
}
