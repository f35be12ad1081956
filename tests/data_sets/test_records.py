"""Quads as JSON: what Python's own json writes."""

import json

import numpy as np
import pytest

from fastcv import _core

NUMBERS = [
    0.0, -0.0, 0.01, 0.005, 0.1, 1.0, -1.0, 1548.66, 99.99, 100.0, 123.456, 1e16, 1e-7, 5e-324,
    10737418.24, 10737418.25, 123456789.01, 2.2250738585072014e-308, -1.7976931348623157e308, 1 / 3,
    1e15 + 0.25, 0.30000000000000004,
]  # fmt: skip


def as_json(quads):
    return "[" + ", ".join(_core._quads_to_json(quads)) + "]"


def test_numbers_of_every_kind(rng):
    quads = rng.permutation(NUMBERS * 8).reshape(-1, 4, 2)
    assert as_json(quads) == json.dumps(quads.tolist())


@pytest.mark.parametrize("digits", range(5))
def test_rounded_numbers_and_their_neighbours(rng, digits):
    quads = np.round(rng.normal(0, 3000, (500, 4, 2)), digits)
    for each in (quads, abs(quads), np.nextafter(quads, 0), np.nextafter(quads, 1e9)):
        assert as_json(each) == json.dumps(each.tolist())


@pytest.mark.parametrize("make", [np.float32, np.asfortranarray, lambda quads: quads[::-2]])
def test_other_layouts(rng, make):
    quads = make(rng.random((7, 4, 2)))
    assert as_json(quads) == json.dumps(quads.astype(np.float64).tolist())


def test_no_quads():
    assert _core._quads_to_json(np.empty((0, 4, 2))) == []


@pytest.mark.parametrize("shape", [(3, 4, 3), (2, 3, 2)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"^_quads_to_json: quads must be \(n, 4, 2\), not shape"):
        _core._quads_to_json(np.empty(shape))
