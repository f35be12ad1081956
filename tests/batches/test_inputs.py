"""The inputs of recognisers: their fields, their tables, and the projects' presets."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

import fastcv
import reference_batches
from fastcv import INPUTS, RecognizerInput

V = np.arange(256)


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
    width = 160 if rules.fit == "height" else rules.max_width
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
