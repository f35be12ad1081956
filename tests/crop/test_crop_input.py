"""What image_crop accepts: images of any layout, boxes in any container, any finite box."""

import resource
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import fastcv
import quads
from conftest import BOX, both
from reference import assert_same, cv2_crop, is_solved_directly, numpy_crop

NAN, INF = float("nan"), float("inf")

# ---- layouts ----

LAYOUTS = {
    "rows reversed": lambda a: a[::-1],
    "columns reversed": lambda a: a[:, ::-1],
    "channels reversed": lambda a: a[..., ::-1],
    "every other row": lambda a: a[::2],
    "every other column": lambda a: a[:, ::2],
    "a region": lambda a: a[3:50, 5:70],
    "first two channels": lambda a: a[..., :2],
    "one channel of three": lambda a: a[..., 1],
    "transposed": lambda a: a.transpose(1, 0, 2),
    "Fortran order": np.asfortranarray,
    "one row repeated": lambda a: np.broadcast_to(a[0], a.shape),
    "one pixel repeated": lambda a: np.broadcast_to(a[:1, :1], a.shape),
    "overlapping rows": lambda a: np.lib.stride_tricks.as_strided(a, (40, 60, 3), (30, 3, 1)),
    "one row": lambda a: a[:1],
    "one column": lambda a: a[:, :1],
    "a new last axis": lambda a: a[..., 0][..., None],
}


@both
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float64])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_gives_the_pixels_of_a_contiguous_copy(crop, image, layout, dtype):
    view = LAYOUTS[layout](image.astype(dtype))
    before = view.copy()
    boxes = [BOX, BOX + 7]
    assert_same(crop(view, boxes), crop(np.ascontiguousarray(view), boxes))
    np.testing.assert_array_equal(view, before)


@both
@pytest.mark.parametrize("dtype", [">u2", ">i2", ">f4", ">f8"])
def test_swapped_bytes(crop, image, dtype):
    assert_same(crop(image.astype(dtype), [BOX]), crop(image.astype(dtype[1:]), [BOX]))


@both
def test_unaligned_memory(crop, image):
    raw = np.zeros(image.size * 4 + 1, np.uint8)
    shifted = raw[1:].view(np.float32).reshape(image.shape)
    shifted[...] = image
    assert_same(crop(shifted, [BOX]), crop(image.astype(np.float32), [BOX]))


@both
def test_rows_whose_stride_is_no_multiple_of_the_item(crop):
    raw = np.arange(60 * 161, dtype=np.uint8).reshape(60, 161)
    odd = np.ndarray((60, 80), np.uint16, raw, 0, (161, 2))
    assert_same(crop(odd, [BOX]), crop(odd.copy(), [BOX]))


@both
def test_read_only_and_subclasses_and_protocols(crop, image):
    expected = crop(image, [BOX])
    image.setflags(write=False)

    class Subclass(np.ndarray):
        pass

    class ArrayProtocol:
        def __array__(self, dtype=None, copy=None):
            return image

    for other in (image, image.view(Subclass), ArrayProtocol(), memoryview(image)):
        crops = crop(other, [BOX])
        assert_same(crops, expected)
        assert type(crops[0]) is np.ndarray


@pytest.mark.own_process
def test_an_image_with_contiguous_rows_is_not_copied():
    wide = np.zeros((3000, 4000, 3), np.uint8)[:, 5:3900]
    tracemalloc.start()
    fastcv.image_crop(wide, [BOX])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


# ---- boxes ----

BOXES = {
    "float32 array": lambda b: np.array(b, np.float32),
    "float64 array": lambda b: np.array(b, np.float64),
    "float16 array": lambda b: np.array(b, np.float16),
    "long double array": lambda b: np.array(b, np.longdouble),
    "int64 array": lambda b: np.array(b, np.int64),
    "uint8 array": lambda b: np.array(b, np.uint8),
    "big-endian array": lambda b: np.array(b, ">f4"),
    "list of arrays": lambda b: [np.array(x, np.float32) for x in b],
    "list of arrays of different dtypes": lambda b: [np.array(b[0], np.int16), np.float64(b[1])],
    "nested lists": lambda b: np.array(b).tolist(),
    "nested tuples": lambda b: tuple(tuple(map(tuple, x)) for x in np.array(b).tolist()),
    "Fortran order": lambda b: np.asfortranarray(np.array(b, np.float32)),
    "reversed view": lambda b: np.array(b[::-1], np.float32)[::-1],
}


