"""fastcv.compat gives what the projects' own functions give."""

import cv2
import numpy as np
import pytest

import projects
import quads
import reference_conventions as oracle
from conftest import ROOT, read_boxes, real_pages
from fastcv.compat import doctr, easyocr, paddleocr, paddlex
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
    """Each box's bounding box x1, y1, x2, y2, from 0."""
    return np.concatenate([boxes.min(1), boxes.max(1)], axis=1).clip(0)


@pytest.mark.parametrize("name", ["paddleocr", "rapidocr", "openocr"])
def test_paddleocr(name, words):
    image, boxes = words
    crop = getattr(projects, name)()
    own = [crop(image, box) for box in boxes]
    assert_same(oracle.QUADS[name](image, boxes), own)
    assert_same(paddleocr.get_rotate_crop_images(image, boxes), own)
    assert_same([paddleocr.get_rotate_crop_image(image, box) for box in boxes[:20]], own[:20])


def test_paddlex(words):
    image, boxes = words
    own = projects.paddlex()()(image, boxes)
    assert_same(oracle.paddlex(image, boxes), own)
    assert_same(paddlex.CropByPolys()(image, boxes), own)
    assert_same(paddlex.CropByPolys("quad")(image, list(boxes)), own)


def test_paddlex_polygons(words):
    image, boxes = words
    polygons = np.concatenate([boxes, (boxes + np.roll(boxes, 1, axis=1)) / 2], axis=1)
    own = projects.paddlex()()(image, polygons)
    assert_same(paddlex.CropByPolys()(image, polygons), own)


def test_easyocr(words):
    image, boxes = words
    transform, page = projects.easyocr("four_point_transform"), oracle.gray(image)
    own = [transform(page, box) for box in boxes]
    assert_same(oracle.easyocr(image, boxes), own)
    assert_same([easyocr.four_point_transform(page, box) for box in boxes[:20]], own[:20])


@pytest.mark.parametrize("sort_output", [True, False])
@pytest.mark.parametrize("height", [64, 48])
def test_easyocr_image_list(words, height, sort_output):
    image, boxes = words
    page = oracle.gray(image)
    horizontal = upright(boxes[::2])[:, [0, 2, 1, 3]].astype(int).tolist()
    arguments = horizontal, boxes[1::2].tolist(), page, height, sort_output
    own, own_width = projects.easyocr()(*arguments)
    words, max_width = easyocr.get_image_list(*arguments)
    assert_same([image for _, image in words], [image for _, image in own])
    assert [box for box, _ in words] == [box for box, _ in own]
    assert (max_width, type(max_width)) == (own_width, int)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("package", ["doctr", "onnxtr"])
def test_doctr(package, dtype, words):
    image, boxes = words
    relative = (boxes / image.shape[1::-1]).astype(dtype)
    own = projects.doctr("extract_rcrops", package)(image, relative)
    assert_same(oracle.doctr(image, relative * np.array(image.shape[1::-1], dtype)), own)
    assert_same(doctr.extract_rcrops(image, relative), own)
    whole = boxes.astype(int)
    own = projects.doctr("extract_rcrops", package)(image, whole)
    assert_same(doctr.extract_rcrops(image, whole), own)


def test_doctr_assume_horizontal(words):
    image, boxes = words
    relative = (boxes / image.shape[1::-1]).astype(np.float32)
    own = projects.doctr()(image, relative, assume_horizontal=True)
    assert_same(doctr.extract_rcrops(image, relative, assume_horizontal=True), own)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("package", ["doctr", "onnxtr"])
def test_doctr_upright(package, dtype, words):
    image, boxes = words
    size = np.tile(image.shape[1::-1], 2).astype(dtype)
    relative = (upright(boxes) / size).astype(dtype).clip(0, 1)
    own = projects.doctr("extract_crops", package)(image, relative)
    assert_same(oracle.doctr_upright(image, relative * size), own)
    assert_same(doctr.extract_crops(image, relative), own)
    whole = upright(boxes).astype(int)
    own = projects.doctr("extract_crops", package)(image, whole)
    assert_same(doctr.extract_crops(image, whole), own)


def test_mmocr(words):
    image, boxes = words
    crop, boxes = projects.mmocr(), boxes.clip(0, image.shape[1::-1])
    own = [crop(image, box.ravel().tolist()) for box in boxes]
    assert_same(oracle.mmocr(image, boxes), own)
    rolled = [np.roll(box, i, axis=0) for i, box in enumerate(boxes)]
    assert_same(oracle.mmocr(image, rolled), own)


def test_mmocr_upright(words):
    image, boxes = words
    crop, boxes = projects.mmocr("crop_img"), upright(boxes)
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].tolist()
    assert_same(oracle.mmocr_upright(image, boxes), [crop(image, box) for box in corners])


def test_keras_ocr(words):
    image, boxes = words
    warp = projects.keras_ocr()
    own = [warp(image, box, skip_rotate=True) for box in boxes]
    assert_same(oracle.keras_ocr(image, boxes), own)
