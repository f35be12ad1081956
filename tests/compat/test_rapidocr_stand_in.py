"""fastcv.compat.rapidocr on an engine that is made as RapidOCR's are, with models that do nothing.

`make test-compat` does the same with RapidOCR itself.
"""

import copy
import threading
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

import fastcv
import reference_conventions as oracle
from fastcv.compat import rapidocr
from reference import assert_same
from stand_in import Engine, LazyEngine, Recognizer

pytestmark = pytest.mark.opencv4

both = pytest.mark.parametrize("kind", [Engine, LazyEngine])


@pytest.fixture
def boxes(page_boxes):
    """Boxes as a detector gives them, of any kind of word."""
    return np.rint(np.concatenate([page_boxes[:20], page_boxes[-10:]]))


@both
def test_results_are_the_same(kind, page, boxes):
    own, engine = kind(), kind()
    assert rapidocr.accelerate(engine) is engine
    (crops, images, results), (own_crops, own_images, own_results) = (
        engine(page, boxes), own(page, boxes),
    )  # fmt: skip
    assert_same(crops, own_crops)
    assert_same(images, own_images)
    assert results == own_results
    for model, own_model in zip(engine.models(), own.models(), strict=True):
        assert_same(model.session.tensors, own_model.session.tensors)
    assert all(crop.base is not None for crop in crops)  # fastcv's: parts of one piece of memory


@both
def test_an_engine_is_restored(kind, page, boxes):
    engine, own = kind(), kind()
    before = dict(vars(engine))
    assert rapidocr.restore(rapidocr.accelerate(engine)) is engine
    assert vars(engine) == before
    assert engine(page, boxes)[2] == own(page, boxes)[2]
    rapidocr.accelerate(engine)
    assert engine(page, boxes)[2] == own(page, boxes)[2]


def test_an_engine_can_be_copied(page, boxes):
    engine = copy.deepcopy(rapidocr.accelerate(Engine()))
    assert engine.text_rec.rec_batch_num == 6
    assert engine(page, boxes)[2] == Engine()(page, boxes)[2]
    assert not {"crop_text_regions", "_own_before_fastcv"} & set(vars(rapidocr.restore(engine)))


def test_other_settings_of_the_recogniser(page, boxes):
    own, engine = (Engine(Recognizer((3, 32, 100), 4)) for _ in range(2))
    assert rapidocr.accelerate(engine)(page, boxes)[2] == own(page, boxes)[2]
    assert_same(engine.text_rec.session.tensors, own.text_rec.session.tensors)


def test_one_image_and_none(page):
    recognize = rapidocr.accelerate(Engine()).text_rec
    crop = np.ascontiguousarray(page[100:130, 120:320])
    words = SimpleNamespace(img=crop, return_word_box=True)
    assert recognize(words) == Recognizer()(words)
    assert recognize(SimpleNamespace(img=[], return_word_box=True)) == []


def test_degenerate_boxes_are_cut_by_the_engine(page, boxes):
    crossed = boxes[:6].copy()
    crossed[2] = crossed[2][[0, 2, 1, 3]]
    crossed[4, 3] = (crossed[4, 2] + crossed[4, 0]) / 2  # three corners on a line
    crops = rapidocr.accelerate(Engine()).crop_text_regions(page, crossed)
    assert_same(crops, oracle.paddleocr(page, crossed))


def test_threads_share_an_engine(page, boxes):
    engine, expected, results = rapidocr.accelerate(Engine()), Engine()(page, boxes)[2], []
    threads = [
        threading.Thread(target=lambda: results.append(engine(page, boxes)[2])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


# ---- what is not as expected ----


@pytest.mark.parametrize("name", ["crop_text_regions", "text_det", "text_rec", "text_cls"])
def test_an_engine_that_lacks_something(name):
    have = dict.fromkeys(["crop_text_regions", "text_det", "text_rec", "text_cls"])
    del have[name]
    with pytest.raises(TypeError, match=rf"accelerate: engine must be .* has no {name}"):
        rapidocr.accelerate(SimpleNamespace(**have))


@both
@pytest.mark.parametrize("name", ["session", "rec_image_shape", "rec_batch_num"])
def test_a_model_that_lacks_something(kind, name):
    engine = kind()
    recognizer = engine.loaded["rec"] if kind is LazyEngine else engine.text_rec
    delattr(recognizer, name)
    with pytest.raises(TypeError, match=rf"accelerate: text_rec must be .* has no {name}"):
        rapidocr.accelerate(engine).models()


def test_twice_and_without():
    engine = rapidocr.accelerate(Engine())
    with pytest.raises(ValueError, match="accelerate: engine is accelerated already"):
        rapidocr.accelerate(engine)
    rapidocr.restore(engine)
    for other in (engine, None):
        with pytest.raises(ValueError, match="restore: engine is not accelerated"):
            rapidocr.restore(other)


@pytest.mark.parametrize("name", ["fastcv", "keras_ocr"])
def test_another_rule_of_crops(name):
    engine = Engine()
    engine.crop_text_regions = oracle.QUADS[name]
    before = dict(vars(engine))
    with pytest.raises(RuntimeError, match="accelerate: engine cuts words "):
        rapidocr.accelerate(engine)
    assert vars(engine) == before


def test_other_pixels_of_crops():
    engine = Engine()
    engine.crop_text_regions = lambda img, boxes: [
        crop ^ (crop > 250) for crop in oracle.paddleocr(img, boxes)
    ]
    with pytest.warns(UserWarning, match=r"own crops have other pixels .* Texts may differ"):
        rapidocr.accelerate(engine)


@both
def test_another_rule_of_tensors(kind):
    class Other(Recognizer):
        def resize_norm_img(self, *arguments):
            return super().resize_norm_img(*arguments) * 2

    engine = kind(Other())
    before = dict(vars(engine))
    with pytest.raises(RuntimeError, match="Other makes its tensors by another rule"):
        rapidocr.accelerate(engine).models()
    if kind is Engine:
        assert vars(engine) == before


def test_another_order_of_words(page, boxes):
    class Backwards(Recognizer):
        def sort(self, ratios):
            return super().sort(ratios)[::-1]

    engine = rapidocr.accelerate(Engine(Backwards()))
    with pytest.raises(RuntimeError, match="batches words in an order that is not known"):
        engine(page, boxes)


def test_models_of_gray_images():
    with pytest.raises(RuntimeError, match="models of 1 channels are not known"):
        rapidocr.accelerate(Engine(Recognizer((1, 48, 320))))


def test_no_warning_with_opencv_4():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rapidocr.accelerate(Engine())
    assert fastcv.build_info()["opencv"].startswith("4.")
