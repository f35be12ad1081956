"""Crops have OpenCV 4.x's bytes, whatever the box, the image and the option."""

import cv2
import numpy as np
import pytest

import fastcv
import quads
from conftest import OPENCV_4, read_boxes, real_pages
from reference import (
    BORDERS,
    DTYPES,
    INTERPOLATIONS,
    assert_same,
    crop_inverse,
    cv2_crop,
    is_solved_directly,
    numpy_crop,
)
from source_benchmark import make_source_benchmark

opencv4 = pytest.mark.opencv4
pytestmark = pytest.mark.usefixtures("kernel")


def random_image(rng, shape, dtype):
    if np.issubdtype(dtype, np.floating):
        return rng.normal(0, 1e3, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


@opencv4
def test_the_shipped_page(page, page_boxes):
    expected = cv2_crop(page, page_boxes)
    assert len(expected) >= 1000
    assert_same(fastcv.image_crop(page, page_boxes), expected)
    assert_same(fastcv.image_crop_openmp(page, page_boxes), expected)


@opencv4
def test_the_shipped_page_as_the_ocr_projects_cut_it(page, page_boxes):
    options = {"interpolation": "cubic", "border": "replicate"}
    assert_same(
        fastcv.image_crop(page, page_boxes, **options), cv2_crop(page, page_boxes, **options)
    )


@opencv4
def test_the_sources_benchmark():
    image, boxes = make_source_benchmark()
    assert_same(fastcv.image_crop(image, boxes), cv2_crop(image, boxes))


@opencv4
@pytest.mark.parametrize("path", real_pages() or [None], ids=lambda p: p.stem if p else "none")
def test_real_pages_with_a_detectors_boxes(path):
    if path is None:
        pytest.skip("FASTCV_TEST_PAGES names no folder of real pages")
    image, boxes = cv2.imread(str(path)), read_boxes(path.with_suffix(".json"))
    assert_same(fastcv.image_crop(image, boxes), cv2_crop(image, boxes))
    assert_same(fastcv.image_crop_openmp(image, boxes), cv2_crop(image, boxes))


@opencv4
@pytest.mark.parametrize("kind", quads.KINDS)
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("border", BORDERS)
def test_kinds_of_boxes(rng, kind, interpolation, border):
    image = random_image(rng, (240, 320, 3), np.uint8)
    boxes = quads.well_formed(quads.KINDS[kind](rng, 40, 320, 240))
    assert len(boxes) >= 30
    options = {"interpolation": interpolation, "border": border}
    assert_same(fastcv.image_crop(image, boxes, **options), cv2_crop(image, boxes, **options))


@pytest.fixture
def without_ipp():
    """OpenCV's wheels hand 16-bit linear warps to Intel's IPP, which computes other values: up to
    795 off with 4.14, 28,600 with 4.13."""
    used = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    yield
    cv2.ipp.setUseIPP(used)


def is_rounded_otherwise(dtype, channels):
    """cv2 4.14 sums the taps of one channel of these in another order than 4.6 to 4.13 do."""
    version = tuple(map(int, cv2.__version__.split(".")[:2]))
    return version >= (4, 14) and channels in (None, 1) and dtype in ("uint16", "int16", "float32")


def assert_same_but_for_rounding(actual, expected):
    for a, b in zip(actual, expected, strict=True):
        assert a.dtype == b.dtype
        if a.dtype == np.float32:
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-2)  # values are about 1,000
        else:
            assert np.abs(a.astype(int) - b).max() <= 1


@opencv4
@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_channels_of_uint8(rng, channels, interpolation):
    check_all_borders(rng, np.uint8, channels, interpolation, assert_same)


@opencv4
@pytest.mark.usefixtures("without_ipp")
@pytest.mark.parametrize("dtype", DTYPES[1:])
@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_other_dtypes(rng, dtype, channels, interpolation):
    rounded = is_rounded_otherwise(dtype, channels)
    check = assert_same_but_for_rounding if rounded else assert_same
    check_all_borders(rng, dtype, channels, interpolation, check)


def check_all_borders(rng, dtype, channels, interpolation, check):
    shape = (90, 110) if channels is None else (90, 110, channels)
    image = random_image(rng, shape, dtype)
    boxes = quads.perspective(rng, 12, 110, 90)
    value = 77 if channels is None else tuple(range(40, 40 + channels))
    for border in BORDERS:
        options = {"interpolation": interpolation, "border": border, "border_value": value}
        crops = fastcv.image_crop(image, boxes, **options)
        check(crops, cv2_crop(image, boxes, **options))


@opencv4
@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (60, 1), (2, 2), (3, 5)])
@pytest.mark.parametrize("border", BORDERS)
def test_images_of_hardly_a_pixel(rng, shape, border):
    image = random_image(rng, (*shape, 3), np.uint8)
    boxes = quads.turned(rng, 20, shape[1], shape[0])
    for interpolation in INTERPOLATIONS:
        options = {"interpolation": interpolation, "border": border}
        assert_same(fastcv.image_crop(image, boxes, **options), cv2_crop(image, boxes, **options))


