"""What image_crop refuses, and in which words; that what it refuses leaves no trace."""

import sys

import numpy as np
import pytest

import fastcv
from conftest import BOX, both
from reference import assert_same

# ---- degenerate boxes ----

NAN, INF = float("nan"), float("inf")
DEGENERATE = {
    "is under 2 px wide or high": [
        [[5, 5]] * 4,
        [[5, 5], [5, 5], [5, 20], [5, 20]],
        [[5, 5], [20, 5], [20, 5], [5, 5]],
        [[5, 5], [6, 5], [6, 20], [5, 20]],
        [[5, 5], [20, 5], [20, 6.9], [5, 6.9]],
    ],
    "has a corner that is not finite": [
        [[NAN, 5], [20, 5], [20, 20], [5, 20]],
        [[5, 5], [20, INF], [20, 20], [5, 20]],
        [[5, 5], [20, 5], [20, 20], [-INF, NAN]],
    ],
    "has a corner beyond ±2**30 px": [
        [[5, 5], [1e300, 5], [20, 20], [5, 20]],
        [[5, 5], [2e9, 5], [20, 20], [5, 20]],
        [[5, 5], [20, 5], [20, 20], [5, -(2**30) - 128]],
    ],
    "has three corners on a line": [
        [[0, 0], [10, 0], [20, 0], [0, 20]],
        [[0, 0], [10, 10], [20, 20], [0, 20]],
        [[0, 0], [20, 0], [20, 20], [0, 0]],
        [[0, 0], [30, 30], [20, 20], [10, 10]],
    ],
}
CASES = [(text, box) for text, boxes in DEGENERATE.items() for box in boxes]


@both
@pytest.mark.parametrize(("text", "box"), CASES)
def test_degenerate_boxes_are_named_by_index_and_value(crop, image, text, box):
    with pytest.raises(ValueError, match=r"boxes\[2\]") as caught:
        crop(image, [BOX, BOX, np.array(box), BOX])
    message = str(caught.value)
    assert message.startswith(f"{crop.__name__}: boxes[2] {text}: [[")
    assert f"[{np.float32(box[3][0]):.9g}, " in message


@both
@pytest.mark.parametrize(("text", "box"), CASES)
@pytest.mark.parametrize("shape", [(60, 80), (60, 80, 1), (60, 80, 3)])
def test_degenerate_boxes_can_be_left_empty(crop, text, box, shape):
    image = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    crops = crop(image, np.array([BOX, box, BOX]), degenerate="empty")
    assert crops[1].shape == (0, 0, *shape[2:])
    assert crops[1].dtype == image.dtype
    expected = crop(image, [BOX])[0]
    assert_same([crops[0], crops[2]], [expected, expected])


def test_a_box_that_the_solver_gives_up_on(image):
    """No three corners are on a line, yet a pivot is below 100 ε; cv2 then returns one colour."""
    box = np.float32([[1e9, 0], [1e9, 26.606119], [999999936, 297.50443], [999999936, 0]])
    with pytest.raises(ValueError, match=r"boxes\[0\] has no perspective transform: \[\[1"):
        fastcv.image_crop(image, [box])
    assert fastcv.image_crop(image, [box], degenerate="empty")[0].shape == (0, 0, 3)


# ---- refusals ----


def masked(image):
    return np.ma.masked_array(image, mask=False)


