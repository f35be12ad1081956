"""Rules and indexes reach other processes by value, and what arrives is checked."""

import copy
import dataclasses
import pickle
import sys
import weakref

import numpy as np
import pytest

import fastcv
from conftest import run_python
from fastcv import pickling

PRESETS = [
    *fastcv.CONVENTIONS.values(),
    *fastcv.INPUTS.values(),
    *fastcv.DETECTOR_INPUTS.values(),
    *fastcv.DETECTOR_BOXES.values(),
    fastcv.CropConvention(border_value=[1, 2.5, 3]),
    fastcv.RecognizerInput(normalization=np.ones((3, 256)), buckets=[64, 320]),
]


def pickled_and_back(value, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(value, protocol))


WAYS = [
    *(lambda value, n=n: pickled_and_back(value, n) for n in range(pickle.HIGHEST_PROTOCOL + 1)),
    copy.copy,
    copy.deepcopy,
]


@pytest.mark.parametrize("way", WAYS)
def test_rules_stay_the_same(way):
    for rules in PRESETS:
        again = way(rules)
        assert type(again) is type(rules)
        assert again == rules
        assert repr(again) == repr(rules)


def state_of(rules, **changed):
    restore, (kind, version, values) = rules.__reduce__()
    return restore, kind, version, {**values, **changed}


@pytest.mark.parametrize("rules", [PRESETS[0], *PRESETS[-1:], fastcv.DetectorBoxes()])
def test_a_state_is_checked(rules):
    restore, kind, version, values = state_of(rules)
    name = next(iter(values))
    with pytest.raises(TypeError, match=f"{kind.__name__}: {name} must be"):
        restore(kind, version, {**values, name: b""})
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        restore(kind, version, {**values, "colour": 1})
    with pytest.raises(ValueError, match=r"has version 2, and this fastcv reads version 1"):
        restore(kind, version + 1, values)
    with pytest.raises(TypeError, match="is not a class of such rules"):
        restore(dict, version, values)


def test_a_field_that_a_state_leaves_out_has_its_default():
    assert pickling._restore(fastcv.CropConvention, 1, {}) == fastcv.CropConvention()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Own(fastcv.CropConvention):
    name: str = "own"


def test_a_subclass_keeps_its_fields():
    assert pickled_and_back(Own(name="mine", corners="w")) == Own(name="mine", corners="w")


@pytest.fixture
def index(rng):
    polygons = rng.uniform(0, 300, (300, 5, 2))
    polygons[7, 0, 0], polygons[8, 1, 1] = np.nan, np.inf
    return fastcv.PolygonIndex(polygons)


@pytest.mark.parametrize("way", WAYS)
def test_an_index_gives_the_same_answers(index, rng, way):
    again = way(index)
    points = rng.uniform(0, 900, (500, 2))
    assert len(again) == len(index)
    for name in ("centers", "areas"):
        np.testing.assert_array_equal(getattr(again, name), getattr(index, name))
    np.testing.assert_array_equal(again.match(points, 50), index.match(points, 50))
    np.testing.assert_array_equal(again.find_close([9, 99], 90), index.find_close([9, 99], 90))


def test_an_index_can_be_referred_to_weakly():
    index = fastcv.PolygonIndex([])
    gone = []
    reference = weakref.ref(index, gone.append)
    assert reference() is index
    del index
    assert gone == [reference]
    assert reference() is None


def test_an_empty_index():
    assert len(pickled_and_back(fastcv.PolygonIndex([]))) == 0


def test_an_index_is_its_own_memory(index):
    restore, (version, centers, areas) = index.__reduce__()
    again = restore(version, centers, areas)
    centers[:] = 0
    np.testing.assert_array_equal(again.centers, index.centers)


def test_an_index_from_the_other_byte_order(index):
    restore, (version, *arrays) = index.__reduce__()
    again = restore(version, *(array.astype(array.dtype.newbyteorder()) for array in arrays))
    np.testing.assert_array_equal(again.areas, index.areas)


ONE = np.zeros((1, 2)), np.zeros(1)


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        ((), TypeError, "argument"),
        (("1", *ONE), TypeError, "integer"),
        ((2, *ONE), ValueError, "its state has version 2, and this fastcv reads version 1"),
        ((1, None, ONE[1]), TypeError, "centers must be an ndarray of float64, got None"),
        ((1, ONE[0].astype("f4"), ONE[1]), TypeError, "centers must be an ndarray of float64"),
        ((1, ONE[0], ONE[1].astype(object)), TypeError, "areas must be an ndarray of float64"),
        ((1, ONE[1], ONE[1]), ValueError, "centers must have 2 dimensions, got 1"),
        ((1, ONE[0], ONE[0]), ValueError, "areas must have 1 dimensions, got 2"),
        ((1, np.zeros((1, 3)), ONE[1]), ValueError, r"got \(1, 3\) and \(1,\)"),
        ((1, ONE[0], np.zeros(2)), ValueError, r"got \(1, 2\) and \(2,\)"),
        ((1, ONE[0], np.array([-1.0])), ValueError, r"areas\[0\] must be at least 0, got -1.0"),
        ((1, ONE[0], np.array([np.nan])), ValueError, r"areas\[0\] must be at least 0, got nan"),
    ],
)
def test_an_index_of_a_wrong_state(state, error, message):
    with pytest.raises(error, match=message):
        fastcv._core._restore_polygon_index(*state)


@pytest.mark.own_process
def test_an_index_leaks_nothing(index):
    restore, (version, centers, areas) = index.__reduce__()
    before = sys.getrefcount(centers), sys.getrefcount(areas)
    for _ in range(3):
        restore(version, centers, areas)
        with pytest.raises(TypeError):
            restore(version, centers, None)
    assert (sys.getrefcount(centers), sys.getrefcount(areas)) == before


def test_a_process_that_has_not_imported_fastcv_reads_them(tmp_path, index):
    path = tmp_path / "state"
    path.write_bytes(pickle.dumps((index, fastcv.INPUTS["rapidocr"])))
    printed = run_python(
        f"""
        import pickle
        index, rules = pickle.load(open({str(path)!r}, "rb"))
        print(len(index), rules.height)
        """
    )
    assert printed == "300 48"
