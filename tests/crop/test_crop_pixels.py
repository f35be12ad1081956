"""Crops equal those of OpenCV 4.x byte for byte: real pages, odd sizes, extreme boxes."""

import cv2
import numpy as np
import pytest

import fastcv
import quads
from conftest import OPENCV_4, random_image, read_boxes, real_pages
from reference import (
    BORDERS,
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
    """Edges of 3-4-5 triangles, some in hundredths: their length is cut to whole px."""
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
    """fastcv moves far positions close to the page, because OpenCV mirrors them step by step."""
    image = random_image(rng, (*shape, 3), np.uint8)
    boxes = quads.turned(rng, 12, 600, 600) + np.float32([-300, -300])
    for interpolation in INTERPOLATIONS:
        options = {"interpolation": interpolation, "border": border}
        assert_same(fastcv.image_crop(image, boxes, **options), cv2_crop(image, boxes, **options))


def test_boxes_that_have_the_origin_behind_their_vanishing_line(rng):
    """Far from the origin, slight perspective makes W negative all over the box."""
    image = random_image(rng, (3000, 3000), np.uint8)
    boxes = quads.turned(rng, 300, 3000, 3000, degrees=5, size=(90, 35))
    boxes += rng.uniform(-1.5, 1.5, boxes.shape).astype(np.float32)
    behind = [box for box in boxes if crop_inverse(box)[8] < 0]
    assert len(behind) > 30
    assert_same(fastcv.image_crop(image, behind), numpy_crop(image, behind))


def opposite_sides_meeting_at(apex, left, right, top, stretch):
    """A trapezoid whose vanishing line is at the level of the apex."""
    upper = np.array([[left, top], [right, top]])
    lower = apex + (upper - apex) * stretch
    return np.float32([*upper, *lower[::-1]])


@opencv4
def test_a_box_whose_vanishing_line_passes_through_the_origin(rng):
    """The matrix's last element is 0. The 8×8 system is singular, but the crop exists."""
    image = random_image(rng, (1100, 1300, 3), np.uint8)
    box = opposite_sides_meeting_at([640, 0], 320, 960, 512, 2)
    assert not is_solved_directly(box)
    for interpolation in INTERPOLATIONS:
        crops = fastcv.image_crop(image, [box], interpolation=interpolation)
        assert_same(crops, cv2_crop(image, [box], interpolation))


@opencv4
def test_boxes_whose_vanishing_line_passes_near_the_origin(rng):
    """OpenCV falls back to an SVD, fastcv to another solver. They differ only at rounding ties."""
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


@pytest.mark.skipif(OPENCV_4, reason="records how far OpenCV 5 is, where that is installed")
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
