"""detector_input: the tensors of the OCR projects' detectors, byte for byte."""

import gc
from dataclasses import FrozenInstanceError, replace
from functools import partial

import numpy as np
import pytest

import fastcv
import reference_detector_input as reference
from float_modes import MODES, call_in, needs_modes

SPECS = fastcv.DETECTOR_INPUTS
RAPIDOCR, PADDLEX = SPECS["rapidocr"], SPECS["paddlex"]
TINY = replace(RAPIDOCR, limit_type="stretch", size=(64, 96))

VARIANTS = {
    "rapidocr, max": (
        replace(RAPIDOCR, limit_type="max", limit_side_len=200),
        partial(reference.rapidocr, limit=200, kind="max"),
    ),
    "rapidocr, min, ImageNet": (
        replace(RAPIDOCR, limit_side_len=90, mean=reference.IMAGENET[0], std=reference.IMAGENET[1]),
        partial(
            reference.rapidocr, limit=90, mean=reference.IMAGENET[0], std=reference.IMAGENET[1]
        ),
    ),
    "paddleocr, longer side": (
        replace(SPECS["paddleocr"], limit_type="resize_long", limit_side_len=333.5),
        partial(reference.paddleocr, limit=333.5, kind="resize_long"),
    ),
    "paddleocr, max": (
        replace(SPECS["paddleocr"], limit_side_len=160),
        partial(reference.paddleocr, limit=160),
    ),
    "paddlex, most": (
        replace(PADDLEX, max_side_limit=150),
        partial(reference.paddlex, most=150),
    ),
    "easyocr, canvas": (
        replace(SPECS["easyocr"], limit_side_len=144),
        partial(reference.easyocr, canvas=144),
    ),
    "easyocr, magnified": (
        replace(SPECS["easyocr"], limit_side_len=300, magnification=1.7),
        partial(reference.easyocr, canvas=300, magnification=1.7),
    ),
    "onnxtr, small": (
        replace(SPECS["onnxtr"], size=(96, 131)),
        partial(reference.onnxtr, height=96, width=131),
    ),
}
PIXELS = {
    "fixed": (
        {"limit_type": "stretch", "size": (70, 123)},
        partial(reference.paddle_fixed, height=70, width=123),
    ),
    "height": (
        {"limit_type": "height", "limit_side_len": 75},
        partial(reference.paddle_fixed, height=75, width=0, keep_ratio=True),
    ),
    "resize_long": (
        {
            "limit_type": "resize_long", "limit_side_len": 190, "multiple": 128,
            "rounding": "ceil", "min_side": 0,
        },
        partial(reference.paddle_long, side=190),
    ),
}  # fmt: skip


def make_page(rng, height, width, channels=3):
    return rng.integers(0, 256, (height, width, channels), np.uint8)


def random_pages(rng, count, most=400):
    for k in range(count):
        sides = rng.integers(1, 40 if k % 4 == 0 else most, 2).tolist()
        yield make_page(rng, *sides)


def assert_same(found, expected, spec=None):
    tensor, ratio = found
    right, right_ratio = expected
    assert (tensor.shape, tensor.dtype) == (right.shape, right.dtype)
    assert tensor.tobytes() == right.tobytes(), spec
    assert ratio == right_ratio


def check(page, spec, oracle, **options):
    """Compare with the oracle; a page of which a side comes to 0 must be refused."""
    try:
        expected = oracle(page)
    except Exception:
        with pytest.raises(ValueError, match=r"comes to a (height|width) of 0 px"):
            fastcv.detector_input(page, spec=spec, **options)
    else:
        assert_same(fastcv.detector_input(page, spec=spec, **options), expected, spec)


# ---- bytes ----


@pytest.mark.parametrize("name", VARIANTS)
def test_rules_of_the_projects(name, kernel, rng):
    spec, oracle = VARIANTS[name]
    for threads, page in enumerate(random_pages(rng, 7)):
        check(page, spec, oracle, num_threads=threads % 3 + 1)


@pytest.mark.parametrize("name", SPECS)
def test_presets(name, rng):
    check(make_page(rng, 301, 420), name, reference.PROJECTS[name])


@pytest.mark.parametrize("name", PIXELS)
def test_other_sizes_of_paddleocr(name, rng):
    fields, oracle = PIXELS[name]
    spec = replace(SPECS["paddleocr"], dtype="uint8", layout="NHWC", **fields)
    for page in random_pages(rng, 8):
        pixels, ratio = oracle(page)
        assert_same(fastcv.detector_input(page, spec=spec), (pixels[np.newaxis], ratio))


