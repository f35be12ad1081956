"""Matching polygons to points gives the plain Python's answers for every shape of the data."""

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastcv
import reference_polygons as reference

NAN, INF = math.nan, math.inf


@dataclass(eq=False)
class Polygon:
    """A polygon as in the article; fastcv computes its centre and area."""

    x: Any
    y: Any


def make_polygons(rng, n, vertices, side):
    """Make stars of any size: an array of shape (n, vertices, 2)."""
    centers = rng.uniform(0, side, (n, 1, 2))
    angles = np.sort(rng.uniform(0, 2 * np.pi, (n, vertices)), axis=1)[..., np.newaxis]
    sizes = rng.lognormal(0, 1, (n, 1, 1))
    return centers + sizes * np.concatenate([np.cos(angles), np.sin(angles)], axis=2)


def split(array):
    return [(polygon[:, 0].tolist(), polygon[:, 1].tolist()) for polygon in array]


def as_objects(array):
    return [Polygon(polygon[:, 0].copy(), polygon[:, 1].copy()) for polygon in array]


def assert_matches(array, points, max_dist, **options):
    """A single call and a prepared index both agree with the oracle."""
    points = np.asarray(points, float).reshape(-1, 2)
    expected = reference.match(split(array), points.tolist(), max_dist)
    index = fastcv.PolygonIndex(array)
    for result in (
        fastcv.match_polygons(array, points, max_dist, **options),
        index.match(points, max_dist, **options),
    ):
        assert result.dtype == np.intp
        assert result.tolist() == expected
    for point in points[:5].tolist():
        close = reference.find_close(split(array), point, max_dist)
        assert index.find_close(point, max_dist).tolist() == close
        found = fastcv.find_close_polygons(as_objects(array), point, max_dist)
        assert len(found) == len(close)
        views = fastcv.find_close_polygons(array, point, max_dist)
        assert len(views) == len(close)
        for view, k in zip(views, close, strict=True):
            assert view.tobytes() == array[k].tobytes()
    return expected


# ---- the same answers ----


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 40, 300])
@pytest.mark.parametrize("max_dist", [0.5, 3, 12, 40, 200])
def test_random_polygons(rng, kernel, n, max_dist):
    array = make_polygons(rng, n, int(rng.integers(1, 9)), 100)
    assert_matches(array, rng.uniform(-20, 120, (50, 2)), max_dist)


@pytest.mark.rest
def test_every_kind_of_query_of_a_large_index(rng, kernel):
    """Few, some or all of the polygons are near, so the grid or the ranks answer."""
    array = make_polygons(rng, 3000, 4, 100)
    points = rng.uniform(0, 100, (7, 2))
    found = [assert_matches(array, points, max_dist) for max_dist in (0.1, 1, 3, 10, 30, 300)]
    assert -1 in found[0]
    assert len(set(found[-1])) == 1  # the smallest of all


@pytest.mark.parametrize("num_threads", [1, 2, 5, None])
def test_the_number_of_threads_changes_nothing(rng, num_threads):
    index = fastcv.PolygonIndex(make_polygons(rng, 2000, 5, 100))
    points = rng.uniform(0, 100, (20_000, 2))
    expected = index.match(points, 4)
    assert np.array_equal(index.match(points, 4, num_threads=num_threads), expected)
    again = fastcv.match_polygons(index, points, 4, num_threads=num_threads)
    assert np.array_equal(again, expected)


def test_small_polygons_that_stay_away(rng, kernel):
    """The search by rank finds nothing, so the grid must answer."""
    small = make_polygons(rng, 900, 4, 10) / 100
    large = make_polygons(rng, 300, 4, 60) + 500
    assert_matches(np.concatenate([small, large]), rng.uniform(500, 560, (40, 2)), 30)


