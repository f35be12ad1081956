"""What is read is what was there: code of the caller's may change an argument meanwhile, and so may
other threads where there is no GIL (tests/reliability/races.py)."""

import sys

import numpy as np
import pytest

import fastcv
from conftest import BOX, both
from reference import assert_same


class Emptier:
    """An array that empties a list when it is read."""

    def __init__(self, array, changed):
        self.array, self.changed = array, changed

    def __array__(self, dtype=None, copy=None):
        self.changed.clear()
        return self.array


@both
def test_a_list_that_a_box_empties(crop, image):
    boxes = [BOX]
    boxes += [Emptier(BOX, boxes), BOX + 1]
    expected = crop(image, [BOX, BOX, BOX + 1])
    assert_same(crop(image, boxes), expected)
    assert boxes == []


@both
@pytest.mark.parametrize("kind", [list, tuple])
def test_a_box_that_a_corner_empties(crop, image, kind):
    box = []
    box += [[10.0, 10.0], Emptier(BOX[1], box), [39.0, 25.0], [9.0, 23.0]]
    assert_same(crop(image, kind([box])), crop(image, [BOX]))
    assert box == []


def test_a_row_that_a_pixel_empties():
    row = []
    row += [Emptier(np.array([7]), row), [8], [9]]
    with pytest.raises(TypeError, match="image must be an array of uint8"):
        fastcv.main_colors([row])
    assert row == []


def test_a_polygon_and_a_point_that_empty_themselves():
    polygon = []
    polygon += [Emptier(np.array([1.0, 2.0]), polygon), [3.0, 4.0], [5.0, 6.0]]
    points = []
    points += [Emptier(np.array([3.0, 4.0]), points), [30.0, 40.0]]
    assert fastcv.match_polygons([polygon], points, 1).tolist() == [0, -1]
    assert (polygon, points) == ([], [])


def test_a_limit_that_is_set_while_another_is():
    before = fastcv.get_output_limits()

    class Count:
        def __index__(self):
            fastcv.set_output_limits(call_bytes=5)
            return 4

    try:
        fastcv.set_output_limits(crop_bytes=Count())
        assert fastcv.get_output_limits() == (4, 5)
    finally:
        fastcv.set_output_limits(crop_bytes=before[0], call_bytes=before[1])


def test_the_gil_stays_off_where_it_is():
    if "free-threading" in sys.version:
        assert not sys._is_gil_enabled()
