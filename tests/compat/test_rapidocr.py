"""RapidOCR end to end, with and without fastcv: the same tensors, boxes, crops, texts, scores
and word boxes.

Inference takes nearly all of the time. So the models run once, and what they gave for a tensor is
given again for the same bytes: a tensor that differs in one bit is noticed.
"""

import copy
import hashlib

import cv2
import numpy as np
import pytest

import maps
from conftest import ROOT, real_pages
from fastcv.compat import rapidocr, rapidocr_detector
from reference import assert_same

pytestmark = [pytest.mark.opencv4, pytest.mark.timeout(900)]


class Remembering:
    """A model's session that runs once for each tensor."""

    def __init__(self, session):
        self.session = session
        self.results = {}
        self.runs = 0

    def __getattr__(self, name):
        return getattr(self.session, name)

    def __call__(self, tensor):
        assert tensor.dtype == np.float32
        key = tensor.shape, hashlib.blake2b(tensor.tobytes()).digest()
        if key not in self.results:
            self.runs += 1
            self.results[key] = self.session(tensor)
        return self.results[key]


class Remembered:
    """An engine that remembers what its models gave, and its crops."""

    def __init__(self):
        self.engine = pytest.importorskip("rapidocr").RapidOCR()
        self.sessions = []
        for name in ("det", "cls", "rec"):
            model = getattr(self.engine, f"_load_{name}_model")()
            model.session = Remembering(model.session)
            self.sessions.append(model.session)
        self.crops, self.expected = [], {}
        cut = self.engine.run_ocr_steps

        def run_ocr_steps(*arguments):
            results = cut(*arguments)
            self.crops = results[-1]
            return results

        self.engine.run_ocr_steps = run_ocr_steps

    def runs(self):
        return [session.runs for session in self.sessions]

    def own(self, path, page, **options):
        """The engine's own result, and its crops."""
        key = path, *options.items()
        if key not in self.expected:
            self.expected[key] = self.engine(page, **options), self.crops
        return self.expected[key]


@pytest.fixture(scope="module")
def remembered():
    return Remembered()


def assert_same_result(result, expected):
    assert result.txts == expected.txts
    assert result.scores == expected.scores
    assert np.array_equal(result.boxes, expected.boxes)
    assert result.word_results == expected.word_results


PAGES = [ROOT / "data/page.jpg", *real_pages()]
PARTS = rapidocr.PARTS
SOME = [
    *((part,) for part in PARTS),
    *(tuple(other for other in PARTS if other != part) for part in PARTS),
]
a_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def assert_same_page(remembered, path, parts, cut=(), **options):
    engine, page = remembered.engine, cv2.imread(str(path))[cut]
    expected, crops = remembered.own((path, str(cut)), page, **options)
    runs = remembered.runs()
    rapidocr.accelerate(engine, parts=parts)
    try:
        result = engine(page, **options)
    finally:
        rapidocr.restore(engine)
    assert remembered.runs() == runs, "a tensor of the accelerated engine is new"
    assert_same_result(result, expected)
    assert_same(remembered.crops, crops)
    return result


@a_page
@pytest.mark.parametrize("options", [{}, {"return_word_box": True}, {"use_cls": False}], ids=str)
def test_a_page(path, options, remembered):
    options = {"use_cls": True, "return_word_box": False, **options}
    assert len(assert_same_page(remembered, path, PARTS, **options).txts) >= 15


@a_page
@pytest.mark.parametrize("parts", SOME, ids="+".join)
def test_some_parts(path, parts, remembered):
    assert_same_page(remembered, path, parts, use_cls=True, return_word_box=True)


@pytest.mark.parametrize("options", [
    {"box_thresh": 0.7, "unclip_ratio": 2.0}, {"text_score": 0.9},
    {"return_single_char_box": True},
], ids=str)  # fmt: skip
def test_other_options(options, remembered):
    usual = {
        "box_thresh": 0.5, "unclip_ratio": 1.6, "text_score": 0.5, "return_single_char_box": False
    }  # fmt: skip
    options = {"use_cls": True, "return_word_box": True, **usual, **options}
    cut = slice(0, 600), slice(0, 900)
    for path in PAGES[:2]:
        assert_same_page(remembered, path, PARTS, cut, **options)
    remembered.engine.update_params(**usual)


def test_only_the_detector(remembered):
    engine = remembered.engine
    options = {"use_cls": False, "use_rec": False}
    for path in PAGES:
        page = cv2.imread(str(path))
        expected = engine(page, **options)
        found = rapidocr.accelerate(engine)(page, **options)
        rapidocr.restore(engine)
        assert np.array_equal(found.boxes, expected.boxes)
        assert found.scores == expected.scores
    engine.update_params(use_rec=True)


@pytest.mark.parametrize("score", ["fast", "slow"])
@pytest.mark.parametrize("kind", maps.KINDS)
def test_made_maps(kind, score, remembered):
    """The detector's boxes and scores, in its order."""
    engine, rng = remembered.engine, np.random.default_rng([len(kind), len(score)])
    own = copy.copy(engine._load_det_model())
    own.postprocess_op = copy.copy(own.postprocess_op)
    own.postprocess_op.score_mode = score
    detector = rapidocr_detector.Detector(own, frozenset({"detector_boxes"}))
    for k in range(40):
        pixels, (height, width) = maps.made(rng, kind)
        if k % 8 == 7:
            pixels[rng.random(pixels.shape) < 0.02] = [np.nan, np.inf, -np.inf][k % 3]
        own.session = lambda tensor, pixels=pixels: pixels[np.newaxis, np.newaxis]
        own.get_preprocess = lambda: lambda img: img
        page = np.zeros((height, width, 3), np.uint8)
        found, expected = detector(page), own(page)
        assert (found.boxes is None) == (expected.boxes is None)
        if found.boxes is not None:
            assert found.boxes.dtype == expected.boxes.dtype
            assert np.array_equal(found.boxes, expected.boxes)
            assert np.array_equal(found.scores, expected.scores, equal_nan=True)


def test_only_the_recogniser(remembered):
    engine, word = remembered.engine, cv2.imread(str(ROOT / "data/page.jpg"))[100:130, 120:320]
    options = {"use_det": False, "use_cls": True, "return_word_box": False}
    expected, runs = engine(word, **options), remembered.runs()
    result = rapidocr.accelerate(engine)(word, **options)
    rapidocr.restore(engine)
    engine.update_params(use_det=True)
    assert remembered.runs() == runs
    assert (result.txts, result.scores) == (expected.txts, expected.scores)
