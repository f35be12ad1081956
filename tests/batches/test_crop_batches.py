"""Words of pages as batches: the projects' crops and their loops, in one call."""

import gc
from dataclasses import replace

import numpy as np
import pytest

import fastcv
import quads
import reference_batches
from fastcv import INPUTS, RecognizerInput
from reference_batches import assert_same_batches, rotate_crop

CALLS = [fastcv.crop_batches, fastcv.iter_crop_batches]
both = pytest.mark.parametrize("call", CALLS, ids=lambda f: f.__name__)
pytestmark = pytest.mark.opencv4

WIDTH, HEIGHT = 700, 500
LINE = np.float32([[10, 10], [10, 10], [30, 30], [30, 30]])
"""A box that cannot be cut."""


def make_page(rng, shape=(HEIGHT, WIDTH, 3)):
    coarse = rng.integers(0, 256, (shape[0] // 4, shape[1] // 4, *shape[2:]), np.uint8)
    return np.kron(coarse, np.ones((4, 4, *[1] * (len(shape) - 2)), np.uint8))


def make_boxes(rng, n):
    """Words of many sizes and angles, some upright, some tall, some beyond the page."""
    boxes = [
        quads.turned(rng, 1, WIDTH, HEIGHT, degrees, size)
        for degrees, size in zip(
            rng.choice([0, 3, 90, 180], n),
            zip(rng.integers(20, 300, n), rng.integers(8, 60, n), strict=True),
            strict=True,
        )
    ]
    return np.rint(np.concatenate(boxes) * 4) / 4


@pytest.fixture
def page(rng):
    return make_page(rng)


@pytest.fixture
def boxes(rng):
    return make_boxes(rng, 40)


def rapidocr(page, boxes):
    return reference_batches.rapidocr([rotate_crop(page, box) for box in boxes])


def test_batches_have_rapidocrs_bytes(page, boxes, kernel):
    expected = rapidocr(page, boxes)
    for num_threads in (None, 1, 3):
        assert_same_batches(fastcv.crop_batches(page, boxes, num_threads=num_threads), expected)
        batches = fastcv.iter_crop_batches(page, boxes, num_threads=num_threads)
        assert_same_batches(list(batches), expected)


def test_the_made_page_has_rapidocrs_bytes(page, page_boxes):
    """Every tenth word of the shipped page."""
    import cv2

    from conftest import ROOT

    shipped = cv2.imread(str(ROOT / "data/page.jpg"))
    some = page_boxes[::10]
    assert_same_batches(fastcv.crop_batches(shipped, some), rapidocr(shipped, some))


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_takes_the_words_of_any_convention(name, page, boxes):
    crops = [rotate_crop(page, box) for box in boxes]
    expected = list(reference_batches.batches(crops, INPUTS[name]))
    assert_same_batches(fastcv.crop_batches(page, boxes, input=name), expected)


@pytest.mark.parametrize("channels", [0, 1, 3, 4])
def test_pages_of_any_channels(channels, boxes, rng):
    page = make_page(rng, (HEIGHT, WIDTH, channels) if channels else (HEIGHT, WIDTH))
    for rules in (INPUTS["rapidocr"], INPUTS["mmocr_crnn"]):
        crops = fastcv.image_crop(page, boxes, convention="rapidocr")
        expected = list(reference_batches.batches(crops, rules))
        assert_same_batches(fastcv.crop_batches(page, boxes, input=rules), expected)


@pytest.mark.parametrize(
    "keywords",
    [
        {"convention": "fastcv"},
        {"convention": "easyocr"},
        {"convention": "doctr"},
        {"tall_ratio": None},
        {"corners": "w-1", "interpolation": "linear", "border": "constant", "border_value": 255},
        {"interpolation": "lanczos4"},
        {"grayscale": True},
        {"order": "min_area_rect"},
        {"convention": replace(fastcv.CONVENTIONS["rapidocr"], tall_ratio=2.0)},
    ],
    ids=str,
)
def test_words_are_cut_as_image_crop_cuts_them(keywords, page, boxes):
    crops = fastcv.image_crop(page, boxes, **{"convention": "rapidocr", **keywords})
    expected = list(reference_batches.batches(crops, INPUTS["rapidocr"]))
    for num_threads in (1, 2):
        assert_same_batches(
            fastcv.crop_batches(page, boxes, input="rapidocr", num_threads=num_threads, **keywords),
            expected,
        )


@pytest.mark.parametrize("convention", ["rapidocr", "paddleocr", "paddlex", "onnxtr"])
def test_a_convention_brings_its_projects_input(convention, page, boxes):
    found = fastcv.crop_batches(page, boxes, convention=convention)
    crops = fastcv.image_crop(page, boxes, convention=convention)
    assert_same_batches(found, reference_batches.PROJECTS[convention](crops))


def test_pages_share_batches(rng):
    pages = [make_page(rng), make_page(rng, (300, 400, 3)), make_page(rng)]
    boxes = [make_boxes(rng, 9), [], make_boxes(rng, 14)]
    crops, names = [], []
    for p, (page, of_page) in enumerate(zip(pages, boxes, strict=True)):
        crops += [rotate_crop(page, box) for box in of_page]
        names += [[p, b] for b in range(len(of_page))]
    expected = [
        (tensor, [names[i] for i in indices])
        for tensor, indices in reference_batches.rapidocr(crops)
    ]
    found = fastcv.crop_batches(pages, boxes)
    assert_same_batches(found, expected)
    assert found[0].indices.shape == (6, 2)
    assert_same_batches(list(fastcv.iter_crop_batches(tuple(pages), boxes)), expected)
    with_order = fastcv.crop_batches(pages, boxes, word_order=names[::-1])
    assert np.concatenate([batch.indices for batch in with_order]).tolist() == names[::-1]


def test_turned_words(page, boxes, rng):
    mask = rng.integers(0, 2, len(boxes)).astype(bool)
    crops = [rotate_crop(page, box) for box in boxes]
    turned = [
        crop[::-1, ::-1].copy() if is_turned else crop
        for crop, is_turned in zip(crops, mask, strict=True)
    ]
    expected = reference_batches.rapidocr(turned)
    assert_same_batches(fastcv.crop_batches(page, boxes, rotated_180=mask), expected)
    halves = fastcv.crop_batches(
        [page, page], [boxes[:25], boxes[25:]], rotated_180=[mask[:25], mask[25:]]
    )
    for batch, (tensor, _) in zip(halves, expected, strict=True):
        assert batch.tensor.tobytes() == tensor.tobytes()


def test_words_that_cannot_be_cut_are_skipped(page, boxes):
    bad = np.insert(boxes, [3, 20], LINE, axis=0)
    good = np.delete(np.arange(len(bad)), [3, 21])
    expected = [(tensor, good[indices]) for tensor, indices in rapidocr(page, boxes)]
    assert_same_batches(fastcv.crop_batches(page, bad, degenerate="skip"), expected)
    assert fastcv.crop_batches(page, [LINE], degenerate="skip") == []
    with pytest.raises(ValueError, match=r"^crop_batches: boxes\[3\]"):
        fastcv.crop_batches(page, bad)


def test_least_width_and_buckets(page, boxes):
    crops = [rotate_crop(page, box) for box in boxes]
    for rules in (
        replace(INPUTS["rapidocr"], min_width=None),
        RecognizerInput(min_width=None, buckets=32, batch_size=8),
        RecognizerInput(min_width=None, buckets=(96, 320), dtype="float16", layout="NHWC"),
    ):
        expected = list(reference_batches.batches(crops, rules))
        assert_same_batches(fastcv.crop_batches(page, boxes, input=rules), expected)


@both
def test_no_boxes_have_no_batches(call, page):
    assert list(call(page, [])) == []
    assert list(call([], [])) == []
    assert list(call([page, page], [[], []])) == []


def test_batches_are_written_where_the_caller_says(page, boxes):
    expected = rapidocr(page, boxes)
    each = [np.full(tensor.shape, np.nan, np.float32) for tensor, _ in expected]
    found = fastcv.crop_batches(page, boxes, out=each)
    assert_same_batches(found, expected)
    assert all(np.shares_memory(a.tensor, b) for a, b in zip(found, each, strict=True))
    whole = np.full(sum(tensor.size for tensor, _ in expected), np.nan, np.float32)
    found = fastcv.crop_batches(page, boxes, out=whole)
    assert_same_batches(found, expected)
    assert all(np.shares_memory(batch.tensor, whole) for batch in found)


def test_kept_batches_stay_as_they_are(page, boxes):
    """While others are written, and when their iterator is gone."""
    expected = rapidocr(page, boxes)
    rules = replace(INPUTS["rapidocr"], batch_size=2)
    kept = list(fastcv.iter_crop_batches(page, boxes, input=rules))
    for batch, later in zip(kept, fastcv.iter_crop_batches(page, boxes, input=rules), strict=True):
        assert batch.tensor.tobytes() == later.tensor.tobytes()
    words = np.concatenate([batch.indices for batch in kept])
    assert sorted(words.tolist()) == sorted(np.concatenate([i for _, i in expected]).tolist())


def test_dropped_batches_memory_is_used_again(page, boxes, pool):
    places = []
    for batch in fastcv.iter_crop_batches(
        page, boxes[:36], num_threads=1, input=INPUTS["rapidocr"]
    ):
        places.append(batch.tensor.ctypes.data)
    gc.collect()
    assert len(places) == 6
    assert len(set(places)) < len(places)


def test_an_iterator_may_be_left_early(page, boxes, pool):
    batches = fastcv.iter_crop_batches(page, boxes)
    first = next(batches)
    expected = first.tensor.copy()
    del batches
    fastcv.crop_batches(page, boxes)
    assert np.array_equal(first.tensor, expected)


def test_tensors_over_the_limit_are_refused(page, boxes):
    before = fastcv.get_output_limits()
    fastcv.set_output_limits(call_bytes=1 << 20)
    try:
        with pytest.raises(ValueError, match=r"^crop_batches: .*set_output_limits"):
            fastcv.crop_batches(page, boxes)
    finally:
        fastcv.set_output_limits(crop_bytes=before[0], call_bytes=before[1])
