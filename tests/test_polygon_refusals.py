"""What is wrong with polygons and points is said by function, argument, index and value."""

import gc
import inspect
import pickle
import re
import signal
import sys
import threading
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

import fastcv
from conftest import run_python

SQUARE = np.array([[0, 0], [2, 0], [2, 2], [0, 2]], float)
GOOD = [SQUARE, SQUARE + 5]
POINTS = [[1, 1], [6, 6]]

ENTRIES = {
    "match_polygons": lambda polygons: fastcv.match_polygons(polygons, POINTS, 3),
    "find_close_polygons": lambda polygons: fastcv.find_close_polygons(polygons, [1, 1], 3),
    "PolygonIndex": fastcv.PolygonIndex,
}


def refuses(call, exception, text):
    with pytest.raises(exception, match=re.escape(text)):
        call()


def polygon(x, y):
    return SimpleNamespace(x=x, y=y)


MASKED = np.ma.masked_less(SQUARE, 1)

BAD_POLYGONS = {
    "int": (3, TypeError, "polygons must be a list of polygons or an array of shape (n, k, 2), not "
            "int"),
    "None": (None, TypeError, "polygons must be a list of polygons or an array of shape (n, k, 2)"),
    "text": ("ab", TypeError, "polygons[0] must be an array of shape (k, 2), or an object with "
             "arrays x and y, not str"),
    "one polygon": (SQUARE, ValueError, "polygons must have shape (n, k, 2), not shape (4, 2)"),
    "3-D points": (np.zeros((5, 4, 3)), ValueError,
                   "polygons must have shape (n, k, 2), not shape (5, 4, 3)"),
    "no vertices": (np.zeros((5, 0, 2)), ValueError, "not shape (5, 0, 2)"),
    "complex": (np.zeros((5, 4, 2), complex), TypeError,
                "polygons must have shape (n, k, 2), not complex128"),
    "bool": (np.zeros((5, 4, 2), bool), TypeError, "not bool"),
    "strings": (np.full((5, 4, 2), "a"), TypeError, "not <U1"),
    "dates": (np.zeros((5, 4, 2), "M8[s]"), TypeError, "not datetime64[s]"),
    "masked": (np.ma.masked_less(np.zeros((5, 4, 2)), 1), TypeError,
               "polygons must be a plain array, not a masked one: fill or drop its mask"),
    "an item masked": ([SQUARE, MASKED], TypeError, "polygons[1] must be a plain array"),
    "a masked x": ([polygon(MASKED[:, 0], SQUARE[:, 1])], TypeError,
                   "polygons[0].x must be a plain array"),
    "an item None": ([SQUARE, None], TypeError, "polygons[1] must be an array of shape (k, 2), or "
                     "an object with arrays x and y, not NoneType"),
    "an item flat": ([SQUARE, SQUARE, SQUARE.ravel()], ValueError,
                     "polygons[2] must be an array of shape (k, 2), or an object with arrays x and "
                     "y, not shape (8,)"),
    "an item empty": ([SQUARE, []], ValueError, "polygons[1] must be an array of shape (k, 2)"),
    "an item of no vertices": ([np.empty((0, 2))], ValueError, "not shape (0, 2)"),
    "an item ragged": ([SQUARE, [[0, 0], [1]]], ValueError, "polygons[1] must be an array"),
    "an item of text": ([SQUARE, [["a", "b"]]], TypeError, "polygons[1] must"),
    "only x": ([SimpleNamespace(x=[1])], TypeError, "polygons[0] must be an array of shape (k, 2),"
               " or an object with arrays x and y, not types.SimpleNamespace"),
    "x and y differ": ([SQUARE, polygon([1, 2, 3], [1, 2])], ValueError,
                       "polygons[1].y must have the shape of x, not shape (2,)"),
    "x is empty": ([polygon([], [])], ValueError,
                   "polygons[0].x must be a one-dimensional array that is not empty, not shape "
                   "(0,)"),
    "x is a number": ([polygon(1, 2)], ValueError, "polygons[0].x must be a one-dimensional array"),
    "x is 2-D": ([polygon(SQUARE, SQUARE)], ValueError, "polygons[0].x must be a one-dimensional"),
    "y is text": ([polygon([1], ["a"])], TypeError,
                  "polygons[0].y must be a one-dimensional array, not list"),
    "y is None": ([polygon([1.0], None)], TypeError,
                  "polygons[0].y must be a one-dimensional array, not NoneType"),
    "y holds objects": ([polygon([1.0], np.array([object()]))], TypeError, "not object"),
    "an index": (fastcv.PolygonIndex(GOOD), TypeError,
                 "polygons must be a list of polygons or an array of shape (n, k, 2), not "
                 "fastcv.PolygonIndex"),
}  # fmt: skip