WRONG_IMAGES = [
    (
        TypeError,
        "must be an array of uint8, uint16, int16, float32 or float64, not int64",
        np.int64,
    ),
    (TypeError, "not bool", np.bool_),
    (TypeError, "not complex128", np.complex128),
    (TypeError, "not float16", np.float16),
    (TypeError, "not object", np.object_),
    (TypeError, "must be an array of .* not NoneType", lambda i: None),
    (TypeError, "must be an array of .* not str", lambda i: "page"),
    (TypeError, "must be an array of .* not bytes", lambda i: b"page"),
    (TypeError, "must be an array of .* not dict", lambda i: {"image": i}),
    (TypeError, "must be an array, not list", lambda i: [[1, 2], [3]]),
    (TypeError, "must be a plain array, not a masked one", masked),
    (ValueError, r"must be .* not shape \(1, 60, 80, 3\)", lambda i: i[None]),
    (ValueError, r"must be .* not shape \(80,\)", lambda i: i[0, :, 0]),
    (ValueError, r"must be .* not shape \(\)", lambda i: np.uint8(3)),
    (ValueError, r"have at least one pixel, not shape \(0, 80, 3\)", lambda i: i[:0]),
    (ValueError, r"have at least one pixel, not shape \(60, 80, 0\)", lambda i: i[..., :0]),
    (ValueError, r"have 1 to 4 channels, not shape \(60, 80, 6\)", lambda i: np.dstack([i, i])),
]

WRONG_BOXES = [
    (ValueError, r"boxes must have shape \(n, 4, 2\), one box as \[box\], not shape \(4, 2\)", BOX),
    (ValueError, r"boxes must have shape \(n, 4, 2\), not shape \(1, 8\)", BOX.reshape(1, 8)),
    (ValueError, r"boxes must have shape \(n, 4, 2\), not shape \(0, 8\)", np.zeros((0, 8))),
    (ValueError, r"boxes\[1\] must have shape \(4, 2\), not shape \(3, 2\)", [BOX, BOX[:3]]),
    (ValueError, r"boxes\[1\] must have shape \(4, 2\), not shape \(\)", [BOX, 7]),
    (ValueError, r"boxes\[0\] .* got \[\[1, 2\], \[3\]\]", [[[1, 2], [3]], BOX]),
    (ValueError, r"one box as \[box\], not shape \(4, 2\)", BOX.tolist()),
    (TypeError, r"boxes\[1\] must hold ints or floats, not NoneType", [BOX, None]),
    (TypeError, r"boxes\[1\] must hold ints or floats, not <U1", [BOX, np.full((4, 2), "1")]),
    (TypeError, "boxes must hold ints or floats, not NoneType", None),
    (TypeError, "boxes must hold ints or floats, not dict", {"boxes": [BOX]}),
    (TypeError, "boxes must hold ints or floats, not generator", (box for box in [BOX])),
    (TypeError, "boxes must hold ints or floats, not bool", np.ones((1, 4, 2), bool)),
    (TypeError, "boxes must hold ints or floats, not complex64", BOX[None] + np.complex64(0)),
    (TypeError, "boxes must be a plain array, not a masked one", masked(BOX[None])),
    (TypeError, r"boxes\[1\] must be a plain array, not a masked one", [BOX, masked(BOX)]),
]

WRONG_OPTIONS = [
    (ValueError, "must be \"nearest\", .* got 'bilinear'", {"interpolation": "bilinear"}),
    (TypeError, "interpolation must be a str, not int", {"interpolation": 1}),
    (ValueError, "must be \"constant\", .* got 'mirror'", {"border": "mirror"}),
    (ValueError, 'must be "raise" or "empty", got \'skip\'', {"degenerate": "skip"}),
    (ValueError, "border_value 256.0 is outside the image's dtype", {"border_value": 256}),
    (ValueError, "border_value -1.0 is outside", {"border_value": (0, -1, 0)}),
    (ValueError, "border_value nan is outside", {"border_value": NAN}),
    (ValueError, r"one number a channel \(3\), got 2 numbers", {"border_value": (1, 2)}),
    (ValueError, "one number a channel, got 5 numbers", {"border_value": (1,) * 5}),
    (ValueError, "one number a channel, got 0 numbers", {"border_value": ()}),
    (ValueError, "border_value is outside every dtype", {"border_value": 10**5000}),
    (TypeError, "border_value must be a number .* not str", {"border_value": "white"}),
    (TypeError, "border_value must be a number .* not bytes", {"border_value": b"abc"}),
    (TypeError, "border_value must be a number .* not NoneType", {"border_value": None}),
    (TypeError, "unexpected|invalid keyword", {"flags": 1}),
]


