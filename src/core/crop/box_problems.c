#include "fastcv/box_problems.h"

#include "core/numbers.h"

static const double LEAST_PX = 2, SQUARED_LEAST_PX = 4;
static const double FAR_PX = 1073741824; /* 2^30 */
static const double SQUARED_TALL = 2.25; /* 1.5 times as high as wide: probably cut across text */
static const double SHARE_MARGIN = 0.1;  /* how far shares may lie outside 0 … 1 */

/* What is found of one box, but counts only if it is found of enough others. */
enum {
    RUNS_DOWN = 1 << 12,    /* a mirrored box that starts downwards */
    FITS_SWAPPED = 1 << 13, /* it is on the page with x and y exchanged */
};

typedef struct Counts {
    ptrdiff_t in_px, swapped_tall; /* boxes in px; high ones that fit with x and y exchanged */
    ptrdiff_t mirrored, down_long; /* mirrored boxes; those longer down than across */
    ptrdiff_t round, turned;       /* clockwise boxes; those upside down or on their side */
} Counts;

typedef struct Bounds {
    double left, top, right, bottom;
} Bounds;

static int is_finite(const FastcvQuad *quad)
{
    int is = 1;
    for (int i = 0; i < 4; i++)
        is &= fabs((double)quad->x[i]) <= FAR_PX && fabs((double)quad->y[i]) <= FAR_PX;
    return is; /* NaN is not */
}

static Bounds bounds_of(const FastcvQuad *quad)
{
    Bounds found = {quad->x[0], quad->y[0], quad->x[0], quad->y[0]};
    for (int i = 1; i < 4; i++) {
        found.left = fastcv_lesser(quad->x[i], found.left);
        found.top = fastcv_lesser(quad->y[i], found.top);
        found.right = fastcv_greater(quad->x[i], found.right);
        found.bottom = fastcv_greater(quad->y[i], found.bottom);
    }
    return found;
}

static int is_normalised(const FastcvPageBoxes *page, const Bounds *box)
{
    return page->height_px > LEAST_PX && page->width_px > LEAST_PX && box->right > box->left &&
           box->bottom > box->top && box->left >= -SHARE_MARGIN && box->top >= -SHARE_MARGIN &&
           box->right <= 1 + SHARE_MARGIN && box->bottom <= 1 + SHARE_MARGIN;
}

/* ---- corners ---- */

static int upright_problem(const FastcvQuad *quad)
{
    const double width = (double)quad->x[2] - quad->x[0], height = (double)quad->y[2] - quad->y[0];
    if (width < 0 || height < 0)
        return FASTCV_BOX_REVERSED;
    return width < LEAST_PX || height < LEAST_PX ? FASTCV_BOX_DEGENERATE : 0;
}

/* Of a box whose corners turn the same way. x and y are its edges, along and across the squared
 * lengths of the longer ones. */
static int direction_problem(const double x[4], const double y[4], int is_mirrored, double along,
                             double across, Counts *counts)
{
    const double run_x = x[0] - x[2], run_y = y[0] - y[2]; /* where the text runs */
    const int is_steep = fabs(run_y) > fabs(run_x);
    if (is_mirrored) {
        const int runs_down = is_steep && run_y > 0;
        counts->mirrored++;
        counts->down_long += runs_down && along > across;
        return FASTCV_BOX_MIRRORED | (runs_down ? RUNS_DOWN : 0);
    }
    int problem = 0;
    if (is_steep)
        problem = across >= SQUARED_TALL * along ? FASTCV_BOX_ON_ITS_SIDE : 0;
    else if (run_x < 0)
        problem = FASTCV_BOX_UPSIDE_DOWN;
    counts->round++;
    counts->turned += problem != 0;
    return problem;
}

