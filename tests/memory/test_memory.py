"""Where the crops' memory comes from: the pool that takes dropped crops, and out=."""

import copy
import gc
import itertools
import mmap
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import fastcv
import quads
from conftest import BOX, both, linux, run_python
from reference import assert_same

pytestmark = pytest.mark.usefixtures("pool")

MIB = 1 << 20
SLAB = MIB // 4


def square(side):
    """A box whose crop is side × side px."""
    return np.float32([[0, 0], [side, 0], [side, side], [0, side]])


@pytest.fixture
def page(rng):
    return rng.integers(0, 255, (1000, 1200, 3), np.uint8)


@pytest.fixture
def boxes(rng):
    """200 kB of crops: one slab."""
    return quads.turned(rng, 60, 1200, 1000)


def info(name):
    return fastcv.memory_pool_info()[name]


def address(array):
    return array.__array_interface__["data"][0]


# ---- reuse ----


@both
def test_dropped_memory_serves_the_next_call(crop, page, boxes):
    crops = crop(page, boxes)
    before = address(crops[0])
    assert info("free_bytes") == 0
    used = info("used_bytes")
    assert used >= sum(c.nbytes for c in crops)
    del crops
    assert (info("free_bytes"), info("used_bytes")) == (used, 0)
    hits = info("hits")
    crops = crop(page, boxes)
    assert address(crops[0]) == before
    assert info("hits") == hits + 1


@both
def test_two_generations_take_turns(crop, page, boxes):
    crops = crop(page, boxes)
    first = address(crops[0])
    crops = crop(page, boxes)
    second = address(crops[0])
    misses = info("misses")
    addresses = []
    for _ in range(6):
        crops = crop(page, boxes)
        addresses.append(address(crops[0]))
    assert addresses == [first, second] * 3
    assert info("misses") == misses


@both
def test_reused_memory_holds_the_same_pixels_as_fresh(crop, page, boxes):
    fastcv.set_memory_pool(0)
    expected = crop(page, boxes)
    other = crop(255 - page, boxes)
    fastcv.set_memory_pool(64 * MIB)
    for _ in range(3):
        assert_same(crop(255 - page, boxes), other)
        assert_same(crop(page, boxes), expected)


def test_crops_of_every_size_lie_apart_and_in_order(page, rng):
    """From a few bytes to more than a slab; a crop that shares a slab ends before the next."""
    sides = [2, 3, 900, 5, 700, 40, 40, 1100, 2, 850, 850, 20, 600, 2, 2]
    boxes = np.stack([square(side) for side in [*sides, *rng.integers(2, 400, 100)]])
    for dtype in (np.uint8, np.uint16, np.float64):
        image = page.astype(dtype)
        crops = fastcv.image_crop(image, boxes)
        fastcv.set_memory_pool(0)
        assert_same(crops, fastcv.image_crop(image, boxes))
        fastcv.set_memory_pool(64 * MIB)
        ranges = sorted((address(c), address(c) + c.nbytes) for c in crops)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(ranges))
        for c in crops:
            assert c.flags.c_contiguous
            assert c.flags.writeable
            assert c.flags.aligned
            assert type(c) is np.ndarray
            if not c.flags.owndata:
                assert address(c) % 64 == 0


def test_small_calls_have_memory_of_their_own(page):
    crops = fastcv.image_crop(page, [BOX] * 3)
    assert all(crop.flags.owndata for crop in crops)
    assert info("used_bytes") == 0


# ---- what is kept alive ----


def boxes_that_make(size):
    """Boxes of words, and the bytes of their crops."""
    boxes = np.stack([square(60)] * round(size / (60 * 60 * 3)))
    return boxes, len(boxes) * 60 * 60 * 3


