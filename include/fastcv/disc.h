/* A point, and what counts as near it. */
#ifndef FASTCV_DISC_H
#define FASTCV_DISC_H

/* A centre is near if its squared distance dx² + dy² is below limit. That is exactly where the
 * square root is below max_dist, all in double. */
typedef struct FastcvDisc {
    double x, y, limit;
} FastcvDisc;

/* If max_dist is negative, 0 or NaN, nothing lies in the disc. */
FastcvDisc fastcv_disc(double x, double y, double max_dist);

static inline int fastcv_disc_has(FastcvDisc disc, double x, double y)
{
    const double dx = x - disc.x, dy = y - disc.y;
    return dx * dx + dy * dy < disc.limit;
}

#endif
