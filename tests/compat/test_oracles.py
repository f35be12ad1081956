"""The oracles of the conventions have the bytes of the projects' own functions."""

import cv2
import numpy as np
import pytest

import projects
import quads
import reference_conventions as oracle
from conftest import ROOT, read_boxes, real_pages
from reference import assert_same

pytestmark = pytest.mark.opencv4


def pages():
    """The shipped page, and real pages with a detector's boxes where there are any."""
    shipped = ROOT / "data/page.jpg", ROOT / "data/page_boxes.json"
    return [shipped, *((path, path.with_suffix(".json")) for path in real_pages())]


@pytest.fixture(scope="module", params=pages(), ids=lambda paths: paths[0].stem)
def words(request):
    """A page, its boxes, and as many random ones."""
    image, boxes = cv2.imread(str(request.param[0])), read_boxes(request.param[1])
    height, width = image.shape[:2]
    random = quads.turned(np.random.default_rng(7), len(boxes), width, height, degrees=60)
    return image, np.concatenate([boxes, random])


def upright(boxes):
    """Each box's bounding box x1, y1, x2, y2, on the page."""
    return np.concatenate([boxes.min(1), boxes.max(1)], axis=1).clip(0)


@pytest.mark.parametrize("name", ["paddleocr", "rapidocr", "openocr"])
def test_paddleocr(name, words):
    image, boxes = words
    crop = getattr(projects, name)()
    assert_same(oracle.QUADS[name](image, boxes), [crop(image, box) for box in boxes])


def test_paddlex(words):
    image, boxes = words
    assert_same(oracle.paddlex(image, boxes), projects.paddlex()()(image, boxes))


def test_easyocr(words):
    image, boxes = words
    transform, page = projects.easyocr("four_point_transform"), oracle.gray(image)
    assert_same(oracle.easyocr(image, boxes), [transform(page, box) for box in boxes])


@pytest.mark.parametrize("package", ["doctr", "onnxtr"])
def test_doctr(package, words):
    image, boxes = words
    relative = np.float64(boxes) / image.shape[1::-1]
    crops = projects.doctr("extract_rcrops", package)(image, relative)
    assert_same(oracle.doctr(image, relative * image.shape[1::-1]), crops)
    relative = upright(relative).clip(0, 1)
    crops = projects.doctr("extract_crops", package)(image, relative)
    assert_same(oracle.doctr_upright(image, relative * np.tile(image.shape[1::-1], 2)), crops)


def test_mmocr(words):
    image, boxes = words
    crop, boxes = projects.mmocr(), boxes.clip(0, image.shape[1::-1])
    expected = [crop(image, box.ravel().tolist()) for box in boxes]
    assert_same(oracle.mmocr(image, boxes), expected)
    rolled = [np.roll(box, i, axis=0) for i, box in enumerate(boxes)]
    assert_same(oracle.mmocr(image, rolled), expected)


def test_mmocr_upright(words):
    image, boxes = words
    crop, boxes = projects.mmocr("crop_img"), upright(boxes)
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].tolist()
    assert_same(oracle.mmocr_upright(image, boxes), [crop(image, box) for box in corners])


def test_keras_ocr(words):
    image, boxes = words
    warp = projects.keras_ocr()
    assert_same(
        oracle.keras_ocr(image, boxes), [warp(image, box, skip_rotate=True) for box in boxes]
    )
