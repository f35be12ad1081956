"""detector_input against the OCR projects' own functions."""

from dataclasses import replace
from importlib.util import find_spec

import cv2
import numpy as np
import pytest

import fastcv
import projects
from fastcv.compat import paddleocr, paddlex

SPECS = fastcv.DETECTOR_INPUTS
PAGES = 40


def random_pages(least=1, most=700):
    rng = np.random.default_rng(14)
    for k in range(PAGES):
        sides = rng.integers(least, most if k % 3 else 64, 2)
        yield rng.integers(0, 256, (*sides, 3), np.uint8)


def assert_same_image(found, expected):
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert found.tobytes() == expected.tobytes()


def planes(image):
    return np.ascontiguousarray(image.transpose(2, 0, 1)[np.newaxis])


# ---- RapidOCR ----


@pytest.mark.parametrize("kind", ["min", "max"])
@pytest.mark.parametrize("imagenet", [False, True])
def test_rapidocr(kind, imagenet):
    mean, std = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]) if imagenet else ([0.5] * 3,) * 2
    limit = 736 if kind == "max" else 160
    own = projects.rapidocr_detector_input()(limit, kind, mean, std)
    spec = replace(
        SPECS["rapidocr"], limit_type=kind, limit_side_len=limit, mean=tuple(mean), std=tuple(std)
    )
    for page in random_pages():
        expected = own(page)
        if expected is None:
            with pytest.raises(ValueError, match="of 0 px"):
                fastcv.detector_input(page, spec=spec)
        else:
            found = fastcv.detector_input(page, spec=spec).tensor
            assert found.tobytes() == np.ascontiguousarray(expected).tobytes()


def test_the_defaults_of_rapidocr(page):
    own = projects.rapidocr_detector_input()()
    for pixels in (page, page[1000:1208, :1618]):
        expected = np.ascontiguousarray(own(pixels))
        assert fastcv.detector_input(pixels).tensor.tobytes() == expected.tobytes()


# ---- PaddleOCR 2.10 ----

