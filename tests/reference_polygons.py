"""The oracle for polygons: the article's task, vertex by vertex and polygon by polygon."""

import math
from itertools import pairwise


def center(xs, ys):
    """The mean of the vertices, summed in their order."""
    sum_x = sum_y = 0.0
    for x, y in zip(xs, ys, strict=True):
        sum_x += x
        sum_y += y
    return sum_x / len(xs), sum_y / len(xs)


def area(xs, ys):
    """The shoelace formula, from coordinates relative to the first vertex: its two edges add 0."""
    doubled = 0.0
    edges = pairwise(list(zip(xs, ys, strict=True))[1:])
    for (x, y), (next_x, next_y) in edges:
        doubled += (x - xs[0]) * (next_y - ys[0]) - (next_x - xs[0]) * (y - ys[0])
    area = 0.5 * abs(doubled)
    return math.inf if math.isnan(area) else area


def is_close(center, point, max_dist):
    dx, dy = center[0] - float(point[0]), center[1] - float(point[1])
    return math.sqrt(dx * dx + dy * dy) < max_dist


def find_close(polygons, point, max_dist):
    """Indices of the (xs, ys) whose centre is nearer than max_dist."""
    return [
        index
        for index, (xs, ys) in enumerate(polygons)
        if is_close(center(xs, ys), point, max_dist)
    ]


def match(polygons, points, max_dist):
    """For each point the smallest close polygon, the first of equal ones, or -1."""
    centers = [center(xs, ys) for xs, ys in polygons]
    areas = [area(xs, ys) for xs, ys in polygons]
    best = []
    for point in points:
        close = [i for i, place in enumerate(centers) if is_close(place, point, max_dist)]
        best.append(min(close, key=areas.__getitem__, default=-1))
    return best
