"""Polygons with the caller's own code, references, threads and signals."""

import gc
import inspect
import signal
import sys
import threading
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

import fastcv
from bad_inputs import POINTS, SQUARE
from bad_inputs import SQUARES as GOOD
from conftest import run_python

ENTRIES = {
    "match_polygons": lambda polygons: fastcv.match_polygons(polygons, POINTS, 3),
    "find_close_polygons": lambda polygons: fastcv.find_close_polygons(polygons, [1, 1], 3),
    "PolygonIndex": fastcv.PolygonIndex,
}


@pytest.mark.parametrize("max_dist", [3, 3.0, np.float32(3), np.int64(3), np.array(3.0), True])
def test_a_distance_is_any_number(max_dist):
    assert fastcv.match_polygons(GOOD, POINTS, max_dist).tolist() == [0, 1]


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


@pytest.mark.alone
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

    use()
    gc.collect()
    before = [sys.getrefcount(thing) for thing in held]
    types = sys.getrefcount(fastcv.PolygonIndex)
    for _ in range(20):
        use()
    gc.collect()
    assert [sys.getrefcount(thing) for thing in held] == before
    assert sys.getrefcount(fastcv.PolygonIndex) < types + 5  # the interpreter's caches hold a few


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.alone
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
@pytest.mark.alone
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