@pytest.mark.parametrize("name", ["rapidocr, max", "paddlex, most", "onnxtr, small"])
def test_dtypes_and_layouts(name, kernel, rng):
    spec, oracle = VARIANTS[name]
    page = make_page(rng, 170, 260)
    right, ratio = oracle(page)
    half = fastcv.detector_input(page, spec=replace(spec, dtype="float16"))
    assert_same(half, (right.astype(np.float16), ratio))
    last = fastcv.detector_input(page, spec=replace(spec, layout="NHWC"))
    assert_same(last, (np.ascontiguousarray(right.transpose(0, 2, 3, 1)), ratio))
    pixels = fastcv.detector_input(page, spec=replace(spec, dtype="uint8")).tensor
    table = spec.table()
    for c in range(3):
        assert table[c][pixels[:, c]].tobytes() == right[:, c].tobytes()


def test_halved_sizes_and_sizes_that_stay(kernel, rng):
    """cv2 takes INTER_AREA for the first and copies for the second."""
    page = make_page(rng, 128, 192)
    for size in ((64, 96), (128, 192), (64, 192), (256, 384)):
        spec = replace(TINY, size=size, dtype="uint8", layout="NHWC")
        expected = reference.resized(page, *size)[0][np.newaxis]
        assert fastcv.detector_input(page, spec=spec).tensor.tobytes() == expected.tobytes()


def test_channels_and_strides(kernel, rng):
    page = make_page(rng, 90, 150, 4)
    right = reference.resized(np.ascontiguousarray(page[:, :, :3]), 64, 96)[0]
    pixels = replace(TINY, dtype="uint8", layout="NHWC")
    wide = np.zeros((95, 333, 4), np.uint8)
    wide[3:93, 11:311:2] = page
    for same in (
        page,
        page[:, :, :3],
        page[::-1].copy()[::-1],
        page[:, ::-1].copy()[:, ::-1],
        page.transpose(1, 0, 2).copy().transpose(1, 0, 2),
        wide[3:93, 11:311:2],
    ):
        assert fastcv.detector_input(same, spec=pixels).tensor.tobytes() == right.tobytes()
    rgb = fastcv.detector_input(page, spec=replace(pixels, channels="rgb")).tensor
    assert rgb.tobytes() == right[:, :, ::-1].tobytes()
    one = np.ascontiguousarray(page[:, :, 1])
    for gray in (one, one[:, :, np.newaxis]):
        for channels, count in (("bgr", 3), ("rgb", 3), ("gray", 1)):
            found = fastcv.detector_input(gray, spec=replace(pixels, channels=channels)).tensor
            expected = np.repeat(reference.resized(one, 64, 96)[0], count, axis=2)
            assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("size", [(20, 9000), (40_000, 21)])
def test_wide_and_tall_pages(size, rng):
    page = make_page(rng, *size)
    spec = replace(RAPIDOCR, limit_side_len=32, dtype="uint8", layout="NHWC")
    height, width = spec.geometry(*size).tensor
    assert max(height, width) > 14_000
    expected = reference.resized(page, height, width)[0]
    for threads in (1, 2):
        found = fastcv.detector_input(page, spec=spec, num_threads=threads).tensor
        assert found.tobytes() == expected.tobytes()


@needs_modes
def test_other_modes_of_floats(rng):
    """The pixels do not depend on the mode. Tables and sizes are NumPy's and Python's."""
    page = make_page(rng, 120, 210)
    for filter in ("linear", "pillow_bilinear"):
        spec = replace(PADDLEX, limit_type="stretch", size=(64, 96), filter=filter)
        expected = fastcv.detector_input(page, spec=spec).tensor.tobytes()
        for mode in MODES:
            found = call_in(mode, lambda s=spec: fastcv.detector_input(page, spec=s).tensor)
            assert found.tobytes() == expected


# ---- lists of pages, out, memory ----


def test_a_list_of_pages(rng):
    pages = [make_page(rng, *sides) for sides in ((90, 130), (64, 96), (5, 7))]
    tensor, ratios = fastcv.detector_input(pages, spec=TINY, num_threads=2)
    assert tensor.shape == (3, 3, 64, 96)
    for k, page in enumerate(pages):
        one, ratio = fastcv.detector_input(page, spec=TINY)
        assert tensor[k].tobytes() == one.tobytes()
        assert ratios[k] == ratio
    assert fastcv.detector_input(tuple(pages), spec=TINY).ratio == ratios
    small = [make_page(rng, 20, 31), make_page(rng, 32, 32), make_page(rng, 33, 30)]
    tensor, ratios = fastcv.detector_input(small, spec="paddlex")
    assert ratios[0] == (2.0, 2.0)
    for k, page in enumerate(small):
        assert tensor[k : k + 1].tobytes() == reference.paddlex(page)[0].tobytes()


