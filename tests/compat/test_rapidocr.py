"""RapidOCR end to end, with and without fastcv: the same crops, tensors, texts, boxes and scores.

Inference takes nearly all of the time. So the models run once, and what they gave for a tensor is
given again for the same bytes: a tensor that differs in one bit is noticed.
"""

import hashlib

import cv2
import numpy as np
import pytest

from conftest import ROOT, real_pages
from fastcv.compat import rapidocr
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
        self.crops = []
        cut = self.engine.run_ocr_steps

        def run_ocr_steps(*arguments):
            results = cut(*arguments)
            self.crops = results[-1]
            return results

        self.engine.run_ocr_steps = run_ocr_steps

    def runs(self):
        return [session.runs for session in self.sessions]


@pytest.fixture(scope="module")
def remembered():
    return Remembered()


def assert_same_result(result, expected):
    assert result.txts == expected.txts
    assert result.scores == expected.scores
    assert np.array_equal(result.boxes, expected.boxes)
    assert result.word_results == expected.word_results


@pytest.mark.parametrize(
    "path", [ROOT / "data/page.jpg", *real_pages()], ids=lambda path: path.stem
)
@pytest.mark.parametrize("options", [{}, {"return_word_box": True}, {"use_cls": False}], ids=str)
def test_a_page(path, options, remembered):
    engine, page = remembered.engine, cv2.imread(str(path))
    options = {"use_cls": True, "return_word_box": False, **options}
    expected, crops = engine(page, **options), remembered.crops
    runs = remembered.runs()
    rapidocr.accelerate(engine)
    try:
        result = engine(page, **options)
    finally:
        rapidocr.restore(engine)
    assert remembered.runs() == runs, "a tensor of the accelerated engine is new"
    assert len(result.txts) >= 15
    assert_same_result(result, expected)
    assert_same(remembered.crops, crops)


def test_only_the_recogniser(remembered):
    engine, word = remembered.engine, cv2.imread(str(ROOT / "data/page.jpg"))[100:130, 120:320]
    options = {"use_det": False, "use_cls": True, "return_word_box": False}
    expected, runs = engine(word, **options), remembered.runs()
    result = rapidocr.accelerate(engine)(word, **options)
    rapidocr.restore(engine)
    engine.update_params(use_det=True)
    assert remembered.runs() == runs
    assert (result.txts, result.scores) == (expected.txts, expected.scores)
