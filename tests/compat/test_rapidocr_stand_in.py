"""fastcv.compat.rapidocr on an engine that is made as RapidOCR's are, with models that do nothing.

`make test-compat` does the same with RapidOCR itself.
"""

import copy
import math
import threading
import warnings
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

import fastcv
import reference_conventions as oracle
from fastcv.compat import rapidocr
from reference import assert_same

pytestmark = pytest.mark.opencv4


def tensor(crop, height, width):
    """A crop at the left of a tensor of this width."""
    resized_width = min(math.ceil(height * (crop.shape[1] / float(crop.shape[0]))), width)
    resized = cv2.resize(crop, (resized_width, height)).astype("float32").transpose(2, 0, 1) / 255
    resized -= 0.5
    resized /= 0.5
    padded = np.zeros((3, height, width), np.float32)
    padded[:, :, :resized_width] = resized
    return padded


class Session:
    """Keeps the tensors. Its "prediction" is their sums."""

    def __init__(self):
        self.tensors = []

    def __call__(self, batch):
        self.tensors.append(batch.copy())
        return batch.sum((1, 2, 3), dtype=np.float64).tolist()


class Recognizer:
    def __init__(self, shape=(3, 48, 320), batch_size=6):
        self.session = Session()
        self.rec_image_shape, self.rec_batch_num = list(shape), batch_size

    def __call__(self, args):
        images = [args.img] if isinstance(args.img, np.ndarray) else args.img
        ratios = [image.shape[1] / float(image.shape[0]) for image in images]
        order, results = self.sort(ratios), [None] * len(images)
        for start in range(0, len(images), self.rec_batch_num):
            batch = order[start : start + self.rec_batch_num]
            least = self.rec_image_shape[2] / self.rec_image_shape[1]
            widest = max([least, *(ratios[i] for i in batch)])
            tensors = [self.resize_norm_img(images[i], widest)[np.newaxis] for i in batch]
            sums = self.session(np.concatenate(tensors).astype(np.float32))
            for i, total in zip(batch, sums, strict=True):
                results[i] = (total, ratios[i], widest)
        return results

    def sort(self, ratios):
        return np.argsort(np.array(ratios))

    def resize_norm_img(self, img, max_wh_ratio):
        height = self.rec_image_shape[1]
        return tensor(img, height, int(height * max_wh_ratio))


class Classifier:
    def __init__(self):
        self.session = Session()
        self.cls_image_shape, self.cls_batch_num = [3, 80, 160], 4

    def __call__(self, img_list):
        images = copy.deepcopy(img_list)
        order = np.argsort([image.shape[1] / float(image.shape[0]) for image in images])
        for start in range(0, len(images), self.cls_batch_num):
            batch = order[start : start + self.cls_batch_num]
            tensors = [self.resize_norm_img(images[i])[np.newaxis] for i in batch]
            self.session(np.concatenate(tensors))
            for i in batch[::2]:
                images[i] = cv2.rotate(images[i], cv2.ROTATE_180)
        return images

    def resize_norm_img(self, img):
        return tensor(img, *self.cls_image_shape[1:])


class Engine:
    """Models that exist from the start, as in RapidOCR 3.8."""

    def __init__(self, recognizer=None, classifier=None):
        self.text_rec, self.text_cls = recognizer or Recognizer(), classifier or Classifier()

    def crop_text_regions(self, img, det_boxes):
        return oracle.paddleocr(img, det_boxes)

    def models(self):
        return self.text_cls, self.text_rec

    def __call__(self, page, boxes):
        classify, recognize = self.models()
        crops = self.crop_text_regions(page, boxes)
        images = classify(crops)
        return crops, images, recognize(SimpleNamespace(img=images, return_word_box=False))


class LazyEngine(Engine):
    """Models that are loaded when they are needed, as in RapidOCR 3.10."""

    def __init__(self, *models):
        super().__init__(*models)
        self.loaded, self.text_rec, self.text_cls = [self.text_rec, self.text_cls], None, None

    def _load_rec_model(self):
        self.text_rec = self.loaded[0]
        return self.text_rec

    def _load_cls_model(self):
        self.text_cls = self.loaded[1]
        return self.text_cls

    def models(self):
        return self._load_cls_model(), self._load_rec_model()


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
    assert recognize(SimpleNamespace(img=crop)) == Recognizer()(SimpleNamespace(img=crop))
    assert recognize(SimpleNamespace(img=[])) == []


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


@pytest.mark.parametrize("name", ["crop_text_regions", "text_rec", "text_cls"])
def test_an_engine_that_lacks_something(name):
    have = {"crop_text_regions": None, "text_rec": None, "text_cls": None}
    del have[name]
    with pytest.raises(TypeError, match=rf"accelerate: engine must be .* has no {name}"):
        rapidocr.accelerate(SimpleNamespace(**have))


@both
@pytest.mark.parametrize("name", ["session", "rec_image_shape", "rec_batch_num"])
def test_a_model_that_lacks_something(kind, name):
    engine = kind()
    recognizer = engine.loaded[0] if kind is LazyEngine else engine.text_rec
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
