"""Polygons in a thread with another floating-point mode: every result is the default mode's."""

import math
import random
from types import SimpleNamespace

import numpy as np
import pytest

import fastcv
from float_modes import MODES, call_in, needs_modes

pytestmark = [needs_modes, pytest.mark.parametrize("mode", MODES)]

TINY = 1e-160  # squares of such numbers are subnormal
SCALES = [1, TINY]


def make_array(scale):
    rng = np.random.default_rng(12)
    return scale * (rng.uniform(0, 99, (300, 1, 2)) + rng.uniform(-9, 9, (300, 5, 2)))


def as_objects(array):
    return [SimpleNamespace(x=polygon[:, 0], y=polygon[:, 1]) for polygon in array]


FORMS = {"an array": lambda a: a, "a list of arrays": list, "objects": as_objects,
         "lists": lambda a: a.tolist()}  # fmt: skip
forms = pytest.mark.parametrize("form", FORMS)
scales = pytest.mark.parametrize("scale", SCALES)


def assert_same_in(mode, function):
    expected = function()
    found = call_in(mode, function)
    assert found == expected


@forms
@scales
def test_centres_and_areas(mode, form, scale):
    polygons = FORMS[form](make_array(scale))

    def measure():
        index = fastcv.PolygonIndex(polygons)
        return index.centers.tobytes(), index.areas.tobytes()

    assert_same_in(mode, measure)


@forms
@scales
def test_matches(mode, form, scale):
    polygons = FORMS[form](make_array(scale))
    points = scale * np.random.default_rng(3).uniform(0, 99, (400, 2))
    assert_same_in(mode, lambda: fastcv.match_polygons(polygons, points, 9 * scale).tolist())


def at_the_limit():
    """(centre, max_dist), where the distance is max_dist or one of its two neighbours."""
    draw = random.Random(3)
    for _ in range(200):
        x, y = draw.uniform(0, 10), draw.uniform(0, 10)
        distance = math.sqrt(x * x + y * y)
        for max_dist in (np.nextafter(distance, 0), distance, np.nextafter(distance, 99)):
            yield [[x, y]], float(max_dist)
    yield [[3e-162, 4e-162]], 5.1e-162  # both squares are subnormal
    yield [[0.0, 0.0]], 1e-170  # the limit is subnormal


def test_a_centre_at_the_limit(mode):
    cases = [(np.array([centre]), max_dist) for centre, max_dist in at_the_limit()]
    indices = [fastcv.PolygonIndex(array) for array, _ in cases]

    def find():
        return [
            (
                len(fastcv.find_close_polygons(array, (0, 0), max_dist)),
                index.find_close((0, 0), max_dist).tolist(),
                index.match([(0, 0)], max_dist).tolist(),
            )
            for index, (array, max_dist) in zip(indices, cases, strict=True)
        ]

    assert_same_in(mode, find)


def test_many_centres_at_the_limit(mode):
    """So many that an index goes through its cells."""
    array = np.array([[centre] for (centre,), _ in at_the_limit()])
    index = fastcv.PolygonIndex(array)
    limits = [max_dist for _, max_dist in at_the_limit()]
    assert_same_in(mode, lambda: [index.find_close((0, 0), limit).tolist() for limit in limits])


@forms
def test_the_smallest_of_a_set(mode, form):
    side = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * 1e-155
    polygons = FORMS[form](np.stack([side * 3, side * 2, side, side * 4]))  # subnormal areas
    ((_, expected),) = fastcv.select_best_polygon([(0, polygons)])
    ((_, found),) = call_in(mode, lambda: fastcv.select_best_polygon([(0, polygons)]))
    for polygon in (expected, found):
        assert fastcv.PolygonIndex([polygon]).areas == fastcv.PolygonIndex([side]).areas


def test_areas_of_minus_zero_are_zeros(mode):
    """Rounded downward, 0.0 - 0.0 is -0.0, whose bits sort after every other number's."""
    array = np.array([[[0, 0], [1, 1], [2, 2]], [[0, 0], [4, 0], [4, 4]]], float)
    assert_same_in(mode, lambda: fastcv.match_polygons(array, [[1, 1]], 9).tolist())
    assert_same_in(mode, lambda: fastcv.PolygonIndex(array).areas.tobytes())
