"""The drop-ins for DBPostProcess and CTCLabelDecode give what PaddleOCR's and PaddleX's do."""

import sys

import numpy as np
import pytest

import maps
import projects
from fastcv.compat import paddle, paddleocr, paddlex

pytestmark = pytest.mark.opencv4
LETTERS = "ab.-中文 (0123456789شرق*"
SETTINGS = [
    {},
    {"thresh": 0.4, "box_thresh": 0.2, "use_dilation": True},
    {"box_thresh": 0.0, "unclip_ratio": 0.5, "score_mode": "slow", "unused": 7},
    {"box_thresh": 0.3, "max_candidates": 2},
]


def made_maps(count=24, seed=1):
    """Maps of one size a batch, and their pages' sizes."""
    rng = np.random.default_rng(seed)
    for index in range(count):
        pixels, shape = maps.made(rng, maps.KINDS[index % len(maps.KINDS)])
        yield np.stack([pixels, pixels[::-1]])[:, np.newaxis], [shape, shape[::-1]]


def assert_same_arrays(found, right):
    assert found.dtype == right.dtype
    assert found.shape == right.shape
    assert np.array_equal(found, right)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_paddleocr_boxes(settings):
    own = projects.paddleocr_db_post_process()(**settings)
    fast = paddleocr.DBPostProcess(**settings)
    count = 0
    for pixels, shapes in made_maps():
        for given in (
            np.array([[*shape, 1.0, 1.0] for shape in shapes]),
            [(*s, 1, 1) for s in shapes],
        ):
            right = own({"maps": pixels}, given)
            found = fast({"maps": pixels}, given)
            assert len(found) == len(right) == 2
            for each, other in zip(found, right, strict=True):
                assert_same_arrays(each["points"], other["points"])
                count += len(other["points"])
    assert count >= 20


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("call", [{}, {"thresh": 0.2, "box_thresh": 0.1, "unclip_ratio": 1.2}])
def test_paddlex_boxes(settings, call):
    own = projects.paddlex_db_post_process()(**settings)
    fast = paddlex.DBPostProcess(**settings)
    count = 0
    for pixels, shapes in made_maps(seed=2):
        given = [np.array([*shape, 1.0, 1.0]) for shape in shapes]
        boxes, scores = own([pixels], given, **call)
        found, found_scores = fast([pixels], given, **call)
        assert found_scores == scores
        for each, other in zip(found, boxes, strict=True):
            assert_same_arrays(each, other)
            count += len(other)
    assert count >= 20


def test_settings_may_change_between_calls():
    pixels = np.zeros((1, 1, 64, 96), np.float32)
    pixels[0, 0, 20:30, 10:60] = 0.6
    post = paddleocr.DBPostProcess()
    shapes = np.array([[128, 192, 2.0, 2.0]])
    assert len(post({"maps": pixels}, shapes)[0]["points"]) == 0
    post.box_thresh = 0.5
    assert len(post({"maps": pixels}, shapes)[0]["points"]) == 1


@pytest.mark.parametrize("module", [paddleocr, paddlex])
def test_polygons_are_the_projects_own(module, monkeypatch):
    with pytest.raises(ValueError, match='score_mode must be "fast" or "slow", got \'exact\''):
        module.DBPostProcess(score_mode="exact")
    with pytest.raises(ValueError, match='box_type must be "quad" or "poly", got \'line\''):
        module.DBPostProcess(box_type="line")
    with pytest.raises(ValueError, match="threshold must be from 0 to 1, got 3"):
        module.DBPostProcess(thresh=3)
    name = module.__name__.rpartition(".")[2]
    monkeypatch.setitem(sys.modules, name, None)  # not installed
    with pytest.raises(ImportError, match=name):
        module.DBPostProcess(box_type="poly")

    class Own:
        class DBPostProcess:
            def __init__(self, **settings):
                self.settings = settings

            def __call__(self, *arguments):
                return [self.settings, *arguments]

    path = {
        "paddleocr": "paddleocr.ppocr.postprocess.db_postprocess",
        "paddlex": "paddlex.inference.models.text_detection.processors",
    }[name]
    monkeypatch.setitem(sys.modules, path, Own)
    settings, outputs, *_ = module.DBPostProcess(thresh=0.2, box_type="poly")({"maps": 1}, [2])
    assert settings["thresh"] == 0.2
    assert settings["box_type"] == "poly"
    assert outputs == {"maps": 1}


