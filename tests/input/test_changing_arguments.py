"""Arguments may change while a call reads them: the caller's own code may change them, and without
a GIL other threads may (tests/reliability/races.py). A call uses what was there when it read."""

import sys
import textwrap
from collections import UserList, deque

import numpy as np
import pytest

import fastcv
from conftest import BOX, both, run_python
from reference import assert_same


class OwnList(list):
    """A list of the caller's own type, which NumPy reads like any list."""


LISTS = [list, tuple, OwnList, deque, UserList]


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
@pytest.mark.parametrize("kind", LISTS)
def test_a_box_that_a_corner_empties(crop, image, kind):
    box = []
    box += [[10.0, 10.0], Emptier(BOX[1], box), [39.0, 25.0], [9.0, 23.0]]
    assert_same(crop(image, kind([box])), crop(image, [BOX]))
    assert box == []


@pytest.mark.parametrize("kind", LISTS)
def test_a_row_that_a_pixel_empties(kind):
    row = []
    row += [Emptier(np.array([7]), row), [8], [9]]
    with pytest.raises(TypeError, match="image must be an array of uint8"):
        fastcv.main_colors(kind([row]))
    assert row == []


def test_a_polygon_and_a_point_that_empty_themselves():
    polygon = []
    polygon += [Emptier(np.array([1.0, 2.0]), polygon), [3.0, 4.0], [5.0, 6.0]]
    points = []
    points += [Emptier(np.array([3.0, 4.0]), points), [30.0, 40.0]]
    assert fastcv.match_polygons([polygon], points, 1).tolist() == [0, -1]
    assert (polygon, points) == ([], [])


# (how to make an array whose pages are unmapped when it is resized, a call that reads it)
LARGE = {
    "image": ("np.zeros((3000, 3000, 3), np.uint8)", "fastcv.main_colors(a).counts[0]"),
    "mirrored": ("np.zeros((3000, 3000, 3), np.uint8)", "fastcv.main_colors(a[:, ::-1]).counts[0]"),
    "map": ("np.zeros((3000, 3000), np.float32)", "len(fastcv.detector_boxes(a, (9, 9)).boxes)"),
    "mirrored map": (
        "np.zeros((3000, 3000), np.float32)", "len(fastcv.detector_boxes(a[::-1], (9, 9)).boxes)",
    ),
    "region": (
        "np.zeros((3000, 3000), np.float32)",
        "len(fastcv.craft_boxes(a, OTHER))",
    ),
    "link": (
        "np.zeros((3000, 3000), np.float32)",
        "len(fastcv.craft_boxes(OTHER, a))",
    ),
    "boxes": ("np.zeros((900_000, 4, 2), np.int32)", "len(shapes(a, degenerate='empty'))"),
    "points": ("np.zeros((3_000_000, 2))", "len(index.match(a, 1.0))"),
    "int points": ("np.zeros((3_000_000, 2), np.int32)", "len(index.match(a, 1.0))"),
    "polygons": ("np.zeros((1_000_000, 3, 2))", "len(fastcv.PolygonIndex(a))"),
    "int polygons": ("np.zeros((1_000_000, 3, 2), np.int32)", "len(fastcv.PolygonIndex(a))"),
    "reversed": ("np.zeros((1_000_000, 3, 2))", "len(fastcv.PolygonIndex(a[::-1]))"),
}  # fmt: skip


def run_with(large, code):
    array, call = large
    start = f"""
    import gc, sys, threading
    import numpy as np
    import fastcv

    def make():
        return {array}

    def call(a):
        return {call}

    # Made before: other threads may run while it is, and the call must be the first chance.
    OTHER = np.zeros((3000, 3000), np.float32)
    shapes = fastcv.crop_shapes
    index = fastcv.PolygonIndex([[[0, 0], [2, 0], [2, 2]]])
    """
    run_python(textwrap.dedent(start) + textwrap.dedent(code))


@pytest.mark.rest
@pytest.mark.parametrize("name", LARGE)
@pytest.mark.alone
def test_an_array_resized_while_numpy_converts_it(name):
    """NumPy lets other threads run while it copies, so the hold must come first."""
    run_with(
        LARGE[name],
        """
        def shrink():
            with is_calling:
                try:
                    array.resize((1, *array.shape[1:]), refcheck=False)
                except ValueError:
                    pass

        array = make()
        expected = call(array)
        is_calling = threading.Lock()
        is_calling.acquire()
        thread = threading.Thread(target=shrink)
        thread.start()
        sys.setswitchinterval(30)  # the thread runs only where the GIL is let go
        is_calling.release()
        assert call(array) == expected
        thread.join()
        """,
    )


@pytest.mark.rest
@pytest.mark.parametrize("name", [name for name in LARGE if "::" not in LARGE[name][1]])
def test_an_array_that_a_finalizer_resizes(name):
    """An allocation in a call may start a collection, so the shape is read after the hold. (If a
    view's memory is freed before that, nothing helps; NumPy itself fails as well.)"""
    run_with(
        LARGE[name],
        """
        class Garbage:
            def __init__(self, array):
                self.me, self.array = self, array

            def __del__(self):
                try:
                    shape = (5,) if self.array.dtype == np.uint8 else (1, *self.array.shape[1:])
                    self.array.resize(shape, refcheck=False)
                except ValueError:
                    pass

        gc.disable()
        for later in range(6):
            array = make()
            Garbage(array)
            gc.set_threshold(gc.get_count()[0] + later, 1, 1)
            gc.enable()
            try:
                call(array)
            except (IndexError, ValueError):
                pass
            gc.disable()
        """,
    )


def test_calls_while_the_interpreter_ends(monkeypatch, image):
    """The interpreter replaces modules by None before it calls the last finalizers."""
    expected = fastcv.image_crop(image, [BOX])
    for name in ("threading", "multiprocessing.process"):
        monkeypatch.setitem(sys.modules, name, None)
    assert_same(fastcv.image_crop(image, [BOX]), expected)
    assert_same(fastcv.image_crop_openmp(image, [BOX]), expected)


def test_ctrl_c_while_a_number_is_read():
    class Interrupted:
        def __float__(self):
            raise KeyboardInterrupt

    for number in (Interrupted(), np.array(Interrupted(), dtype=object)):
        with pytest.raises(KeyboardInterrupt):
            fastcv.find_close_polygons([], (0, 0), number)


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
