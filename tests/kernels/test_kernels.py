"""Every variant of the kernels writes the bytes that cv::remap writes on the same maps."""

import numpy as np
import pytest

import fastcv
import quads
from conftest import run_python
from fastcv import _core
from reference import assert_same

KERNELS = fastcv.build_info()["kernels"]
OWN = [name for name in KERNELS if name != "opencv"]


def crop_with(name, *args, **options):
    before = fastcv.build_info()["kernel"]
    _core._set_kernel(name)
    try:
        return fastcv.image_crop(*args, **options)
    finally:
        _core._set_kernel(before)


def random_options(rng, channels):
    return {
        "interpolation": str(rng.choice(["linear", "cubic", "area"])),
        "border": str(rng.choice(["constant", "replicate"])),
        "border_value": tuple(rng.integers(0, 256, channels).tolist()),
        "degenerate": "empty",
    }


@pytest.mark.parametrize("kind", quads.HARD_KINDS)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_hard_boxes(rng, kind, channels):
    """Ties, vanishing lines close to the crop, any size and place; images with odd strides."""
    for _ in range(4):
        width, height = rng.integers([80, 60], [600, 400])
        image = rng.integers(0, 256, (height, width + 5, channels), np.uint8)[:, : width - 1]
        boxes = quads.HARD_KINDS[kind](rng, 12, width, height)
        options = random_options(rng, channels)
        expected = crop_with("opencv", image, boxes, **options)
        for name in OWN:
            assert_same(crop_with(name, image, boxes, **options), expected)


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 9), (7, 2), (3, 3), (17, 5)])
def test_images_smaller_than_a_vector(rng, size):
    for channels in (1, 3, 4):
        image = rng.integers(0, 256, (*size, channels), np.uint8)
        for kind in quads.HARD_KINDS.values():
            boxes = kind(rng, 8, 80, 60) - np.float32([30, 20])
            options = random_options(rng, channels)
            expected = crop_with("opencv", image, boxes, **options)
            for name in OWN:
                assert_same(crop_with(name, image, boxes, **options), expected)


@pytest.mark.parametrize("width", range(1, 40))
def test_rows_of_any_length(rng, width):
    """Rows that end anywhere in a vector, on the page's rim and inside."""
    image = rng.integers(0, 256, (60, 64, 3), np.uint8)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    start = rng.uniform([-8, -8], [64, 60], (40, 1, 2))
    boxes = np.float32(start + corners * [width + 1.2, rng.integers(2, 20)])
    for interpolation in ("linear", "cubic"):
        options = {"interpolation": interpolation, "border": "replicate"}
        expected = crop_with("opencv", image, boxes, **options)
        for name in OWN:
            assert_same(crop_with(name, image, boxes, **options), expected)


def test_pages_far_apart_in_memory(rng):
    """A view's rows may be so far apart that a tile's offsets do not fit int32."""
    whole = np.empty(60 << 25, np.uint8)  # only the rows are ever touched
    image = np.lib.stride_tricks.as_strided(whole, (60, 100, 3), (1 << 25, 3, 1))
    image[:] = rng.integers(0, 256, image.shape, np.uint8)
    boxes = quads.turned(rng, 20, 100, 60)
    expected = crop_with("opencv", image.copy(), boxes)
    for name in OWN:
        assert_same(crop_with(name, image, boxes), expected)


@pytest.mark.parametrize("name", KERNELS)
def test_the_environment_chooses(name):
    code = "import fastcv; print(fastcv.build_info()['kernel'])"
    assert run_python(code, FASTCV_KERNEL=name).strip() == name


def test_the_fastest_is_the_default():
    code = "import fastcv; print(fastcv.build_info()['kernel'])"
    assert run_python(code, FASTCV_KERNEL="").strip() == KERNELS[0]


def test_a_variant_that_is_not_there():
    code = """
        try:
            import fastcv
        except ImportError as error:
            print(error)
    """
    message = run_python(code, FASTCV_KERNEL="mmx").strip()
    assert message == f"FASTCV_KERNEL must be one of {KERNELS} on this CPU, got 'mmx'"
    with pytest.raises(ValueError, match="got 'mmx'"):
        _core._set_kernel("mmx")


def test_every_variant_cuts_the_page_alike(page, page_boxes):
    crops = [crop_with(name, page, page_boxes) for name in KERNELS]
    for others in crops[1:]:
        assert_same(others, crops[0])
