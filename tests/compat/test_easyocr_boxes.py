"""craft_boxes and the drop-in for getDetBoxes, compared with EasyOCR's own functions."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

import fastcv
import maps
import projects
import reference_craft
from fastcv.compat import easyocr

pytestmark = pytest.mark.opencv4
KINDS = ("letters", *maps.KINDS)
DEFAULTS = 0.7, 0.4, 0.4


def made_maps(kind, count, most):
    """Maps, some with what is not finite, some one px high or wide, and thresholds."""
    rng = np.random.default_rng(len(kind))
    for i in range(count):
        region, link = maps.craft(rng, kind, most)
        if i % 8 == 0:
            value = np.float32(rng.choice([np.nan, np.inf, -np.inf]))
            region[rng.random(region.shape) < 0.01] = value
            link[rng.random(link.shape) < 0.01] = value
        if i % 10 == 0:
            part = np.s_[:1] if i % 20 else np.s_[:, :1]
            region, link = region[part], link[part]
        yield region, link, tuple(float(rng.choice([0.7, 0.5, 0.4, 0.2])) for _ in range(3))


def assert_same(found, right):
    """Compare what getDetBoxes returns."""
    for each, other in zip(found[0], right[0], strict=True):
        assert each.dtype == other.dtype
        assert each.tobytes() == other.tobytes()
    assert found[1:] == right[1:]
    assert [type(label) for label in found[2]] == [int] * len(right[2])


@pytest.mark.parametrize("kind", KINDS)
def test_easyocr(kind):
    """4,500 maps in all."""
    find, adjust = projects.easyocr_boxes()
    rng = np.random.default_rng(1)
    for region, link, thresholds in made_maps(kind, 500, 100):
        right = find(region, link, *thresholds)
        assert_same(easyocr.getDetBoxes(region, link, *thresholds), right)
        text, join, low = thresholds
        settings = {"text_threshold": text, "link_threshold": join, "low_text": low}
        ratio = float(rng.choice([1, 0.73, 1 / 3, rng.random() + 0.1]))
        expected = np.float32(adjust(right[0], 1 / ratio, 1 / ratio)).reshape(-1, 4, 2)
        found = fastcv.craft_boxes(region, link, ratio=ratio, **settings)
        assert found.tobytes() == expected.tobytes()


def test_getdetboxes_against_the_oracle():
    for kind in KINDS:
        for region, link, thresholds in made_maps(kind, 10, 80):
            text, join, low = thresholds
            boxes, labels = reference_craft.boxes(
                region, link, text_threshold=text, link_threshold=join, low_text=low
            )
            right = list(boxes), [None] * len(boxes), labels
            assert_same(easyocr.getDetBoxes(region, link, *thresholds), right)


@pytest.mark.parametrize("threshold", [0.7, 0.1, 0.3, 0.4])
def test_thresholds_of_numpys_own(threshold):
    """A float is rounded to float32; float64 is not."""
    own = projects.easyocr_boxes()[0]
    value = np.full((9, 9), threshold, np.float32)
    for kind in (float, np.float64, np.float32, np.float16):
        for region in (np.nextafter(value, np.float32(0)), value, np.nextafter(value, value + 1)):
            arguments = region, region, kind(threshold), 0.05, 0.05
            assert_same(easyocr.getDetBoxes(*arguments), own(*arguments))


def test_polygons_and_letters_are_the_projects_own(monkeypatch):
    region, link = maps.letters(np.random.default_rng(2), 90, 60)
    for option in ("poly", "estimate_num_chars"):
        monkeypatch.setitem(sys.modules, "easyocr", None)  # not installed
        monkeypatch.delitem(sys.modules, "easyocr.craft_utils", raising=False)
        with pytest.raises(ImportError, match="easyocr"):
            easyocr.getDetBoxes(region, link, *DEFAULTS, **{option: True})
        own = SimpleNamespace(getDetBoxes=lambda *arguments: arguments)
        monkeypatch.setitem(sys.modules, "easyocr", SimpleNamespace(craft_utils=own))
        monkeypatch.setitem(sys.modules, "easyocr.craft_utils", own)
        arguments = easyocr.getDetBoxes(region, link, *DEFAULTS, **{option: True})
        assert arguments == (region, link, *DEFAULTS, option == "poly", option != "poly")


def test_errors_name_the_function():
    region = np.zeros((9, 9), np.float32)
    with pytest.raises(TypeError, match="getDetBoxes: region must be an array of float32"):
        easyocr.getDetBoxes(region.astype(np.float64), region, *DEFAULTS)
    with pytest.raises(ValueError, match="getDetBoxes: low_text must be finite"):
        easyocr.getDetBoxes(region, region, 0.7, 0.4, np.inf)