@pytest.mark.parametrize("function", ENTRIES)
@pytest.mark.parametrize("case", BAD_POLYGONS)
def test_bad_polygons(function, case):
    polygons, exception, text = BAD_POLYGONS[case]
    if case == "an index" and function == "match_polygons":
        pytest.skip("takes one")
    refuses(lambda: ENTRIES[function](polygons), exception, f"{function}: polygons")
    refuses(lambda: ENTRIES[function](polygons), exception, text)


@pytest.mark.parametrize("case", BAD_POLYGONS)
def test_bad_polygons_of_a_set(case):
    polygons, exception, text = BAD_POLYGONS[case]
    text = text.replace("polygons", "polygon_sets[1][1]", 1)
    refuses(
        lambda: fastcv.select_best_polygon([(0, GOOD), (0, polygons)]),
        exception,
        f"select_best_polygon: {text}" if text.startswith("polygon_sets") else text,
    )


@pytest.mark.parametrize(
    ("points", "exception", "text"),
    [
        (3, ValueError, "points must have shape (m, 2), not shape ()"),
        (None, TypeError, "points must have shape (m, 2), not NoneType"),
        ("ab", TypeError, "points must have shape (m, 2), not str"),
        (np.zeros(2), ValueError, "points must have shape (m, 2), not shape (2,)"),
        (np.zeros((3, 3)), ValueError, "not shape (3, 3)"),
        (np.zeros((3, 2), complex), TypeError, "not complex128"),
        (np.ma.zeros((3, 2)), TypeError, "points must be a plain array, not a masked one"),
        ([1, 2], ValueError, "points[0] must have shape (2,), not shape ()"),
        ([[1, 2], [3]], ValueError, "points[1] must have shape (2,), not shape (1,)"),
        ([[1, 2], None], TypeError, "points[1] must have shape (2,), not NoneType"),
        ([[1, 2], ["a", "b"]], TypeError, "points[1] must have shape (2,), not list"),
        ([[1, 2], [3, [4]]], ValueError, "points[1] must have shape (2,)"),
        ([[1, 2], np.ma.zeros(2)], TypeError, "points[1] must be a plain array"),
    ],
)
def test_bad_points(points, exception, text):
    refuses(lambda: fastcv.match_polygons(GOOD, points, 3), exception, "match_polygons: points")
    refuses(lambda: fastcv.match_polygons(GOOD, points, 3), exception, text)
    index = fastcv.PolygonIndex(GOOD)
    refuses(lambda: index.match(points, 3), exception, text)
    refuses(lambda: index.match(points, 3), exception, "PolygonIndex.match: points")


@pytest.mark.parametrize(
    ("point", "exception", "text"),
    [
        (3, ValueError, "point must have shape (2,), not shape ()"),
        ([1, 2, 3], ValueError, "point must have shape (2,), not shape (3,)"),
        ([[1, 2]], ValueError, "point must have shape (2,), not shape (1, 2)"),
        (["a", "b"], TypeError, "point must have shape (2,), not list"),
        (None, TypeError, "point must have shape (2,), not NoneType"),
    ],
)
def test_a_bad_point(point, exception, text):
    refuses(lambda: fastcv.find_close_polygons(GOOD, point, 3), exception,
            f"find_close_polygons: {text}")  # fmt: skip
    refuses(lambda: fastcv.PolygonIndex(GOOD).find_close(point, 3), exception,
            f"PolygonIndex.find_close: {text}")  # fmt: skip


