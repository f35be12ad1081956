"""craft_boxes, compared with the oracle: made maps, every kernel, any input."""

import resource
import time

import numpy as np
import pytest

import fastcv
import maps
import reference_craft
from conftest import ROOT, linux, read_boxes
from fastcv import _core
from fastcv.craft import find_craft_words

pytestmark = pytest.mark.opencv4
KERNELS = [name for name in fastcv.build_info()["kernels"] if name != "opencv"]
KINDS = ("letters", *maps.KINDS)
RATIOS = (2, 1, 0.73, 1 / 3, (0.5, 0.4))


def check(region, link, num_threads=1, **settings):
    """Compare boxes, bit for bit, and labels. Return the boxes."""
    values = {"text_threshold": 0.7, "link_threshold": 0.4, "low_text": 0.4, "ratio": 1, **settings}
    boxes, labels = reference_craft.boxes(region, link, **values)
    found, found_labels = find_craft_words("test", region, link, **values, num_threads=num_threads)
    assert found.dtype == np.float32
    assert found.shape == boxes.shape
    assert found.tobytes() == boxes.tobytes()
    assert found_labels.tolist() == labels
    return found


def check_made(rng, kind, most):
    region, link = maps.craft(rng, kind, most)
    if rng.random() < 0.1:
        for pixels in (region, link):
            value = np.float32(rng.choice([np.nan, np.inf, -np.inf]))
            pixels[rng.random(pixels.shape) < rng.choice([0.003, 0.3])] = value
    return check(
        region, link, int(rng.integers(1, 4)),
        text_threshold=float(rng.choice([0.7, 0.5, 0.4, 0.2])),
        link_threshold=float(rng.choice([0.4, 0.1, 0.9])),
        low_text=float(rng.choice([0.4, 0.3, 0.6, 0.9])),
        ratio=RATIOS[rng.integers(len(RATIOS))],
    )  # fmt: skip


@pytest.fixture(params=KERNELS)
def kernel(request):
    _core._set_kernel(request.param)
    yield
    _core._set_kernel(fastcv.build_info()["kernels"][0])


@pytest.mark.parametrize("kind", KINDS)
def test_made_maps(kind, kernel):
    rng = np.random.default_rng(len(kind))
    for _ in range(20):
        check_made(rng, kind, 90)


@pytest.mark.rest
@pytest.mark.parametrize("part", range(20))
def test_many_made_maps(part):
    """50,000 maps in all."""
    rng = np.random.default_rng(part)
    for i in range(2500):
        check_made(rng, KINDS[i % len(KINDS)], 160)


