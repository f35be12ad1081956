"""Words into tensors, below the rules of inputs: any sizes, places, pages and memory.

The oracle is cv2.resize and a table, a word at a time.
"""

import ctypes
import gc
import itertools
import mmap
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

import fastcv
import quads
from conftest import linux, run_python
from fastcv import _core
from float_modes import MODES, call_in, needs_modes
from reference_batches import pillow_bilinear

NAME = "test_write"
DTYPES = ["float32", "float16", "uint8"]
LAYOUTS = ["NCHW", "NHWC"]
CHANNELS = ["bgr", "rgb", "gray"]
FILTERS = ["linear", "pillow_bilinear"]


# ---- the oracle ----


@dataclass
class Format:
    height: int
    channels: str
    dtype: str
    layout: str
    table: np.ndarray
    pad: tuple | None
    filter: str = "linear"

    def core(self):
        table = None if self.dtype == "uint8" else self.table
        fields = {**vars(self), "table": table, "dtype": np.dtype(self.dtype)}
        del fields["height"]
        return _core._TensorFormat(**fields)

    def shape(self, words, width):
        count = len(self.table)
        sides = (
            (count, self.height, width) if self.layout == "NCHW" else (self.height, width, count)
        )
        return (words, *sides)


def make_format(rng, height=48, channels="bgr", dtype="float32", layout="NCHW", pad=(0, 0, 0)):
    count = 1 if channels == "gray" else 3
    table = rng.normal(size=(count, 256)).astype(np.float32)
    return Format(height, channels, dtype, layout, table, pad and pad[:count])


def pixels_of(crop, channels):
    crop = crop.reshape(*crop.shape[:2], -1)[:, :, :3]
    if channels == "gray" and crop.shape[2] == 3:
        return cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_BGR2GRAY)[:, :, None]
    if channels != "gray" and crop.shape[2] == 1:
        return np.repeat(crop, 3, 2)
    return crop[:, :, ::-1] if channels == "rgb" else crop


def word_tensor(crop, size, offset, width, form):
    pixels = np.ascontiguousarray(pixels_of(crop, form.channels))
    (height, resized_width), (top, left) = size, offset
    if form.filter == "linear":
        resized = cv2.resize(pixels, (resized_width, height)).reshape(height, resized_width, -1)
    else:
        resized = pillow_bilinear(pixels, resized_width, height)
    if form.dtype != "uint8":
        resized = form.table[np.arange(len(form.table)), resized]
    tensor = np.empty((form.height, width, resized.shape[2]), resized.dtype)
    if form.pad is None:
        tensor[:height] = np.pad(resized, ((0, 0), (0, width - resized_width), (0, 0)), "edge")
    else:
        tensor[...] = form.pad
        tensor[top : top + height, left : left + resized_width] = resized
    with np.errstate(over="ignore"):
        tensor = tensor.astype(form.dtype)
    return tensor.transpose(2, 0, 1) if form.layout == "NCHW" else tensor


@dataclass
class Plan:
    order: np.ndarray
    sizes: np.ndarray
    ends: np.ndarray
    widths: np.ndarray
    rotated: np.ndarray | None
    offsets: np.ndarray | None = None


def make_plan(rng, count, form, least=1, most=300, batches=4):
    """Any words in any batches; a word may come twice, a batch may be empty."""
    words = count + 2
    ends = np.append(np.sort(rng.integers(0, words + 1, batches - 1)), words)
    widths = rng.integers(least, most, batches).astype(np.int32)
    batch = np.searchsorted(ends, np.arange(words), "right")
    heights = np.full(words, form.height)
    if form.pad is not None:
        heights = np.where(
            rng.random(words) < 0.3, rng.integers(1, form.height + 1, words), heights
        )
    full = rng.random(words) < 0.3
    resized = np.where(full, widths[batch], rng.integers(1, widths[batch] + 1))
    sizes = np.stack([heights, resized], 1).astype(np.int32)
    offsets = None
    if form.pad is not None and rng.random() < 0.5:
        room = np.stack([np.full(words, form.height), widths[batch]], 1) - sizes
        offsets = rng.integers(0, room + 1).astype(np.int32)
    return Plan(
        np.append(rng.permutation(count), rng.integers(0, count, 2)),
        sizes,
        ends,
        widths,
        rng.random(count) < 0.3,
        offsets,
    )


