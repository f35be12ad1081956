"""The tables that colours are counted in come from the pool that crops' memory comes from."""

import os
import signal

import numpy as np
import pytest

import fastcv
from conftest import linux, run_python

pytestmark = pytest.mark.usefixtures("pool")

MIB = 1 << 20
TABLE = 16 * MIB
LINE = np.float32([[0, 0], [900, 0], [900, 300], [0, 300]])


@pytest.fixture
def noise(rng):
    """So many colours that every thread turns to a table."""
    return rng.integers(0, 256, (1300, 1000, 3), np.uint8)


def info(name):
    return fastcv.memory_pool_info()[name]


@pytest.mark.parametrize("num_threads", [1, 2, 4])
def test_tables_are_counted_and_found_again(noise, num_threads):
    expected = fastcv.main_colors(noise, 50)
    fastcv.main_colors(noise, num_threads=num_threads)
    kept = info("free_bytes")
    assert TABLE <= kept <= max(num_threads, 1) * TABLE
    assert kept % TABLE == 0
    assert info("used_bytes") == 0
    hits, misses = info("hits"), info("misses")
    found = fastcv.main_colors(noise, 50)
    np.testing.assert_array_equal(found.counts, expected.counts)
    np.testing.assert_array_equal(found.colors, expected.colors)
    assert (info("hits"), info("misses")) == (hits + 1, misses)


def test_tables_are_cut_and_freed_like_crops(noise):
    fastcv.set_memory_pool(2 * TABLE - 1)
    for num_threads in (1, 2):
        fastcv.main_colors(noise, num_threads=num_threads)
        assert info("free_bytes") == TABLE
    fastcv.set_memory_pool(TABLE - 1)
    assert info("free_bytes") == 0
    fastcv.main_colors(noise)
    assert info("free_bytes") == 0
    fastcv.set_memory_pool(64 * MIB)
    fastcv.main_colors(noise)
    fastcv.empty_memory_pool()
    assert info("free_bytes") == 0


@linux
@pytest.mark.parametrize("way", ["empty_memory_pool()", "set_memory_pool(0)"])
@pytest.mark.alone
def test_no_table_is_resident_after(way):
    """Two threads' tables, 32 MiB, once stayed, and memory_pool_info said 0."""
    out = run_python(
        f"""
        import resource
        import numpy as np, fastcv
        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
        image = np.random.default_rng(0).integers(0, 256, (2000, 1000, 3), np.uint8)
        fastcv.main_colors(image[:10], num_threads=2)
        before = resident()
        fastcv.main_colors(image, num_threads=2)
        kept = fastcv.memory_pool_info()["free_bytes"]
        assert kept >= 16 << 20, kept
        fastcv.{way}
        more = resident() - before
        assert more < 4 << 20, more
        if "0" in "{way}":
            fastcv.main_colors(image, num_threads=2)
            more = resident() - before
            assert more < 4 << 20, more
        assert fastcv.memory_pool_info()["free_bytes"] == 0
        print("gone")
        """
    )
    assert out == "gone"


def test_crops_and_colours_in_turn_find_their_memory(rng, noise):
    boxes = np.stack([LINE] * 16)  # 12 MiB
    expected = fastcv.main_colors(noise, 50)
    for turn in range(6):
        crops = fastcv.image_crop(noise, boxes)
        found = fastcv.main_colors(noise, 50, num_threads=2)
        np.testing.assert_array_equal(found.counts, expected.counts)
        np.testing.assert_array_equal(found.colors, expected.colors)
        del crops
        if turn == 2:
            misses = info("misses")
    assert info("misses") <= misses + 1  # a second thread's table, where it came late


def test_crops_never_leave_a_table_that_is_not_zero(noise):
    """A crop of a table's size may take a table; counting must not find it afterwards."""
    expected = fastcv.main_colors(noise, 50)
    side = np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])
    box = side * (4096, 4095)
    page = np.full((50, 50), 7, np.uint8)
    for _ in range(2):
        crop = fastcv.image_crop(page, [box], border="replicate")
        assert info("used_bytes") >= TABLE
        del crop
        found = fastcv.main_colors(noise, 50)
        np.testing.assert_array_equal(found.counts, expected.counts)
        np.testing.assert_array_equal(found.colors, expected.colors)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.alone
def test_a_forked_child_lets_go_of_tables(noise):
    expected = fastcv.main_colors(noise, 50)
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        is_right = info("free_bytes") == 0
        found = fastcv.main_colors(noise, 50)
        is_right &= np.array_equal(found.counts, expected.counts)
        os._exit(0 if is_right and info("free_bytes") == TABLE else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert info("free_bytes") == TABLE
