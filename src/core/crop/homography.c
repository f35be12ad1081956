/* The eight unknowns of a homography whose last element is 1 solve
 *
 *     [ x y 1 0 0 0 -xX -yX ]       [ X ]
 *     [ 0 0 0 x y 1 -xY -yY ] · m = [ Y ]      for each corner (x, y) → (X, Y),
 *
 * by Gaussian elimination with partial pivoting. OpenCV lists the four X rows first, rounds the
 * products xX … to float32 (its points are float), and calls the system singular at a pivot below
 * 100 ε. The order of every operation is part of the result. */
#include "core/crop/homography.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { UNKNOWNS = 8 };

typedef double Row[UNKNOWNS + 1]; /* a row of the matrix and its right-hand side */

static void fill_system(const FastcvQuad *from, const FastcvQuad *to, Row system[UNKNOWNS])
{
    for (int i = 0; i < 4; i++) {
        float x = from->x[i], y = from->y[i], tx = to->x[i], ty = to->y[i];
        float xx = -x * tx, yx = -y * tx, xy = -x * ty, yy = -y * ty;
        memcpy(system[i], (Row){x, y, 1, 0, 0, 0, xx, yx, tx}, sizeof(Row));
        memcpy(system[i + 4], (Row){0, 0, 0, x, y, 1, xy, yy, ty}, sizeof(Row));
    }
}

static double *pivot_row(double **rows, int unknowns, int column)
{
    int best = column;
    for (int i = column + 1; i < unknowns; i++) {
        if (fabs(rows[i][column]) > fabs(rows[best][column]))
            best = i;
    }
    double *pivot = rows[best];
    rows[best] = rows[column];
    rows[column] = pivot;
    return pivot;
}

/* As cv::hal::LU64f, in place: rows point to the system's rows, each with its right-hand side
 * behind the unknowns. Returns 0 where a pivot vanishes. Inlined, so that loops have constant
 * lengths. */
static inline int eliminate_rows(double **rows, int unknowns, double *solution)
{
    for (int column = 0; column < unknowns; column++) {
        const double *pivot = pivot_row(rows, unknowns, column);
        if (!(fabs(pivot[column]) >= DBL_EPSILON * 100))
            return 0;
        double scale = -1 / pivot[column];
        for (int i = column + 1; i < unknowns; i++) {
            double factor = rows[i][column] * scale;
            for (int k = column + 1; k <= unknowns; k++)
                rows[i][k] += factor * pivot[k];
        }
    }
    for (int i = unknowns - 1; i >= 0; i--) {
        double rest = rows[i][unknowns];
        for (int k = i + 1; k < unknowns; k++)
            rest -= rows[i][k] * solution[k];
        solution[i] = rest / rows[i][i];
    }
    return 1;
}

static int eliminate(const Row system[UNKNOWNS], double solution[UNKNOWNS])
{
    Row copy[UNKNOWNS];
    double *rows[UNKNOWNS];

    memcpy(copy, system, sizeof copy);
    for (int i = 0; i < UNKNOWNS; i++)
        rows[i] = copy[i];
    return eliminate_rows(rows, UNKNOWNS, solution);
}

/* Each product with a row is summed in the order of cv::gemm's vector code. */
static double residual_norm(const Row system[UNKNOWNS], const double x[UNKNOWNS])
{
    double sum = 0;
    for (int i = 0; i < UNKNOWNS; i++) {
        const double *row = system[i];
        double even = (row[0] * x[0] + row[2] * x[2]) + (row[4] * x[4] + row[6] * x[6]);
        double odd = (row[1] * x[1] + row[3] * x[3]) + (row[5] * x[5] + row[7] * x[7]);
        double rest = (even + odd) - row[UNKNOWNS];
        sum += rest * rest;
    }
    return sqrt(sum);
}

/* If the page's origin lies on the quad's vanishing line, the matrix's last element is 0, and no
 * multiple of the matrix has a 1 there. A corner maps to a finite point, so it never lies on that
 * line: solve with the first corner as the origin, then shift the matrix back. */
