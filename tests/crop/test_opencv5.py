"""arithmetic="opencv5": the pixels of cv2 5, by stored crops and by the oracle in NumPy."""

import sys

import cv2
import numpy as np
import pytest

import fastcv
import quads
import reference_opencv5
import stored_opencv5
from conftest import BOX, KERNELS, both, random_image, run_python, using_kernel
from fastcv import arithmetic
from reference import (
    assert_same,
    convention_crop,
    crop_corners,
    crop_inverse,
    crop_size,
    direct_transform,
)  # fmt: skip

SAMPLINGS = [
    (interpolation, border)
    for interpolation in ("nearest", "linear", "cubic")
    for border in ("constant", "replicate")
]
KINDS = {**quads.KINDS, **quads.HARD_KINDS}


def cut(image, boxes, **options):
    return fastcv.image_crop(image, boxes, arithmetic="opencv5", **options)


def oracle(image, boxes, **options):
    return convention_crop(image, boxes, warps=reference_opencv5, **options)


def solved_directly(boxes, most=40_000):
    """Boxes whose matrix OpenCV does not take from an SVD, and whose crops are not too large."""
    kept = []
    for box in quads.well_formed(boxes):
        size = crop_size(box)
        if np.prod(size) <= most and direct_transform(box, crop_corners(*size)) is not None:
            kept.append(box)
    return np.array(kept)


# ---- pixels ----


def test_the_stored_crops(kernel):
    page, boxes, expected = stored_opencv5.load()
    np.testing.assert_array_equal(stored_opencv5.cut_all(cut, page, boxes), expected)


def test_the_oracle_has_the_stored_crops():
    page, boxes, expected = stored_opencv5.load()
    np.testing.assert_array_equal(stored_opencv5.cut_all(oracle, page, boxes), expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("interpolation", "border"), SAMPLINGS)
def test_kinds_of_boxes(rng, kind, interpolation, border):
    channels = int(rng.choice([1, 3, 4]))
    image = random_image(rng, (120, 160, channels), np.uint8)
    boxes = solved_directly(KINDS[kind](rng, 8, 160, 120))
    options = {
        "interpolation": interpolation,
        "border": border,
        "border_value": tuple(rng.integers(0, 256, channels).tolist()),
    }
    expected = oracle(image, boxes, **options)
    for name in KERNELS:
        with using_kernel(name):
            assert_same(cut(image, boxes, **options), expected)


@pytest.mark.parametrize("options", [{"transform": "affine"}, {"corners": "w", "tall_ratio": 1.0}])
@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
def test_affine_and_turned_crops(rng, interpolation, options, kernel):
    image = random_image(rng, (90, 120, 3), np.uint8)
    boxes = solved_directly(quads.turned(rng, 12, 120, 90))
    assert_same(
        cut(image, boxes, interpolation=interpolation, **options),
        oracle(image, boxes, interpolation=interpolation, **options),
    )


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 9), (7, 2), (17, 5)])
@pytest.mark.parametrize(("interpolation", "border"), SAMPLINGS)
def test_images_smaller_than_a_vector(rng, size, interpolation, border, kernel):
    image = random_image(rng, (*size, 3), np.uint8)
    boxes = solved_directly(quads.perspective(rng, 6, 80, 60) - np.float32([30, 20]))
    options = {"interpolation": interpolation, "border": border, "border_value": (9, 200, 71)}
    assert_same(cut(image, boxes, **options), oracle(image, boxes, **options))


@pytest.mark.parametrize("width", [*range(2, 36), 48, 128, 129, 272])
def test_rows_of_any_length(rng, width):
    """OpenCV computes the last columns differently: those after the last whole sixteen."""
    image = random_image(rng, (40, 64, 3), np.uint8)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    size = [width + 0.2, 6.3]
    boxes = np.float32(rng.uniform([-8, -8], [64, 40], (6, 1, 2)) + corners * size)
    for interpolation in ("linear", "cubic"):
        options = {"interpolation": interpolation, "border": "replicate"}
        expected = oracle(image, boxes, **options)
        for name in KERNELS:
            with using_kernel(name):
                assert_same(cut(image, boxes, **options), expected)


@pytest.fixture(scope="module")
def vanishing():
    """Boxes of which some pixel lies nowhere, because W is 0 there: 2 % of these."""
    boxes = quads.on_grid(np.random.default_rng(0), 2000, 32, 32)
    boxes = solved_directly(boxes, most=3000)
    kept = [box for box in boxes if not are_finite(box)]
    assert len(kept) > 20
    return np.array(kept)


def are_finite(box):
    where = reference_opencv5.positions(crop_inverse(box), *crop_size(box), None)
    return all(np.isfinite(position).all() for position in where)


@pytest.mark.parametrize(("interpolation", "border"), SAMPLINGS)
def test_where_w_vanishes(rng, vanishing, interpolation, border, kernel):
    image = random_image(rng, (30, 40, 3), np.uint8)
    options = {"interpolation": interpolation, "border": border, "border_value": (9, 200, 71)}
    for turn in ({}, {"tall_ratio": 0.01}):
        crops = cut(image, vanishing, **options, **turn)
        assert_same(crops, oracle(image, vanishing, **options, **turn))


def test_copies_have_the_pixels_of_the_warp(rng, kernel):
    """Upright boxes with whole coordinates, under the corners "w"."""
    image = random_image(rng, (50, 70, 3), np.uint8)
    start = rng.integers(-20, 60, (12, 1, 2))
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    boxes = np.float32(start + corners * rng.integers(2, 40, (12, 1, 2)))
    for interpolation, border in SAMPLINGS:
        options = {"interpolation": interpolation, "border": border, "corners": "w"}
        assert_same(cut(image, boxes, **options), oracle(image, boxes, **options))


