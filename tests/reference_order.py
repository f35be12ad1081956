"""The oracle of corners' orders: exact, and by trying all orders."""

from fractions import Fraction
from itertools import permutations

import cv2
import numpy as np


def exact(box):
    """float32 corners as whole numbers, all scaled alike."""
    return [tuple(int(Fraction(float(v)) * 2**160) for v in corner) for corner in box]


def cross(a, b, c):
    """More than 0 where c lies to the right of the way from a to b, as seen on the page."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def edges_cross(a, b, c, d):
    return cross(a, b, c) * cross(a, b, d) < 0 and cross(c, d, a) * cross(c, d, b) < 0


def is_crossed(box):
    a, b, c, d = exact(box)
    return edges_cross(a, b, c, d) or edges_cross(b, c, d, a)


def has_line(box):
    """Whether three corners lie on a line."""
    corners = exact(box)
    return any(cross(corners[i - 2], corners[i - 1], corners[i]) == 0 for i in range(4))


def area(corners):
    """Twice the area; more than 0 where the corners run clockwise on the page."""
    a, b, c, d = corners
    return cross(a, b, c) + cross(a, c, d)


def direction(corners):
    """The midline along the first edge, twice as long."""
    a, b, c, d = corners
    return tuple(b[i] - a[i] + c[i] - d[i] for i in (0, 1))


def rank(corners):
    """How far text along the first edge reads to the right: (x / sqrt(length))**4, then y."""
    x, y = direction(corners)
    return (Fraction(x**4, x * x + y * y) if x > 0 else -1, y)


def clockwise(box):
    """The corners in fastcv's order, or None where two orders have the same area."""
    corners = exact(box)
    orders = [[0, *rest] for rest in permutations((1, 2, 3))]
    orders.sort(key=lambda order: area([corners[i] for i in order]))
    areas = [area([corners[i] for i in order]) for order in orders[-2:]]
    if areas[0] == areas[1]:
        return None
    starts = [orders[-1][k:] + orders[-1][:k] for k in range(4)]
    best = max(starts, key=lambda order: rank([corners[i] for i in order]))
    return np.asarray(box, np.float32)[best]


def paddlex_rectangle(points):
    """What PaddleX's CropByPolys makes of a polygon before it cuts."""
    corners = cv2.boxPoints(cv2.minAreaRect(np.asarray(points).astype(np.int32)))
    left, right = np.split(np.array(sorted(corners, key=lambda corner: corner[0])), 2)
    lt, lb = left if left[1][1] > left[0][1] else left[::-1]
    rt, rb = right if right[1][1] > right[0][1] else right[::-1]
    return np.array([lt, rt, rb, lb])
