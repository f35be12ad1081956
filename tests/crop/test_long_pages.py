"""Pages longer or larger than those that OpenCV accepts."""

import numpy as np
import pytest

import fastcv
import quads
from conftest import random_image
from reference import assert_same, cv2_crop, numpy_crop

pytestmark = pytest.mark.usefixtures("kernel")


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
    for box in boxes:  # only noise where the boxes are: the rest of the page takes no memory
        x0, y0 = np.clip(box.min(0).astype(int) - 9, 0, [width - 1, height - 1])
        x1, y1 = np.clip(box.max(0).astype(int) + 9, 1, [width, height])
        image[y0:y1, x0:x1] = random_image(rng, image[y0:y1, x0:x1].shape, np.uint8)
    options = {"border": border, "border_value": 9}
    assert_same(fastcv.image_crop(image, boxes, **options), numpy_crop(image, boxes, **options))


def test_boxes_nearly_degenerate_on_pages_longer_than_opencv_takes(rng, kernel):
    """OpenCV's matrix for such a box misses its corners: for half of the boxes by 4 px or more."""
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


@pytest.mark.opencv4
def test_a_page_of_more_than_2_gib(rng):
    image = np.zeros((26000, 30000, 3), np.uint8)  # only the boxes' corner takes memory
    corner = image[-120:, -400:]
    corner[:] = random_image(rng, corner.shape, np.uint8)
    boxes = quads.turned(rng, 30, 400, 120) + np.float32([30000 - 400, 26000 - 120])
    for options in ({}, {"interpolation": "cubic", "border": "replicate"}):
        assert_same(fastcv.image_crop(image, boxes, **options), cv2_crop(image, boxes, **options))


def test_whole_pages_longer_than_opencv_takes(rng, kernel):
    """fastcv's own kernels cut crops of any extent."""
    image = random_image(rng, (12, 40000), np.uint8)
    boxes = np.float32(
        [
            [[0, 0], [39000, 0], [39000, 9], [0, 8]],
            [[90, 6], [39990, -3], [39988, 15], [100, 9]],
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