def test_any_number_of_threads(page, page_boxes):
    boxes = page_boxes + np.float32(0.37)
    one = fastcv.image_crop(page, boxes, arithmetic="opencv5")
    assert_same(fastcv.image_crop_openmp(page, boxes, num_threads=3, arithmetic="opencv5"), one)
    other = fastcv.image_crop(page, boxes, arithmetic="opencv4")
    assert np.mean([np.mean(a != b) for a, b in zip(one, other, strict=True)]) > 0.05


def test_long_pages(rng, kernel):
    image = random_image(rng, (9, 70_000, 1), np.uint8)
    boxes = quads.turned(rng, 6, 40, 9) + np.float32([69_950, 0])
    assert_same(cut(image, boxes), oracle(image, boxes))


def test_batches_have_the_crops(rng):
    image = random_image(rng, (120, 160, 3), np.uint8)
    boxes = quads.turned(rng, 9, 160, 120, degrees=20)
    crops = fastcv.image_crop(image, boxes, convention="rapidocr", arithmetic="opencv5")
    expected = fastcv.image_batches(crops, input="rapidocr")
    for function in (fastcv.crop_batches, fastcv.iter_crop_batches):
        batches = list(function(image, boxes, arithmetic="opencv5"))
        assert_same([b.tensor for b in batches], [b.tensor for b in expected])
    other = fastcv.crop_batches(image, boxes, arithmetic="opencv4")
    assert any((a.tensor != b.tensor).any() for a, b in zip(other, expected, strict=True))


# ---- what is offered ----


@both
@pytest.mark.parametrize(
    ("shape", "dtype", "options", "named"),
    [
        ((9, 9), np.uint16, {}, 'uint16, 1 channel, "linear" and "constant"'),
        ((9, 9, 2), np.uint8, {}, "uint8, 2 channels"),
        ((9, 9, 3), np.uint8, {"interpolation": "lanczos4"}, '3 channels, "lanczos4"'),
        ((9, 9, 3), np.uint8, {"border": "reflect101"}, 'and "reflect101"'),
    ],
)
def test_what_is_not_offered_is_refused(crop, shape, dtype, options, named):
    image = np.zeros(shape, dtype)
    with pytest.raises(ValueError, match=rf'{crop.__name__}: arithmetic "opencv5" .* {named}'):
        crop(image, [BOX], arithmetic="opencv5", **options)
    assert len(crop(image, [BOX], arithmetic="opencv4", **options)) == 1


def test_wrong_names():
    image = np.zeros((9, 9), np.uint8)
    with pytest.raises(ValueError, match=r"arithmetic must be .* got 'opencv6'"):
        fastcv.image_crop(image, [BOX], arithmetic="opencv6")
    with pytest.raises(TypeError, match="arithmetic must be a str"):
        fastcv.image_crop(image, [BOX], arithmetic=5)
    with pytest.raises(ValueError, match="crop_batches, page 0: arithmetic"):
        fastcv.crop_batches([image], [[BOX]], border="wrap", arithmetic="opencv5")


@pytest.mark.parametrize(
    ("version", "expected"), [("4.14.0", "opencv4"), ("3.4.18", "opencv4"), ("5.0.0", "opencv5")]
)
def test_auto_is_that_of_cv2(monkeypatch, rng, version, expected):
    monkeypatch.setattr(cv2, "__version__", version)
    image = random_image(rng, (60, 80, 3), np.uint8)
    crops = fastcv.image_crop(image, [BOX], arithmetic="auto")
    assert_same(crops, fastcv.image_crop(image, [BOX], arithmetic=expected))


def test_the_version_is_found_without_importing_cv2(monkeypatch):
    monkeypatch.delitem(sys.modules, "cv2")
    assert arithmetic.installed_version() == cv2.__version__ or arithmetic.installed_major() >= 4
    assert "cv2" not in sys.modules
    arithmetic._version_of_packages.cache_clear()
    monkeypatch.setattr(arithmetic, "_PACKAGES", ("no-such-package",))
    assert (arithmetic.installed_version(), arithmetic.installed_major()) == ("", 0)
    arithmetic._version_of_packages.cache_clear()


@pytest.mark.parametrize("name", ["opencv4", "opencv5"])
def test_the_environment_sets_the_default(name):
    code = """
        import numpy as np, fastcv
        image = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
        box = [[[10, 10], [40, 12], [39, 25], [9, 23]]]
        same = fastcv.image_crop(image, box)[0] == fastcv.image_crop(image, box, arithmetic=NAME)[0]
        print(fastcv.build_info()["arithmetic"], same.all())
    """.replace("NAME", repr(name))
    assert run_python(code, FASTCV_ARITHMETIC=name) == f"{name} True"


def test_the_default_is_opencv4():
    code = "import fastcv; print(fastcv.build_info()['arithmetic'])"
    assert run_python(code, FASTCV_ARITHMETIC="") == "opencv4"
    major = arithmetic.installed_major()
    assert run_python(code, FASTCV_ARITHMETIC="auto") == ("opencv5" if major > 4 else "opencv4")


def test_a_wrong_environment():
    code = """
        try:
            import fastcv
        except ImportError as error:
            print(error)
    """
    expected = "FASTCV_ARITHMETIC must be 'opencv4', 'opencv5' or 'auto', got 'opencv3'"
    assert run_python(code, FASTCV_ARITHMETIC="opencv3") == expected
