"""Words resized as Pillow resizes them, in one pass of bands and threads."""

from dataclasses import replace

import numpy as np
import pytest

import fastcv
import quads
import reference_batches
from fastcv import INPUTS, RecognizerInput
from reference_batches import assert_same_batches

PLAIN = RecognizerInput(
    filter="pillow_bilinear", dtype="uint8", fit="stretch", batch_size=9, sort=None
)


def sized(height, width, **fields):
    return replace(PLAIN, height=height, min_width=width, max_width=width, **fields)


def test_the_oracle_is_pillows_own(rng):
    """Versions before 13.0 never take the pass along y first."""
    pillow = pytest.importorskip("PIL")
    from PIL import Image

    is_old = int(pillow.__version__.partition(".")[0]) < 13
    for k in range(90):
        most = [6, 60, 300][k % 3]
        height, width, target_height, target_width = rng.integers(1, most, 4).tolist()
        if is_old and height > target_height:
            continue
        pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
        own = Image.fromarray(pixels).resize((target_width, target_height), Image.BILINEAR)
        oracle = reference_batches.pillow_bilinear(pixels, target_width, target_height)
        assert np.array_equal(oracle, np.array(own)), (pixels.shape, own.size)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_any_sizes(channels, kernel, rng):
    for k in range(9):
        most = [5, 40, 200][k // 3]
        shapes = rng.integers(1, most, (5, 2)).tolist()
        crops = [rng.integers(0, 256, (*shape, channels), np.uint8) for shape in shapes]
        crops[0] = np.ascontiguousarray(crops[0][::-1, ::-1])[::-1, ::-1]
        rules = sized(*rng.integers(1, most, 2).tolist(), channels=["bgr", "rgb", "gray"][k % 3])
        expected = list(reference_batches.batches(crops, rules))
        assert_same_batches(fastcv.image_batches(crops, input=rules), expected)


LARGE = [
    ((900, 1200), (32, 128)),
    ((1500, 400), (32, 16)),  # along y first
    ((2000, 90), (400, 600)),  # along y first, wider
    ((700, 1900), (500, 1000)),
    ((40, 60), (900, 700)),
    ((1, 20_000), (32, 128)),
    ((20_000, 2), (5, 300)),
]


@pytest.mark.rest
@pytest.mark.parametrize(("shape", "target"), LARGE, ids=str)
def test_words_larger_than_a_band(shape, target, kernel, rng):
    page = rng.integers(0, 256, (*shape, 3), np.uint8)
    rules = sized(*target)
    height, width = shape
    crops = [page, page[::-1, ::-1]]
    expected = list(reference_batches.batches(crops, rules))
    found = fastcv.image_batches(
        [page, page], input=rules, rotated_180=[False, True], num_threads=3
    )
    assert_same_batches(found, expected)
    box = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    boxes = np.stack([box, box])
    keywords = {"convention": "fastcv", "corners": "w", "rotated_180": [False, True]}
    for num_threads in (1, 3):
        found = fastcv.crop_batches(page, boxes, input=rules, num_threads=num_threads, **keywords)
        assert_same_batches(found, expected)


@pytest.mark.parametrize("channels", ["rgb", "gray"])
def test_words_of_a_page(channels, kernel, rng):
    page = rng.integers(0, 256, (300, 400, 3), np.uint8)
    boxes = quads.turned(rng, 24, 400, 300)
    crops = fastcv.image_crop(page, boxes, convention="onnxtr")
    for rules in (
        replace(INPUTS["onnxtr"], channels=channels, mean=0.5, std=0.25),
        replace(INPUTS["rapidocr"], filter="pillow_bilinear", channels=channels, layout="NHWC"),
    ):
        expected = list(reference_batches.batches(crops, rules))
        for num_threads in (1, 3):
            found = fastcv.crop_batches(
                page, boxes, convention="onnxtr", input=rules, num_threads=num_threads
            )
            assert_same_batches(found, expected)
