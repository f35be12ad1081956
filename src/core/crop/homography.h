/* 3×3 homographies and affine maps, row-major, in OpenCV 4.x's order of operations. */
#ifndef FASTCV_CORE_HOMOGRAPHY_H
#define FASTCV_CORE_HOMOGRAPHY_H

#include "fastcv/quad.h"

/* The matrix that maps each corner of from to the same corner of to, as cv::getPerspectiveTransform
 * computes it: bit for bit where the last element can be 1. If the system is singular or leaves a
 * residual of 1e-8 or more, OpenCV since 4.12 takes a singular value decomposition (older versions
 * return what they have); this function then gives the same matrix up to scale and rounding.
 * Returns 0 if there is no such matrix; matrix is undefined then. */
int fastcv_homography_solve(const FastcvQuad *from, const FastcvQuad *to, double matrix[9]);

/* The inverse by cofactors (cv::invert). Returns 0 where the determinant is 0 or not finite. */
int fastcv_homography_invert(const double matrix[9], double inverse[9]);

/* The same for the affine map of the first three corners: cv::getAffineTransform and the inverse
 * that cv::warpAffine computes. The last row is 0, 0, 1. */
int fastcv_affine_solve(const FastcvQuad *from, const FastcvQuad *to, double matrix[9]);
int fastcv_affine_invert(const double matrix[9], double inverse[9]);

#endif
