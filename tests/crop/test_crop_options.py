"""Every interpolation with every border, on boxes of every kind and images of every dtype.

Each expected crop is computed once and compared with those of the kernels' variants. The variants
blend the pixels of BLENDED themselves. For the other options, and for dtypes other than uint8, they
only compute where each pixel lies: in whole px for nearest and in 1/32 px otherwise. cv::remap does
the rest. So one variant shows all of those options, and each variant shows both units.
"""

import dataclasses
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

import fastcv
import quads
from conftest import KERNELS, random_image, using_kernel
from reference import BORDERS, DTYPES, INTERPOLATIONS, assert_same, cv2_crop, numpy_crop

BLENDED = [
    (interpolation, border)
    for interpolation in ("linear", "cubic", "area")
    for border in ("constant", "replicate")
]
REMAPPED = [
    (interpolation, border)
    for interpolation in INTERPOLATIONS
    for border in BORDERS
    if (interpolation, border) not in BLENDED
]
opencv4 = pytest.mark.opencv4


def check_kind(rng, kind, interpolation, border, *, kernels, width=320, height=240):
    """Compare boxes of a kind with cv2: fewer wild ones, because their crops are large."""
    image = random_image(rng, (height, width, 3), np.uint8)
    count = 16 if kind == "wild" else 24
    boxes = quads.well_formed(quads.KINDS[kind](rng, count, width, height))
    assert len(boxes) >= 0.75 * count
    options = {"interpolation": interpolation, "border": border}
    expected = cv2_crop(image, boxes, **options)
    for kernel in kernels:
        with using_kernel(kernel):
            assert_same(fastcv.image_crop(image, boxes, **options), expected)


@opencv4
@pytest.mark.parametrize("kind", quads.KINDS)
@pytest.mark.parametrize(("interpolation", "border"), BLENDED)
def test_kinds_of_boxes(rng, kind, interpolation, border):
    check_kind(rng, kind, interpolation, border, kernels=KERNELS)


@opencv4
@pytest.mark.parametrize("kind", quads.KINDS)
@pytest.mark.parametrize(("interpolation", "border"), REMAPPED)
def test_kinds_of_boxes_by_remap(rng, kind, interpolation, border):
    check_kind(rng, kind, interpolation, border, kernels=KERNELS[:1], width=160, height=120)


@opencv4
@pytest.mark.parametrize("kind", quads.KINDS)
@pytest.mark.parametrize(("interpolation", "border"), [("nearest", "constant"), ("linear", "wrap")])
def test_each_variant_places_pixels_alike(rng, kind, interpolation, border):
    check_kind(rng, kind, interpolation, border, kernels=KERNELS)


@pytest.fixture
def without_ipp():
    """OpenCV's wheels pass 16-bit linear warps to Intel's IPP, whose values differ: by up to 795
    with 4.14 and 28,600 with 4.13."""
    used = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    yield
    cv2.ipp.setUseIPP(used)


def is_rounded_otherwise(dtype, channels):
    """Whether cv2 4.14 sums the taps in another order than 4.6 to 4.13: for one channel only."""
    version = tuple(map(int, cv2.__version__.split(".")[:2]))
    return version >= (4, 14) and channels in (None, 1) and dtype in ("uint16", "int16", "float32")


def assert_same_but_for_rounding(actual, expected):
    for a, b in zip(actual, expected, strict=True):
        assert a.dtype == b.dtype
        if a.dtype == np.float32:
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-2)  # values are about 1,000
        else:
            assert np.abs(a.astype(int) - b).max() <= 1


def check_all_borders(rng, dtype, channels, interpolation, *, kernels, check=assert_same):
    shape = (90, 110) if channels is None else (90, 110, channels)
    image = random_image(rng, shape, dtype)
    boxes = quads.perspective(rng, 12, 110, 90)
    value = 77 if channels is None else tuple(range(40, 40 + channels))
    for border in BORDERS:
        options = {"interpolation": interpolation, "border": border, "border_value": value}
        expected = cv2_crop(image, boxes, **options)
        for kernel in kernels:
            with using_kernel(kernel):
                check(fastcv.image_crop(image, boxes, **options), expected)


@opencv4
@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_channels_of_uint8(rng, channels, interpolation):
    check_all_borders(rng, np.uint8, channels, interpolation, kernels=KERNELS)


@opencv4
@pytest.mark.usefixtures("without_ipp")
@pytest.mark.parametrize("dtype", DTYPES[1:])
@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_other_dtypes(rng, dtype, channels, interpolation):
    rounded = is_rounded_otherwise(dtype, channels)
    check = assert_same_but_for_rounding if rounded else assert_same
    check_all_borders(rng, dtype, channels, interpolation, kernels=KERNELS[:1], check=check)


def test_the_arithmetic_written_out(rng):
    """This holds whichever OpenCV is installed."""
    for channels in (1, 3):
        image = random_image(rng, (120, 160, channels), np.uint8)
        for kind in quads.KINDS.values():
            boxes = quads.well_formed(kind(rng, 5, 160, 120))
            for border in BORDERS:
                for interpolation in ("nearest", "linear"):
                    options = {"interpolation": interpolation, "border": border}
                    expected = numpy_crop(image, boxes, **options)
                    for kernel in KERNELS:
                        with using_kernel(kernel):
                            assert_same(fastcv.image_crop(image, boxes, **options), expected)


@pytest.mark.parametrize("name", ["interpolation", "border"])
def test_cv2s_ints_are_their_names(rng, name):
    image = random_image(rng, (60, 80, 3), np.uint8)
    boxes = quads.well_formed(quads.KINDS["outside"](rng, 8, 80, 60))
    for word, number in {"interpolation": INTERPOLATIONS, "border": BORDERS}[name].items():
        expected = fastcv.image_crop(image, boxes, **{name: word})
        for value in (number, np.int64(number)):
            assert_same(fastcv.image_crop(image, boxes, **{name: value}), expected)
            rules = fastcv.CropConvention(**{name: value})
            assert rules == fastcv.CropConvention(**{name: word})
            assert_same(fastcv.image_crop(image, boxes, convention=rules), expected)
            own = SimpleNamespace(**{**dataclasses.asdict(rules), name: value})
            assert_same(fastcv.image_crop(image, boxes, convention=own), expected)
    (given,) = fastcv.crop_batches(image, boxes[:3], **{name: number})
    (same,) = fastcv.crop_batches(image, boxes[:3], **{name: word})
    assert_same([given.tensor], [same.tensor])
