"""detector_boxes, compared with the oracle: every spec and rule, every kernel, any input."""

import time
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

import fastcv
import maps
import reference_detect
from conftest import ROOT, read_boxes
from fastcv import _core

pytestmark = pytest.mark.opencv4
KERNELS = [name for name in fastcv.build_info()["kernels"] if name != "opencv"]
SPECS = list(fastcv.DETECTOR_BOXES)
CHOICES = {
    "contours": ("all", "outer"),
    "rectangle": ("least", "upright"),
    "score": ("box", "contour"),
    "mean": ("float64", "float32"),
    "unclip_measure": ("float64", "opencv", "sides"),
    "scaling": ("float32", "mixed", "float64", "exact"),
    "corners": ("rectangle", "by_x", "by_sum", "by_angle"),
}
WORD = np.zeros((64, 96), np.float32)
WORD[20:30, 10:60] = 0.9


def assert_same(found, expected):
    boxes, scores = expected
    assert found.boxes.dtype == np.float32
    assert found.scores.dtype == np.float64
    assert found.boxes.tolist() == boxes.tolist()
    assert found.scores.tolist() == scores


@pytest.fixture(params=KERNELS)
def kernel(request):
    _core._set_kernel(request.param)
    yield
    _core._set_kernel(fastcv.build_info()["kernels"][0])


def check_made(rng, kind, rules, most=90):
    pixels, shape = maps.made(rng, kind, most)
    found = fastcv.detector_boxes(pixels, shape, spec=rules, num_threads=1)
    assert_same(found, reference_detect.boxes(pixels, shape, rules))
    return found, pixels, shape


@pytest.mark.parametrize("kind", maps.KINDS)
def test_made_maps(kind, kernel):
    rng = np.random.default_rng(len(kind))
    for spec in SPECS:
        for score in ("box", "contour"):
            rules = replace(fastcv.DETECTOR_BOXES[spec], score=score, box_threshold=0.3)
            check_made(rng, kind, rules)