CLUSTERS = {
    "one place": lambda rng, n: np.zeros((n, 2)),
    "a line across": lambda rng, n: np.stack([np.arange(n), np.full(n, 7)], axis=1),
    "a line down": lambda rng, n: np.stack([np.full(n, 7), np.arange(n)], axis=1),
    "a diagonal": lambda rng, n: np.stack([np.arange(n), np.arange(n)], axis=1),
    "two far clusters": lambda rng, n: rng.normal(0, 1, (n, 2)) + 1e6 * rng.integers(0, 2, (n, 1)),
    "one far away": lambda rng, n: np.append(rng.normal(0, 3, (n - 1, 2)), [[1e12, 1e12]], axis=0),
    "whole numbers": lambda rng, n: rng.integers(0, 12, (n, 2)),
    "huge": lambda rng, n: rng.uniform(-1, 1, (n, 2)) * 1.7e308,
    "tiny": lambda rng, n: rng.uniform(0, 1e-300, (n, 2)),
    "negative": lambda rng, n: rng.uniform(-50, -1, (n, 2)),
}


@pytest.mark.parametrize("kind", CLUSTERS)
@pytest.mark.parametrize("max_dist", [1e-310, 1, 5, 1e6, 1e200, INF])
def test_where_the_centres_lie(rng, kernel, kind, max_dist):
    places = CLUSTERS[kind](rng, 120)[:, np.newaxis].astype(float)
    corners = np.array([[0, 0], [0, 0]]) if kind in ("huge", "tiny") else [[-1, -1], [1, 1]]
    array = places + corners
    nearby = rng.permutation(places[:, 0])[:15] + rng.integers(-3, 4, (15, 2))
    assert_matches(array, np.concatenate([nearby, places[:5, 0]]), max_dist)


@pytest.mark.parametrize("max_dist", [5, np.nextafter(5, 6), np.nextafter(5, 4)])
def test_near_means_strictly_nearer(kernel, max_dist):
    array = np.array([[[3, 4]], [[0, 5]], [[-5, 0]], [[5.000000001, 0]]], float)
    (best,) = assert_matches(array, [[0, 0]], max_dist)
    assert best == (0 if max_dist > 5 else -1)


@pytest.mark.parametrize("max_dist", [0, -0.0, -1, -INF, NAN])
def test_nothing_is_nearer_than_no_distance(rng, max_dist):
    array = make_polygons(rng, 50, 4, 10)
    points = np.concatenate([rng.uniform(0, 10, (10, 2)), fastcv.PolygonIndex(array).centers[:5]])
    assert set(assert_matches(array, points, max_dist)) == {-1}


def test_rounding_of_the_distance_is_that_of_the_formula(kernel):
    """max_dist is the distance itself or a neighbour, where a wrong square would show."""
    draw = random.Random(3)
    for _ in range(300):
        x, y = draw.uniform(0, 10), draw.uniform(0, 10)
        distance = math.sqrt(x * x + y * y)
        for max_dist in (np.nextafter(distance, 0), distance, np.nextafter(distance, 99)):
            result = fastcv.match_polygons([[[x, y]]], [[0, 0]], max_dist)
            assert result.tolist() == ([0] if distance < max_dist else [-1])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.tuples(*[st.integers(0, 6)] * 2), min_size=1, max_size=5), max_size=40),
    st.lists(st.tuples(*[st.integers(-1, 7)] * 2), max_size=8),
    st.integers(0, 8),
)
def test_ties_go_to_the_first(polygons, points, max_dist):
    split_up = [tuple(zip(*polygon, strict=True)) for polygon in polygons]
    result = fastcv.match_polygons(polygons, points, max_dist)
    assert result.tolist() == reference.match(split_up, points, max_dist)


BAD = [NAN, INF, -INF]


@pytest.mark.parametrize("value", BAD)
def test_a_polygon_without_a_finite_centre_is_nowhere(rng, kernel, value):
    array = make_polygons(rng, 30, 4, 10)
    array[::3, 1, 0] = value
    array[1::5, 2, 1] = value
    result = assert_matches(array, rng.uniform(0, 10, (20, 2)), INF)
    assert max(result) >= 0
    assert np.isfinite(array[result]).all()


