"""fastcv.compat against the oracles. `make test-compat` takes the projects' own functions."""

import math
import sys
import warnings

import cv2
import numpy as np
import pytest

import fastcv
import quads
import reference_conventions as oracle
from conftest import random_image, run_python
from fastcv.compat import doctr, easyocr, opencv5, paddleocr, paddlex
from reference import assert_same, cv2_crop

pytestmark = pytest.mark.opencv4
SIZE = (400, 300)


@pytest.fixture
def image(rng):
    return random_image(rng, (*SIZE[::-1], 3), np.uint8)


@pytest.fixture
def boxes(rng):
    return quads.turned(rng, 20, *SIZE, degrees=60)


def test_no_project_and_no_cv2_is_imported():
    modules = run_python("""
        import sys
        from fastcv.compat import doctr, easyocr, paddleocr, paddlex, rapidocr
        print(*sys.modules)
    """).split()
    assert "fastcv.compat.rapidocr" in modules
    assert not {"cv2", "doctr", "easyocr", "paddleocr", "paddlex", "rapidocr"} & set(modules)


# ---- PaddleOCR and PaddleX ----


@pytest.mark.parametrize("channels", [(), (1,), (3,), (4,)])
def test_paddleocr(channels, boxes, rng):
    page = random_image(rng, (*SIZE[::-1], *channels), np.uint8)
    expected = oracle.paddleocr(page[..., 0] if channels == (1,) else page, boxes)
    assert_same(paddleocr.get_rotate_crop_images(page, boxes), expected)
    assert_same(paddleocr.get_rotate_crop_images(page, list(boxes), num_threads=1), expected)
    assert_same([paddleocr.get_rotate_crop_image(page, box) for box in boxes], expected)
    assert_same([paddleocr.get_rotate_crop_image(page, boxes[0].tolist())], expected[:1])


def test_paddlex(image, boxes):
    polygons = np.concatenate([boxes, (boxes + np.roll(boxes, 1, axis=1)) / 2], axis=1)
    crop = paddlex.CropByPolys(det_box_type="quad")
    assert_same(crop(image, boxes), oracle.paddlex(image, boxes))
    assert_same(crop(image, polygons), oracle.paddlex(image, polygons))
    mixed = [*boxes[:2], *polygons[:2]]
    assert_same(crop(image, mixed), oracle.paddlex(image, mixed))
    assert crop(image, []) == []


def test_paddlex_straightens_curves_itself(monkeypatch, image):
    with pytest.raises(ValueError, match='det_box_type must be "quad" or "poly", got \'line\''):
        paddlex.CropByPolys("line")
    monkeypatch.setitem(sys.modules, "paddlex", None)  # not installed
    with pytest.raises(ImportError, match="paddlex"):
        paddlex.CropByPolys("poly")

    class Components:
        class CropByPolys:
            def __init__(self, det_box_type):
                self.det_box_type = det_box_type

            def __call__(self, img, dt_polys):
                return [self.det_box_type, img, dt_polys]

    monkeypatch.setitem(sys.modules, "paddlex.inference.pipelines.components", Components)
    assert paddlex.CropByPolys("poly")(image, [7]) == ["poly", image, [7]]