@opencv4
@pytest.mark.parametrize("size", [(900, 700), (5000, 40), (40, 5000), (9000, 3), (3, 9000)])
def test_large_crops(rng, size):
    image = random_image(rng, (800, 1000, 3), np.uint8)
    boxes = quads.turned(rng, 3, 1000, 800, size=size)
    assert_same(fastcv.image_crop(image, boxes), cv2_crop(image, boxes))
    assert_same(fastcv.image_crop_openmp(image, boxes, num_threads=3), cv2_crop(image, boxes))


@opencv4
def test_sizes_at_whole_pixels(rng):
    """Edges of 3-4-5 triangles and multiples of a hundredth: the norm is cut at whole px."""
    image = random_image(rng, (300, 300), np.uint8)
    start = rng.integers(0, 100, (300, 1, 2))
    scale = rng.integers(5, 40, (300, 1, 1)) / rng.choice([1, 2, 4, 10, 100], (300, 1, 1))
    edge = np.array([[0, 0], [4, 3], [4 - 3, 3 + 4], [-3, 4]]) * 5
    boxes = quads.well_formed((start + edge * scale).astype(np.float32))
    assert_same(fastcv.image_crop(image, boxes), cv2_crop(image, boxes))


@opencv4
@pytest.mark.parametrize("shape", [(3, 3), (2, 7), (1, 4), (40, 5)])
@pytest.mark.parametrize("border", ["reflect", "reflect101", "wrap"])
def test_boxes_far_off_a_small_page(rng, shape, border):
    """Positions are brought near before OpenCV folds them step by step; the pixels stay."""
    image = random_image(rng, (*shape, 3), np.uint8)
    boxes = quads.turned(rng, 12, 600, 600) + np.float32([-300, -300])
    for interpolation in INTERPOLATIONS:
        options = {"interpolation": interpolation, "border": border}
        assert_same(fastcv.image_crop(image, boxes, **options), cv2_crop(image, boxes, **options))


def test_the_arithmetic_written_out(rng):
    """Independent of which OpenCV is installed."""
    for channels in (1, 3):
        image = random_image(rng, (120, 160, channels), np.uint8)
        for kind in quads.KINDS.values():
            boxes = quads.well_formed(kind(rng, 6, 160, 120))
            for border in BORDERS:
                for interpolation in ("nearest", "linear"):
                    options = {"interpolation": interpolation, "border": border}
                    crops = fastcv.image_crop(image, boxes, **options)
                    assert_same(crops, numpy_crop(image, boxes, **options))


def test_boxes_that_have_the_origin_behind_their_vanishing_line(rng):
    """Far from the origin a slight perspective is enough: W is then negative all over the box."""
    image = random_image(rng, (3000, 3000), np.uint8)
    boxes = quads.turned(rng, 300, 3000, 3000, degrees=5, size=(90, 35))
    boxes += rng.uniform(-1.5, 1.5, boxes.shape).astype(np.float32)
    behind = [box for box in boxes if crop_inverse(box)[8] < 0]
    assert len(behind) > 30
    assert_same(fastcv.image_crop(image, behind), numpy_crop(image, behind))


def opposite_sides_meeting_at(apex, left, right, top, stretch):
    """A trapezoid; the level of apex is its vanishing line."""
    upper = np.array([[left, top], [right, top]])
    lower = apex + (upper - apex) * stretch
    return np.float32([*upper, *lower[::-1]])


@opencv4
def test_a_box_whose_vanishing_line_passes_through_the_origin(rng):
    """Its matrix has a 0 for last element: the 8×8 system is singular, the crop is not."""
    image = random_image(rng, (1100, 1300, 3), np.uint8)
    box = opposite_sides_meeting_at([640, 0], 320, 960, 512, 2)
    assert not is_solved_directly(box)
    for interpolation in INTERPOLATIONS:
        crops = fastcv.image_crop(image, [box], interpolation=interpolation)
        assert_same(crops, cv2_crop(image, [box], interpolation))


@opencv4
def test_boxes_whose_vanishing_line_passes_near_the_origin(rng):
    """Where OpenCV takes an SVD ours is another solver: equal but for ties of the rounding."""
    image = random_image(rng, (150, 150, 3), np.uint8)
    boxes = []
    while len(boxes) < 100:
        apex = [rng.uniform(-100, 100), rng.uniform(-1e-7, 1e-7)]
        left, width = rng.uniform(0, 50), rng.uniform(5, 50)
        box = opposite_sides_meeting_at(apex, left, left + width, 30, rng.uniform(1.2, 3))
        if not is_solved_directly(box):
            boxes.append(box)
    crops, expected = fastcv.image_crop(image, boxes), cv2_crop(image, boxes)
    assert [c.shape for c in crops] == [e.shape for e in expected]
    different = sum(np.count_nonzero(c != e) for c, e in zip(crops, expected, strict=True))
    assert different < 1e-3 * sum(e.size for e in expected)
    assert_same(crops, numpy_crop(image, boxes))


