"""Crops that exist as batches: the bytes of the projects' own loops."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fastcv
import reference_batches
from fastcv import INPUTS, RecognizerInput
from reference_batches import assert_same_batches

CALLS = [fastcv.image_batches, fastcv.iter_image_batches]
both = pytest.mark.parametrize("call", CALLS, ids=lambda f: f.__name__)


def random_crops(rng, n, channels=3):
    """Words of any size: some tiny, one long, one tall, one of 1 px."""
    heights = rng.integers(8, 120, n)
    widths = rng.integers(8, 500, n)
    heights[: n // 5], widths[: n // 5] = rng.integers(1, 6, (2, n // 5))
    heights[-3:], widths[-3:] = (20, 300, 1), (900, 3, 1)
    shape = (channels,) if channels else ()
    sizes = zip(heights.tolist(), widths.tolist(), strict=True)
    return [rng.integers(0, 256, (*size, *shape), np.uint8) for size in sizes]


@pytest.mark.parametrize("name", INPUTS)
def test_presets_have_the_projects_bytes(name, kernel, rng):
    crops = random_crops(rng, 25)
    expected = reference_batches.PROJECTS[name](crops)
    for num_threads in (1, 3):
        assert_same_batches(
            fastcv.image_batches(crops, input=name, num_threads=num_threads), expected
        )
    assert_same_batches(list(fastcv.iter_image_batches(crops, input=name)), expected)


def random_rules(rng):
    def one_of(*values):
        return values[rng.integers(len(values))]

    channels = one_of("bgr", "rgb", "gray")
    count = 1 if channels == "gray" else 3
    table = rng.normal(size=(count, 256)).astype(np.float32)
    dtype = one_of("float32", "float16", "uint8")
    fields = {
        "height": one_of(1, 2, 17, 32, 48, 64),
        "min_width": one_of(None, 40, 100),
        "max_width": one_of(None, 100, 240),
        "width_multiple": one_of(1, 8, 32),
        "width_rounding": one_of("floor", "ceil", "word"),
        "width_by": one_of("batch", "word", "call"),
        "fit": one_of("height", "stretch", "contain"),
        "word_rounding": one_of("ceil", "floor"),
        "buckets": one_of(None, None, 32, (20, 64, 90)),
        "filter": one_of("linear", "linear", "pillow_bilinear"),
        "channels": channels,
        "normalization": one_of("divide", "multiply", "float64", table),
        "divisor": one_of(255, 127.5, 1),
        "mean": one_of(0.5, tuple(rng.uniform(0, 1, count))),
        "std": one_of(0.5, tuple(rng.uniform(0.1, 1, count))),
        "pad_value": one_of("edge", 0, 114, 255, 0 if dtype == "uint8" else 0.25),
        "pad_before_normalization": one_of(False, True),
        "batch_size": one_of(1, 3, 6),
        "sort": one_of("quicksort", "stable", None),
        "dtype": dtype,
        "layout": one_of("NCHW", "NHWC"),
    }
    try:
        return RecognizerInput(**fields)
    except ValueError:  # fields that exclude each other
        return random_rules(rng)


def random_strides(rng, crop):
    """The same pixels, laid out in another way."""
    height, width = crop.shape[:2]
    kind = rng.integers(5)
    if kind == 0:
        return np.ascontiguousarray(crop[::-1, ::-1])[::-1, ::-1]
    if kind == 1:
        return np.asfortranarray(crop)
    if kind == 2:
        page = np.zeros((height + 5, width + 7, *crop.shape[2:]), np.uint8)
        page[2 : height + 2, 3 : width + 3] = crop
        return page[2 : height + 2, 3 : width + 3]
    if kind == 3 and crop.ndim == 3:
        return np.ascontiguousarray(crop[:, :, ::-1])[:, :, ::-1]
    return crop


def test_random_rules_on_crops_of_any_channels_and_strides(kernel, rng):
    for _ in range(12):
        rules = random_rules(rng)
        crops = [
            random_strides(rng, crop)
            for channels in (0, 1, 3, 4)
            for crop in random_crops(rng, 5, channels)
        ]
        crops = [crops[i] for i in rng.permutation(len(crops))]
        expected = list(reference_batches.batches(crops, rules))
        threads = int(rng.integers(1, 4))
        (
            assert_same_batches(
                fastcv.image_batches(crops, input=rules, num_threads=threads), expected
            ),
            rules,
        )


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8"])
@pytest.mark.parametrize("name", ["rapidocr", "mineru", "mmocr_sar", "mmocr_crnn"])
def test_dtypes_and_layouts(name, dtype, layout, kernel, rng):
    crops = random_crops(rng, 13)
    rules = replace(INPUTS[name], dtype=dtype, layout=layout)
    expected = list(reference_batches.batches(crops, rules))
    assert_same_batches(fastcv.image_batches(crops, input=rules), expected)


def test_every_value_of_a_pixel_is_normalized(kernel):
    """Two channels could share a mistake that random pixels rarely show."""
    crop = (np.arange(48 * 64 * 3) * 7 % 256).astype(np.uint8).reshape(48, 64, 3)
    for name, rules in INPUTS.items():
        for dtype in ("float32", "float16"):
            rules = replace(rules, dtype=dtype)
            expected = list(reference_batches.batches([crop], rules))
            assert_same_batches(fastcv.image_batches([crop], input=rules), expected), name


def test_easyocrs_input_for_words_not_taller_than_wide(kernel, rng):
    """docs/batches.md has these rules. EasyOCR resizes the other words with Pillow."""
    rules = RecognizerInput(
        height=64, min_width=64, width_multiple=64, width_rounding="ceil", word_rounding="floor",
        channels="gray", pad_value="edge", batch_size=1, sort=None,
    )  # fmt: skip
    crops = [crop for crop in random_crops(rng, 40, 0) if crop.shape[1] >= crop.shape[0]]
    assert_same_batches(fastcv.image_batches(crops, input=rules), reference_batches.easyocr(crops))


def test_turned_words_are_turned_before_they_are_resized(rng):
    crops = random_crops(rng, 20)
    mask = rng.integers(0, 2, 20).astype(bool)
    turned = [
        cv2.rotate(crop, cv2.ROTATE_180) if is_turned else crop
        for crop, is_turned in zip(crops, mask, strict=True)
    ]
    expected = reference_batches.rapidocr(turned)
    assert_same_batches(fastcv.image_batches(crops, rotated_180=mask), expected)
    assert_same_batches(list(fastcv.iter_image_batches(crops, rotated_180=mask.tolist())), expected)


def test_a_callers_order_is_kept(rng):
    crops = random_crops(rng, 20)
    order = rng.permutation(20)
    expected = list(reference_batches.batches(crops, INPUTS["rapidocr"], order))
    assert_same_batches(fastcv.image_batches(crops, word_order=order), expected)
    assert_same_batches(fastcv.image_batches(crops, word_order=order.tolist()), expected)


@both
def test_no_crops_have_no_batches(call):
    assert list(call([])) == []
    assert list(call((), word_order=[], rotated_180=[])) == []


@both
def test_crops_are_not_changed(call, rng):
    crops = random_crops(rng, 12)
    copies = [crop.copy() for crop in crops]
    for crop in crops:
        crop.setflags(write=False)
    list(call(crops))
    assert all(map(np.array_equal, crops, copies))


def test_a_batch_is_its_tensor():
    batch, rest = fastcv.image_batches([np.zeros((20, 60, 3), np.uint8)] * 8)
    assert (len(batch), len(rest)) == (6, 2)
    assert repr(batch) == "<Batch: float32 (6, 3, 48, 320)>"
    assert np.asarray(batch) is batch.tensor
    assert np.shares_memory(np.from_dlpack(batch), batch.tensor)
    assert np.array(batch, np.float16).dtype == np.float16
    assert batch.indices.dtype == np.intp
    assert batch.widths.dtype == np.int32