@pytest.mark.parametrize("value", BAD)
def test_a_point_that_is_no_place_has_no_polygon(rng, value):
    array = make_polygons(rng, 30, 4, 10)
    points = [[value, 5], [5, value], [value, value], [5, 5]]
    assert assert_matches(array, points, 100)[:3] == [-1, -1, -1]


def test_an_area_beyond_every_number_is_the_largest():
    huge = np.array([[0, 0], [1e200, 0], [1e200, 1e200], [-2e200, -1e200]])
    small = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    array = np.stack([huge, huge, small])
    assert_matches(array, [[0, 0]], INF)
    assert fastcv.PolygonIndex(array).areas.tolist() == [INF, INF, 1]
    (_, best), (_, first) = fastcv.select_best_polygon([(0, [huge, small]), (0, [huge, huge])])
    assert best is small
    assert first is huge


def test_an_area_keeps_its_digits_far_from_the_origin():
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * 0.125 + 2.0**40
    assert fastcv.PolygonIndex([square]).areas.tolist() == [0.125**2]


def test_centres_and_areas(rng):
    array = make_polygons(rng, 60, 7, 50)
    index = fastcv.PolygonIndex(array)
    assert index.centers.tolist() == [list(reference.center(*polygon)) for polygon in split(array)]
    assert index.areas.tolist() == [reference.area(*polygon) for polygon in split(array)]
    np.testing.assert_allclose(index.centers, array.mean(axis=1), rtol=1e-14)
    x, y = array[..., 0], array[..., 1]
    shoelace = 0.5 * abs((x * np.roll(y, 1, 1) - y * np.roll(x, 1, 1)).sum(axis=1))
    np.testing.assert_allclose(index.areas, shoelace, atol=1e-11)


# ---- the article's own example ----


def make_article_example():
    rng = np.random.RandomState(6)
    xs, ys = np.arange(0, 100, 0.1), np.arange(0, 100, 0.1)
    rng.shuffle(xs)
    rng.shuffle(ys)
    x = np.arange(0, 1, 0.1)
    y = np.sqrt(1 - x**2)
    shifts = [(rng.randint(100), rng.randint(100)) for _ in range(1000)]
    return [Polygon(x + a, y + b) for a, b in shifts], np.stack([xs, ys], axis=1)[:100]


@pytest.fixture(scope="module")
def article():
    """The example, the plain match, the areas, and for each point which polygons are near."""
    polygons, points = make_article_example()
    split_up = [(polygon.x.tolist(), polygon.y.tolist()) for polygon in polygons]
    expected = reference.match(split_up, points.tolist(), 10.0)
    shoelace = [0.5 * abs(np.dot(p.x, np.roll(p.y, 1)) - np.dot(p.y, np.roll(p.x, 1)))
                for p in polygons]  # fmt: skip
    nears = [
        [np.linalg.norm([p.x.mean(), p.y.mean()] - point) < 10 for p in polygons]
        for point in points
    ]
    return polygons, points, expected, shoelace, nears


def test_the_articles_example(kernel, article):
    """All areas are equal except for rounding, so the test compares areas."""
    polygons, points, expected, shoelace, nears = article
    best = fastcv.match_polygons(polygons, list(points), 10.0)
    assert best.tolist() == expected
    sets = [(point, fastcv.find_close_polygons(polygons, point, 10.0)) for point in points]
    selected = fastcv.select_best_polygon(sets)
    assert [point is given for (point, _), given in zip(selected, points, strict=True)]
    for (_, polygon), index, (_, close), near in zip(selected, best, sets, nears, strict=True):
        assert polygon is polygons[index]
        assert close == [p for p, is_near in zip(polygons, near, strict=True) if is_near]
        least = min(a for a, is_near in zip(shoelace, near, strict=True) if is_near)
        assert shoelace[index] == pytest.approx(least, rel=1e-9)