@pytest.mark.parametrize("shape", [(40000, 300, 3), (300, 40000, 3), (33000, 33000)])
@pytest.mark.parametrize("border", ["constant", "replicate"])
def test_pages_longer_than_opencv_takes(rng, shape, border):
    image = np.zeros(shape, np.uint8)
    height, width = shape[:2]
    boxes = np.concatenate(
        [
            quads.turned(rng, 6, width, height),
            quads.upright(rng, 3, width, height) + np.float32([width - 60, height - 60]),
            quads.outside(rng, 3, width, height),
        ]
    )
    for box in boxes:  # something to see where the boxes are; the rest of the page costs no memory
        x0, y0 = np.clip(box.min(0).astype(int) - 9, 0, [width - 1, height - 1])
        x1, y1 = np.clip(box.max(0).astype(int) + 9, 1, [width, height])
        image[y0:y1, x0:x1] = random_image(rng, image[y0:y1, x0:x1].shape, np.uint8)
    options = {"border": border, "border_value": 9}
    assert_same(fastcv.image_crop(image, boxes, **options), numpy_crop(image, boxes, **options))


def test_boxes_all_but_degenerate_on_pages_longer_than_opencv_takes(rng, kernel):
    """OpenCV's matrix for such a box misses its corners, half of them by 4 px and more."""
    image = random_image(rng, (40000, 120), np.uint8)
    boxes = quads.well_formed(
        np.concatenate(
            [quads.nearly_degenerate(rng, 3, 120, 900) + np.float32([0, 33000]) for _ in range(40)]
        )
    )
    crops, kept = [], []
    for box in boxes:
        try:
            crops += fastcv.image_crop(image, [box], border="replicate")
        except ValueError:  # where W changes its sign, OpenCV would have to see all of the page
            continue
        kept.append(box)
    assert len(kept) == len(boxes) if kernel != "opencv" else len(kept) > 40
    assert_same(crops, numpy_crop(image, kept, border="replicate"))


@opencv4
def test_a_page_of_more_than_2_gib(rng):
    image = np.zeros((26000, 30000, 3), np.uint8)  # of which the boxes' corner alone takes memory
    corner = image[-120:, -400:]
    corner[:] = random_image(rng, corner.shape, np.uint8)
    boxes = quads.turned(rng, 30, 400, 120) + np.float32([30000 - 400, 26000 - 120])
    for options in ({}, {"interpolation": "cubic", "border": "replicate"}):
        assert_same(fastcv.image_crop(image, boxes, **options), cv2_crop(image, boxes, **options))


def test_whole_pages_longer_than_opencv_takes(rng, kernel):
    """Crops of any extent, from our own kernels."""
    image = random_image(rng, (12, 40000), np.uint8)
    boxes = np.float32(
        [
            [[0, 0], [39000, 0], [39000, 9], [0, 8]],
            [[90, 6], [39990, -3], [39988, 15], [100, 3]],
            [[0, 0], [40, 0], [15, 10], [0, 40]],
            [[2e7, 0], [2e7 + 30, 0], [2e7 + 30, 40], [2e7, 40]],
        ]
    )
    for border in ("constant", "replicate"):
        options = {"border": border, "border_value": 9}
        if kernel == "opencv":
            with pytest.raises(ValueError, match=r"boxes\[0\] cannot be cut .* 32,766"):
                fastcv.image_crop(image, boxes, **options)
        else:
            assert_same(
                fastcv.image_crop(image, boxes, **options), numpy_crop(image, boxes, **options)
            )


def test_pages_longer_than_opencv_takes_refuse_what_they_cannot(rng):
    image = np.zeros((40000, 50), np.uint8)
    whole = [[[0, 0], [50, 0], [50, 39000], [0, 39000]]]
    leaving = [[[-5, 10], [30, 10], [30, 30], [-5, 30]]]
    concave = [[[0, 0], [40, 0], [15, 10], [0, 40]]]
    far = [[[0, 2e7], [40, 2e7], [40, 2e7 + 30], [0, 2e7 + 30]]]
    nearest, wrap = {"interpolation": "nearest"}, {"border": "wrap"}
    for boxes, options in ((whole, nearest), (concave, nearest), (far, wrap), (leaving, wrap)):
        with pytest.raises(ValueError, match=r"boxes\[0\] cannot be cut .* 32,766"):
            fastcv.image_crop(image, boxes, degenerate="empty", **options)
    assert fastcv.image_crop(image, leaving, border="replicate")[0].shape == (20, 35)


@pytest.mark.skipif(OPENCV_4, reason="for the record where OpenCV 5 is the one installed")
def test_how_far_opencv_5_is(page, page_boxes, record_property):
    """5.0.0 differs in 20 % of this page's values, by up to 5."""
    ours = fastcv.image_crop(page, page_boxes)
    theirs = cv2_crop(page, page_boxes)
    distance = np.concatenate(
        [np.abs(a.astype(int) - b).ravel() for a, b in zip(ours, theirs, strict=True)]
    )
    record_property("share_that_differs", float(np.mean(distance > 0)))
    record_property("largest_difference", int(distance.max()))
    print(
        f"OpenCV {cv2.__version__}: {np.mean(distance > 0):.1%} differ, by up to {distance.max()}"
    )
    assert np.median(distance) == 0
    assert distance.max() < 32