def page_maps(most):
    """Maps with a spot for each word of the shipped page."""
    boxes = read_boxes(ROOT / "data/page_boxes.json")[:: -(-1411 // most)] / 6
    region = maps.page(boxes, (592, 416), 592) / np.float32(0.95)
    return region, np.roll(region, 4, 1)


def test_a_page_on_any_number_of_threads():
    noise = np.random.default_rng(0).random((2, 400, 300), np.float32)
    for region, link, threshold in ((*page_maps(400), 0.4), (*noise, 0.8)):
        thresholds = {"low_text": threshold, "link_threshold": threshold}
        expected, _ = reference_craft.boxes(region, link, **thresholds)
        assert len(expected) > 150
        for threads in (1, 2, 3, 8):
            boxes = fastcv.craft_boxes(region, link, ratio=2, num_threads=threads, **thresholds)
            assert boxes.tobytes() == expected.tobytes()
    large = np.tile(noise, (1, 4, 4))
    expected = fastcv.craft_boxes(*large, num_threads=1)
    assert fastcv.craft_boxes(*large, num_threads=3).tobytes() == expected.tobytes()


@pytest.mark.parametrize("size", [
    (1, 9), (1, 10), (1, 200), (200, 1), (2, 5), (3, 3), (63, 64), (64, 63), (65, 127), (128, 1),
])  # fmt: skip
def test_maps_of_one_value(size):
    for text in (0, 0.5, 1):
        for link in (0, 1):
            region, joins = np.full(size, text, np.float32), np.full(size, link, np.float32)
            boxes = check(region, joins, 2)
            assert len(boxes) == (text == 1 and np.prod(size) >= 10)
            check(region, joins, text_threshold=0.0)


@pytest.mark.parametrize("size", [(1, 300), (300, 1), (2, 300), (300, 2)])
def test_thin_maps(size):
    """Text on a line has a rectangle without height, which OpenCV computes by another rule."""
    rng = np.random.default_rng(1)
    for _ in range(60):
        region = (rng.random(size) < rng.choice([0.5, 0.9, 0.99])).astype(np.float32)
        link = (rng.random(size) < 0.7).astype(np.float32)
        for ratio in RATIOS:
            check(region, link, ratio=ratio)


def test_text_at_edges():
    for y, x in np.ndindex(3, 3):
        region, link = np.zeros((2, 40, 60), np.float32)
        top, left = (0, 14, 30)[y], (0, 20, 40)[x]
        region[top : top + 10, left : left + 20] = 0.8
        assert len(check(region, link)) == 1
        region[top : top + 10, left + 5 : left + 9] = 0
        link[top : top + 10, left : left + 12] = 0.8
        assert len(check(region, link)) == 1


def test_what_touches():
    """At sides, not at corners."""
    region = np.zeros((20, 40), np.float32)
    link = np.zeros_like(region)
    region[2:8, 2:10] = region[8:14, 10:18] = 0.9
    assert len(check(region, link)) == 2
    link[7, 10] = 0.9
    assert len(check(region, link)) == 1
    region[2:8, 21:29] = region[2:8, 29:36] = 0.9
    assert len(check(region, link)) == 2


def test_the_least_area_and_thresholds_of_one_value():
    region = np.zeros((9, 30), np.float32)
    link = np.zeros_like(region)
    region[4, 3:12] = 0.5
    assert len(check(region, link, text_threshold=0.5)) == 0
    region[4, 12] = 0.5
    assert len(check(region, link, text_threshold=0.5)) == 1
    for value in (0.1, 0.4, 0.7, 1 / 3):
        flat = np.full((9, 9), value, np.float32)
        assert len(check(flat, flat, low_text=value, link_threshold=value)) == 0
        assert len(check(flat, flat, low_text=0.0, text_threshold=value)) == 1
        above = np.nextafter(flat, np.float32(2))
        assert len(check(above, flat, low_text=value, text_threshold=value)) == 1
    assert len(check(-flat, -flat, low_text=-1.0, text_threshold=-0.5)) == 1


def test_words_without_text_have_a_box_of_zeros():
    region, link = np.zeros((2, 30, 50), np.float32)
    link[10:20, 10:30] = 0.9
    assert len(check(region, link)) == 0
    assert check(region, link, text_threshold=-1.0).tolist() == [[[0, 0]] * 4]
    region[15, 15] = np.nan
    assert check(region, link).tolist() == [[[0, 0]] * 4]


def test_nan_and_infinities():
    region, link = np.zeros((2, 40, 60), np.float32)
    region[10:20, 10:30] = 0.5
    assert len(check(region, link)) == 0
    for value, words in ((np.nan, 0), (np.inf, 1), (-np.inf, 0)):
        region[10:20, 29] = value
        assert len(check(region, link)) == words
        link[10:20, 29] = 0.9
        assert len(check(region, link)) == (value != -np.inf)
        link[:] = 0
        full, nothing = np.full((20, 20), value, np.float32), np.zeros((20, 20), np.float32)
        assert len(check(full, nothing)) == words
        assert len(check(full, full)) == words
        assert len(check(nothing, full)) == 0


def test_large_words_grow_by_the_right_product():
    """Here pixels times the shorter side exceed int32, in which NumPy computes."""
    region = np.ones((1500, 1600), np.float32)
    boxes = fastcv.craft_boxes(region, region, ratio=2)
    assert boxes.tolist() == [[[0, 0], [1599, 0], [1599, 1499], [0, 1499]]]
    region[:, :100] = region[:, -100:] = region[:100] = region[-100:] = 0
    boxes = fastcv.craft_boxes(region, region, ratio=2)
    grown = 72 // 2  # the square root of 1,300, doubled
    low, right, bottom = 100 - grown, 1499 + grown, 1399 + grown
    assert boxes.tolist() == [[[low, low], [right, low], [right, bottom], [low, bottom]]]


def test_layouts():
    rng = np.random.default_rng(5)
    region, link = maps.letters(rng, 150, 120)
    expected = check(region, link)
    assert len(expected)
    wide = [np.repeat(np.repeat(pixels, 2, 0), 3, 1) for pixels in (region, link)]
    both = np.stack([region, link], -1)[None]
    for pair in (
        (region[None], link[None, None]), (both[..., 0], both[..., 1]),
        (np.asfortranarray(region), link), (wide[0][::2, ::3], wide[1][::2, ::3]),
        (region[::-1].copy()[::-1], link[:, ::-1].copy()[:, ::-1]),
        (region.astype(">f4"), link.view(np.recarray)), (memoryview(region), link.tolist),
    ):  # fmt: skip
        first, second = (each() if callable(each) else each for each in pair)
        second = np.float32(second)
        assert fastcv.craft_boxes(first, second).tobytes() == expected.tobytes()
    halves = region.astype(np.float16), link.astype(np.float16)
    expected = check(*(half.astype(np.float32) for half in halves))
    assert fastcv.craft_boxes(*halves).tobytes() == expected.tobytes()


def test_maps_are_not_written():
    region, link = maps.letters(np.random.default_rng(6), 90, 60)
    copies = region.copy(), link.copy()
    region.flags.writeable = link.flags.writeable = False
    fastcv.craft_boxes(region, link, num_threads=2)
    assert (region == copies[0]).all()
    assert (link == copies[1]).all()


def test_ratios():
    region, link = maps.letters(np.random.default_rng(7), 90, 60)
    in_map = fastcv.craft_boxes(region, link, ratio=2)
    page = np.zeros((3000, 2000, 3), np.uint8)
    tensor, ratio = fastcv.detector_input(page[:300, :200], spec="easyocr")
    assert tensor.shape[2:] == (320, 224)
    assert (fastcv.craft_boxes(region, link, ratio=ratio) == in_map * 2).all()
    assert (fastcv.craft_boxes(region, link) == in_map * 2).all()
    for ratio in ((4, 8), [4, 8], np.array([4, 8.0])):
        boxes = fastcv.craft_boxes(region, link, ratio=ratio)
        assert (boxes == in_map * np.float32([0.25, 0.5])).all()


def test_maps_of_two_shapes_are_refused():
    with pytest.raises(
        ValueError, match=r"link must have the shape of region, \(3, 4\), not \(4, 3\)"
    ):
        fastcv.craft_boxes(np.zeros((3, 4), "f4"), np.zeros((4, 3), "f4"))


@linux
@pytest.mark.own_process
def test_the_time_and_peak_memory_of_noise():
    """Runs take at most as many bytes as the two maps; components and boxes less."""
    noise = np.random.default_rng(0).random((2, 2000, 2000), np.float32)
    noise[:, :, ::2] *= 0.5  # most pixels in runs of their own
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for threshold in (0.3, 0.5, 0.6, 0.75, 0.9):
        start = time.process_time()
        fastcv.craft_boxes(*noise, low_text=threshold, link_threshold=threshold, num_threads=1)
        assert time.process_time() - start < 2
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert 1024 * grown < 2 * noise.nbytes
