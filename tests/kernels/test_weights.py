"""The table of bicubic weights is the same, whichever floating-point mode its maker was in."""

import platform

import pytest

from conftest import linux, run_python

MODES = {  # fenv.h: upward, downward, toward zero
    "x86_64": (0x800, 0x400, 0xC00),
    "aarch64": (0x400000, 0x800000, 0xC00000),
}

CODE = """
    import ctypes, hashlib
    import numpy as np
    import fastcv

    def cut(side):
        image = np.random.default_rng(7).integers(0, 256, (200, 300, 3), np.uint8)
        y, x = np.divmod(np.arange(200), 20)
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
        start = np.stack([x * 13.03 + 5, y * 15.07 + 5], axis=-1)
        boxes = np.float32(start[:, None] + corners * side)
        return fastcv.image_crop(image, boxes, interpolation="cubic")

    mode = MODE
    libm = ctypes.CDLL("libm.so.6")
    assert libm.fesetround(mode) == 0
    cut(3.5)  # makes the table; these crops do not matter
    assert libm.fegetround() == mode
    assert libm.fesetround(0) == 0
    print(hashlib.sha256(b"".join(crop.tobytes() for crop in cut(20.3))).hexdigest())
"""


@pytest.mark.rest
@linux
@pytest.mark.skipif(platform.machine() not in MODES, reason="modes have other numbers")
def test_the_weights_do_not_depend_on_the_rounding_mode():
    expected = run_python(CODE.replace("MODE", "0"))
    for mode in MODES[platform.machine()]:
        assert run_python(CODE.replace("MODE", str(mode))) == expected, hex(mode)
