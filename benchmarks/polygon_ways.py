"""The article's polygons, its task, and ways to do the task in Python, NumPy, SciPy and Numba.

The task: for each point, find the smallest polygon whose centre is nearer than max_dist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np

from harness import profile


@dataclass(eq=False)
class Polygon:
    """The article's polygon: two arrays, a cached centre, and an area computed at every call."""

    x: np.ndarray
    y: np.ndarray

    @cached_property
    def center(self) -> np.ndarray:
        return np.array([self.x.mean(), self.y.mean()])

    def area(self) -> float:
        return 0.5 * abs(self.x.dot(np.roll(self.y, 1)) - self.y.dot(np.roll(self.x, 1)))


# ---- data ----


def make_article_example() -> tuple[np.ndarray, np.ndarray]:
    """Return 1,000 equal polygons, shape (1000, 10, 2), at random places, and 100 points."""
    rng = np.random.RandomState(6)
    xs, ys = np.arange(0, 100, 0.1), np.arange(0, 100, 0.1)
    rng.shuffle(xs)
    rng.shuffle(ys)
    arc = np.arange(0, 1, 0.1)
    shape = np.stack([arc, np.sqrt(1 - arc**2)], axis=-1)
    shifts = np.array([[rng.randint(100), rng.randint(100)] for _ in range(1000)])
    return shape + shifts[:, np.newaxis], np.stack([xs, ys], axis=-1)[:100]


def make_large_example(polygons: int = 20_000, points: int = 10_000, side: float = 1000) -> Any:
    """Return polygons of six vertices and many sizes in a square, and points in that square."""
    rng = np.random.default_rng(0)
    angles = np.sort(rng.uniform(0, 2 * np.pi, (polygons, 6)), axis=1)
    shapes = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    sizes = rng.lognormal(1, 0.6, (polygons, 1, 1))
    places = rng.uniform(0, side, (polygons, 1, 2))
    return places + sizes * shapes, rng.uniform(0, side, (points, 2))


def as_objects(polygons: np.ndarray) -> list[Polygon]:
    """Return the polygons as the article's objects, before their centres are computed."""
    return [Polygon(vertices[:, 0].copy(), vertices[:, 1].copy()) for vertices in polygons]


# ---- Python and NumPy ----


@profile
def find_close(polygons: Iterable[Polygon], point: np.ndarray, max_dist: float) -> list[Polygon]:
    """Measure the distance to every polygon, one by one."""
    close = []
    for polygon in polygons:
        if np.linalg.norm(polygon.center - point) < max_dist:
            close.append(polygon)
    return close


@profile
def select_best(sets: Iterable[tuple[np.ndarray, Sequence[Polygon]]]) -> list[Any]:
    """Take the smallest polygon of each set."""
    best = []
    for point, polygons in sets:
        smallest = polygons[0]
        for polygon in polygons:
            if polygon.area() < smallest.area():
                smallest = polygon
        best.append((point, smallest))
    return best


@profile
def match_v1(polygons: Sequence[Polygon], points: Iterable[np.ndarray], max_dist: float) -> Any:
    """Do the task like the article's first version."""
    sets = []
    for point in points:
        close = find_close(polygons, point, max_dist)
        if close:
            sets.append((point, close))
    return select_best(sets)


@profile
def match_v15(polygons: Sequence[Polygon], points: Iterable[np.ndarray], max_dist: float) -> Any:
    """Do the same without calling NumPy for two numbers, and compute every area once."""
    prepared = [(*polygon.center.tolist(), polygon.area(), polygon) for polygon in polygons]
    best = []
    for point in points:
        x, y = point.tolist()
        close = [
            (area, polygon)
            for px, py, area, polygon in prepared
            if sqrt((px - x) ** 2 + (py - y) ** 2) < max_dist
        ]
        if close:
            best.append((point, min(close, key=lambda pair: pair[0])[1]))
    return best


@profile
def match_numpy(
    centers: np.ndarray, areas: np.ndarray, points: np.ndarray, max_dist: float
) -> np.ndarray:
    """Measure all distances to a point at once; return each point's best index, or -1."""
    order = np.argsort(areas, kind="stable")
    x, y = centers[order].T.copy()
    best = np.full(len(points), -1)
    for i, point in enumerate(points):
        near = np.sqrt((x - point[0]) ** 2 + (y - point[1]) ** 2) < max_dist
        first = near.argmax()
        if near[first]:
            best[i] = order[first]
    return best


@profile
def match_tree(tree: Any, order: np.ndarray, points: np.ndarray, max_dist: float) -> np.ndarray:
    """Let SciPy's prepared cKDTree list the close polygons.

    The tree holds the polygons in ``order`` of area, so the first of a sorted list is the smallest.
    For the tree, close means at most max_dist away; no centre in the examples is exactly there.
    """
    close = tree.query_ball_point(points, max_dist, return_sorted=True)
    first = np.array([indices[0] if indices else -1 for indices in close])
    return np.where(first < 0, -1, order[first])


@profile
def match_pairs(tree: Any, order: np.ndarray, points: np.ndarray, max_dist: float) -> np.ndarray:
    """Let the same tree find all close pairs with a tree of the points, in one array, no lists."""
    pairs = type(tree)(points).sparse_distance_matrix(tree, max_dist, output_type="ndarray")
    first = np.full(len(points), len(order))
    np.minimum.at(first, pairs["i"], pairs["j"])
    return np.append(order, -1)[first]


# ---- compiled ----


def match_all(centers, areas, points, max_dist, best):  # for Numba
    """Look at every polygon for every point."""
    for i in range(len(points)):
        best[i] = -1
        for k in range(len(centers)):
            dx = centers[k, 0] - points[i, 0]
            dy = centers[k, 1] - points[i, 1]
            near = sqrt(dx * dx + dy * dy) < max_dist
            if near and (best[i] < 0 or areas[k] < areas[best[i]]):
                best[i] = k


def fill_best(match: Callable[..., None], *arguments: Any) -> np.ndarray:
    """Call a compiled match with an array for its answer."""
    best = np.empty(len(arguments[2]), np.intp)
    match(*arguments, best)
    return best
