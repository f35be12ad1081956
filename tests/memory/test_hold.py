"""ndarray.__setstate__ replaces an array's memory, also while a call reads it."""

import weakref

import numpy as np
import pytest

import fastcv
from conftest import BOX, both, linux, run_python
from reference import assert_same


@pytest.mark.rest
@linux
@pytest.mark.parametrize("what", ["np.full", "np.frombuffer"])
@pytest.mark.alone
def test_a_view_that_drops_its_owner_during_the_call(what):
    """The call keeps the owner; __setstate__ does not refuse."""
    out = run_python(
        f"""
        import mmap, signal, weakref
        import numpy as np, fastcv
        SIZE = 600 * 600 * 4 * 8
        if {what!r} == "np.full":
            owner = np.full(SIZE // 8, 5.0)
        else:
            owner = np.frombuffer(mmap.mmap(-1, SIZE))
            owner[:] = 5
        image = owner.reshape(600, 600, 4)
        weak = weakref.ref(owner)
        del owner
        seen = []
        def handler(*_):
            image.__setstate__((1, (1, 1), np.dtype(np.uint8), False, b"x"))
            seen.append(weak() is not None)
        signal.signal(signal.SIGALRM, handler)
        box = np.float32([[9, 9], [500, 9], [500, 500], [9, 500]])
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        crops = fastcv.image_crop(image, [box] * 30, interpolation="lanczos4")
        assert seen == [True], seen
        assert weak() is None
        assert image.shape == (1, 1)
        for crop in crops:
            assert np.allclose(crop, 5)
        """
    )
    assert out == ""


@both
def test_an_array_replaced_while_arguments_are_read(crop, image):
    """Before the image is looked at, it may become another."""
    page, other = image.copy(), np.ascontiguousarray(image[::-1])
    state = (1, other.shape, other.dtype, False, other.tobytes())

    class Boxes:
        def __array__(self, dtype=None, copy=None):
            page.__setstate__(state)
            return np.stack([BOX])

    assert_same(crop(page, Boxes()), crop(other, [BOX]))


def test_nothing_makes_numpy_refuse():
    """So a call cannot protect an array that owns its memory (docs/memory.md)."""
    array = np.arange(10)
    holds = array[2:], memoryview(array), weakref.ref(array)  # they dangle, and are never read
    array.setflags(write=False)
    array.__setstate__((1, (2,), np.dtype(np.uint8), False, b"ab"))
    del holds
    assert array.tobytes() == b"ab"
    assert fastcv.main_colors(array[None]).counts.tolist() == [1, 1]
