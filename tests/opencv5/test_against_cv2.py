"""fastcv's crops with arithmetic="opencv5", and the oracle's, are those of cv2 5."""

import cv2
import numpy as np
import pytest

import against_cv2
import fastcv
import quads
import reference_conventions
import reference_opencv5
import stored_opencv5
from conftest import KERNELS
from fastcv.compat import doctr, easyocr, paddleocr, paddlex
from reference import assert_same, convention_crop

pytestmark = pytest.mark.opencv5


def test_the_version():
    assert cv2.__version__ == "5.0.0"
    assert fastcv.arithmetic.installed_major() == 5


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("kind", against_cv2.KINDS)
def test_kinds_of_boxes(rng, kernel, kind):
    values, found = 0, []
    for _ in range(8):
        compared, differing = against_cv2.differences(rng, kernel, kind)
        values += compared
        found += differing
    assert found == []
    assert values > 1000


@pytest.mark.parametrize("kind", against_cv2.KINDS)
def test_the_oracle(rng, kind):
    values = 0
    for _ in range(8):
        page = against_cv2.random_page(rng, most=200)
        options = against_cv2.random_options(rng, page)
        for box in against_cv2.boxes_of(rng, kind, page, 3, options):
            (expected,) = convention_crop(page, [box], **options)
            if expected.size < 100_000:
                actual = convention_crop(page, [box], warps=reference_opencv5, **options)
                assert_same(actual, [expected])
                values += expected.size
    assert values > 300


def test_the_stored_crops_are_as_cv2_cuts_them():
    page, boxes, crops = stored_opencv5.load()
    np.testing.assert_array_equal(stored_opencv5.cut_all(convention_crop, page, boxes), crops)


@pytest.fixture(scope="module")
def words():
    rng = np.random.default_rng(7)
    page = rng.integers(0, 256, (400, 600, 3), np.uint8)
    return page, quads.turned(rng, 60, 600, 400, degrees=40)


def test_drop_ins_have_the_pixels_of_cv2_5(words):
    """As the projects' own functions, which call the cv2 that is installed."""
    page, boxes = words
    oracle = reference_conventions
    assert_same(
        paddleocr.get_rotate_crop_images(page, boxes), oracle.QUADS["paddleocr"](page, boxes)
    )
    assert_same(paddlex.CropByPolys()(page, boxes), oracle.paddlex(page, boxes))
    whole = boxes.astype(int)
    assert_same(doctr.extract_rcrops(page, whole), oracle.doctr(page, whole))
    gray = oracle.gray(page)
    assert_same(
        [easyocr.four_point_transform(gray, box) for box in boxes], oracle.easyocr(page, boxes)
    )


@pytest.mark.parametrize("convention", ["rapidocr", "doctr", "easyocr", "mmocr", "keras_ocr"])
def test_batches_have_the_crops(words, convention):
    page, boxes = words
    options = {"convention": convention, "input": "rapidocr"}
    crops = fastcv.image_crop(page, boxes, convention=convention, arithmetic="auto")
    expected = fastcv.image_batches(crops, input="rapidocr")
    batches = fastcv.crop_batches(page, boxes, arithmetic="auto", **options)
    assert_same([b.tensor for b in batches], [b.tensor for b in expected])