def expected_tensors(crops, plan, form):
    rotated = np.zeros(len(crops), bool) if plan.rotated is None else plan.rotated
    start, tensors = 0, []
    for end, width in zip(plan.ends.tolist(), plan.widths.tolist(), strict=True):
        tensor = np.empty(form.shape(end - start, width), form.dtype)
        for place, k in enumerate(range(start, end)):
            index = plan.order[k]
            crop = crops[index][::-1, ::-1] if rotated[index] else crops[index]
            offset = (0, 0) if plan.offsets is None else plan.offsets[k].tolist()
            tensor[place] = word_tensor(crop, plan.sizes[k].tolist(), offset, width, form)
        tensors.append(tensor)
        start = end
    return tensors


def write(words, form, plan, out=None, keep=False, num_threads=1):
    core = form.core() if isinstance(form, Format) else form
    height = form.height if isinstance(form, Format) else 48
    arrays = plan.order, plan.sizes, plan.offsets, plan.ends, plan.widths, plan.rotated
    return _core._write_batches(NAME, words, core, height, *arrays, out, keep, num_threads)


def assert_same(actual, expected):
    assert len(actual) == len(expected)
    for k, (one, other) in enumerate(zip(actual, expected, strict=True)):
        assert (one.shape, one.dtype) == (other.shape, other.dtype), f"batch {k}"
        assert one.tobytes() == np.ascontiguousarray(other).tobytes(), f"batch {k}"


def random_crops(rng, sizes, channels=(None, 1, 3, 4)):
    crops = []
    for height, width in sizes:
        last = channels[rng.integers(len(channels))]
        shape = (height, width) if last is None else (height, width, last)
        crops.append(rng.integers(0, 256, shape, np.uint8))
    return crops


