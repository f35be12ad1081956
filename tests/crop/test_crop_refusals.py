"""What image_crop refuses besides bad_inputs.py: code of the caller that interferes, limits."""

import numpy as np
import pytest

import fastcv
from bad_inputs import BOX, DEGENERATE, PAGE, TOO_LARGE
from conftest import both
from reference import assert_same


@both
@pytest.mark.parametrize("box", [box for boxes in DEGENERATE.values() for box in boxes], ids=str)
@pytest.mark.parametrize("shape", [(60, 80), (60, 80, 1), (60, 80, 3)])
def test_degenerate_boxes_can_be_left_empty(crop, box, shape):
    image = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    crops = crop(image, np.array([BOX, box, BOX]), degenerate="empty")
    assert crops[1].shape == (0, 0, *shape[2:])
    assert crops[1].dtype == image.dtype
    expected = crop(image, [BOX])[0]
    assert_same([crops[0], crops[2]], [expected, expected])


@both
def test_degenerate_boxes_can_be_left_out(crop):
    bad = [box for boxes in DEGENERATE.values() for box in boxes]
    boxes = np.array([*bad[:3], BOX, *bad[3:], BOX + 3, BOX, bad[0]], float)
    crops, indices = crop(PAGE, boxes, degenerate="skip")
    assert indices.tolist() == [3, len(bad) + 1, len(bad) + 2]
    assert indices.dtype == np.intp
    assert_same(crops, crop(PAGE, boxes[indices]))
    out = np.zeros(sum(each.size for each in crops), np.uint8)
    assert_same(crop(PAGE, boxes, degenerate="skip", out=out)[0], crops)
    assert_same([out], [np.concatenate([each.ravel() for each in crops])])
    shapes, same = fastcv.crop_shapes(boxes, degenerate="skip")
    assert shapes.tolist() == [list(each.shape[:2]) for each in crops]
    assert same.tolist() == indices.tolist()


@both
@pytest.mark.parametrize("boxes", [[], [np.zeros((4, 2))]])
def test_all_boxes_left_out(crop, boxes):
    crops, indices = crop(PAGE, boxes, degenerate="skip")
    assert crops == []
    assert indices.tolist() == []
    shapes, _ = fastcv.crop_shapes(boxes, degenerate="skip")
    assert shapes.shape == (0, 2)


def test_the_indices_are_those_of_batches():
    boxes = [BOX, np.zeros((4, 2)), BOX]
    (batch,) = fastcv.crop_batches(PAGE, boxes, degenerate="skip")
    assert sorted(batch.indices) == fastcv.image_crop(PAGE, boxes, degenerate="skip")[1].tolist()


def test_exceptions_of_an_arrays_own_are_passed_on():
    for error in (RuntimeError, ValueError):

        class Broken:
            def __array__(self, dtype=None, copy=None, error=error):
                raise error("device lost")

        for image, boxes in ((Broken(), [BOX]), (PAGE, Broken()), (PAGE, [BOX, Broken()])):
            with pytest.raises(error, match="device lost"):
                fastcv.image_crop(image, boxes)


# ---- the caller's code runs while arguments are read ----


class Hook:
    """A number and an array that runs an action when it is read."""

    def __init__(self, action, array=None):
        self.action, self.array = action, array

    def __float__(self):
        self.action()
        return 0.0

    def __array__(self, dtype=None, copy=None):
        self.action()
        return self.array


@both
@pytest.mark.filterwarnings("ignore:Setting the dtype:DeprecationWarning")
def test_the_image_may_change_its_dtype_while_arguments_are_read(crop):
    page = np.ones((300, 300))

    def change():
        page.dtype = np.uint8

    crops = crop(page, [BOX] * 40, border_value=Hook(change))
    assert crops[0].dtype == np.uint8
    assert_same(crops, crop(page, [BOX] * 40))


@both
def test_lists_may_be_emptied_while_they_are_read(crop, image):
    numbers, boxes = [], []
    numbers += [Hook(numbers.clear), 2.0, 3.0]
    assert_same(crop(image, [BOX], border_value=numbers), crop(image, [BOX]))
    boxes += [Hook(boxes.clear, BOX[:3]), BOX]
    with pytest.raises((TypeError, ValueError), match="boxes"):
        crop(image, boxes)


# ---- limits ----


@both
def test_a_side_of_more_than_a_thousand_million_px_is_refused(crop, image):
    with pytest.raises(ValueError, match=r"boxes\[0\] is 2\*\*30 px or more wide or high: \[\[-8"):
        crop(image, [TOO_LARGE], degenerate="empty")
    with pytest.raises(ValueError, match=r"boxes\[0\] is 2\*\*30 px or more"):
        crop(image, [TOO_LARGE], degenerate="skip")


@pytest.fixture
def limits():
    before = fastcv.get_output_limits()
    yield
    fastcv.set_output_limits(crop_bytes=before[0], call_bytes=before[1])


@both
@pytest.mark.usefixtures("limits")
def test_outputs_beyond_the_limits_are_refused_before_they_are_allocated(crop, image):
    huge = np.float32([[0, 0], [1e9, 0], [1e9, 1e9], [0, 1e9]])
    with pytest.raises(ValueError, match="limit"):
        crop(image, [BOX, huge], degenerate="empty")
    fastcv.set_output_limits(crop_bytes=30 * 13 * 3)
    crop(image, [BOX])
    fastcv.set_output_limits(crop_bytes=30 * 13 * 3 - 1)
    with pytest.raises(ValueError, match=r"30 x 13 px, over the limit of 1169 bytes a crop"):
        crop(image, [BOX])
    fastcv.set_output_limits(crop_bytes=1 << 40, call_bytes=3 * 30 * 13 * 3 - 1)
    crop(image, [BOX, BOX])
    with pytest.raises(ValueError, match=r"boxes\[0\] to boxes\[2\] make more than the limit"):
        crop(image, [BOX, BOX, BOX])


@pytest.mark.usefixtures("limits")
def test_a_crop_that_does_not_fit_in_memory_is_a_memory_error(image):
    fastcv.set_output_limits(crop_bytes=1 << 62, call_bytes=1 << 62)
    huge = np.float32([[0, 0], [1e9, 0], [1e9, 1e9], [0, 1e9]])
    with pytest.raises(MemoryError):
        fastcv.image_crop(image, [huge])
