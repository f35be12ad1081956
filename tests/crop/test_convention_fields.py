"""Crops under every rule of a convention: sizes, corners, transforms, turns, copies, gray."""

import dataclasses
from itertools import product
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

import fastcv
import quads
from conftest import CROPS, KERNELS, both, random_image, using_kernel
from reference import BORDERS, DTYPES, INTERPOLATIONS, assert_same, convention_crop

opencv4 = pytest.mark.opencv4
SIZES = ["longer", "edges", "longer_edges", "mean"]
PADDLEOCR = {"corners": "w", "interpolation": "cubic", "border": "replicate", "tall_ratio": 1.5}


@pytest.fixture
def without_ipp():
    used = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    yield
    cv2.ipp.setUseIPP(used)


def whole(rng, n, width, height, size=90):
    """Upright boxes with whole coordinates, on the page, across its edges, and off it."""
    x, y = rng.integers(-size, [[width + size // 2], [height + size // 2]], (2, n))
    w, h = rng.integers(1, size, (2, n)) // rng.choice([1, 1, 8, 64], (2, n)) + 1
    return np.stack([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]).transpose(2, 0, 1)


def boxes_of_all_kinds(rng, n, width, height):
    kinds = ["turned", "perspective", "upright", "mirrored", "tiny", "thin", "outside"]
    boxes = [quads.KINDS[kind](rng, n, width, height) for kind in kinds]
    return np.concatenate([*boxes, whole(rng, n, width, height).astype(np.float32)])


def sound(boxes, **options):
    """The boxes that have a crop under these options."""
    shapes = fastcv.crop_shapes(boxes, degenerate="empty", **options)
    return boxes[shapes[:, 0] > 0]


def check(image, boxes, *, kernels=KERNELS, crops=CROPS, **options):
    expected = convention_crop(image, boxes, **options)
    shapes = fastcv.crop_shapes(boxes, **options)
    assert shapes.tolist() == [list(crop.shape[:2]) for crop in expected]
    for kernel, crop in product(kernels, crops):
        with using_kernel(kernel):
            assert_same(crop(image, boxes, **options), expected)


# ---- warps ----


@opencv4
@pytest.mark.parametrize("transform", ["perspective", "affine"])
@pytest.mark.parametrize("corners", ["w-1", "w"])
@pytest.mark.parametrize("size", SIZES)
def test_sizes_corners_and_transforms(rng, size, corners, transform):
    image = random_image(rng, (240, 320, 3), np.uint8)
    options = {"size": size, "corners": corners, "transform": transform}
    boxes = sound(boxes_of_all_kinds(rng, 8, 320, 240), **options)
    assert len(boxes) > 40
    for tall_ratio, interpolation, border in (
        (None, "linear", "constant"),
        (1.5, "cubic", "replicate"),
        (1, "nearest", "wrap"),
    ):
        more = {"tall_ratio": tall_ratio, "interpolation": interpolation, "border": border}
        check(image, boxes, crops=CROPS[:1], border_value=9, **options, **more)


@opencv4
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_affine_with_every_border(rng, interpolation):
    for channels, border in product((1, 3, 4), BORDERS):
        image = random_image(rng, (70, 90, channels), np.uint8)
        boxes = quads.turned(rng, 6, 90, 70) + rng.choice([0, 300, 40_000], (6, 1, 1))
        options = {"transform": "affine", "interpolation": interpolation, "border": border}
        kernels = KERNELS if border in ("constant", "replicate") else KERNELS[:1]
        check(image, boxes.astype(np.float32), kernels=kernels, crops=CROPS[:1], **options)


def test_affine_far_from_the_page(rng):
    """cv2 sums positions in 1/1024 px in int32, which wraps 2**21 px from the page."""
    image = random_image(rng, (50, 60, 3), np.uint8)
    box = np.float32([[0, 0], [50, 0], [50, 20], [0, 20]])
    for x in (3e6, -3e6, 2**30 - 64, -(2**30)):
        crop = image[:1, -1:] if x > 0 else image[:1, :1]
        for kernel in KERNELS:
            with using_kernel(kernel):
                (far,) = fastcv.image_crop(
                    image, [box + np.float32([x, 0])], transform="affine", border="replicate"
                )
            assert (far[0] == crop[0]).all()


@pytest.mark.parametrize("transform", ["perspective", "affine"])
def test_pages_longer_than_opencv_takes(rng, transform):
    """A box far down a long page is cut as it is from a part of that page."""
    image = random_image(rng, (40_000, 40, 3), np.uint8)
    boxes = np.rint(quads.turned(rng, 12, 40, 120, size=(30, 50)) * 4) / 4
    boxes += np.float32([0, 100])
    far = boxes + np.float32([0, 39_750])
    for interpolation in ("linear", "cubic", "nearest"):
        options = {"transform": transform, "interpolation": interpolation, "corners": "w",
                   "tall_ratio": 1.5}  # fmt: skip
        expected = fastcv.image_crop(image[39_750:], boxes, **options)
        results = []
        for kernel in KERNELS:
            with using_kernel(kernel):
                results.append(fastcv.image_crop(image, far, **options))
            assert_same(results[-1], results[0])
        values = [np.concatenate([crop.ravel() for crop in r]) for r in (results[0], expected)]
        assert np.mean(values[0] == values[1]) > 0.999  # but for positions on a tie


# ---- turned crops ----


def rounds_by_place(dtype, channels):
    """Whether fastcv's OpenCV sums a pixel's taps in an order that depends on its place in the row:
    4.14 does for one channel."""
    version = tuple(map(int, fastcv.build_info()["opencv"].split(".")[:2]))
    return version >= (4, 14) and channels in (None, 1) and dtype in ("uint16", "int16", "float32")


@opencv4
@pytest.mark.usefixtures("without_ipp")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("transform", ["perspective", "affine"])
def test_turned_crops_are_the_others_turned(rng, dtype, transform):
    for channels in (None, 1, 2, 3, 4):
        shape = (150, 170) if channels is None else (150, 170, channels)
        image = random_image(rng, shape, dtype)
        boxes = np.concatenate([
            quads.turned(rng, 5, 170, 150, size=(12, 140)),
            quads.turned(rng, 2, 170, 150, size=(190, 220)),
            whole(rng, 8, 170, 150, size=400).astype(np.float32),
        ])  # fmt: skip
        for interpolation, kernel in (("linear", KERNELS[0]), ("nearest", KERNELS[-1])):
            options = {"corners": "w", "interpolation": interpolation, "transform": transform}
            with using_kernel(kernel):
                crops = fastcv.image_crop(image, boxes, **options)
                turned = fastcv.image_crop_openmp(
                    image, boxes, tall_ratio=0.9, num_threads=3, **options
                )
            for a, b in zip(crops, turned, strict=True):
                is_tall = a.shape[0] / a.shape[1] >= 0.9
                expected = np.rot90(a) if is_tall else a
                assert b.flags.c_contiguous
                if rounds_by_place(np.dtype(dtype).name, channels):
                    off = np.abs(expected.astype(np.float64) - b).max(initial=0)
                    assert off <= (0.01 if dtype == np.float32 else 1)  # values are about 1,000
                else:
                    assert np.array_equal(expected, b)


@opencv4
def test_the_ratio_at_which_crops_are_turned(rng):
    image = random_image(rng, (60, 60, 3), np.uint8)
    boxes = [[5, 5, 5 + w, 5 + h] for w in range(1, 20) for h in range(1, 40)]
    for ratio in (1.5, 1, 1e-300, 1e300, 4 / 3, np.float32(1.1)):
        crops = fastcv.image_crop(image, boxes, corners="w", tall_ratio=ratio)
        for (x1, y1, x2, y2), crop in zip(boxes, crops, strict=True):
            part = image[y1:y2, x1:x2]
            is_tall = (y2 - y1) / (x2 - x1) >= float(ratio)
            assert np.array_equal(np.rot90(part) if is_tall else part, crop)


# ---- copies ----


@opencv4
@pytest.mark.usefixtures("without_ipp")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_whole_upright_boxes(rng, dtype, interpolation):
    """They are copied where that gives cv2's bytes, and warped elsewhere."""
    for channels, border in zip((None, 1, 3, 4, 2), BORDERS, strict=True):
        shape = (80, 110) if channels is None else (80, 110, channels)
        image = random_image(rng, shape, dtype)
        boxes = np.concatenate([
            whole(rng, 20, 110, 80, size=50),
            [[[0, 0], [110, 0], [110, 80], [0, 80]]],
            [[[109, 79], [110, 79], [110, 80], [109, 80]]],
        ])  # fmt: skip
        if np.issubdtype(dtype, np.integer):  # cv2 sums floats in another order off the page
            boxes = np.concatenate([boxes, whole(rng, 2, 30_000, 30_000) - 40_000])
        value = 77 if channels is None else [40.5, 41.5, 42.4, 43][:channels]
        for transform, tall_ratio in (("perspective", None), ("affine", 1.5)):
            check(image, boxes, kernels=KERNELS[:1], crops=CROPS[:1], corners="w",
                  interpolation=interpolation, border=border, border_value=value,
                  transform=transform, tall_ratio=tall_ratio)  # fmt: skip


def test_floats_that_are_no_numbers(rng):
    """A copy keeps what a warp loses: -0, and NaN beside numbers."""
    image = np.float32([[0.0, -0.0, np.nan], [1, 2, np.inf], [3, 4, 5]])
    box = [[0, 0, 3, 3]]
    (nearest,) = fastcv.image_crop(image, box, corners="w", interpolation="nearest")
    assert nearest.tobytes() == image.tobytes()
    (linear,) = fastcv.image_crop(image, box, corners="w")
    expected = convention_crop(image, [[[0, 0], [3, 0], [3, 3], [0, 3]]], corners="w")[0]
    assert np.array_equal(np.isnan(linear), np.isnan(expected))


# ---- gray ----


@opencv4
@pytest.mark.parametrize("channels", [3, 4])
def test_gray_of_every_colour(channels):
    colours = np.arange(1 << 24, dtype="<u4").view(np.uint8).reshape(4096, 4096, 4)
    if channels == 3:
        colours = cv2.cvtColor(colours, cv2.COLOR_BGRA2BGR)
    code = cv2.COLOR_BGR2GRAY if channels == 3 else cv2.COLOR_BGRA2GRAY
    expected = cv2.cvtColor(colours, code)
    for kernel in KERNELS[:-1]:
        with using_kernel(kernel):
            (gray,) = fastcv.image_crop_openmp(
                colours, [[0, 0, 4096, 4096]], corners="w", grayscale=True
            )
        assert (gray == expected).all()


@opencv4
@pytest.mark.parametrize("channels", [None, 1, 3, 4])
def test_gray_crops(rng, channels):
    for width in (1, 5, 17, 18, 19, 34, 35, 60):
        shape = (50, width) if channels is None else (50, width, channels)
        image = random_image(rng, shape, np.uint8)
        boxes = np.concatenate([quads.turned(rng, 4, width, 50), whole(rng, 4, width, 50)])
        boxes = sound(boxes, **PADDLEOCR)
        check(image, boxes, crops=CROPS[:1], grayscale=True, **PADDLEOCR)


def test_gray_without_a_pool(rng, pool):
    image = random_image(rng, (70, 60, 3), np.uint8)
    box = [[3, 4, 50, 60]]
    (expected,) = fastcv.image_crop(image, box, grayscale=True)
    fastcv.set_memory_pool(0)
    (crop,) = fastcv.image_crop(image, box, grayscale=True)
    assert np.array_equal(crop, expected)
    assert fastcv.memory_pool_info()["used_bytes"] == 0


# ---- conventions ----


def keywords_of(convention):
    fields = dataclasses.asdict(convention)
    del fields["upright"]
    return fields


@both
@pytest.mark.parametrize("name", fastcv.CONVENTIONS)
def test_a_convention_is_its_keywords(rng, crop, name):
    convention = fastcv.CONVENTIONS[name]
    image = random_image(rng, (100, 120, 3), np.uint8)
    boxes = quads.perspective(rng, 10, 120, 100)
    expected = crop(image, boxes, **keywords_of(convention))
    assert_same(crop(image, boxes, convention=name), expected)
    assert_same(crop(image, boxes, convention=convention), expected)
    alike = SimpleNamespace(**dataclasses.asdict(convention))
    assert_same(crop(image, boxes, convention=alike), expected)
    other = {"interpolation": "nearest", "border": "wrap", "tall_ratio": 0.2, "grayscale": True}
    changed = dataclasses.replace(convention, **other)
    assert_same(
        crop(image, boxes, convention=name, **other), crop(image, boxes, convention=changed)
    )


def test_a_keyword_replaces_what_the_convention_has(rng):
    image = random_image(rng, (60, 80, 3), np.uint8)
    tall = [[5, 5, 15, 45]]
    assert fastcv.image_crop(image, tall, convention="paddleocr")[0].shape == (10, 40, 3)
    (crop,) = fastcv.image_crop(image, tall, convention="paddleocr", tall_ratio=None)
    assert crop.shape == (40, 10, 3)
    assert fastcv.image_crop(image, tall, convention="easyocr", grayscale=False)[0].ndim == 3


def test_what_a_convention_raises_reaches_the_caller():
    class Stubborn:
        @property
        def size(self):
            raise OSError("not today")

    with pytest.raises(OSError, match="not today"):
        fastcv.image_crop(np.zeros((9, 9), np.uint8), [], convention=Stubborn())


SLICES = {
    "doctr": lambda v: (np.rint(v[0]), np.rint(v[1]), np.rint(v[2]) + 1, np.rint(v[3]) + 1),
    "easyocr": lambda v: v,
}


def slice_of(image, name, box):
    height, width = image.shape[:2]
    x1, y1, x2, y2 = map(float, np.float32(box))
    if name == "mmocr":
        x1, x2 = sorted(np.clip([x1, x2], 0, width))
        y1, y2 = sorted(np.clip([y1, y2], 0, height))
        shorter = min(x2 - x1, y2 - y1)
        along_x, along_y = (0.4, 0.2) if y2 - y1 < x2 - x1 else (0.2, 0.4)
        x1, x2 = x1 - along_x * shorter, x2 + along_x * shorter
        y1, y2 = y1 - along_y * shorter, y2 + along_y * shorter
    else:
        x1, y1, x2, y2 = SLICES[name]((x1, y1, x2, y2))
    ends = [max(int(v), 0) for v in (x1, y1, x2, y2)]
    return image[ends[1] : ends[3], ends[0] : ends[2]]


@both
@pytest.mark.parametrize("name", ["doctr", "easyocr", "mmocr"])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_slices(rng, crop, name, dtype):
    image = random_image(rng, (90, 120, 3), dtype)
    start = rng.uniform(-20, [120, 90], (60, 2))
    boxes = np.concatenate([start, start + rng.uniform(0.5, 50, (60, 2))], axis=1)
    boxes[::3] = np.rint(boxes[::3] * 2) / 2
    options = {"convention": name, "grayscale": False, "degenerate": "empty"}
    expected = [slice_of(image, name, box) for box in boxes]
    crops = crop(image, boxes, **options)
    shapes = fastcv.crop_shapes(boxes, image_shape=image.shape, **options)
    for part, sliced, shape in zip(expected, crops, shapes, strict=True):
        is_empty = part.size == 0
        assert sliced.shape == ((0, 0, 3) if is_empty else part.shape)
        assert is_empty or sliced.tobytes() == np.ascontiguousarray(part).tobytes()
        assert tuple(shape) == sliced.shape[:2]
    assert 30 < sum(part.size > 0 for part in expected) < 60
    (turned,) = crop(image, [[5, 5, 15, 45]], **options, tall_ratio=1.5)
    assert turned.shape[0] < turned.shape[1]


def test_slices_turn_x2_and_y2_around_only_where_the_project_does(rng):
    image = random_image(rng, (90, 120, 3), np.uint8)
    reversed_box = [[60, 40, 20, 10]]
    (crop,) = fastcv.image_crop(image, reversed_box, convention="mmocr")
    assert np.array_equal(crop, slice_of(image, "mmocr", reversed_box[0]))
    for name in ("doctr", "easyocr"):
        with pytest.raises(ValueError, match=r"boxes\[0\] has no pixel of the page"):
            fastcv.image_crop(image, reversed_box, convention=name)


# ---- degenerate boxes, limits, out ----


def test_what_is_too_small_follows_from_the_rule(rng):
    image = random_image(rng, (40, 50, 3), np.uint8)

    def box(side):
        return [[[5, 5], [5 + side, 5], [5 + side, 25], [5, 25]]]

    least = {("longer", "w-1"): 2, ("longer", "w"): 1, ("mean", "w-1"): 2, ("mean", "w"): 1,
             ("edges", "w"): 1, ("longer_edges", "w"): 1}  # fmt: skip
    for (size, corners), side in least.items():
        options = {"size": size, "corners": corners}
        check(image, box(side), **options)
        below = np.nextafter(np.float32(5 + side), np.float32(0)) - 5
        with pytest.raises(ValueError, match=rf"boxes\[0\] is under {side} px wide or high"):
            fastcv.image_crop(image, box(below), **options)
    for size in ("edges", "longer_edges"):
        check(image, box(1.5), size=size)
        with pytest.raises(ValueError, match=r"boxes\[0\] is 1 px or less wide or high"):
            fastcv.image_crop(image, box(1), size=size)


def test_affine_needs_three_corners_only(rng):
    image = random_image(rng, (40, 50, 3), np.uint8)
    fourth_on_a_line = [[[5, 5], [25, 5], [25, 15], [5, 5]]]
    (crop,) = fastcv.image_crop(image, fourth_on_a_line, transform="affine", size="edges")
    assert crop.shape == (10, 20, 3)
    with pytest.raises(ValueError, match="has three corners on a line"):
        fastcv.image_crop(image, fourth_on_a_line, size="edges")
    line = [[[5, 5], [15, 10], [25, 15], [9, 30]]]
    with pytest.raises(ValueError, match="has three corners on a line"):
        fastcv.image_crop(image, line, transform="affine")


@both
def test_turned_crops_in_memory_of_the_callers(rng, crop):
    image = random_image(rng, (100, 120, 3), np.uint8)
    boxes = np.concatenate(
        [quads.turned(rng, 6, 120, 100, size=(10, 50)), quads.turned(rng, 6, 120, 100)]
    )
    expected = convention_crop(image, boxes, **PADDLEOCR)
    shapes = fastcv.crop_shapes(boxes, convention="paddleocr")
    memory = np.full(shapes.prod(axis=1).sum() * 3 + 9, 111, np.uint8)
    crops = crop(image, boxes, convention="paddleocr", out=memory)
    assert_same(crops, expected)
    assert all(each.base is memory for each in crops)
    assert (memory[-9:] == 111).all()