def random_sizes(rng, n):
    sizes = np.stack([rng.integers(1, 90, n), rng.integers(1, 300, n)], 1)
    sizes[: n // 4] = rng.integers(1, 6, (n // 4, 2))
    return sizes.tolist()


def words_of(crops):
    return _core._words_of(NAME, crops, "crops", True, None)


# ---- bytes ----


@pytest.mark.parametrize("dtype", DTYPES)
def test_crops_that_exist(dtype, kernel, rng):
    for layout, channels, pad in itertools.product(LAYOUTS, CHANNELS, [None, (0, 7, 200)]):
        form = make_format(rng, int(rng.integers(1, 70)), channels, dtype, layout, pad)
        crops = random_crops(rng, random_sizes(rng, 14))
        plan = make_plan(rng, len(crops), form)
        words, expected = words_of(crops), expected_tensors(crops, plan, form)
        for keep, threads in ((False, 1), (True, 1), (True, 3)):
            assert_same(write(words, form, plan, None, keep, threads), expected)


@pytest.mark.parametrize("table", ["as rapidocr", "as mineru", "as imagenet"])
def test_tables_that_are_arithmetic(table, kernel, rng):
    values = np.arange(256, dtype=np.float32)
    form = make_format(rng, 48, pad=(0.25, -1, 0))
    form.table[:] = {
        "as rapidocr": (values / np.float32(255) - np.float32(0.5)) / np.float32(0.5),
        "as mineru": (np.arange(256) / 127.5 - 1).astype(np.float32),
        "as imagenet": (values - np.float32(123.675)) / np.float32(58.395),
    }[table]
    form.table[1] = values
    crops = random_crops(rng, random_sizes(rng, 20), [3])
    for dtype in ("float32", "float16"):
        form.dtype = dtype
        plan = make_plan(rng, len(crops), form)
        for keep in (False, True):
            expected = expected_tensors(crops, plan, form)
            assert_same(write(words_of(crops), form, plan, None, keep), expected)


def test_float16_rounds_and_overflows_as_numpy(kernel, rng):
    form = make_format(rng, 8, "gray", "float16", pad=(1e6, 0, 0))
    bits = rng.integers(0, 1 << 32, 256, np.uint64).astype(np.uint32)
    table = bits.view(np.float32)
    table[~np.isfinite(table)] = 0
    table[:64] = rng.uniform(-7e4, 7e4, 64)
    table[64:128] = rng.uniform(-1e-4, 1e-4, 64)
    table[128:160] = np.float16(rng.uniform(0, 2, 32)) + np.float32(2**-12)
    form.table[0] = table
    crop = np.arange(256, dtype=np.uint8).reshape(8, 32)
    plan = Plan(np.array([0]), np.int32([[8, 32]]), np.array([1]), np.int32([40]), None)
    assert_same(write(words_of([crop]), form, plan), expected_tensors([crop], plan, form))


EXTREMES = [
    ((1, 70_000), (48, 320)),
    ((1, 1), (48, 20_000)),
    ((5, 40_000), (1, 1)),
    ((9_000, 3), (48, 320)),
    ((3, 3), (3_000, 7)),
    ((2_000, 300), (2_000, 300)),
    ((1_000, 700), (7, 33)),
    ((143, 500), (48, 168)),
]


@pytest.mark.parametrize(("size", "target"), EXTREMES)
def test_extreme_words(size, target, kernel, rng):
    """Rows wider than a thread's usual workspace, rows that nobody reads, one px."""
    form = make_format(rng, target[0], "bgr", "uint8")
    crops = random_crops(rng, [size, (20, 30)], [3])
    plan = Plan(
        np.array([0, 1]),
        np.int32([target, (target[0], 1)]),
        np.array([2]),
        np.int32([target[1]]),
        np.array([True, False]),
    )
    expected = expected_tensors(crops, plan, form)
    for threads in (1, 3):
        assert_same(write(words_of(crops), form, plan, None, False, threads), expected)
    page = crops[0]
    height, width = size
    box = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    cut = {"corners": "w", "interpolation": "cubic", "border": "replicate"}
    for moved in (0, 0.25):
        if moved and kernel == "opencv" and max(size) > 32_766:
            continue
        boxes = np.stack([box, box]) + np.float32(moved)
        crops = fastcv.image_crop(page, boxes, **cut)
        words = _core._plan_words(NAME, page, boxes, cut, "raise", None)
        assert_same(write(words, form, plan, None, True, 2), expected_tensors(crops, plan, form))


CONVENTIONS = [
    {},
    {"convention": "paddleocr"},
    {"convention": "easyocr", "grayscale": False},
    {"convention": "easyocr"},
    {"convention": "mmocr"},
    {"convention": "doctr"},
    {"interpolation": "nearest", "border": "wrap", "tall_ratio": 1.5},
    {"corners": "w", "border_value": 9, "tall_ratio": 1},
]


@pytest.mark.parametrize("convention", CONVENTIONS, ids=str)
def test_words_of_pages(convention, kernel, rng):
    """They have the bytes of image_crop's crops, from pages of any kind."""
    pages = random_crops(rng, [(200, 300), (90, 120), (333, 222), (40, 40)], [None, 1, 3, 4])
    pages[2] = pages[2][:, ::-1]
    boxes = [
        np.concatenate(
            [
                make(rng, 6, page.shape[1], page.shape[0])
                for make in (quads.turned, quads.tiny, quads.outside)
            ]
        )
        for page in pages
    ]
    whole = rng.integers(-5, 190, (8, 4))
    boxes[0] = np.concatenate([whole[:, :2], whole[:, :2] + 3 + abs(whole[:, 2:]) // 3], 1)
    crops = [
        crop
        for page, of_page in zip(pages, boxes, strict=True)
        for crop in fastcv.image_crop(page, of_page, degenerate="empty", **convention)
    ]
    words = _core._plan_words(NAME, pages, boxes, convention, "skip", 2)
    assert words.shapes.tolist() == [list(crop.shape[:2]) for crop in crops]
    counts = [len(each) for each in boxes]
    assert words.pages.tolist() == np.repeat(np.arange(4), counts).tolist()
    assert words.boxes.tolist() == [i for count in counts for i in range(count)]
    there = np.flatnonzero(words.shapes[:, 0])
    for channels, layout in (("bgr", "NHWC"), ("gray", "NCHW"), ("rgb", "NCHW")):
        form = make_format(rng, 32, channels, "float32", layout)
        plan = make_plan(rng, len(there), form, batches=3)
        plan.order = there[plan.order]
        plan.rotated = rng.random(len(crops)) < 0.3
        expected = expected_tensors(crops, plan, form)
        for keep, threads in ((False, 1), (True, 4)):
            assert_same(write(words, form, plan, None, keep, threads), expected)


@needs_modes
@pytest.mark.parametrize("filter", FILTERS)
@pytest.mark.parametrize("mode", MODES)
def test_any_floating_point_mode(mode, filter, kernel, rng):
    page = rng.integers(0, 256, (200, 300, 3), np.uint8)
    boxes = quads.turned(rng, 30, 300, 200)
    form = make_format(rng)
    form.table[:] = (np.arange(256) / 127.5 - 1).astype(np.float32)
    form.filter = filter
    plan = make_plan(rng, 30, form)

    def call():
        words = _core._plan_words(NAME, page, boxes, {}, "raise", None)
        return write(words, form, plan, None, False, 2)

    assert_same(call_in(mode, call), call())


# ---- memory ----


def test_nothing_but_the_tensors_is_written(kernel, rng):
    for dtype, layout, keep in itertools.product(DTYPES, LAYOUTS, (False, True)):
        form = make_format(rng, 7, "rgb", dtype, layout)
        crops = random_crops(rng, random_sizes(rng, 9))
        plan = make_plan(rng, len(crops), form, most=60)
        expected = expected_tensors(crops, plan, form)
        size = sum(tensor.size for tensor in expected)
        whole = np.full(size + 99, 77, dtype)
        memory = whole[1:]
        tensors = write(words_of(crops), form, plan, memory, keep)
        assert_same(tensors, expected)
        assert all(tensor.base is whole for tensor in tensors)
        assert (memory[size:] == 77).all()
        assert whole[0] == 77
        arrays = [np.empty_like(tensor) for tensor in expected]
        tensors = write(words_of(crops), form, plan, tuple(arrays), keep, 2)
        assert all(one is other for one, other in zip(tensors, arrays, strict=True))
        assert_same(tensors, expected)


@linux
def test_nothing_beyond_an_image_is_read(kernel, rng):
    """The last row ends where no memory may be read, and the first begins there."""
    page_bytes = mmap.PAGESIZE
    memory = mmap.mmap(-1, 3 * page_bytes)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    protect = [
        lambda kind, at=at: libc.mprotect(
            ctypes.c_void_p(start + at), ctypes.c_size_t(page_bytes), kind
        )
        for at in (0, 2 * page_bytes)
    ]
    assert [guard(0) for guard in protect] == [0, 0]
    middle = np.frombuffer(memory, np.uint8)[page_bytes : 2 * page_bytes]
    middle[:] = rng.integers(0, 256, page_bytes, np.uint8)
    form = make_format(rng)
    for last in (1, 3, 4):
        for k in range(6):
            form.filter = FILTERS[k % 2]
            width = int(rng.integers(1, 120))
            height = int(rng.integers(1, page_bytes // (width * last) + 1))
            size = height * width * last
            for crop in (middle[:size], middle[page_bytes - size :]):
                image = crop.reshape(height, width, last)
                plan = make_plan(rng, 1, form)
                expected = expected_tensors([image], plan, form)
                assert_same(write(words_of([image]), form, plan, None, True), expected)
                box = [[0, 0, width, height]]
                words = _core._plan_words(NAME, image, box, {"corners": "w"}, "raise", None)
                assert_same(write(words, form, plan), expected)
    assert [guard(3) for guard in protect] == [0, 0]


def address(array):
    return array.__array_interface__["data"][0]


def info(name):
    return fastcv.memory_pool_info()[name]


def plan_for(counts, widths, height=48):
    """Batches of so many words, all of the first crop, as wide as their tensor."""
    words = np.repeat(np.int32(widths), counts)
    return Plan(
        np.zeros(len(words), np.intp),
        np.stack([np.full(len(words), height, np.int32), words], 1),
        np.cumsum(counts),
        np.int32(widths),
        None,
    )


@pytest.mark.usefixtures("pool")
def test_tensors_come_from_the_pool_and_go_back(rng):
    words = words_of(random_crops(rng, [(30, 90)], [3]))
    form = make_format(rng)
    plan = plan_for([6, 1, 1, 6, 0, 2], [320, 8, 9, 333, 50, 1000])
    tensors = write(words, form, plan)
    for tensor in tensors:
        assert address(tensor) % 64 == 0 or not tensor.size
        assert tensor.flags.c_contiguous
        assert tensor.flags.writeable
        assert np.from_dlpack(tensor).__array_interface__["data"][0] == address(tensor)
    ranges = sorted((address(t), address(t) + t.nbytes) for t in tensors)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(ranges))
    used, sizes = info("used_bytes"), [tensor.nbytes for tensor in tensors]
    assert sum(sizes) <= used <= 9 / 8 * sum(sizes) + len(sizes) * 4096
    view, expected = tensors[3][2, 1], tensors[3][2, 1].copy()
    del tensors, tensor
    assert sizes[3] <= info("used_bytes") <= 9 / 8 * sizes[3] + 4096
    misses = info("misses")
    for _ in range(3):
        write(words, form, plan)
    assert info("misses") <= misses + 1
    np.testing.assert_array_equal(view, expected)
    del view
    assert info("used_bytes") == 0


@pytest.mark.usefixtures("pool")
def test_many_small_tensors_share_slabs(rng):
    words = words_of(random_crops(rng, [(30, 90)], [3]))
    form = make_format(rng, 32, "gray", "uint8")
    tensors = write(words, form, plan_for([1] * 500, [99] * 500, 32))
    assert info("used_bytes") <= 500 * (32 * 99 + 64) + (256 << 10)
    assert all(address(tensor) % 64 == 0 for tensor in tensors)
    kept = tensors[250]
    del tensors
    assert info("used_bytes") <= 256 << 10
    del kept
    assert info("used_bytes") == 0


def test_a_pool_that_is_off(rng):
    words = words_of(random_crops(rng, [(30, 90)], [3]))
    form = make_format(rng)
    plan = plan_for([6, 1], [320, 8])
    expected = write(words, form, plan)
    fastcv.set_memory_pool(0)
    try:
        tensors = write(words, form, plan)
        assert all(tensor.flags.owndata for tensor in tensors)
        assert_same(tensors, expected)
    finally:
        fastcv.set_memory_pool(512 << 20)


def test_words_keep_their_images(rng):
    page = rng.integers(0, 256, (200, 300, 3), np.uint8)
    crops = [page[20:50, 30:120].copy()]
    form, plan = make_format(rng), plan_for([3], [100])
    expected = expected_tensors(crops, plan, form)
    both = [
        _core._plan_words(NAME, page, [[30, 20, 120, 50]], {"corners": "w"}, "raise", None),
        words_of(crops),
    ]
    with pytest.raises(ValueError, match="resize"):
        page.resize(1, refcheck=False)
    del page, crops
    gc.collect()
    for words in both:
        assert_same(write(words, form, plan), expected)


@linux
@pytest.mark.alone
def test_a_signal_ends_the_call_and_gives_its_memory_back():
    run_python(
        """
        import signal, time
        import numpy as np
        from fastcv import _core, memory_pool_info
        def handler(*_): raise KeyboardInterrupt
        signal.signal(signal.SIGALRM, handler)
        words = _core._words_of("f", [np.zeros((600, 900, 3), np.uint8)], "crops", True, None)
        form = _core._TensorFormat(
            channels="bgr", dtype=np.dtype("float32"), layout="NCHW",
            table=np.zeros((3, 256), np.float32), pad=(0, 0, 0), filter="linear")
        order, ends = np.zeros(60, np.intp), np.array([60])
        sizes, widths = np.int32([[600, 900]] * 60), np.int32([900])
        for threads in (1, 2):
            start = time.monotonic()
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            try:
                while True:
                    _core._write_batches("f", words, form, 600, order, sizes, None, ends,
                                         widths, None, None, False, threads)
            except KeyboardInterrupt:
                pass
            assert time.monotonic() - start < 1
            assert memory_pool_info()["used_bytes"] == 0
        """
    )


def test_running_out_of_memory_anywhere_loses_nothing():
    """CPython's own allocations fail one after the other."""
    testcapi = pytest.importorskip("_testcapi")
    if not hasattr(testcapi, "set_nomemory"):
        pytest.skip("no set_nomemory")
    out = run_python(
        """
        import _testcapi
        import numpy as np, fastcv
        from fastcv import _core
        page = np.zeros((100, 200, 3), np.uint8)
        boxes = np.tile(np.float32([10, 10, 90, 40]), (6, 1))
        order, ends = np.arange(6), np.array([2, 4, 6])
        sizes, widths = np.int32([[48, 12]] * 6), np.int32([16] * 3)
        memory = np.empty(6 * 3 * 48 * 16, np.float32)
        arrays = [np.empty((2, 3, 48, 16), np.float32) for _ in range(3)]
        def call(out, convention):
            pages, lists = [page, page], [boxes[:3]] * 2
            words = _core._plan_words("f", pages, lists, convention, "raise", None)
            form = _core._TensorFormat(
                channels="bgr", dtype=np.dtype("float32"), layout="NCHW",
                table=np.zeros((3, 256), np.float32), pad=(0, 0, 0), filter="linear")
            return _core._write_batches("f", words, form, 48, order, sizes, None, ends, widths,
                                        None, out, True, 1)
        for out in (None, memory, arrays):
            for convention in ({}, {"convention": "easyocr"}):
                call(out, convention)
                failures = 0
                for start in range(1, 200):
                    made = None
                    _testcapi.set_nomemory(start, start + 1)
                    try:
                        made = call(out, convention)
                    except MemoryError:
                        failures += 1
                    finally:
                        _testcapi.remove_mem_hooks()
                    del made
                    assert fastcv.memory_pool_info()["used_bytes"] == 0, start
                assert failures >= 3, failures
        crops = [page[:30, :40]] * 6
        for start in range(1, 99):
            words = None
            _testcapi.set_nomemory(start, start + 1)
            try:
                words = _core._words_of("f", crops, "crops", True, 1)
            except MemoryError:
                pass
            finally:
                _testcapi.remove_mem_hooks()
        print("done")
        """
    )
    assert out == "done"


# ---- bad arguments ----


@pytest.fixture
def good(rng):
    crops = random_crops(rng, [(20, 50), (30, 90)], [3])
    form = make_format(rng)
    plan = Plan(
        np.array([1, 0, 1]),
        np.int32([[48, 100]] * 3),
        np.array([2, 3]),
        np.int32([120, 100]),
        np.zeros(2, bool),
    )
    return words_of(crops), form, plan


BAD_PLANS = [
    ({"order": [1, 0, 1]}, TypeError, "order"),
    ({"order": np.array([1, 0, 2])}, ValueError, "2"),
    ({"order": np.array([1, -1, 0])}, ValueError, "-1"),
    ({"order": np.array([1, 0])}, ValueError, ""),
    ({"order": np.array([1, 0, 1], np.int32)}, TypeError, "order"),
    ({"order": np.array([1, 9, 0, 9, 1, 9])[::2]}, TypeError, "order"),
    ({"sizes": np.int32([[48, 100]] * 2)}, ValueError, ""),
    ({"sizes": np.int32([[48, 100, 1]] * 3)}, ValueError, ""),
    ({"sizes": np.int32([[48, 100], [48, 121], [48, 9]])}, ValueError, "121"),
    ({"sizes": np.int32([[48, 100], [49, 100], [48, 9]])}, ValueError, "49"),
    ({"sizes": np.int32([[48, 100], [48, 0], [48, 9]])}, ValueError, "0 x 48"),
    ({"sizes": np.int32([[48, 100], [0, 9], [48, 9]])}, ValueError, "9 x 0"),
    ({"sizes": np.int32([[48, 100], [-1, 9], [48, 9]])}, ValueError, "-1"),
    ({"sizes": np.zeros((3, 2))}, TypeError, "sizes"),
    ({"offsets": np.int32([[0, 0], [0, 21], [0, 0]])}, ValueError, "100 x 48"),
    ({"offsets": np.int32([[0, 0], [1, 0], [0, 0]])}, ValueError, "100 x 48"),
    ({"offsets": np.int32([[0, 0], [0, -1], [0, 0]])}, ValueError, "100 x 48"),
    ({"offsets": np.int32([[0, 2**31 - 1]] * 3)}, ValueError, "100 x 48"),
    ({"offsets": np.int32([[0, 0]])}, ValueError, ""),
    ({"offsets": np.zeros((3, 2))}, TypeError, "offsets"),
    ({"ends": np.array([2, 4])}, ValueError, ""),
    ({"ends": np.array([2, 2])}, ValueError, "2 of 3"),
    ({"ends": np.array([-1, 3])}, ValueError, ""),
    ({"ends": np.array([3, 2])}, ValueError, ""),
    ({"ends": np.array([], np.intp), "widths": np.int32([])}, ValueError, "0 of 3"),
    ({"widths": np.int32([120])}, ValueError, ""),
    ({"widths": np.int32([120, 0])}, ValueError, "0 px"),
    ({"widths": np.int32([120, -5])}, ValueError, "-5 px"),
    ({"widths": np.int32([120, 2**31 - 1])}, ValueError, "set_output_limits"),
    ({"widths": np.array([120, 100])}, TypeError, "widths"),
    ({"rotated": np.zeros(3, bool)}, ValueError, ""),
    ({"rotated": np.zeros(2, np.uint8)}, TypeError, "rotated_180"),
]


@pytest.mark.parametrize(("changes", "error", "part"), BAD_PLANS)
def test_bad_plans_are_refused(changes, error, part, good):
    words, form, plan = good
    used = info("used_bytes")
    assert len(write(words, form, plan)) == 2
    with pytest.raises(error, match=f"^{NAME}: .*{part}"):
        write(words, form, Plan(**{**vars(plan), **changes}))
    assert info("used_bytes") == used


def test_other_objects_are_refused(good):
    words, form, plan = good
    with pytest.raises(TypeError, match="words"):
        write(form.core(), form, plan)
    with pytest.raises(TypeError, match="format"):
        write(words, words, plan)
    for kind in (type(words), type(form.core())):
        with pytest.raises(TypeError):
            kind()
    with pytest.raises(ValueError, match="num_threads"):
        write(words, form, plan, None, False, 0)


def test_a_word_without_a_crop_is_refused(good, page):
    boxes = [[0, 0, 30, 20], [0, 0, 0, 20]]
    words = _core._plan_words(NAME, page, boxes, {}, "skip", None)
    assert words.shapes[1].tolist() == [0, 0]
    with pytest.raises(ValueError, match="word 1"):
        write(words, good[1], good[2])


def bad_outs():
    shapes = [(2, 3, 48, 120), (1, 3, 48, 100)]
    size = sum(int(np.prod(shape)) for shape in shapes)
    one, other = (np.empty(shape, np.float32) for shape in shapes)
    read_only, swapped = np.empty(size, np.float32), np.empty(size, ">f4")
    read_only.flags.writeable = False
    unaligned = np.empty(4 * size + 1, np.uint8)[1:].view(np.float32)
    part = np.empty(size, np.float32)
    inside = [part[: one.size].reshape(shapes[0]), part[one.size - 1 : -1].reshape(shapes[1])]
    yield np.empty(size - 1, np.float32), ValueError, f"{size} items"
    yield np.empty(size, np.float16), ValueError, "dtype"
    yield swapped, ValueError, "dtype"
    yield read_only, ValueError, "writeable"
    yield np.empty(2 * size, np.float32)[::2], ValueError, "contiguous"
    yield unaligned, ValueError, "aligned"
    yield np.ma.empty(size, np.float32), TypeError, "mask"
    yield b"1234", TypeError, "ndarray"
    yield [one], ValueError, "2 batches"
    yield [one, other, other], ValueError, "2 batches"
    yield [one, None], TypeError, r"out\[1\]"
    yield [other, one], ValueError, r"out\[0\]"
    yield [one, np.empty((1, 48, 100, 3), np.float32)], ValueError, r"out\[1\]"
    yield [one, np.empty(other.size, np.float32)], ValueError, r"out\[1\]"
    yield [one, np.empty(other.shape, np.float64)], ValueError, r"out\[1\]"
    yield inside, ValueError, "share memory"
    yield inside[::-1][::-1], ValueError, "share memory"


def test_bad_outs_are_refused_before_anything_is_written(good):
    words, form, plan = good
    for out, error, part in bad_outs():
        before = [np.array(each) for each in out] if isinstance(out, list) else np.array(out)
        with pytest.raises(error, match=part):
            write(words, form, plan, out)
        after = out if isinstance(out, list) else [out]
        before = before if isinstance(before, list) else [before]
        assert all(np.array(a).tobytes() == b.tobytes() for a, b in zip(after, before, strict=True))


def test_out_within_an_image_is_refused(rng):
    memory = np.zeros(1 << 20, np.uint8)
    page = memory[40_000:100_000].reshape(100, 200, 3)
    form = make_format(rng, 48, dtype="uint8")
    plan = plan_for([2], [60])
    size = 2 * 3 * 48 * 60
    box = [[10, 10, 90, 40]]
    for words in (
        words_of([page[::-1]]),
        _core._plan_words(NAME, page[:, ::-1], box, {}, "raise", None),
        _core._plan_words(NAME, [page[:, ::-1]], [box], {"grayscale": True}, "raise", None),
    ):
        for start in (40_000 - size + 1, 50_000, 99_999):
            with pytest.raises(ValueError, match="out must not lie within"):
                write(words, form, plan, memory[start : start + size])
        for start in (40_000 - size, 100_000):
            write(words, form, plan, memory[start : start + size])


FORMAT = {
    "channels": "bgr",
    "dtype": np.dtype("float32"),
    "layout": "NCHW",
    "table": np.zeros((3, 256), np.float32),
    "pad": (0, 0, 0),
    "filter": "linear",
}
BAD_FORMATS = [
    ("channels", "bgra", ValueError),
    ("channels", None, TypeError),
    ("dtype", np.dtype("float64"), ValueError),
    ("dtype", np.dtype(">f4"), ValueError),
    ("dtype", "no type", TypeError),
    ("layout", "CHW", ValueError),
    ("table", np.zeros((1, 256), np.float32), ValueError),
    ("table", np.zeros(256, np.float32), ValueError),
    ("table", None, (TypeError, ValueError)),
    ("pad", (0, 0), ValueError),
    ("pad", 0, TypeError),
    ("pad", (0, "a", 0), TypeError),
    ("filter", "cubic", ValueError),
]


@pytest.mark.parametrize(("name", "value", "error"), BAD_FORMATS)
def test_bad_formats_are_refused(name, value, error):
    _core._TensorFormat(**FORMAT)
    with pytest.raises(error):
        _core._TensorFormat(**{**FORMAT, name: value})


@pytest.mark.parametrize("pad", [(-1, 0, 0), (0, 256, 0), (0, 0, 0.5), (float("nan"), 0, 0)])
def test_padding_of_pixels_is_a_pixel(pad):
    with pytest.raises(ValueError, match="pad"):
        _core._TensorFormat(**{**FORMAT, "dtype": np.dtype("uint8"), "pad": pad})