static int corner_problem(const FastcvQuad *quad, Counts *counts)
{
    double x[4], y[4], squares[4]; /* of lengths: hypot differs between C libraries */
    for (int i = 0; i < 4; i++) {
        const int next = (i + 1) % 4;
        x[i] = (double)quad->x[next] - quad->x[i];
        y[i] = (double)quad->y[next] - quad->y[i];
        squares[i] = x[i] * x[i] + y[i] * y[i];
    }
    int right = 0, left = 0;
    for (int i = 0; i < 4; i++) {
        const int next = (i + 1) % 4;
        const double turn = x[i] * y[next] - y[i] * x[next];
        right += turn > 0;
        left += turn < 0;
    }
    const double along = fastcv_greater(squares[0], squares[2]);
    const double across = fastcv_greater(squares[1], squares[3]);
    if (fastcv_lesser(along, across) < SQUARED_LEAST_PX || right + left != 4)
        return FASTCV_BOX_DEGENERATE;
    if (right == 2)
        return FASTCV_BOX_CROSSED;
    if (right == 3 || left == 3)
        return FASTCV_BOX_DENTED;
    return direction_problem(x, y, left == 4, along, across, counts);
}

/* ---- the page ---- */

/* Pixel centres are at 0 … side − 1, and boxes that end at the edge end at side. */
static int is_within(const Bounds *box, int height_px, int width_px)
{
    return box->left >= -1 && box->top >= -1 && box->right <= width_px && box->bottom <= height_px;
}

static int place_problem(const FastcvPageBoxes *page, const Bounds *box, Counts *counts)
{
    /* Whether it ends before the page's first pixels begin to show, or starts after the last. */
    const int is_outside = box->right <= -1 || box->bottom <= -1 || box->left >= page->width_px ||
                           box->top >= page->height_px;
    const int fits_swapped = is_within(box, page->width_px, page->height_px);
    counts->in_px++;
    counts->swapped_tall += fits_swapped && box->bottom - box->top > box->right - box->left;
    if (is_outside)
        return FASTCV_BOX_OUTSIDE | (fits_swapped ? FITS_SWAPPED : 0);
    return is_within(box, page->height_px, page->width_px) ? 0 : FASTCV_BOX_PARTLY_OUTSIDE;
}

static int problems_of(const FastcvPageBoxes *page, const FastcvQuad *quad, Counts *counts)
{
    if (!is_finite(quad))
        return FASTCV_BOX_NOT_FINITE;
    const Bounds bounds = bounds_of(quad);
    if (is_normalised(page, &bounds))
        return FASTCV_BOX_NORMALISED;
    const int place = place_problem(page, &bounds, counts);
    return place | (page->are_upright ? upright_problem(quad) : corner_problem(quad, counts));
}

int fastcv_find_box_problems(const FastcvPageBoxes *page, uint16_t *problems)
{
    Counts counts = {0};
    for (ptrdiff_t i = 0; i < page->count; i++)
        problems[i] = (uint16_t)problems_of(page, page->quads + i, &counts);

    const int place_problems = FASTCV_BOX_NOT_FINITE | FASTCV_BOX_NORMALISED | FASTCV_BOX_OUTSIDE |
                               FASTCV_BOX_PARTLY_OUTSIDE;
    const int is_turned = 2 * counts.turned >= counts.round; /* else some text lies like that */
    const int swaps_corners =
        2 * counts.down_long > counts.mirrored && page->corner_problems & FASTCV_BOX_SWAPPED;
    const int signs = (swaps_corners ? RUNS_DOWN : 0) |
                      (2 * counts.swapped_tall > counts.in_px ? FITS_SWAPPED : 0);
    const int told = (place_problems | page->corner_problems) &
                     ~(is_turned ? 0 : FASTCV_BOX_UPSIDE_DOWN | FASTCV_BOX_ON_ITS_SIDE);
    int there = 0;
    for (ptrdiff_t i = 0; i < page->count; i++) {
        problems[i] = (uint16_t)(problems[i] & signs ? FASTCV_BOX_SWAPPED : problems[i] & told);
        there |= problems[i];
    }
    return there;
}