def assert_refused(error, text, crop, image, *arguments, **options):
    before = image.copy() if isinstance(image, np.ndarray) else None
    with pytest.raises(error, match=text) as caught:
        crop(image, *arguments, **options)
    assert crop.__name__ in str(caught.value)
    if before is not None:
        assert image.tobytes() == before.tobytes()


@both
@pytest.mark.parametrize(("error", "text", "spoil"), WRONG_IMAGES)
def test_wrong_images_are_refused(crop, image, error, text, spoil):
    wrong = image.astype(spoil) if isinstance(spoil, type) else spoil(image)
    assert_refused(error, f"image {text}" if "must" in text else text, crop, wrong, [BOX])


@both
@pytest.mark.parametrize(("error", "text", "boxes"), WRONG_BOXES)
def test_wrong_boxes_are_refused(crop, image, error, text, boxes):
    assert_refused(error, text, crop, image, boxes)


@both
@pytest.mark.parametrize(("error", "text", "options"), WRONG_OPTIONS)
def test_wrong_options_are_refused(crop, image, error, text, options):
    assert_refused(error, text, crop, image, [BOX], **options)


@both
def test_a_wrong_number_of_arguments_is_refused(crop, image):
    assert_refused(TypeError, "takes at most|positional", crop, image, [BOX], "linear")
    assert_refused(TypeError, "missing|required", crop, image)


@pytest.mark.parametrize("value", [0, -1, 1025, 10**30, 10**5000], ids=range(5))
def test_thread_counts_out_of_range(image, value):
    shown = min(value, sys.maxsize)
    with pytest.raises(ValueError, match=f"num_threads must be from 1 to 1024, got {shown}"):
        fastcv.image_crop_openmp(image, [BOX], num_threads=value)


@pytest.mark.parametrize("value", [1.0, "2", [1]])
def test_thread_counts_of_the_wrong_type(image, value):
    with pytest.raises(TypeError, match="num_threads must be an int or None, not"):
        fastcv.image_crop_openmp(image, [BOX], num_threads=value)


def test_exceptions_of_an_arrays_own_are_passed_on():
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("device lost")

    with pytest.raises(RuntimeError, match="device lost"):
        fastcv.image_crop(Broken(), [BOX])


# ---- code of the caller's that runs while arguments are read ----


class Hook:
    """A number, and an array, that does something when it is read."""

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
    huge = np.float32([[-8e8, 0], [8e8, 0], [8e8, 9], [-8e8, 9]])
    with pytest.raises(ValueError, match=r"boxes\[0\] is 2\*\*30 px or more wide or high: \[\[-8"):
        crop(image, [huge], degenerate="empty")


@pytest.fixture
def limits():
    before = fastcv.get_output_limits()
    yield
    fastcv.set_output_limits(crop_bytes=before[0], call_bytes=before[1])


@both
@pytest.mark.usefixtures("limits")
def test_outputs_beyond_the_limits_are_refused_before_they_are_allocated(crop, image):
    huge = np.float32([[0, 0], [1e9, 0], [1e9, 1e9], [0, 1e9]])
    with pytest.raises(ValueError, match=r"boxes\[1\] makes a crop of 1000000000 x 1000000000 px"):
        crop(image, [BOX, huge])
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
def test_limits_are_checked_whole_or_not_at_all():
    before = fastcv.get_output_limits()
    for error, value in ((TypeError, "1"), (TypeError, 1.5), (ValueError, -1)):
        with pytest.raises(error, match="set_output_limits: call_bytes must"):
            fastcv.set_output_limits(crop_bytes=5, call_bytes=value)
        assert fastcv.get_output_limits() == before


@pytest.mark.usefixtures("limits")
def test_a_crop_that_does_not_fit_in_memory_is_a_memory_error(image):
    fastcv.set_output_limits(crop_bytes=1 << 62, call_bytes=1 << 62)
    huge = np.float32([[0, 0], [1e9, 0], [1e9, 1e9], [0, 1e9]])
    with pytest.raises(MemoryError):
        fastcv.image_crop(image, [huge])
