"""What image_crop takes, what it refuses, and in which words."""

import resource
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import fastcv
import quads
from reference import assert_same, cv2_crop, is_solved_directly, numpy_crop

BOX = np.float32([[10, 10], [40, 12], [39, 25], [9, 23]])
CROPS = [fastcv.image_crop, fastcv.image_crop_openmp]


@pytest.fixture
def image(rng):
    return rng.integers(0, 255, (60, 80, 3), np.uint8)


both = pytest.mark.parametrize("crop", CROPS, ids=lambda f: f.__name__)


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
def test_every_crop_owns_its_memory(crop, image):
    crops = crop(image, [BOX, BOX])
    crops[0][:] = 7
    assert crops[0].flags.owndata
    assert crops[0].flags.c_contiguous
    assert crops[0].flags.writeable
    assert not np.array_equal(crops[0], crops[1])


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


# ---- anything at all ----

any_image = hnp.arrays(
    st.sampled_from([np.uint8, np.uint16, np.int16, np.float32, np.float64]),
    hnp.array_shapes(min_dims=2, max_dims=3, max_side=4),
)
any_boxes = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int32]),
    st.tuples(st.integers(0, 3), st.just(4), st.just(2)),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_image, any_boxes, st.data())
def test_no_input_ends_the_process(image, boxes, data):
    options = {
        "interpolation": data.draw(
            st.sampled_from(["linear", "nearest", "cubic", "area", "lanczos4"])
        ),
        "border": data.draw(
            st.sampled_from(["constant", "replicate", "reflect", "reflect101", "wrap"])
        ),
        "degenerate": "empty",
    }
    before = image.copy()
    fastcv.set_output_limits(crop_bytes=1 << 20, call_bytes=1 << 22)
    try:
        crops = fastcv.image_crop(image, boxes, **options)
    except ValueError as refusal:
        message = str(refusal)
    else:
        message = "limit"
        assert_same(fastcv.image_crop_openmp(image, boxes, num_threads=2, **options), crops)
        assert len(crops) == len(boxes)
    finally:
        fastcv.set_output_limits(crop_bytes=1 << 30, call_bytes=4 << 30)
    assert "limit" in message or "2**30 px or more" in message  # nothing else is refused
    np.testing.assert_array_equal(image, before)


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