PADDLEOCR = {
    "as predict_det.py": ({"limit_side_len": 960.0, "limit_type": "max"}, {}),
    "max": (
        {"limit_side_len": 200, "limit_type": "max"},
        {"limit_type": "max", "limit_side_len": 200},
    ),
    "min": (
        {"limit_side_len": 100, "limit_type": "min"},
        {"limit_type": "min", "limit_side_len": 100},
    ),
    "longer side": (
        {"limit_side_len": 300, "limit_type": "resize_long"},
        {"limit_type": "resize_long", "limit_side_len": 300},
    ),
    "resize_long": (
        {"resize_long": 260},
        {
            "limit_type": "resize_long", "limit_side_len": 260, "multiple": 128,
            "rounding": "ceil", "min_side": 0,
        },
    ),
    "image_shape": ({"image_shape": [96, 150]}, {"limit_type": "stretch", "size": (96, 150)}),
    "image_shape, keep_ratio": (
        {"image_shape": [96, 150], "keep_ratio": True},
        {"limit_type": "height", "limit_side_len": 96},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PADDLEOCR)
def test_paddleocr(name):
    given, fields = PADDLEOCR[name]
    resize, normalize = projects.paddleocr_detector_input()
    spec = replace(SPECS["paddleocr"], **fields)
    resize = resize(**given)
    normalize = normalize(
        std=[0.229, 0.224, 0.225], mean=[0.485, 0.456, 0.406], scale="1./255.", order="hwc"
    )
    for page in random_pages(3, 400):
        data = normalize(resize({"image": page}))
        tensor, ratio = fastcv.detector_input(page, spec=spec)
        assert tensor.tobytes() == planes(data["image"]).tobytes()
        assert ratio == tuple(data["shape"][2:])


@pytest.mark.parametrize("name", [*PADDLEOCR, "nothing"])
def test_paddleocr_in_its_place(name):
    given = PADDLEOCR.get(name, ({},))[0]
    settings = {"std": [0.25, 0.2, 0.3], "mean": [0.4, 0.5, 0.6], "scale": "1./255."}
    for norm in (settings, {"scale": 0.01}, {}):
        own, ours = (
            (resize(**given), normalize(order="hwc", **norm))
            for resize, normalize in (
                projects.paddleocr_detector_input(),
                (paddleocr.DetResizeForTest, paddleocr.NormalizeImage),
            )
        )
        for page in list(random_pages(3, 400))[:12]:
            for steps in zip(own, ours, strict=True):
                (expected, found) = (step({"image": page, "more": 1}) for step in steps)
                assert list(found) == list(expected)
                assert_same_image(found["image"], expected["image"])
                if "shape" in expected:
                    assert_same_image(found["shape"], expected["shape"])


# ---- PaddleX 3.7 ----

PADDLEX = {
    "the pipeline OCR": ({"limit_side_len": 64, "limit_type": "min"}, {}),
    "max": (
        {"limit_side_len": 200, "limit_type": "max"},
        {"limit_type": "max", "limit_side_len": 200},
    ),
    "max_side_limit": (
        {"limit_side_len": 100, "limit_type": "min", "max_side_limit": 333},
        {"limit_type": "min", "limit_side_len": 100, "max_side_limit": 333},
    ),
    "input_shape": (
        {"input_shape": [3, 96, 150]},
        {"limit_type": "stretch", "size": (96, 150)},
    ),
    "resize_long": (
        {"resize_long": 260},
        {
            "limit_type": "resize_long", "limit_side_len": 260, "multiple": 128,
            "rounding": "ceil", "min_side": 0,
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PADDLEX)
def test_paddlex(name):
    given, fields = PADDLEX[name]
    resize, normalize = projects.paddlex_detector_input()
    spec = replace(SPECS["paddlex"], **fields)
    resize, normalize = resize(**given), normalize(order="hwc")
    pages = list(random_pages(3, 400))
    images, shapes = resize(pages)
    for page, image, shape in zip(pages, normalize(images), shapes, strict=True):
        tensor, ratio = fastcv.detector_input(page, spec=spec)
        assert tensor.tobytes() == planes(image).tobytes()
        assert ratio == tuple(shape[2:])


@pytest.mark.parametrize("name", [*PADDLEX, "image_shape, keep_ratio", "nothing"])
@pytest.mark.parametrize("changes", [
    {}, {"limit_side_len": 150, "limit_type": "max"}, {"max_side_limit": 222},
], ids=str)  # fmt: skip
def test_paddlex_in_its_place(name, changes):
    given = PADDLEX.get(name, PADDLEOCR.get(name, ({},)))[0]
    pages = list(random_pages(3, 400))[:12]
    resize, normalize = projects.paddlex_detector_input()
    expected, shapes = resize(**given)(pages, **changes)
    found, found_shapes = paddlex.DetResizeForTest(**given)(pages, **changes)
    for pair in zip(found, expected, strict=True):
        assert_same_image(*pair)
    for pair in zip(found_shapes, shapes, strict=True):
        assert_same_image(*pair)
    for norm in ({"std": [0.25, 0.2, 0.3], "mean": [0.4, 0.5, 0.6], "scale": "1./255."}, {}):
        own = normalize(order="hwc", **norm)
        ours = paddlex.NormalizeImage(order="hwc", **norm)
        for pair in zip(ours(expected), own(expected), strict=True):
            assert_same_image(*pair)


@pytest.mark.parametrize("project", [paddleocr, paddlex])
def test_what_the_drop_ins_refuse(project):
    with pytest.raises(ValueError, match="order must be \"hwc\", got 'chw'"):
        project.NormalizeImage()
    with pytest.raises(ValueError, match="limit_type"):
        project.DetResizeForTest(limit_side_len=100, limit_type="most")
    gray, resize = np.zeros((50, 50), np.uint8), project.DetResizeForTest()
    with pytest.raises(ValueError, match=r"image must have shape \(height, width, 3\)"):
        resize({"image": gray} if project is paddleocr else [gray])
    normalize = project.NormalizeImage(order="hwc")
    page = np.zeros((50, 50, 3), np.float32)
    with pytest.raises(TypeError, match="uint8"):
        normalize({"image": page} if project is paddleocr else [page])


# ---- EasyOCR ----


@pytest.mark.parametrize(("canvas", "magnification"), [(2560, 1.0), (320, 1.0), (500, 1.5)])
def test_easyocr(canvas, magnification):
    resize, normalize = projects.easyocr_detector_input()
    spec = replace(SPECS["easyocr"], limit_side_len=canvas, magnification=magnification)
    for page in random_pages(3):
        rgb = np.ascontiguousarray(page[:, :, ::-1])
        image, ratio, _ = resize(rgb, canvas, cv2.INTER_LINEAR, mag_ratio=magnification)
        tensor, ratios = fastcv.detector_input(page, spec=spec)
        assert tensor.tobytes() == planes(normalize(image)).tobytes()
        assert ratios == (ratio, ratio)


# ---- OnnxTR ----


@pytest.mark.parametrize("size", [(1024, 1024), (128, 200)])
@pytest.mark.parametrize("symmetric", [True, False])
def test_onnxtr(size, symmetric, monkeypatch):
    if not find_spec("onnxtr"):
        pytest.skip("onnxtr is not installed (make test-compat)")
    pil = pytest.importorskip("PIL")
    if int(pil.__version__.partition(".")[0]) < 13:
        pytest.skip("Pillow before 13 always takes x first")
    mean, std = (0.798, 0.785, 0.772), (0.264, 0.2749, 0.287)
    own = projects.onnxtr_preprocessor(monkeypatch)(
        size, 2, mean=mean, std=std, preserve_aspect_ratio=True, symmetric_pad=symmetric
    )
    spec = replace(SPECS["onnxtr"], size=size, align="center" if symmetric else "start")
    pages = list(random_pages())[: 8 if size[0] > 1000 else PAGES]
    for k in range(0, len(pages), 2):
        (expected,) = own([page[:, :, ::-1] for page in pages[k : k + 2]])
        if expected.shape[1] != 3:
            expected = expected.transpose(0, 3, 1, 2)
        tensor = fastcv.detector_input(pages[k : k + 2], spec=spec).tensor
        assert tensor.tobytes() == np.ascontiguousarray(expected).tobytes()
