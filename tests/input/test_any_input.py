"""Random input through Python: images of any layout, numbers of any bits, any options.

A call returns what it returns for a plain copy of its arguments, or refuses them by name. It never
changes them. FASTCV_EXAMPLES sets the number of examples.
"""

import os
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fastcv
from fastcv import _core
from reference import assert_same

# NumPy warns about signalling NaNs.
pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered in cast")

EXAMPLES = int(os.environ.get("FASTCV_EXAMPLES", "300"))
many = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

TAKEN = ["u1", "u1", "u1", "u1", "u2", "i2", "f4", "f8", ">u2", ">f8"]
DTYPES = [*TAKEN, *TAKEN, "i1", "i4", "u8", "f2", "?", "c8", "S3", "O", "M8[s]"]
INTERPOLATIONS = ["linear", "linear", "cubic", "nearest", "area", "lanczos4"]
BORDERS = ["constant", "replicate", "constant", "reflect", "reflect101", "wrap"]


@pytest.fixture(scope="module", autouse=True)
def small_outputs():
    fastcv.set_output_limits(crop_bytes=1 << 20, call_bytes=1 << 22)
    yield
    fastcv.set_output_limits(crop_bytes=1 << 30, call_bytes=4 << 30)


# ---- arrays ----


def reversed_rows(array):
    return array[::-1].copy()[::-1]


def every_second(array):
    wide = np.repeat(array, 2, axis=-1)
    return wide[..., ::2]


def within_a_larger_one(array):
    large = np.zeros([n + 3 for n in array.shape], array.dtype)
    inside = large[tuple(slice(2, n + 2) for n in array.shape)]
    inside[...] = array
    return inside


def unaligned(array):
    if array.dtype.hasobject:
        return array
    memory = np.zeros(array.nbytes + 1, np.uint8)
    shifted = memory[1:].view(array.dtype).reshape(array.shape)
    shifted[...] = array
    return shifted


def read_only(array):
    array = array.copy()
    array.setflags(write=False)
    return array


def one_value(array):
    """Broadcast: all strides are 0."""
    return np.broadcast_to(array.reshape(-1)[:1].reshape([1] * array.ndim), array.shape)


class Subclass(np.ndarray):
    pass


LAYOUTS = [
    lambda array: array,
    reversed_rows,
    np.asfortranarray,
    every_second,
    within_a_larger_one,
    unaligned,
    read_only,
    lambda array: array.view(Subclass),
    lambda array: array.swapaxes(0, -1).copy().swapaxes(0, -1),
]
AS_IS = LAYOUTS[0]


def fill(draw, shape, dtype):
    """Make an array of random bytes, or of zeros if the dtype does not allow any bytes."""
    array = np.zeros(shape, dtype)
    if not array.dtype.hasobject and array.dtype.kind not in "bM":
        rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
        levels = draw(st.sampled_from([256, 256, 2, 1]))
        array = np.frombuffer(
            rng.integers(0, levels, array.nbytes, np.uint8).tobytes(), array.dtype
        ).reshape(shape)
    return array


@st.composite
def images(draw):
    """Draw (image, plain copy of it)."""
    side = st.one_of(st.integers(1, 9), st.integers(1, 70), st.just(0))
    shape = [draw(side), draw(side)]
    if draw(st.booleans()):
        shape.append(draw(st.sampled_from([3, 3, 1, 4, 2, 5, 0])))
    if draw(st.integers(0, 40)) == 7:
        shape = draw(st.sampled_from([[], [5], [2, 2, 3, 1], [3, 3, 3, 3, 3]]))
    plain = fill(draw, shape, draw(st.sampled_from(DTYPES)))
    if plain.size == 0 or plain.ndim == 0:
        return plain, plain
    layout = draw(st.sampled_from([*LAYOUTS, one_value]))
    if layout is one_value:
        plain = one_value(plain).copy()
    return layout(plain), plain


@st.composite
def numbers(draw, shape):
    """Draw (array of that shape, plain copy), of any bits or of moderate numbers."""
    dtype = draw(st.sampled_from(["f4", "f4", "f8", "i4", "i8", "u1", ">f4", "f2"]))
    plain = fill(draw, shape, dtype)
    if draw(st.booleans()):
        rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
        spread = draw(st.sampled_from([8, 40, 90, 3000, 1e9]))
        plain = rng.normal(20, spread, shape)
        plain = np.round(plain * 4) / 4
        with np.errstate(all="ignore"):
            plain = plain.astype(dtype)
    if plain.size == 0:
        return plain, plain
    return draw(st.sampled_from(LAYOUTS))(plain), plain


@st.composite
def boxes(draw):
    count = draw(st.integers(0, 4))
    shape = (count, 4, 2)
    if draw(st.integers(0, 40)) == 7:
        shape = draw(st.sampled_from([(4, 2), (count, 4, 3), (count, 3, 2), (2,), (1, 2, 4, 2)]))
    given_boxes, plain = draw(numbers(shape))
    if plain.size and draw(st.integers(0, 5)) == 3:  # no boxes are [], whatever their shape was
        given_boxes = draw(st.sampled_from([list, tuple, np.ndarray.tolist]))(given_boxes)
    return given_boxes, plain