@pytest.mark.rest
@pytest.mark.parametrize("part", range(40))
def test_many_made_maps(part):
    """100,000 maps in all."""
    rng = np.random.default_rng(part)
    for i in range(2500):
        rules = replace(
            fastcv.DETECTOR_BOXES[SPECS[i % len(SPECS)]],
            score=("box", "contour")[i // 5 % 2],
            dilation=bool(i // 10 % 2),
            box_threshold=float(rng.choice([0, 0.3, 0.5, 0.6])),
            unclip_ratio=float(rng.choice([0, 0.1, 0.5, 1, 1.5, 1.6, 2, 5])),
            max_candidates=int(rng.choice([1, 3, 1000])),
        )
        check_made(rng, maps.KINDS[i % len(maps.KINDS)], rules, 130)


@pytest.mark.parametrize("changes", [
    {"unclip_ratio": 0}, {"unclip_ratio": 0.05}, {"unclip_ratio": 100}, {"min_side": 9},
    {"min_grown_side": 0}, {"min_page_side": 20}, {"threshold": 0.0}, {"threshold": 1.0},
    {"max_candidates": 1}, {"max_candidates": 4}, {"box_threshold": 0}, {"box_threshold": 1},
], ids=str)  # fmt: skip
def test_rules(changes):
    rng = np.random.default_rng(2)
    for kind in maps.KINDS:
        check_made(rng, kind, replace(fastcv.DETECTOR_BOXES["rapidocr"], **changes))


@pytest.mark.parametrize("kind", maps.KINDS)
def test_any_rules_together(kind):
    """Rules that no project has together."""
    rng = np.random.default_rng(len(kind))
    for _ in range(12):
        choices = {name: str(rng.choice(values)) for name, values in CHOICES.items()}
        switches = {name: bool(rng.random() < 0.5) for name in ("inclusive", "opening", "dilation")}
        least = {"min_side": int(rng.integers(2, 5)), "min_extent": int(rng.integers(1, 9))}
        rules = fastcv.DetectorBoxes(**choices, **switches, **least, box_threshold=0.2)
        check_made(rng, kind, rules, 120)


def test_opening_at_edges_and_in_every_column():
    """Up to three words of bits, and what lies at the map's edges."""
    rng = np.random.default_rng(8)
    rules = replace(fastcv.DETECTOR_BOXES["doctr"], box_threshold=0)
    for width in (1, 2, 3, 62, 63, 64, 65, 66, 127, 128, 129, 130):
        for _ in range(6):
            height = int(rng.integers(1, 12))
            pixels = (rng.random((height, width)) < rng.uniform(0.7, 1)).astype(np.float32)
            found = fastcv.detector_boxes(pixels, (1, 1), spec=rules)
            assert_same(found, reference_detect.boxes(pixels, (1, 1), rules))


@pytest.mark.parametrize("size", [(300, 40), (300, 8191), (9, 8193), (3, 20000)])
def test_means_in_float32_of_large_boxes(size):
    """NumPy sums a slice in as many rows as its buffer holds, and whole rows of a map at once."""
    values = np.random.default_rng(size[1]).uniform(0.4, 1, (size[0] + 4, size[1] + 4))
    for score in ("box", "contour"):
        rules = replace(fastcv.DETECTOR_BOXES["doctr"], score=score)
        for edge in (0, 2):
            pixels = values.astype(np.float32)
            pixels[:, :edge] = pixels[:edge] = 0
            found = fastcv.detector_boxes(pixels, (1, 1), spec=rules)
            assert_same(found, reference_detect.boxes(pixels, (1, 1), rules))


@pytest.mark.parametrize("spec", SPECS)
def test_a_page(spec):
    """The shipped page's words: lines, ties, and more contours than candidates."""
    page = np.empty((1990, 1420, 3), np.uint8)
    boxes = read_boxes(ROOT / "data/page_boxes.json")
    pixels = maps.page(boxes * np.float32(0.5), page.shape, 1024)
    rules = replace(fastcv.DETECTOR_BOXES[spec], max_candidates=300)
    expected = reference_detect.boxes(pixels, page.shape, rules)
    assert len(expected[0]) > 200
    for threads in (1, 2, 3):
        found = fastcv.detector_boxes(pixels, page, spec=rules, num_threads=threads)
        assert_same(found, expected)


def test_what_is_not_finite_counts_as_zero():
    rng = np.random.default_rng(4)
    pixels, shape = maps.made(rng, "words", 160)
    for value in (np.nan, np.inf, -np.inf):
        holes = np.where(rng.random(pixels.shape) < 0.1, np.float32(value), pixels)
        zeros = np.where(np.isfinite(holes), holes, np.float32(0))
        rules = replace(fastcv.DETECTOR_BOXES["rapidocr"], box_threshold=0.1)
        found = fastcv.detector_boxes(holes, shape, spec=rules)
        assert_same(found, reference_detect.boxes(zeros, shape, rules))
        nothing = fastcv.detector_boxes(np.full((9, 9), value, np.float32), (9, 9))
        assert nothing.boxes.shape == (0, 4, 2)
        assert nothing.scores.shape == (0,)


def test_layouts():
    rng = np.random.default_rng(5)
    pixels = maps.words(rng, 150, 120)
    expected = fastcv.detector_boxes(pixels, (240, 300))
    assert len(expected.boxes)
    wide = np.repeat(np.repeat(pixels, 2, 0), 3, 1)
    for layout in (
        pixels[None], pixels[None, None], np.asfortranarray(pixels), wide[::2, ::3],
        pixels[::-1].copy()[::-1], pixels[:, ::-1].copy()[:, ::-1], pixels.astype(">f4"),
        pixels.view(np.recarray), memoryview(pixels),
    ):  # fmt: skip
        found = fastcv.detector_boxes(layout, (240, 300))
        assert_same(found, (expected.boxes, expected.scores.tolist()))
    half = pixels.astype(np.float16)
    expected = fastcv.detector_boxes(half.astype(np.float32), (240, 300))
    assert_same(fastcv.detector_boxes(half, (240, 300)), (expected.boxes, expected.scores.tolist()))


@pytest.mark.parametrize("page", [
    (128, 192), [128, 192], (128, 192, 3), np.array([128, 192]), np.empty((128, 192)),
    np.empty((128, 192, 3), np.uint8), (np.int64(128), np.int32(192)),
], ids=lambda page: type(page).__name__)  # fmt: skip
def test_page_shapes(page):
    found = fastcv.detector_boxes(WORD, page)
    assert found.boxes.tolist() == [[[6, 26], [134, 26], [134, 74], [6, 74]]]


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (200, 1), (63, 64), (64, 63), (65, 127)])
@pytest.mark.parametrize("value", [0.0, 0.9])
def test_flat_maps(size, value):
    pixels = np.full(size, value, np.float32)
    for spec in SPECS:
        rules = fastcv.DETECTOR_BOXES[spec]
        found = fastcv.detector_boxes(pixels, (300, 200), spec=spec)
        assert_same(found, reference_detect.boxes(pixels, (300, 200), rules))


@pytest.mark.own_process
def test_noise_takes_neither_long_nor_much_memory():
    """10^5 specks and more: the time and memory of the mask, not of the contours."""
    noise = np.random.default_rng(6).random((1000, 1500), np.float32)
    for threshold in (0.05, 0.5, 0.9):
        rules = replace(fastcv.DETECTOR_BOXES["rapidocr"], threshold=threshold, dilation=False)
        start = time.process_time()
        found = fastcv.detector_boxes(noise, noise.shape, spec=rules, num_threads=1)
        assert time.process_time() - start < 2
        assert len(found.boxes) <= 1000


def test_the_rules_are_frozen():
    rules = fastcv.DETECTOR_BOXES["paddlex"]
    with pytest.raises(FrozenInstanceError):
        rules.threshold = 0.5
    with pytest.raises(TypeError):
        fastcv.DETECTOR_BOXES["rapidocr"] = rules
    assert hash(rules) == hash(replace(rules))
    assert fastcv.DetectorBoxes() == fastcv.DETECTOR_BOXES["rapidocr"]