# ---- texts ----


def made_logits(classes, dtype=np.float32):
    rng = np.random.default_rng(3)
    for texts, steps in (6, 40), (1, 1), (2, 0), (9, 90):
        logits = rng.random((texts, steps, classes), np.float32) * np.float32(0.4)
        best = rng.integers(0, classes, (texts, steps)) * (rng.random((texts, steps)) < 0.7)
        best[: texts // 3] = 0
        highest = rng.random((texts, steps, 1), np.float32) * 0.6 + 0.4
        np.put_along_axis(logits, best[..., np.newaxis], highest, 2)
        ratios = rng.uniform(0.5, 9, texts)
        yield logits.astype(dtype), {"wh_ratio_list": ratios, "max_wh_ratio": 9.0}


@pytest.fixture(params=["letters.txt", "arabic.txt", None])
def dictionary(request, tmp_path):
    if request.param is None:
        return None
    path = tmp_path / request.param
    path.write_bytes("\n".join(LETTERS).replace("0\n", "0\r\n").encode() + b"\n")
    return str(path)


@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("space", [False, True])
def test_paddleocr_texts(dictionary, space, dtype):
    own = projects.paddleocr_ctc_label_decode()(dictionary, space)
    fast = paddleocr.CTCLabelDecode(dictionary, use_space_char=space)
    assert fast.character == own.character
    assert fast.dict == own.dict
    assert fast.reverse == own.reverse
    for logits, ratios in made_logits(len(own.character), dtype):
        assert fast(logits) == own(logits)
        assert fast([None, logits]) == own([None, logits])
        label = logits.argmax(2)
        assert fast(logits, label) == own(logits, label)
        words = own(logits, return_word_box=True, **ratios)
        assert fast(logits, return_word_box=True, **ratios) == words


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("letters", [None, list(LETTERS)])
@pytest.mark.parametrize("space", [False, True])
def test_paddlex_texts(letters, space, dtype):
    own = projects.paddlex_ctc_label_decode()(letters, space)
    fast = paddlex.CTCLabelDecode(letters, use_space_char=space)
    assert fast.character == own.character
    assert fast.dict == own.dict
    for reverse in (False, True):
        own.reverse = fast.reverse = reverse
        for logits, ratios in made_logits(len(own.character), dtype):
            assert fast([logits]) == own([logits])
            words = own([logits], return_word_box=True, **ratios)
            assert fast([logits], return_word_box=True, **ratios) == words


@pytest.mark.parametrize(("text", "words", "kinds"), [
    ("", [], []),
    ("ab中文c", ["ab", "中文", "c"], ["en&num", "cn", "en&num"]),
    ("3.14.x", ["3.14", ".", "x"], ["en&num", "symbol", "en&num"]),
    ("-a-b- c", ["-", "a-b-", " ", "c"], ["symbol", "en&num", "symbol", "en&num"]),
])  # fmt: skip
def test_words_of_a_text(text, words, kinds):
    columns = list(range(10, 10 + len(text)))
    found, places, found_kinds = paddle.group_characters(text, columns, "symbol")
    assert ["".join(each) for each in found] == words
    assert found_kinds == kinds
    assert [column for each in places for column in each] == columns


def test_reversed_text():
    assert paddle.reverse_arabic("قرش 12 ab") == " 12 abشرق"


def test_texts_without_a_project():
    logits = np.eye(4, dtype=np.float32)[np.newaxis, [0, 1, 1, 0, 3]]
    assert paddlex.CTCLabelDecode("abc")([logits]) == (["ac"], [1.0])
    assert paddleocr.CTCLabelDecode()(logits) == [("02", 1.0)]