static int solve_from_corner(const FastcvQuad *from, const FastcvQuad *to, double matrix[9])
{
    const double x0 = from->x[0], y0 = from->y[0];
    Row system[UNKNOWNS];
    for (int i = 0; i < 4; i++) {
        double x = from->x[i] - x0, y = from->y[i] - y0, tx = to->x[i], ty = to->y[i];
        memcpy(system[i], (Row){x, y, 1, 0, 0, 0, -x * tx, -y * tx, tx}, sizeof(Row));
        memcpy(system[i + 4], (Row){0, 0, 0, x, y, 1, -x * ty, -y * ty, ty}, sizeof(Row));
    }
    if (!eliminate(system, matrix))
        return 0;
    matrix[8] = 1;
    for (double *row = matrix; row < matrix + 9; row += 3)
        row[2] -= row[0] * x0 + row[1] * y0;
    return 1;
}

int fastcv_homography_solve(const FastcvQuad *from, const FastcvQuad *to, double matrix[9])
{
    Row system[UNKNOWNS];
    fill_system(from, to, system);
    if (!eliminate(system, matrix) || !(residual_norm(system, matrix) < 1e-8))
        return solve_from_corner(from, to, matrix);
    matrix[8] = 1;
    return 1;
}

int fastcv_homography_invert(const double matrix[9], double inverse[9])
{
    const double a = matrix[0], b = matrix[1], c = matrix[2];
    const double d = matrix[3], e = matrix[4], f = matrix[5];
    const double g = matrix[6], h = matrix[7], i = matrix[8];

    double determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    double scale = 1 / determinant;
    if (determinant == 0 || !isfinite(scale))
        return 0;

    const double cofactors[9] = {
        e * i - f * h, c * h - b * i, b * f - c * e, //
        f * g - d * i, a * i - c * g, c * d - a * f, //
        d * h - e * g, b * g - a * h, a * e - b * d,
    };
    for (int k = 0; k < 9; k++) {
        inverse[k] = cofactors[k] * scale;
        if (!isfinite(inverse[k]))
            return 0;
    }
    return 1;
}

int fastcv_affine_solve(const FastcvQuad *from, const FastcvQuad *to, double matrix[9])
{
    enum { AFFINE_UNKNOWNS = 6 };
    double system[AFFINE_UNKNOWNS][AFFINE_UNKNOWNS + 1];
    double *rows[AFFINE_UNKNOWNS];
    for (int i = 0; i < 3; i++) {
        const double x = from->x[i], y = from->y[i];
        memcpy(system[2 * i], (double[]){x, y, 1, 0, 0, 0, to->x[i]}, sizeof *system);
        memcpy(system[2 * i + 1], (double[]){0, 0, 0, x, y, 1, to->y[i]}, sizeof *system);
    }
    for (int i = 0; i < AFFINE_UNKNOWNS; i++)
        rows[i] = system[i];
    memcpy(matrix + 6, (double[]){0, 0, 1}, 3 * sizeof *matrix);
    return eliminate_rows(rows, AFFINE_UNKNOWNS, matrix);
}

int fastcv_affine_invert(const double matrix[9], double inverse[9])
{
    const double determinant = matrix[0] * matrix[4] - matrix[1] * matrix[3];
    const double scale = 1 / determinant;
    if (determinant == 0 || !isfinite(scale))
        return 0;
    const double a = matrix[4] * scale, b = -scale * matrix[1];
    const double d = -scale * matrix[3], e = matrix[0] * scale;
    const double rows[9] = {
        a, b, -a * matrix[2] - b * matrix[5], //
        d, e, -d * matrix[2] - e * matrix[5], //
        0, 0, 1,
    };
    for (int k = 0; k < 9; k++) {
        inverse[k] = rows[k];
        if (!isfinite(inverse[k]))
            return 0;
    }
    return 1;
}
