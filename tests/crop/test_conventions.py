"""Every convention has the bytes of its oracle: the project's rule, over cv2 and NumPy."""

import dataclasses
import pickle

import cv2
import numpy as np
import pytest

import fastcv
import quads
import reference_conventions as oracle
from conftest import KERNELS, random_image, read_boxes, real_pages, using_kernel
from fastcv import CONVENTIONS, CropConvention
from reference import assert_same

SORTED = {"mmocr": oracle.clockwise, "keras_ocr": np.asarray}
"""Conventions with order "clockwise", and the order that their oracles take."""

DIFFERENT = ["fastcv", "paddleocr", "paddlex", "easyocr", "doctr", "mmocr", "keras_ocr"]
conventions = pytest.mark.parametrize("name", DIFFERENT)
slices = pytest.mark.parametrize("name", ["easyocr", "doctr", "mmocr"])


def compare(image, boxes, name):
    """Compare all crops that are not degenerate. Return how many these are."""
    options = {"convention": name}
    if name in SORTED:
        boxes = np.stack([SORTED[name](box) for box in boxes])
        options["order"] = "given"
    crops = fastcv.image_crop_openmp(image, boxes, degenerate="empty", **options)
    kept = [i for i, crop in enumerate(crops) if crop.size]
    assert_same([crops[i] for i in kept], oracle.QUADS[name](image, boxes[kept]))
    shapes = fastcv.crop_shapes(boxes, degenerate="empty", **options)
    assert shapes.tolist() == [list(crop.shape[:2]) for crop in crops]
    return len(kept)


@pytest.mark.opencv4
@conventions
def test_the_shipped_page(name, page, page_boxes):
    boxes = page_boxes[::2]
    assert compare(page, boxes, name) == len(boxes)


@pytest.mark.opencv4
@pytest.mark.parametrize("path", real_pages() or [None], ids=lambda p: p.stem if p else "none")
def test_real_pages(path):
    if path is None:
        pytest.skip("FASTCV_TEST_PAGES does not name a folder of pages")
    image, boxes = cv2.imread(str(path)), read_boxes(path.with_suffix(".json"))
    for name in DIFFERENT:
        assert compare(image, boxes, name) == len(boxes)


@pytest.mark.opencv4
@pytest.mark.parametrize("kernel_name", KERNELS)
@conventions
def test_random_boxes(name, kernel_name, rng):
    image = random_image(rng, (300, 400, 3), np.uint8)
    with using_kernel(kernel_name):
        for make in (quads.turned, quads.perspective, quads.tiny, quads.thin, quads.outside):
            boxes = make(rng, 12, 400, 300)
            assert compare(image, boxes, name) >= 8, make.__name__
            assert compare(image, np.rint(boxes), name) >= 6, make.__name__


@pytest.mark.opencv4
@conventions
@pytest.mark.parametrize("shape", [(90, 130), (90, 130, 1), (90, 130, 3), (90, 130, 4)])
def test_pages_of_any_channels(name, shape, rng):
    assert compare(random_image(rng, shape, np.uint8), quads.turned(rng, 30, 130, 90), name) == 30


@pytest.mark.opencv4
@pytest.mark.parametrize("name", ["paddleocr", "doctr", "mmocr", "keras_ocr"])
@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32", "float64"])
def test_pages_of_any_dtype(name, dtype, rng):
    image = rng.integers(0, 200, (90, 130, 3)).astype(dtype)
    assert compare(image, quads.turned(rng, 20, 130, 90), name) == 20


@pytest.mark.opencv4
def test_a_crop_is_turned_from_a_ratio_of_one_and_a_half(page):
    sizes = [(20, 29), (20, 30), (20, 31), (21, 31), (21, 32), (1, 1), (1, 2), (2, 3)]
    boxes = np.float32([[[5, 7], [5 + w, 7], [5 + w, 7 + h], [5, 7 + h]] for w, h in sizes])
    shapes = fastcv.crop_shapes(boxes, convention="rapidocr").tolist()
    assert shapes == [[h, w] if h / w < 1.5 else [w, h] for w, h in sizes]
    assert compare(page, boxes, "rapidocr") == len(boxes)