# ---- the same polygons in every shape ----

ARRAY = np.array([[[0, 0], [4, 0], [4, 4], [0, 4]], [[6, 0], [7, 0], [7, 1], [6, 1]]])
POINTS = np.array([[1, 1], [5, 1], [6, 1], [50, 50]])
EXPECTED = [0, 1, 1, -1]


class Lazy:
    """x and y are computed, and are not arrays."""

    def __init__(self, polygon):
        self._polygon = polygon

    x = property(lambda self: [x for x, _ in self._polygon])
    y = property(lambda self: tuple(y for _, y in self._polygon))


class LikeAnArray:
    def __init__(self, array):
        self._array = array

    def __array__(self, dtype=None, copy=None):
        return np.array(self._array, dtype)


def object_array(polygons):
    array = np.empty(len(polygons), object)
    array[:] = polygons
    return array


SHAPES = {
    "ints": lambda a: a,
    "float32": lambda a: a.astype(np.float32),
    "float64": lambda a: a.astype(np.float64),
    "uint8": lambda a: a.astype(np.uint8),
    "float16": lambda a: a.astype(np.float16),
    "long double": lambda a: a.astype(np.longdouble),
    "byte-swapped": lambda a: a.astype(">f8"),
    "Fortran order": lambda a: np.asfortranarray(a.astype(float)),
    "every other": lambda a: np.repeat(a.astype(float), 2, axis=1)[:, ::2],
    "reversed": lambda a: a.astype(float)[:, ::-1],
    "unaligned": lambda a: np.frombuffer(b"x" + a.astype(float).tobytes(), np.uint8)[1:]
    .view(np.float64).reshape(a.shape),
    "nested lists": lambda a: a.tolist(),
    "nested tuples": lambda a: tuple(tuple(map(tuple, p)) for p in a.tolist()),
    "list of arrays": list,
    "list of float arrays": lambda a: list(a.astype(float)),
    "list of columns": lambda a: [np.asfortranarray(p.astype(float)) for p in a],
    "objects": as_objects,
    "objects with lists": lambda a: [Polygon(p[:, 0].tolist(), p[:, 1].tolist()) for p in a],
    "objects with steps": lambda a: [Polygon(*p.astype(float).T) for p in a],
    "objects that compute": lambda a: [Lazy(p) for p in a.tolist()],
    "an array of objects": lambda a: object_array(as_objects(a)),
    "an iterator": lambda a: iter(list(a)),
    "mixed": lambda a: [a[0].tolist(), Polygon(*a[1].T)],
    "like an array": LikeAnArray,
    "items like arrays": lambda a: [LikeAnArray(p) for p in a],
    "a buffer": lambda a: memoryview(a.astype(float)),
    "a matrix": lambda a: [p.view(np.matrix) for p in a],
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_polygons(shape):
    assert fastcv.match_polygons(SHAPES[shape](ARRAY), POINTS, 4).tolist() == EXPECTED
    assert len(fastcv.PolygonIndex(SHAPES[shape](ARRAY))) == 2
    assert len(fastcv.find_close_polygons(SHAPES[shape](ARRAY), [1, 1], 4)) == 1
    ((point, polygon),) = fastcv.select_best_polygon([("p", SHAPES[shape](ARRAY))])
    assert point == "p"
    assert fastcv.PolygonIndex([polygon]).areas.tolist() == [1]


@pytest.mark.parametrize(
    "points",
    [
        POINTS,
        POINTS.astype(np.float32),
        POINTS.tolist(),
        list(POINTS),
        tuple(map(tuple, POINTS.astype(float).tolist())),
        POINTS.astype(float)[::-1][::-1],
        np.asfortranarray(POINTS.astype(float)),
        POINTS.astype(">f4"),
        memoryview(POINTS),
    ],
)
def test_every_shape_of_points(points):
    assert fastcv.match_polygons(ARRAY, points, 4).tolist() == EXPECTED


def test_polygons_of_any_number_of_vertices(rng):
    polygons = [rng.uniform(0, 10, (k, 2)) for k in [1, 2, 3, 50, 7, 1000, 1]]
    points = rng.uniform(0, 10, (20, 2))
    split_up = [(p[:, 0].tolist(), p[:, 1].tolist()) for p in polygons]
    result = fastcv.match_polygons(polygons, points, 2)
    assert result.tolist() == reference.match(split_up, points.tolist(), 2)


@pytest.mark.parametrize("none", [[], (), np.empty((0, 4, 2)), np.empty(0), np.empty((0, 0, 2))])
def test_no_polygons(none):
    assert fastcv.match_polygons(none, POINTS, 4).tolist() == [-1] * 4
    assert fastcv.find_close_polygons(none, [1, 1], 4) == []
    index = fastcv.PolygonIndex(none)
    assert (len(index), index.centers.shape, index.areas.shape) == (0, (0, 2), (0,))
    assert index.match(POINTS, INF).tolist() == [-1] * 4
    assert index.find_close([1, 1], INF).tolist() == []


@pytest.mark.parametrize("none", [[], (), np.empty((0, 2))])
def test_no_points(none):
    result = fastcv.match_polygons(ARRAY, none, 4)
    assert result.shape == (0,)
    assert result.dtype == np.intp


def test_close_polygons_are_the_very_objects(rng):
    polygons = as_objects(make_polygons(rng, 50, 4, 10))
    close = fastcv.find_close_polygons(polygons, [5, 5], 3)
    assert 0 < len(close) < 50
    assert [polygon for polygon in polygons if any(polygon is c for c in close)] == close


def test_close_polygons_of_an_array_are_views_of_it():
    array = ARRAY.copy()
    (view,) = fastcv.find_close_polygons(array, [1, 1], 4)
    assert view.base is array
    assert view.dtype == array.dtype


def test_best_polygons_of_sets():
    small, large = as_objects(ARRAY[::-1])
    point = object()
    sets = [(point, [large, small]), [1, [large]], (None, (small, Polygon(small.x, small.y)))]
    result = fastcv.select_best_polygon(polygon_sets=sets)
    assert result == [(point, small), (1, large), (None, small)]
    assert all(type(pair) is tuple for pair in result)
    assert fastcv.select_best_polygon([]) == []


def test_inputs_are_not_changed(rng):
    array, points = make_polygons(rng, 100, 4, 10), rng.uniform(0, 10, (30, 2))
    before = array.tobytes(), points.tobytes()
    array.setflags(write=False)
    points.setflags(write=False)
    fastcv.match_polygons(array, points, 2)
    fastcv.PolygonIndex(list(array)).match(list(points), 2)
    assert (array.tobytes(), points.tobytes()) == before


def test_a_list_that_a_polygon_empties_meanwhile():
    polygons = []

    class Vandal:
        @property
        def x(self):
            polygons.clear()
            return [0.0, 1.0]

        y = (0.0, 1.0)

    polygons.extend(Vandal() for _ in range(10))
    assert fastcv.match_polygons(polygons, [[0, 0]], 9).tolist() == [0]
    assert polygons == []


def test_a_million_points_and_polygons(rng):
    index = fastcv.PolygonIndex(rng.uniform(0, 1000, (200_000, 1, 2)))
    points = rng.uniform(0, 1000, (1_000_000, 2))
    best = index.match(points, 2, num_threads=2)
    near = np.hypot(*(index.centers[best] - points).T) < 2
    assert near[best >= 0].all()
    assert 0.9 < (best >= 0).mean() < 1
    assert (index.find_close(points[0], INF) == np.arange(200_000)).all()
