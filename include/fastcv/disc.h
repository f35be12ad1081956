/* What is near a point. */
#ifndef FASTCV_DISC_H
#define FASTCV_DISC_H

/* A point and the square of a distance. A position is in the disc if its squared distance,
 * dx² + dy², is below limit. That holds exactly where sqrt(dx² + dy²) < max_dist holds, with every
 * operation rounded to double. */
typedef struct FastcvDisc {
    double x, y, limit;
} FastcvDisc;

/* Nothing is in the disc of a max_dist that is negative, 0 or NaN. */
FastcvDisc fastcv_disc(double x, double y, double max_dist);

/* Call it in fastcv's floating-point mode: see fastcv/float_mode.h. */
static inline int fastcv_disc_has(FastcvDisc disc, double x, double y)
{
    const double dx = x - disc.x, dy = y - disc.y;
    return dx * dx + dy * dy < disc.limit;
}

#endif
