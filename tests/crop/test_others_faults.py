"""Odd input that other libraries handle wrongly and fastcv must not.

More such input is tested elsewhere. bad_inputs.py has sizes of 0 (cv2.warpPerspective returns an
image of the source's size), NaN (zeros) and errors that leak. test_crop_input.py has swapped bytes
(silently wrong).
"""

import numpy as np
import pytest

import quads
from conftest import ROOT, both, run_python
from reference import BORDERS, INTERPOLATIONS, assert_same, numpy_crop


@both
@pytest.mark.parametrize("length", [32_766, 32_767, 65_537])
@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize("interpolation", ["nearest", "linear"])
def test_a_side_that_cv2_refuses(crop, rng, length, is_wide, interpolation):
    """cv2 raises an error from 32,767 px."""
    shape = (40, length, 3) if is_wide else (length, 40, 3)
    page = rng.integers(0, 256, shape, np.uint8)
    boxes = quads.turned(rng, 20, 40, 40) + rng.integers(0, length, (20, 1, 1)) * np.float32(
        [1, 0] if is_wide else [0, 1]
    )
    crops = crop(page, boxes, interpolation=interpolation)
    assert_same(crops, numpy_crop(page, boxes, interpolation))


@both
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_boxes_as_far_away_as_can_be(crop, image, interpolation, border):
    """Pillow aborted the process for some of these."""
    options = {"interpolation": interpolation, "border": border, "degenerate": "empty"}
    box = np.float64([[0, 0], [256, 0], [256, 64], [0, 64]])
    for far in (-(2**15), -1e6, -(2**24), -(2**29), 2**29):
        for way in ([far, 0], [0, far], [far, far]):
            (found,) = crop(image, [box + way], **options)  # empty where float32 merges corners
            if border == "constant":
                assert not found.any()
            elif interpolation == "nearest":
                assert np.isin(found, image).all()


def test_pages_of_one_pixel_side_by_side():
    """OpenCV 5 hangs for cubic with reflect101 on a page that is one pixel wide."""
    out = run_python(
        f"""
        import sys
        sys.path.insert(0, {str(ROOT / "tests")!r})
        import numpy as np, fastcv, quads
        from reference import BORDERS, INTERPOLATIONS, assert_same, numpy_crop
        rng = np.random.default_rng(3)
        done = 0
        for height, width in ((50, 1), (1, 50), (1, 1)):
            page = rng.integers(0, 256, (height, width, 3), np.uint8)
            boxes = quads.turned(rng, 12, width, height, size=(20, 9))
            wider = np.repeat(page, 300, axis=1) if width == 1 else page
            wider = np.repeat(wider, 300, axis=0) if height == 1 else wider
            for border in BORDERS:
                for interpolation in INTERPOLATIONS:
                    options = {{"interpolation": interpolation, "border": border}}
                    crops = fastcv.image_crop(page, boxes, **options)
                    if interpolation in ("nearest", "linear"):
                        assert_same(crops, numpy_crop(page, boxes, interpolation, border))
                    if border != "constant":  # every other border repeats the only pixel
                        assert_same(crops, fastcv.image_crop(wider, boxes, **options))
                    done += 1
        print(done)
        """
    )
    assert out == "75"
