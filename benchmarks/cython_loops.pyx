# cython: boundscheck=False, wraparound=False
"""The benchmarks' loops for Cython: one without types, the others with C types."""

from libc.math cimport sqrt


def sum_untyped(n):
    total = 0
    for i in range(n):
        total += i
    return total


def sum_typed(unsigned long long n):
    cdef unsigned long long total = 0, i
    for i in range(n):
        total += i
    return total


def count_colors(const unsigned char[:, ::1] pixels, unsigned int[::1] counts):
    """Add one to the count of each pixel's B << 16 | G << 8 | R."""
    cdef Py_ssize_t i
    for i in range(pixels.shape[0]):
        counts[pixels[i, 0] << 16 | pixels[i, 1] << 8 | pixels[i, 2]] += 1


def match(const double[:, ::1] centers, const double[::1] areas, const double[:, ::1] points,
          double max_dist, Py_ssize_t[::1] best):
    """For each point, look at all polygons and find the smallest whose centre is near."""
    cdef Py_ssize_t i, k
    cdef double dx, dy
    for i in range(points.shape[0]):
        best[i] = -1
        for k in range(centers.shape[0]):
            dx = centers[k, 0] - points[i, 0]
            dy = centers[k, 1] - points[i, 1]
            if sqrt(dx * dx + dy * dy) < max_dist and (best[i] < 0 or areas[k] < areas[best[i]]):
                best[i] = k
