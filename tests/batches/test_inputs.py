"""The inputs of recognisers: their fields, their tables, and the projects' presets."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

import fastcv
import reference_batches
from fastcv import INPUTS, RecognizerInput

V = np.arange(256)


@pytest.mark.parametrize(
    ("field", "value", "error", "text"),
    [
        ("height", 0, ValueError, "height must be from 1 to 32767, not 0"),
        ("height", 48.0, TypeError, "height must be an int, not float"),
        ("height", True, TypeError, "height must be an int, not bool"),
        ("min_width", 0, ValueError, "min_width must be from 1 to 2147483647, not 0"),
        ("max_width", 100, ValueError, "min_width must not be over max_width, 100, but is 320"),
        ("width_multiple", None, TypeError, "width_multiple must be an int, not NoneType"),
        ("width_rounding", "up", ValueError,
         "width_rounding must be 'floor' or 'ceil' or 'word', not 'up'"),
        ("width_by", 3, TypeError, "width_by must be a str, not int"),
        ("buckets", (), ValueError, "buckets must have at least one width"),
        ("buckets", (96, 96), ValueError, "buckets must grow, but buckets[1] is 96 after 96"),
        ("buckets", (0, 96), ValueError, "buckets[0] must be from 1 to 2147483647, not 0"),
        ("buckets", "wide", TypeError, "buckets must be an int, not str"),
        ("fit", "contain", ValueError, "fit must not be \"contain\" unless min_width and max_width "
         "are equal: they are 320 and None"),
        ("filter", "cubic", ValueError, "filter must be 'linear', not 'cubic'"),
        ("channels", "cmyk", ValueError, "channels must be 'bgr' or 'rgb' or 'gray', not 'cmyk'"),
        ("normalization", "other", ValueError,
         "normalization must be 'divide' or 'multiply' or 'float64', not 'other'"),
        ("normalization", np.zeros((2, 256)), ValueError,
         "normalization must have shape (3, 256) or (256,), not (2, 256)"),
        ("normalization", np.full(256, np.nan), ValueError,
         "normalization makes values that are not finite in float32"),
        ("normalization", np.full(256, "a"), TypeError,
         "normalization must be a str or an array of numbers, not <U1"),
        ("divisor", 0, ValueError, "normalization makes values that are not finite in float32"),
        ("divisor", "255", TypeError, "divisor must be a number, not str"),
        ("mean", (1, 2), ValueError, "mean must have 3 values, one a channel, not 2"),
        ("mean", (1, 2, None), TypeError, "mean[2] must be a number, not NoneType"),
        ("std", 0, ValueError, "normalization makes values that are not finite in float32"),
        ("std", float("inf"), ValueError,
         "std must be a finite number within float32, not inf"),
        ("std", 10**400, ValueError, "std must be a finite number within float32, not inf"),
        ("pad_value", "wrap", ValueError, "pad_value must be 'edge', not 'wrap'"),
        ("pad_value", None, TypeError, "pad_value must be a number, not NoneType"),
        ("pad_before_normalization", 1, TypeError,
         "pad_before_normalization must be a bool, not int"),
        ("batch_size", -6, ValueError, "batch_size must be from 1 to 2147483647, not -6"),
        ("sort", "heapsort", ValueError,
         "sort must be 'quicksort' or 'stable' or None, not 'heapsort'"),
        ("dtype", np.float32, TypeError, "dtype must be a str, not type"),
        ("dtype", "float64", ValueError,
         "dtype must be 'float32' or 'float16' or 'uint8', not 'float64'"),
        ("layout", "CHWN", ValueError, "layout must be 'NCHW' or 'NHWC', not 'CHWN'"),
    ],
)  # fmt: skip
def test_bad_fields_are_refused_by_name(field, value, error, text):
    with pytest.raises(error) as caught:
        RecognizerInput(**{field: value})
    assert str(caught.value) == f"RecognizerInput: {text}"


@pytest.mark.parametrize(
    "fields",
    [
        {"dtype": "uint8", "pad_value": 0.5},
        {"dtype": "uint8", "pad_value": 256},
        {"pad_before_normalization": True, "pad_value": -1},
        {"pad_value": "edge", "fit": "contain", "max_width": 320},
        {"buckets": 32, "width_by": "call"},
        {"buckets": (320, 640), "max_width": 400},
    ],
)
def test_fields_that_exclude_each_other_are_refused(fields):
    with pytest.raises(ValueError, match=r"^RecognizerInput: "):
        RecognizerInput(**fields)


def test_an_input_cannot_be_changed():
    rules = INPUTS["rapidocr"]
    with pytest.raises(AttributeError):
        rules.height = 32
    with pytest.raises(TypeError):
        INPUTS["mine"] = rules
    assert replace(rules, height=32).height == 32
    assert rules.height == 48


def test_equal_inputs_have_equal_hashes_and_survive_pickling():
    table = np.linspace(0, 1, 256)
    mine = RecognizerInput(normalization=table, mean=[1, 2, 3], buckets=np.array([32, 64]))
    same = RecognizerInput(normalization=table, mean=(1.0, 2.0, 3.0), buckets=(32, 64))
    assert mine == same != INPUTS["rapidocr"]
    assert hash(mine) == hash(same)
    assert pickle.loads(pickle.dumps(mine)) == mine


def test_a_repr_shows_what_is_not_the_default():
    assert repr(RecognizerInput()) == "RecognizerInput()"
    assert repr(INPUTS["paddlex"]) == (
        "RecognizerInput(max_width=3200, width_by='word', sort='stable')"
    )
    assert repr(RecognizerInput(normalization=V)) == "RecognizerInput(normalization=<table>)"


@pytest.mark.parametrize("name", INPUTS)
def test_tables_have_the_bits_of_the_projects_arithmetic(name):
    """One word of every value, which resizing to its own size leaves as it is."""
    rules = INPUTS[name]
    width = rules.max_width if rules.fit == "stretch" else 160
    values = (np.arange(rules.height * width) % 256).astype(np.uint8)
    word = np.repeat(values.reshape(rules.height, width, 1), 3, axis=2)
    (tensor, _), *_ = reference_batches.PROJECTS[name]([word])
    table = rules.table()
    for channel, plane in enumerate(tensor[0, :, :, :width]):
        assert np.array_equal(plane, table[channel][values].reshape(plane.shape))


def test_the_families_of_normalization_differ_as_known():
    """The counts are resize.md's, of 256 values."""
    rapidocr = INPUTS["rapidocr"].table()[0]
    mineru = INPUTS["mineru"].table()[0]
    multiply = RecognizerInput(normalization="multiply").table()[0]
    assert np.count_nonzero(rapidocr == mineru) == 128
    assert np.count_nonzero(rapidocr == multiply) == 145


def test_a_table_of_ones_own_is_taken_as_it_is():
    table = np.random.default_rng(1).normal(size=(3, 256)).astype(np.float32)
    assert np.array_equal(RecognizerInput(normalization=table).table(), table)
    whole = RecognizerInput(normalization=table[0], channels="rgb")
    assert np.array_equal(whole.table(), np.stack([table[0]] * 3))
    assert RecognizerInput(dtype="uint8", normalization=table).table() is None


def test_padding_is_the_value_in_the_tensor():
    assert RecognizerInput().padding() == (0, 0, 0)
    assert RecognizerInput(pad_value="edge").padding() is None
    assert RecognizerInput(pad_value=255, pad_before_normalization=True).padding() == (1, 1, 1)
    assert RecognizerInput(pad_value=114, dtype="uint8", channels="gray").padding() == (114,)


def test_every_preset_has_its_project_among_the_oracles():
    assert list(INPUTS) == list(reference_batches.PROJECTS)
    assert fastcv.INPUTS is INPUTS