# ---- docTR ----


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_doctr_straight_boxes(dtype, image, rng):
    start = rng.uniform(0, 0.8, (50, 2))
    boxes = np.concatenate([start, start + rng.uniform(0, 0.2, (50, 2))], axis=1).astype(dtype)
    before = boxes.copy()
    crops = doctr.extract_crops(image, boxes)
    assert_same(crops, oracle.doctr_upright(image, boxes * np.array(SIZE * 2, dtype)))
    assert all(crop.flags.c_contiguous for crop in crops)
    whole = (before * np.array(SIZE * 2)).astype(int)
    assert_same(
        doctr.extract_crops(image, whole), [image[y1:y2, x1:x2] for x1, y1, x2, y2 in whole]
    )
    assert np.array_equal(boxes, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_doctr_rotated_boxes(dtype, image, boxes):
    relative = (boxes / SIZE).astype(dtype)
    before = relative.copy()
    crops = doctr.extract_rcrops(image, relative)
    assert_same(crops, oracle.doctr(image, relative * np.array(SIZE, dtype)))
    whole = boxes.astype(int)
    assert_same(doctr.extract_rcrops(image, whole), oracle.doctr(image, whole))
    assert np.array_equal(relative, before)


def test_doctr_takes_corners_left_and_right(image, boxes, rng):
    upright = quads.turned(rng, 20, *SIZE, degrees=20)
    relative = np.float32(upright / SIZE)
    shuffled = np.stack([box[rng.permutation(4)] for box in relative])
    expected = cv2_crop(image, relative * np.float32(SIZE))
    assert_same(doctr.extract_rcrops(image, shuffled, assume_horizontal=True), expected)


def test_doctr_boxes_without_pixels(image):
    point = np.full((1, 4, 2), 0.5, np.float32)
    for assume_horizontal in (False, True):
        crops = doctr.extract_rcrops(image, point, assume_horizontal=assume_horizontal)
        assert [(crop.shape, crop.dtype) for crop in crops] == [((0, 0, 3), np.uint8)]
    assert doctr.extract_crops(image, np.array([[5, 5, 5, 9]]))[0].shape == (4, 0, 3)
    for empty in (np.zeros((0, 4)), np.zeros((0,))):
        assert doctr.extract_crops(image, empty) == []
    assert doctr.extract_rcrops(image, np.zeros((0, 4, 2))) == []


def test_doctr_refuses(image, boxes):
    with pytest.raises(ValueError, match=r"extract_crops: boxes must have shape \(n, 4\), not"):
        doctr.extract_crops(image, boxes)
    with pytest.raises(ValueError, match=r"extract_rcrops: polys must have shape \(n, 4, 2\), not"):
        doctr.extract_rcrops(image, boxes[:, 0])
    with pytest.raises(ValueError, match="extract_rcrops: dtype must be float32, got float64"):
        doctr.extract_rcrops(image, boxes, np.float64)


# ---- EasyOCR ----


def easyocr_words(horizontal, free, page, height):
    """EasyOCR's rule: a word's longer side grows with the ratio, the shorter one becomes height."""
    crops = oracle.easyocr(page, np.float32(free).reshape(-1, 4, 2))
    crops += oracle.easyocr_upright(page, np.array(horizontal).reshape(-1, 4)[:, [0, 2, 1, 3]])
    images, ratios = [], [1]
    for crop in crops:
        ratio = crop.shape[1] / crop.shape[0]
        is_tall = ratio < 1
        ratios.append(1 / ratio if is_tall else ratio)
        longer = int(height * ratios[-1])
        images.append(cv2.resize(crop, (height, longer) if is_tall else (longer, height)))
    return images, math.ceil(max(ratios)) * height


@pytest.mark.parametrize("height", [64, 31])
def test_easyocr(height, image, boxes, rng):
    page = oracle.gray(image)
    free = boxes[:10].tolist()
    start, size = rng.integers(-20, [[380], [280]], (2, 30)), rng.integers(21, 90, (2, 30))
    horizontal = np.stack([start[0], (start + size)[0], start[1], (start + size)[1]], axis=1)
    expected, width = easyocr_words(horizontal, free, page, height)
    words, max_width = easyocr.get_image_list(horizontal, free, page, height, sort_output=False)
    assert_same([word for _, word in words], expected)
    assert max_width == width
    assert [box for box, _ in words[:10]] == free
    x1, x2, y1, y2 = horizontal[7].clip(0, [400, 400, 300, 300]).tolist()
    assert words[17][0] == [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
    ordered, _ = easyocr.get_image_list(horizontal, free, page, height)
    assert [box for box, _ in ordered] == sorted((box for box, _ in words), key=lambda b: b[0][1])


def test_easyocr_four_points(image, boxes):
    page = oracle.gray(image)
    assert_same([easyocr.four_point_transform(page, box) for box in boxes],
                oracle.easyocr(page, boxes))  # fmt: skip
    assert_same([easyocr.four_point_transform(image, boxes[0])], cv2_crop(image, boxes[:1]))


def test_easyocr_without_words(image):
    assert easyocr.get_image_list([], [], oracle.gray(image)) == ([], 64)
    with pytest.raises(ValueError, match=r"get_image_list: horizontal_list\[1\] has no px on the"):
        easyocr.get_image_list([[0, 9, 0, 9], [-9, 0, 0, 9]], [], oracle.gray(image))
    with pytest.raises(ValueError, match=r"boxes\[0\]"):
        easyocr.get_image_list([], [[[5, 5]] * 4], oracle.gray(image))


# ---- OpenCV 5 ----

CALLS = {
    "PaddleOCR": lambda page, boxes: paddleocr.get_rotate_crop_images(page, boxes),
    "PaddleX": lambda page, boxes: paddlex.CropByPolys()(page, boxes),
    "docTR": lambda page, boxes: doctr.extract_rcrops(page, boxes.astype(int)),
    "EasyOCR": lambda page, boxes: [easyocr.four_point_transform(page, box) for box in boxes],
}
CONVENTIONS = {"EasyOCR": "fastcv"}


@pytest.fixture
def version(monkeypatch):
    opencv5._warned.clear()
    yield lambda text: monkeypatch.setattr(cv2, "__version__", text)
    opencv5._warned.clear()


@pytest.mark.parametrize("text", ["5.0.0", "4.14.0", "3.4.18"])
@pytest.mark.parametrize("project", CALLS)
def test_crops_have_the_pixels_of_the_cv2_that_is_installed(project, text, version, image, boxes):
    version(text)
    if project == "docTR":
        boxes = boxes.astype(int)
    crops = CALLS[project](image, boxes)  # a warning would be an error
    expected = fastcv.image_crop(
        image,
        boxes,
        convention=CONVENTIONS.get(project, project.lower()),
        arithmetic="opencv5" if text == "5.0.0" else "opencv4",
    )
    assert_same(crops, expected)


@pytest.mark.parametrize("project", CALLS)
def test_one_warning_where_opencv_5_is_not_offered(project, version, image, boxes):
    version("5.0.0")
    image = image.astype(np.uint16)
    with pytest.warns(UserWarning, match=f"cv2 is 5.0.0: {project}'s own .* upright") as caught:
        CALLS[project](image, boxes)
    assert [warning.filename for warning in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CALLS[project](image, boxes)
