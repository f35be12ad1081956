"""RapidOCR end to end, with and without fastcv: the same tensors, boxes, crops, texts, scores
and word boxes.

Inference takes nearly all of the time. So the models run once, and what they gave for a tensor is
given again for the same bytes: a tensor that differs in one bit is noticed.
"""

import copy
import hashlib
import os

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
MADE_PAGES = int(os.environ.get("FASTCV_MADE_PAGES", "30"))
"""200 take some minutes."""
FONTS = [cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX,
         cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_PLAIN]  # fmt: skip
LETTERS = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
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


def made_page(rng):
    """Five to ten words of any letters on a small page, upright, slanted or on their side."""
    width, height = (int(side) for side in rng.integers([220, 160], [420, 320]))
    paper = [int(value) for value in rng.integers(190, 256, 3)]
    page = np.full((height, width, 3), paper, np.uint8)
    for _ in range(int(rng.integers(5, 11))):
        word = "".join(rng.choice(LETTERS, int(rng.integers(2, 10))))
        place = int(rng.integers(0, width - 60)), int(rng.integers(20, height))
        ink = [int(value) for value in rng.integers(0, 110, 3)]
        size, font = float(rng.uniform(0.5, 1.3)), FONTS[rng.integers(len(FONTS))]
        cv2.putText(page, word, place, font, size, ink, int(rng.integers(1, 3)), cv2.LINE_AA)
    kind = rng.integers(4)
    if kind == 0:
        return np.ascontiguousarray(np.rot90(page, int(rng.integers(1, 4))))
    if kind == 1:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.normal(0, 8)), 1)
        page = cv2.warpAffine(page, turn, (width, height), borderValue=paper)
    noise = rng.normal(0, float(rng.choice([0, 2, 8])), page.shape)
    return np.clip(page + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("part", range(4))
def test_made_pages(part, remembered):
    engine, words = remembered.engine, 0
    options = {"use_cls": True, "return_word_box": True}
    for seed in range(part, MADE_PAGES, 4):
        known = [dict(session.results) for session in remembered.sessions]
        page = made_page(np.random.default_rng(seed))
        expected, crops = engine(page, **options), remembered.crops
        runs = remembered.runs()
        rapidocr.accelerate(engine)
        try:
            result = engine(page, **options)
        finally:
            rapidocr.restore(engine)
        assert remembered.runs() == runs, "a tensor of the accelerated engine is new"
        assert_same_result(result, expected)
        if expected.txts:
            assert_same(remembered.crops, crops)
            words += len(expected.txts)
        for session, results in zip(remembered.sessions, known, strict=True):
            session.results = results  # a page's take 40 MB
    assert words > MADE_PAGES / 4


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
