/* 3×3 homographies, row-major, in OpenCV 4.x's order of operations. */
#ifndef FASTCV_CORE_HOMOGRAPHY_H
#define FASTCV_CORE_HOMOGRAPHY_H

#include "fastcv/quad.h"

/* The matrix that maps each corner of from to the same corner of to (cv::getPerspectiveTransform):
 * bit for bit where its last element can be 1. Elsewhere, when the system is singular or leaves a
 * residual of 1e-8 or more, OpenCV takes a singular value decomposition (since 4.12; before, it
 * returned what it had), and this the same matrix up to scale and rounding. Returns 0, matrix
 * undefined, where there is none. */
int fastcv_homography_solve(const FastcvQuad *from, const FastcvQuad *to, double matrix[9]);

/* The inverse by cofactors (cv::invert). Returns 0 where the determinant is 0 or not finite. */
int fastcv_homography_invert(const double matrix[9], double inverse[9]);

#endif