@both
@pytest.mark.parametrize("kind", BOXES)
def test_kinds_of_box_containers(crop, image, kind):
    boxes = [BOX.astype(int), BOX.astype(int) + 5]
    assert_same(crop(image, BOXES[kind](boxes)), numpy_crop(image, boxes))


@both
@pytest.mark.parametrize("empty", [[], (), np.zeros((0, 4, 2)), np.zeros((0, 4, 2), np.int32)])
def test_no_boxes(crop, image, empty):
    assert crop(image, empty) == []


@both
def test_results_are_in_box_order_whatever_that_is(crop, image, rng):
    boxes = quads.upright(rng, 200, 80, 60, size=(20, 10))
    order = rng.permutation(200)
    crops = crop(image, boxes)
    assert_same(crop(image, boxes[order]), [crops[i] for i in order])


def test_float64_boxes_are_rounded_to_float32(image):
    boxes = BOX[None].astype(np.float64) + 1 / 3
    assert_same(fastcv.image_crop(image, boxes), fastcv.image_crop(image, boxes.astype(np.float32)))


@both
def test_every_crop_has_memory_to_itself(crop, image):
    crops = crop(image, [BOX, BOX])
    crops[0][:] = 7
    assert crops[0].flags.c_contiguous
    assert crops[0].flags.writeable
    assert not np.array_equal(crops[0], crops[1])


# ---- border values ----


def test_a_single_border_value_fills_every_channel(image):
    far = BOX[None] + 5000
    for value in (7, 7.0, np.uint8(7), np.array(7), [7, 7, 7], (7, 7, 7), np.array([7, 7, 7])):
        assert (fastcv.image_crop(image, far, border_value=value)[0] == 7).all()
    crop = fastcv.image_crop(image, far, border_value=(1, 2, 3))[0]
    assert (crop == (1, 2, 3)).all()


def test_border_values_of_floats_may_be_anything_a_float_holds(image):
    far = BOX[None] + 5000
    for value in (NAN, INF, -1e30):
        crop = fastcv.image_crop(image.astype(np.float32), far, border_value=value)[0]
        np.testing.assert_array_equal(crop, np.float32(value))
    with pytest.raises(ValueError, match="outside the image's dtype"):
        fastcv.image_crop(image.astype(np.float32), far, border_value=1e300)


# ---- any box ----

coordinates = st.floats(-50, 130, width=32)


@pytest.mark.opencv4
@settings(max_examples=300, deadline=None)
@given(hnp.arrays(np.float32, (2, 4, 2), elements=coordinates), st.booleans())
def test_any_box_near_the_page_equals_cv2(boxes, cubic):
    image = np.random.default_rng(1).integers(0, 255, (80, 90, 3), np.uint8)
    boxes = [box for box in quads.well_formed(boxes) if is_solved_directly(box)]
    interpolation = "cubic" if cubic else "linear"
    crops = fastcv.image_crop(image, boxes, interpolation=interpolation)
    assert_same(crops, cv2_crop(image, boxes, interpolation))


# ---- nothing is lost ----


@pytest.mark.rest
@pytest.mark.own_process
def test_references_and_memory_stay_flat_over_ten_thousand_calls(image):
    boxes = np.stack([BOX, BOX])
    bad = np.stack([BOX, BOX * 0])
    none = [BOX, None]
    arguments = (image, boxes, bad, none)

    def calls(n):
        for _ in range(n):
            fastcv.image_crop(image, boxes)
            fastcv.image_crop(image[:, ::-1], boxes)
            fastcv.image_crop_openmp(image, boxes, num_threads=2)
            fastcv.image_crop(image, bad, degenerate="empty")
            for wrong in (bad, none):
                with pytest.raises((TypeError, ValueError)):
                    fastcv.image_crop(image, wrong)

    calls(300)
    counts = [sys.getrefcount(a) for a in arguments]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    calls(10_000)
    assert [sys.getrefcount(a) for a in arguments] == counts
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 2048  # KiB
