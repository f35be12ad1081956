"""Boxes and border values, read in a thread with another floating-point mode."""

import numpy as np
import pytest

import fastcv
from float_modes import MODES, call_in, needs_modes

pytestmark = [needs_modes, pytest.mark.parametrize("mode", MODES)]


@pytest.mark.parametrize("value", [2**24 + 0.5, 2**24 + 1.5, -(2**24) - 1.5, 2**24 + 1])
def test_corners_are_rounded_to_the_nearest_float32(mode, value):
    """Messages show what was read; all neighbours in float32 are even ints here."""
    boxes = np.full((1, 4, 2), value)

    def read():
        with pytest.raises(ValueError, match=r"boxes\[0\] is under 2 px") as refusal:
            fastcv.crop_shapes(boxes)
        return str(refusal.value)

    text = str(int(np.float32(value)))
    assert text in read()
    assert text in call_in(mode, read)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_border_value_just_below_zero_is_refused(mode, dtype):
    page = np.zeros((40, 40), dtype)
    boxes = [[[5, 5], [30, 5], [30, 20], [5, 20]]]
    below = -5e-324

    def crop():
        with pytest.raises(ValueError, match=r"border_value .* is outside the image's dtype"):
            fastcv.image_crop(page, boxes, border_value=below)

    crop()
    call_in(mode, crop)