@pytest.mark.parametrize(
    ("max_dist", "exception", "text"),
    [
        ("3", TypeError, "max_dist must be a number, not str"),
        (None, TypeError, "max_dist must be a number, not NoneType"),
        ([3], TypeError, "max_dist must be a number, not list"),
        (3j, TypeError, "max_dist must be a number, not complex"),
        (10**400, ValueError, "max_dist is beyond float64"),
    ],
)
def test_a_bad_distance(max_dist, exception, text):
    index = fastcv.PolygonIndex(GOOD)
    for name, call in {
        "match_polygons": lambda: fastcv.match_polygons(GOOD, POINTS, max_dist),
        "find_close_polygons": lambda: fastcv.find_close_polygons(GOOD, [1, 1], max_dist),
        "PolygonIndex.match": lambda: index.match(POINTS, max_dist),
        "PolygonIndex.find_close": lambda: index.find_close([1, 1], max_dist),
    }.items():
        refuses(call, exception, f"{name}: {text}")


@pytest.mark.parametrize("max_dist", [3, 3.0, np.float32(3), np.int64(3), np.array(3.0), True])
def test_a_distance_is_any_number(max_dist):
    assert fastcv.match_polygons(GOOD, POINTS, max_dist).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("num_threads", "exception", "text"),
    [
        (0, ValueError, "num_threads must be from 1 to 1024, got 0"),
        (1025, ValueError, "num_threads must be from 1 to 1024, got 1025"),
        (2.0, TypeError, "num_threads must be an int or None, not float"),
    ],
)
def test_a_bad_number_of_threads(num_threads, exception, text):
    index = fastcv.PolygonIndex(GOOD)
    refuses(lambda: fastcv.match_polygons(GOOD, POINTS, 3, num_threads=num_threads), exception,
            f"match_polygons: {text}")  # fmt: skip
    refuses(lambda: index.match(POINTS, 3, num_threads=num_threads), exception,
            f"PolygonIndex.match: {text}")  # fmt: skip


@pytest.mark.parametrize(
    ("sets", "exception", "text"),
    [
        (3, TypeError, "polygon_sets must be a list of pairs (point, polygons), not int"),
        ([3], TypeError, "polygon_sets[0] must be a pair (point, polygons)"),
        ([(0, GOOD), (1, GOOD, 2)], ValueError, "polygon_sets[1] must be a pair (point, polygons)"),
        ([(0, GOOD), ()], ValueError, "polygon_sets[1] must be a pair (point, polygons)"),
        ([(0, GOOD), (0, [])], IndexError, "polygon_sets[1] has no polygons"),
        ([(0, np.empty((0, 4, 2)))], IndexError, "polygon_sets[0] has no polygons"),
    ],
)
def test_bad_sets(sets, exception, text):
    refuses(lambda: fastcv.select_best_polygon(sets), exception, f"select_best_polygon: {text}")


class Failing:
    @property
    def x(self):
        raise KeyError("no x today")

    y = (1.0,)


def failing_iterator():
    yield SQUARE
    raise RuntimeError("no more polygons")


@pytest.mark.parametrize("function", ENTRIES)
def test_exceptions_of_the_callers_own_code_come_through(function):
    with pytest.raises(KeyError, match="no x today"):
        ENTRIES[function]([SQUARE, Failing()])
    with pytest.raises(RuntimeError, match="no more polygons"):
        ENTRIES[function](failing_iterator())


def test_signatures():
    for function, signature in {
        fastcv.match_polygons: "(polygons, points, max_dist, *, num_threads=1)",
        fastcv.find_close_polygons: "(polygons, point, max_dist)",
        fastcv.select_best_polygon: "(polygon_sets)",
        fastcv.PolygonIndex: "(polygons)",
        fastcv.PolygonIndex.find_close: "(self, /, point, max_dist)",
    }.items():
        assert str(inspect.signature(function)) == signature


# ---- the index as an object ----