def test_pages_of_two_sizes_are_refused(rng):
    pages = [make_page(rng, 64, 96), make_page(rng, 96, 64)]
    with pytest.raises(ValueError, match=r"image\[1\] comes to 96 x 64 px, but image\[0\] to 64 x"):
        fastcv.detector_input(pages, spec=replace(RAPIDOCR, limit_side_len=10))


def test_out(rng):
    page = make_page(rng, 90, 130)
    right = fastcv.detector_input(page, spec=TINY).tensor
    for shape in (right.shape, right.size, right.size + 9):
        out = np.full(shape, 7, np.float32)
        tensor = fastcv.detector_input(page, spec=TINY, out=out).tensor
        assert np.shares_memory(tensor, out)
        assert tensor.tobytes() == right.tobytes()
        assert (out.reshape(-1)[right.size :] == 7).all()
    pixels, inside = replace(TINY, dtype="uint8"), page.reshape(-1)[: 64 * 96 * 3]
    with pytest.raises(ValueError, match="out must not lie within"):
        fastcv.detector_input(page, spec=pixels, out=inside)


def test_memory_is_used_again(pool, rng):
    page = make_page(rng, 300, 400)
    first = fastcv.detector_input(page).tensor
    used = fastcv.memory_pool_info()["used_bytes"]
    address = first.ctypes.data
    assert used >= first.nbytes
    del first
    gc.collect()
    assert fastcv.detector_input(page).tensor.ctypes.data == address
    assert fastcv.memory_pool_info()["used_bytes"] == 0


def test_the_limit_of_a_call(rng):
    fastcv.set_output_limits(call_bytes=10**6)
    try:
        with pytest.raises(ValueError, match="over the limit of 1000000 bytes a call"):
            fastcv.detector_input(make_page(rng, 300, 400))
    finally:
        fastcv.set_output_limits(call_bytes=4 << 30)


# ---- specs ----


def test_specs_are_values():
    assert hash(RAPIDOCR) == hash(fastcv.DetectorInput())
    assert repr(RAPIDOCR) == "DetectorInput()"
    assert repr(replace(RAPIDOCR, normalization=np.arange(256))) == (
        "DetectorInput(normalization=<table>)"
    )
    assert replace(TINY, size=[64, 96]) == TINY
    with pytest.raises(FrozenInstanceError):
        RAPIDOCR.dtype = "uint8"
    with pytest.raises(TypeError):
        SPECS["mine"] = RAPIDOCR


def test_a_table_of_ones_own(kernel, rng):
    page = make_page(rng, 90, 130)
    table = rng.normal(size=(3, 256)).astype(np.float32)
    tensor = fastcv.detector_input(page, spec=replace(TINY, normalization=table)).tensor
    pixels = reference.resized(page, 64, 96)[0]
    assert tensor[0].tobytes() == np.stack([table[c][pixels[:, :, c]] for c in range(3)]).tobytes()


def test_geometry():
    place = SPECS["onnxtr"].geometry(3508, 2480)
    assert place.content == (1024, 723)
    assert place.tensor == (1024, 1024)
    assert place.offset == (0, 151)
    assert SPECS["easyocr"].geometry(999, 1001).offset == (0, 0)
    assert RAPIDOCR.geometry(208, 1618).tensor == (736, 5728)
    # Python rounds half to even: 48 / 32 is 1.5, and 80 / 32 is 2.5.
    assert replace(RAPIDOCR, limit_side_len=16).geometry(48, 80).tensor == (64, 64)
    for sides, text in (
        ((2**31 - 1, 1), "comes to a height of 1580547964192 px"),
        ((1, 2**31 - 1), "comes to a width of 1580547964192 px"),
    ):
        with pytest.raises(ValueError, match=text):
            RAPIDOCR.geometry(*sides)
    with pytest.raises(ValueError, match=r"DetectorInput.geometry: height must be from 1 to"):
        RAPIDOCR.geometry(0, 5)


# ---- sweeps ----


@pytest.mark.rest
@pytest.mark.parametrize("name", [*SPECS, *VARIANTS])
def test_many_pages(name, rng):
    spec, oracle = VARIANTS.get(name, (name, reference.PROJECTS.get(name)))
    for k, page in enumerate(random_pages(rng, 40, most=1300)):
        if page.shape[0] * page.shape[1] < 60 * max(page.shape):
            page = page[:300, :300]  # the least side of 736 px would make it huge
        check(page, spec, oracle, num_threads=k % 2 + 1)