def random_upright(rng, n, width, height):
    """x1, y1, x2, y2, whole and in quarters of a px, many partly outside."""
    start = rng.integers([-80, -80], [4 * width, 4 * height], (n, 2))
    boxes = np.concatenate([start, start + rng.integers(1, 300, (n, 2))], axis=1) / 4
    boxes[::2] = np.rint(boxes[::2])
    return boxes.astype(np.float32)


@slices
def test_slices(name, rng):
    image = random_image(rng, (150, 200, 3), np.uint8)
    boxes = random_upright(rng, 400, 200, 150)
    crops = fastcv.image_crop_openmp(image, boxes, convention=name, degenerate="empty")
    expected = oracle.UPRIGHT[name](image, boxes)
    kept = [i for i, crop in enumerate(expected) if crop.size]
    assert kept == [i for i, crop in enumerate(crops) if crop.size]
    assert 300 < len(kept) < 400
    assert_same([crops[i] for i in kept], [expected[i] for i in kept])


def test_a_slice_outside_the_page_is_degenerate(page):
    with pytest.raises(ValueError, match=r"boxes\[1\] has no pixel of the page"):
        fastcv.image_crop(page, [[0, 0, 9, 9], [-9, 0, -2, 9]], convention="easyocr")


@pytest.mark.parametrize("name", ["paddleocr", "mmocr"])
def test_whole_upright_boxes_are_copies(name, rng):
    image = random_image(rng, (150, 200, 3), np.uint8)
    boxes = np.float32([[10, 20, 90, 44], [0, 0, 200, 130], [3, 3, 4, 4]])
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    crops = fastcv.image_crop(image, corners, convention=name)
    assert_same(crops, [image[y1:y2, x1:x2] for x1, y1, x2, y2 in boxes.astype(int)])


@pytest.mark.opencv4
def test_mmocr_sorts_corners(rng):
    image = random_image(rng, (300, 400, 3), np.uint8)
    boxes = quads.turned(rng, 40, 400, 300, degrees=40)
    mixed = np.stack([box[rng.permutation(4)] for box in boxes])
    crops = fastcv.image_crop(image, mixed, convention="mmocr")
    assert_same(crops, oracle.mmocr(image, boxes))


def test_names():
    assert list(CONVENTIONS) == list(oracle.QUADS)
    assert CONVENTIONS["fastcv"] == CropConvention()
    assert CONVENTIONS["rapidocr"] == CONVENTIONS["openocr"] == CONVENTIONS["paddleocr"]
    assert CONVENTIONS["onnxtr"] == CONVENTIONS["doctr"]
    assert {convention.upright for convention in CONVENTIONS.values()} - {"quad"} == {
        "easyocr", "doctr", "mmocr",
    }  # fmt: skip


def test_a_convention_is_a_value():
    own = dataclasses.replace(CONVENTIONS["rapidocr"], border_value=[1, 2, 3], tall_ratio=2)
    assert own.border_value == (1, 2, 3)
    assert own == pickle.loads(pickle.dumps(own))
    assert {own: 1}[dataclasses.replace(own)] == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        own.size = "mean"
    with pytest.raises(TypeError):
        CONVENTIONS["own"] = own


def test_an_own_convention_and_single_keywords(page, page_boxes):
    own = CropConvention(corners="w", interpolation="cubic", border="replicate")
    crops = fastcv.image_crop(page, page_boxes[:9], convention=own)
    assert_same(
        fastcv.image_crop(page, page_boxes[:9], convention="rapidocr", tall_ratio=None), crops
    )
    assert_same(
        fastcv.image_crop(
            page, page_boxes[:9], corners="w", interpolation="cubic", border="replicate"
        ),
        crops,
    )