@pytest.mark.parametrize("size", [MIB // 16, MIB // 7, MIB // 5, MIB, 3 * MIB])
def test_a_kept_crop_holds_at_most_256_kib_or_what_the_call_made(page, size):
    """Rounded up to an eighth more; pages that are never written take no memory."""
    boxes, made = boxes_that_make(size)
    for i in (0, len(boxes) // 2, -1):
        kept = fastcv.image_crop(page, boxes)[i]
        assert info("used_bytes") <= min(256 << 10, 9 / 8 * made + 4096)
        del kept
        assert info("used_bytes") == 0


@pytest.mark.parametrize("side", [300, 400, 700, 1000])
def test_a_large_crop_holds_its_own_memory(page, side):
    boxes = [square(20)] * 9 + [square(side)] + [square(20)] * 9
    kept = fastcv.image_crop(page, boxes)[9]
    assert kept.nbytes <= info("used_bytes") <= 9 / 8 * kept.nbytes + 4096


@linux
@pytest.mark.parametrize("size", [MIB // 7, pytest.param(3 * MIB, marks=pytest.mark.rest)])
@pytest.mark.own_process
def test_one_kept_crop_of_each_of_500_calls(size):
    """3 MiB a call once held 1,000 MiB."""
    limit_mib = 500 * min(256 << 10, 9 / 8 * size) / MIB + 64
    held, after = run_python(
        f"""
        import resource
        import numpy as np, fastcv
        def resident():
            pages = int(open("/proc/self/statm").read().split()[1])
            return pages * resource.getpagesize() / (1 << 20)
        page = np.zeros((100, 100, 3), np.uint8)
        box = np.float32([[0, 0], [60, 0], [60, 60], [0, 60]])
        boxes = np.stack([box] * ({size} // (60 * 60 * 3)))
        fastcv.image_crop(page, boxes)
        before = resident()
        kept = [fastcv.image_crop(page, boxes)[i % len(boxes)] for i in range(500)]
        held = resident() - before
        fastcv.empty_memory_pool()
        print(held, resident() - before)
        """
    ).split()
    assert float(held) <= limit_mib
    assert float(after) <= limit_mib - 60


def test_slabs_go_back_to_the_system_one_by_one(page):
    """Although slabs that are new are mapped together."""
    crops = fastcv.image_crop(page, [square(103)] * 400)
    expected = [crop.copy() for crop in crops[::8]]
    kept = crops[::8]
    fastcv.set_memory_pool(0)
    del crops
    assert info("free_bytes") == 0
    assert_same(kept, expected)
    del kept
    assert info("used_bytes") == 0


def test_one_kept_crop_keeps_one_slab(page):
    crops = fastcv.image_crop(page, [square(103)] * 41)  # 1.3 MB
    assert info("used_bytes") == 5 * SLAB
    kept = crops[17]
    expected = kept.copy()
    del crops
    assert info("used_bytes") == SLAB
    for _ in range(3):
        fastcv.image_crop(255 - page, [square(103)] * 41)
    np.testing.assert_array_equal(kept, expected)
    view = kept[5:, 7:, 1]
    del kept
    assert info("used_bytes") == SLAB
    del view
    assert info("used_bytes") == 0


def test_a_copy_keeps_none(page, boxes):
    own = fastcv.image_crop(page, boxes)[3].copy()
    assert own.flags.owndata
    assert info("used_bytes") == 0


def test_a_crop_larger_than_a_slab_comes_back_too(page):
    crops = fastcv.image_crop(page, [square(1000)])
    before = address(crops[0])
    del crops
    assert info("used_bytes") == 0
    assert info("free_bytes") >= 3_000_000
    assert address(fastcv.image_crop(page, [square(1000)])[0]) == before


def test_what_others_do_with_arrays_works(page, boxes):
    crops = fastcv.image_crop(page, boxes)
    expected = [crop.copy() for crop in crops]
    assert_same(pickle.loads(pickle.dumps(crops)), expected)
    assert_same(copy.deepcopy(crops), expected)
    assert_same([np.asarray(memoryview(crop)) for crop in crops], expected)
    assert_same([np.from_dlpack(crop) for crop in crops], expected)
    crops[0][...] = 0
    assert_same(crops[1:], expected[1:])
    del crops
    assert info("used_bytes") == 0


def test_cycles_give_their_memory_back(page, boxes):
    crops = fastcv.image_crop(page, boxes)
    crops.append(crops)
    del crops
    gc.collect()
    assert info("used_bytes") == 0


def test_other_boxes_find_the_slabs(page, rng):
    """Slabs of words all have one size."""
    fastcv.image_crop(page, quads.turned(rng, 900, 1200, 1000))
    misses = info("misses")
    for count in (300, 500, 700):
        fastcv.image_crop(page, quads.turned(rng, count, 1200, 1000))
    assert info("misses") <= misses + 3  # a call's last slab may be smaller


# ---- the limit ----


def test_a_pool_of_zero_bytes_is_off(page, boxes):
    held = fastcv.image_crop(page, boxes)
    fastcv.set_memory_pool(0)
    before = fastcv.memory_pool_info()
    crops = fastcv.image_crop(page, boxes)
    assert all(crop.flags.owndata for crop in crops)
    assert fastcv.memory_pool_info() == before
    assert_same(held, crops)
    del held
    assert (info("free_bytes"), info("used_bytes")) == (0, 0)


def test_no_more_is_kept_than_the_limit(page):
    fastcv.set_memory_pool(2 * SLAB)
    crops = fastcv.image_crop(page, [square(103)] * 41)
    assert info("used_bytes") == 5 * SLAB
    del crops
    assert info("free_bytes") == 2 * SLAB
    fastcv.set_memory_pool(SLAB)
    assert (info("free_bytes"), info("max_bytes")) == (SLAB, SLAB)
    fastcv.image_crop(page, [square(1000)])  # 3 MB, more than may be kept
    assert (info("free_bytes"), info("used_bytes")) == (SLAB, 0)


def test_memory_of_a_size_no_longer_asked_for_makes_room(page):
    fastcv.set_memory_pool(16 * MIB)
    fastcv.image_crop(page, [square(103)] * 450)  # 14 MiB
    for _ in range(2):
        fastcv.image_crop(page, [square(1100)] * 2)
    hits = info("hits")
    fastcv.image_crop(page, [square(1100)] * 2)
    assert info("hits") == hits + 2


@linux
@pytest.mark.own_process
def test_beyond_64_mib_the_system_may_take_what_is_kept():
    """It is found again all the same; huge pages stay whole."""
    kept, lazy, misses, lazy_in_use = map(
        int,
        run_python(
            """
            import numpy as np, fastcv
            def lazy():
                lines = open("/proc/self/smaps_rollup").read().splitlines()
                return next(int(line.split()[1]) << 10 for line in lines if "LazyFree" in line)
            page = np.random.default_rng(0).integers(0, 256, (300, 1300, 3), np.uint8)
            box = np.float32([[0, 0], [1200, 0], [1200, 290], [0, 290]])
            boxes = [box] * 200  # 200 MiB, none a multiple of 2 MiB
            crops = fastcv.image_crop(page, boxes)
            expected = crops[0].copy()
            del crops
            kept, offered = fastcv.memory_pool_info()["free_bytes"], lazy()
            misses = fastcv.memory_pool_info()["misses"]
            crops = fastcv.image_crop(page, boxes)
            assert all((crop == expected).all() for crop in crops)
            found = fastcv.memory_pool_info()["misses"] - misses
            print(kept, offered, found, lazy())
            """
        ).split(),
    )
    assert kept >= 199 * MIB
    assert kept - 72 * MIB <= lazy <= kept - 64 * MIB
    assert (misses, lazy_in_use) == (0, 0)


def test_emptying_leaves_what_is_in_use(page, boxes):
    crops = fastcv.image_crop(page, boxes)
    expected = [crop.copy() for crop in crops]
    fastcv.image_crop(page, boxes)
    used = info("used_bytes")
    assert info("free_bytes") > 0
    fastcv.empty_memory_pool()
    assert (info("free_bytes"), info("used_bytes")) == (0, used)
    assert_same(crops, expected)


def test_a_limit_beyond_any_memory_is_taken():
    fastcv.set_memory_pool(10**30)
    assert info("max_bytes") == sys.maxsize


# ---- calls that fail ----


@linux
@pytest.mark.alone
def test_an_interrupted_call_gives_its_memory_back():
    run_python(
        """
        import signal
        import numpy as np, fastcv
        def handler(*_): raise KeyboardInterrupt
        signal.signal(signal.SIGALRM, handler)
        page = np.zeros((300, 300, 4))
        box = np.float32([[0, 0], [600, 0], [600, 600], [0, 600]])
        for crop in (fastcv.image_crop, fastcv.image_crop_openmp):
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            try:
                while True:
                    crop(page, [box] * 60, interpolation="lanczos4")
            except KeyboardInterrupt:
                pass
            assert fastcv.memory_pool_info()["used_bytes"] == 0
        """
    )


def test_running_out_of_memory_anywhere_loses_nothing():
    """CPython's own allocations fail one after the other: the list, capsules, arrays."""
    testcapi = pytest.importorskip("_testcapi")
    if not hasattr(testcapi, "set_nomemory"):
        pytest.skip("no set_nomemory")
    out = run_python(
        """
        import _testcapi
        import numpy as np, fastcv
        page = np.zeros((1000, 1200, 3), np.uint8)
        side = np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])
        boxes = np.stack([side * 220] * 12)
        memory = np.empty(12 * 220 * 220 * 3, np.uint8)
        for options in ({}, {"out": memory}):
            fastcv.image_crop(page, boxes, **options)
            failures = 0
            for start in range(1, 200):
                crops = None
                _testcapi.set_nomemory(start, start + 1)
                try:
                    crops = fastcv.image_crop(page, boxes, **options)
                except MemoryError:
                    failures += 1
                finally:
                    _testcapi.remove_mem_hooks()
                del crops
                assert fastcv.memory_pool_info()["used_bytes"] == 0, start
            assert failures >= 3, failures
        print("done")
        """
    )
    assert out == "done"


@linux
@pytest.mark.alone
def test_where_the_system_refuses_a_slab_the_call_goes_on_or_is_a_memory_error():
    out = run_python(
        """
        import resource
        import numpy as np, fastcv
        page = np.zeros((1000, 1200, 3), np.uint8)
        side = np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])
        fastcv.image_crop(page, [side * 30])
        def limit(more):
            pages = int(open("/proc/self/statm").read().split()[0])
            resource.setrlimit(
                resource.RLIMIT_AS, (pages * resource.getpagesize() + more, resource.RLIM_INFINITY)
            )
        limit(3 << 20)  # too little for 2 MiB at a multiple of 2 MiB
        crops = fastcv.image_crop(page, [side * 830])
        assert crops[0].flags.owndata and not crops[0].any()
        del crops
        limit(1 << 20)
        try:
            fastcv.image_crop(page, [side * 1000] * 30)
        except MemoryError:
            print("MemoryError")
        info = fastcv.memory_pool_info()
        assert info["used_bytes"] == 0, info
        """
    )
    assert out == "MemoryError"


# ---- threads, forks, the end ----


def test_many_threads_call_and_drop_each_others_crops(page, boxes):
    expected = [int(crop.sum()) for crop in fastcv.image_crop(page, boxes)]
    fastcv.set_memory_pool(4 * MIB)

    def call(turn):
        several = turn % 3 == 0
        crops = (
            fastcv.image_crop_openmp(page, boxes, num_threads=2)
            if several
            else fastcv.image_crop(page, boxes)
        )
        if turn % 7 == 0:
            fastcv.empty_memory_pool()
        if turn % 11 == 0:
            fastcv.set_memory_pool((turn % 4) * MIB)
        return crops

    with ThreadPoolExecutor(8) as callers, ThreadPoolExecutor(4) as droppers:
        sums = [
            droppers.submit(lambda f: [int(c.sum()) for c in f.result()], callers.submit(call, n))
            for n in range(120)
        ]
        for future in sums:
            assert future.result() == expected
    del sums, future
    gc.collect()
    assert info("used_bytes") == 0
    fastcv.set_memory_pool(0)
    assert info("free_bytes") == 0


@pytest.mark.rest
@linux
@pytest.mark.alone
def test_forks_between_calls_of_several_threads():
    out = run_python(
        """
        import os, signal, threading
        import numpy as np, fastcv
        page = np.random.default_rng(0).integers(0, 255, (600, 600, 3), np.uint8)
        box = np.float32([[0, 0], [300, 0], [300, 300], [0, 300]])
        boxes = np.stack([box] * 20)
        expected = fastcv.image_crop(page, boxes)
        stop = threading.Event()
        def work():
            held = None
            while not stop.is_set():
                held = fastcv.image_crop(page, boxes)
                fastcv.empty_memory_pool()
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(15):
            fastcv.image_crop(page, boxes)
            child = os.fork()
            if child == 0:
                signal.alarm(20)
                try:
                    assert fastcv.memory_pool_info()["free_bytes"] == 0
                    kept = expected[3].copy()
                    expected[4][:] = 0
                    for _ in range(3):
                        crops = fastcv.image_crop(page, boxes)
                        assert all((c == kept).all() for c in crops)
                    del crops, expected[:]
                    assert fastcv.memory_pool_info()["free_bytes"] > 0
                    os._exit(0)
                finally:
                    os._exit(1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        stop.set()
        for thread in threads:
            thread.join()
        assert (expected[4] == expected[3]).all()
        print("done")
        """
    )
    assert out == "done"


@pytest.mark.parametrize("size", [0, 64 * MIB])
def test_the_interpreter_may_end_with_crops_alive_and_the_pool_full(size):
    run_python(
        f"""
        import atexit, sys, threading
        import numpy as np, fastcv
        fastcv.set_memory_pool({size})
        page = np.zeros((600, 600, 3), np.uint8)
        box = np.float32([[0, 0], [300, 0], [300, 300], [0, 300]])
        fastcv.image_crop(page, [box] * 40)
        sys.kept = fastcv.image_crop(page, [box] * 20)
        class Late:
            crops = fastcv.image_crop(page, [box] * 9)
            def __del__(self):
                self.crops[0][:] = 1
        late = Late()
        cycle = [fastcv.image_crop(page, [box] * 9)]
        cycle.append(cycle)
        atexit.register(lambda crops: crops.clear(), fastcv.image_crop(page, [box] * 9))
        """
    )


# ---- out ----


def memory_for(image, boxes):
    channels = image.shape[2] if image.ndim == 3 else 1
    return np.empty(fastcv.crop_shapes(boxes).prod(axis=1).sum() * channels, image.dtype)


@both
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [None, 1, 3, 4])
def test_crops_in_given_memory_equal_those_in_their_own(crop, rng, dtype, channels):
    shape = (200, 240) if channels is None else (200, 240, channels)
    image = rng.integers(0, 255, shape).astype(dtype)
    boxes = quads.turned(rng, 40, 240, 200, size=(37, 11))
    out = memory_for(image, boxes)
    crops = crop(image, boxes, out=out)
    assert_same(crops, crop(image, boxes))
    np.testing.assert_array_equal(out, np.concatenate([c.ravel() for c in crops]))
    assert all(c.base is out for c in crops)
    assert crops[0].flags.writeable
    assert info("used_bytes") == 0


@both
def test_items_beyond_the_crops_are_left_alone(crop, page, boxes):
    size = memory_for(page, boxes).size
    memory = np.full(size + 200, 99, np.uint8)
    crop(page, boxes, out=memory[100:])  # unaligned for anything but bytes, too
    assert (memory[:100] == 99).all()
    assert (memory[100 + size :] == 99).all()
    crop(page, boxes, out=memory[77 : 77 + size])
    assert (memory[100 + size :] == 99).all()


@pytest.mark.alone
def test_given_memory_stays_alive_and_is_counted_right(page, boxes):
    out = memory_for(page, boxes)
    before = sys.getrefcount(out)
    crops = fastcv.image_crop(page, boxes, out=out)
    assert sys.getrefcount(out) == before + len(boxes)
    with pytest.raises(ValueError, match="resize"):
        out.resize(1)
    expected = [crop.copy() for crop in crops]
    del out
    assert_same(crops, expected)
    out = crops[0].base
    del crops
    assert sys.getrefcount(out) == before


def test_given_memory_may_be_any_that_numpy_can_view(page, boxes):
    expected = fastcv.image_crop(page, boxes)
    size = sum(crop.size for crop in expected)
    for memory in (
        bytearray(size),
        mmap.mmap(-1, size),
        np.empty(2 * size, np.uint8),
        np.empty((2, size), np.uint8)[1],
    ):
        assert_same(
            fastcv.image_crop(page, boxes, out=np.frombuffer(memory, np.uint8)[:size]), expected
        )

    class Subclass(np.ndarray):
        pass

    crops = fastcv.image_crop(page, boxes, out=np.empty(size, np.uint8).view(Subclass))
    assert type(crops[0]) is np.ndarray
    assert_same(crops, expected)


@both
def test_empty_crops_and_no_boxes_in_given_memory(crop, image):
    out = np.empty(2 * 30 * 13 * 3, np.uint8)
    crops = crop(image, [BOX, BOX * 0, BOX], degenerate="empty", out=out)
    assert [c.shape for c in crops] == [(13, 30, 3), (0, 0, 3), (13, 30, 3)]
    assert_same(crops[2:], crop(image, [BOX]))
    assert crop(image, [], out=np.empty(0, np.uint8)) == []
    assert crop(image, [BOX], out=None)[0].base is None


NEEDED = 30 * 13 * 3


OVERLAPS = {
    "the whole image": lambda a: a,
    "rows": lambda a: a[:40],
    "rows from the bottom up": lambda a: a[::-1],
    "columns reversed": lambda a: a[:40, ::-1],
    "transposed": lambda a: a[:40].transpose(1, 0, 2),
    "one channel": lambda a: a[:40, :, 1],
    "a memoryview": lambda a: memoryview(a[:40]),
}


@both
@pytest.mark.parametrize("layout", OVERLAPS)
def test_memory_of_the_image_itself_is_refused(crop, rng, layout):
    """out may not overlap the image, even if its layout means that a copy is read."""
    raw = rng.integers(0, 255, 60 * 80 * 3, np.uint8)
    before = raw.copy()
    image = OVERLAPS[layout](raw.reshape(60, 80, 3))
    first = 39 * 80 * 3  # the 40th row
    last = first + 79 * 3 + 1
    for start in (0, first, last):
        with pytest.raises(ValueError, match="out must not lie within the image's memory"):
            crop(image, [BOX], out=raw[start : start + NEEDED])
    np.testing.assert_array_equal(raw, before)


def test_memory_beside_the_image_will_do(rng):
    raw = rng.integers(0, 255, 60 * 80 * 3 + NEEDED, np.uint8)
    image = raw[:-NEEDED].reshape(60, 80, 3)
    expected = fastcv.image_crop(image.copy(), [BOX])
    assert_same(fastcv.image_crop(image, [BOX], out=raw[-NEEDED:]), expected)


@both
def test_given_memory_may_change_while_arguments_are_read(crop, image):
    """out is checked after the caller's own code has run."""
    out = np.empty(NEEDED, np.uint8)

    class Page:
        def __array__(self, dtype=None, copy=None):
            out.setflags(write=False)
            return image

    with pytest.raises(ValueError, match="out must be writeable"):
        crop(Page(), [BOX], out=out)


# ---- crop_shapes ----


def test_shapes_are_those_of_the_crops(image, rng):
    for kind in quads.KINDS.values():
        boxes = kind(rng, 60, 80, 60)
        shapes = fastcv.crop_shapes(boxes, degenerate="empty")
        crops = fastcv.image_crop(image, boxes, degenerate="empty")
        assert shapes.dtype == np.intp
        assert shapes.tolist() == [list(crop.shape[:2]) for crop in crops]
    assert fastcv.crop_shapes([]).shape == (0, 2)


@pytest.mark.alone
def test_references_stay_flat(page, boxes):
    memory = memory_for(page, boxes)
    arguments = (page, boxes, memory)
    counts = [sys.getrefcount(argument) for argument in arguments]
    for _ in range(50):
        fastcv.image_crop(page, boxes)
        fastcv.image_crop(page, boxes, out=memory)
        fastcv.crop_shapes(boxes)
        with pytest.raises(ValueError, match="at least"):
            fastcv.image_crop(page, boxes, out=memory[1:])
    assert [sys.getrefcount(argument) for argument in arguments] == counts