@st.composite
def crop_options(draw):
    options = {
        "interpolation": draw(st.sampled_from(INTERPOLATIONS)),
        "border": draw(st.sampled_from(BORDERS)),
        "degenerate": draw(st.sampled_from(["empty", "empty", "raise"])),
    }
    if draw(st.booleans()):
        options["border_value"] = draw(
            st.one_of(
                st.integers(0, 255),
                st.floats(),
                st.lists(st.integers(0, 300), max_size=5),
                st.sampled_from([-1, 1e300, 10**400, "7", None, (), np.array(3), b"x"]),
            )
        )
    if draw(st.integers(0, 30)) == 7:
        name = draw(st.sampled_from(["interpolation", "border", "degenerate", "border_value"]))
        options[name] = draw(st.sampled_from(["none", "", None, 3, b"linear", "linear\0", "é"]))
    return options


# ---- the tests ----


def attempt(function, *arguments, **options):
    """Return (result, None), or (None, refusal); a refusal names the function."""
    try:
        return function(*arguments, **options), None
    except (TypeError, ValueError, IndexError) as error:
        refusal = str(error)
    assert function.__name__ in refusal
    return None, refusal


def bits(value):
    return value.tobytes() if isinstance(value, np.ndarray) else repr(value)


def strip_name(text):
    """Remove what may differ between the refusals of an argument and of its copy."""
    return text and re.sub(r"^\w+: |dtype\(.*|, not .*|got .*", "", text)


@many
@given(images(), boxes(), crop_options(), st.data())
def test_crops(image, some_boxes, options, data):
    image, plain_image = image
    some_boxes, plain_boxes = some_boxes
    before = bits(image), bits(some_boxes)
    crops, refusal = attempt(fastcv.image_crop, image, some_boxes, **options)
    assert (bits(image), bits(some_boxes)) == before

    threads = data.draw(st.integers(1, 3))
    again, same = attempt(
        fastcv.image_crop_openmp, image, some_boxes, num_threads=threads, **options
    )
    assert strip_name(same) == strip_name(refusal)
    if crops is None:
        return
    assert_same(again, crops)
    plain, refused = attempt(fastcv.image_crop, plain_image, plain_boxes, **options)
    assert refused is None
    assert_same(plain, crops)
    size = sum(crop.size for crop in crops)
    out = np.full(size + 3, 7, plain_image.dtype.newbyteorder("="))
    assert_same(fastcv.image_crop(image, some_boxes, out=out, **options), crops)
    assert (out[size:] == 7).all()

    chosen = fastcv.build_info()["kernel"]
    try:
        for kernel in fastcv.build_info()["kernels"]:
            _core._set_kernel(kernel)
            assert_same(fastcv.image_crop(image, some_boxes, **options), crops)
    finally:
        _core._set_kernel(chosen)


@many
@given(
    images(),
    st.one_of(st.integers(-2, 300), st.sampled_from([None, 1.5, "3", 10**30, True])),
    st.sampled_from([1, 1, 2, None, 0, "2", 10**30]),
)
def test_colors(image, n, num_threads):
    image, plain = image
    before = bits(image)
    found, refusal = attempt(fastcv.main_colors, image, n, num_threads=num_threads)
    assert bits(image) == before
    if refusal is None:
        again = fastcv.main_colors(plain, n)
        np.testing.assert_array_equal(found.colors, again.colors)
        np.testing.assert_array_equal(found.counts, again.counts)
        has_alpha = plain.ndim == 3 and plain.shape[2] == 4
        pixels = (plain[..., 3] > 0).sum() if has_alpha else plain.shape[0] * plain.shape[1]
        assert found.counts.sum() == pixels if len(found.colors) < n else len(found.colors) == n


@st.composite
def polygon_sets(draw):
    count, vertices = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    if draw(st.booleans()):
        return draw(numbers((count, vertices, 2)))[0]
    shapes = [draw(st.integers(0, 5)) for _ in range(count)]
    polygons = [draw(numbers((n, draw(st.sampled_from([2, 2, 2, 3])))))[0] for n in shapes]
    if draw(st.booleans()):
        return polygons
    return [Polygon(*polygon.T[:2]) for polygon in polygons]


class Polygon:
    def __init__(self, x, y):
        self.x, self.y = x, y


@many
@given(
    polygon_sets(),
    st.integers(0, 4).flatmap(lambda n: numbers((n, 2))),
    st.one_of(st.floats(), st.sampled_from([3, "3", None, 10**400])),
)
def test_polygons(polygons, points, max_dist):
    points = points[0]
    best, refusal = attempt(fastcv.match_polygons, polygons, points, max_dist)
    index, no_index = attempt(fastcv.PolygonIndex, polygons)
    if refusal is not None:
        return
    assert no_index is None
    np.testing.assert_array_equal(index.match(points, max_dist), best)
    for point, i in zip(points, best, strict=True):
        close = fastcv.find_close_polygons(polygons, point, max_dist)
        assert bool(close) == (i >= 0)
        if close:
            ((_, chosen),) = fastcv.select_best_polygon([(point, close)])
            assert index.areas[i] == fastcv.PolygonIndex([chosen]).areas[0]