def test_an_index_cannot_be_changed():
    index = fastcv.PolygonIndex(GOOD)
    assert repr(index) == "<fastcv.PolygonIndex of 2 polygons>"
    with pytest.raises(AttributeError):
        index.areas = [1, 2]
    with pytest.raises(TypeError):
        fastcv.PolygonIndex.match = None
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(index)
    index.areas[:] = 0  # a copy
    index.centers[:] = 0
    assert index.areas.tolist() == [4, 4]
    assert index.match(POINTS, 3).tolist() == [0, 1]


def test_an_index_is_not_made_without_polygons():
    with pytest.raises(TypeError):
        fastcv.PolygonIndex()
    with pytest.raises(TypeError):
        fastcv.PolygonIndex.__new__(fastcv.PolygonIndex)
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Child", (fastcv.PolygonIndex,), {})


def test_an_index_does_not_keep_the_polygons():
    class Given:
        x, y = SQUARE.T

    given = Given()
    gone = weakref.ref(given)
    index = fastcv.PolygonIndex([given])
    del given
    gc.collect()
    assert gone() is None
    assert index.areas.tolist() == [4]


# ---- references, memory, threads, signals ----


def test_references_stay_even():
    array = np.stack(GOOD)
    points = np.array(POINTS, float)
    objects = [SimpleNamespace(x=p[:, 0].copy(), y=p[:, 1].copy()) for p in GOOD]
    held = [array, points, objects, *objects, objects[0].x, *GOOD]
    index = fastcv.PolygonIndex(array)

    def use():
        for polygons in (array, objects, GOOD):
            fastcv.match_polygons(polygons, points, 3)
            fastcv.find_close_polygons(polygons, points[0], 3)
            fastcv.select_best_polygon([(points, polygons)])
            fastcv.PolygonIndex(polygons).match(points, 3)
        index.find_close(points[0], 3)
        for polygons, *_ in BAD_POLYGONS.values():
            with pytest.raises((TypeError, ValueError)):
                fastcv.find_close_polygons(polygons, points[0], 3)
        with pytest.raises(IndexError):
            fastcv.select_best_polygon([(0, objects), (0, [])])

    use()
    gc.collect()
    before = [sys.getrefcount(thing) for thing in held]
    types = sys.getrefcount(fastcv.PolygonIndex)
    for _ in range(20):
        use()
    gc.collect()
    assert [sys.getrefcount(thing) for thing in held] == before
    assert sys.getrefcount(fastcv.PolygonIndex) < types + 5  # the interpreter's caches hold some


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_flat():
    printed = run_python(
        """
        import numpy as np, fastcv

        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * 4096

        rng = np.random.default_rng(0)
        array, points = rng.uniform(0, 100, (3000, 5, 2)), rng.uniform(0, 100, (500, 2))
        polygons = list(array)

        def use():
            index = fastcv.PolygonIndex(polygons)
            index.match(points, 5)
            fastcv.match_polygons(array, points, 5, num_threads=2)
            index.find_close([50, 50], 40), index.areas, index.centers
            try:
                fastcv.PolygonIndex(polygons + [None])
            except TypeError:
                pass

        for _ in range(50):
            use()
        before = resident()
        for _ in range(500):
            use()
        print(resident() - before)
        """
    )
    assert int(printed) < 4 << 20


def test_one_index_for_many_threads(rng):
    index = fastcv.PolygonIndex(rng.uniform(0, 100, (2000, 4, 2)))
    points = rng.uniform(0, 100, (20_000, 2))
    expected = index.match(points, 3)
    wrong = []

    def ask(num_threads):
        for _ in range(5):
            if not np.array_equal(index.match(points, 3, num_threads=num_threads), expected):
                wrong.append(num_threads)

    threads = [threading.Thread(target=ask, args=(1 + k % 3,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="uses an interval timer")
@pytest.mark.parametrize("num_threads", [1, 2])
def test_ctrl_c(rng, num_threads):
    index = fastcv.PolygonIndex(rng.uniform(0, 1, (200_000, 1, 2)))
    points = rng.uniform(0, 1, (4_000_000, 2))

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            index.match(points, 0.03, num_threads=num_threads)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert index.match(points[:3], 0.03).min() >= 0
