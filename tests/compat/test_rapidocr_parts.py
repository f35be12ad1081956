"""The parts of fastcv.compat.rapidocr, on engines that are made as RapidOCR's are."""

import numpy as np
import pytest

import fastcv
from fastcv.compat import rapidocr, rapidocr_detector
from reference import assert_same
from stand_in import Decode, Detector, Engine, LazyEngine, PostProcess, PreProcess, Recognizer

pytestmark = pytest.mark.opencv4

FUNCTIONS = {
    "detector_input": ("rapidocr_detector", "detector_input"),
    "detector_boxes": ("rapidocr_detector", "detector_boxes"),
    "crops": ("rapidocr", "image_crop_openmp"),
    "tensors": ("rapidocr_models", "iter_image_batches"),
    "decoding": ("rapidocr_models", "decode_ctc"),
}
SOME = [rapidocr.PARTS, (), *((part,) for part in rapidocr.PARTS), ("crops", "decoding")]


def used_parts(monkeypatch, run):
    """Run, and return the parts that fastcv was asked for, and the result."""
    used = set()

    def spy_on(part, module, name):
        function = getattr(getattr(fastcv.compat, module), name)

        def spy(*arguments, **options):
            used.add(part)
            return function(*arguments, **options)

        monkeypatch.setattr(f"fastcv.compat.{module}.{name}", spy)

    for part, place in FUNCTIONS.items():
        spy_on(part, *place)
    return used, run()


@pytest.fixture
def boxes(page_boxes):
    return np.rint(page_boxes[:7])


@pytest.mark.parametrize("kind", [Engine, LazyEngine])
@pytest.mark.parametrize("parts", SOME, ids="+".join)
def test_parts(kind, parts, page, boxes, monkeypatch):
    own, engine = kind(), kind()
    expected = own(page, boxes, True)
    before = set(vars(engine))
    rapidocr.accelerate(engine, parts=iter(parts))
    engine.models()
    used, found = used_parts(monkeypatch, lambda: engine(page, boxes, True))
    assert used == set(parts)
    assert found[2] == expected[2]
    assert_same(found[0], expected[0])
    for model, own_model in zip(engine.models(), own.models(), strict=True):
        assert_same(model.session.tensors, own_model.session.tensors)
    rapidocr.restore(engine)
    assert set(vars(engine)) == before


CHANGES = [
    {}, {"limit_side_len": 130}, {"limit_type": "min", "limit_side_len": 64},
    {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}, {"box_thresh": 0.2},
    {"unclip_ratio": 2.5}, {"score_mode": "slow"}, {"dilation_kernel": None},
    {"max_candidates": 2}, {"thresh": 0.6},
]  # fmt: skip


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_the_detectors_settings_can_change(changes, page):
    own, engine = Detector(), rapidocr.accelerate(LazyEngine())
    detector = engine._load_det_model()
    for name, value in changes.items():
        for model in (own, engine.text_det):
            setattr(model if hasattr(model, name) else model.postprocess_op, name, value)
    for pixels in (
        page[:300, :420],
        page[1000:1050, 300:360],
        page[2000:2190, :700],
        page[2000:2090, :700],
    ):
        assert detector(pixels) == own(pixels)
    assert_same(detector.session.tensors, own.session.tensors)


def test_a_page_of_no_size(page):
    detector = rapidocr.accelerate(Engine()).text_det
    assert detector(page[:1, :100]) is None


def model(name, **changes):
    made = {"det": Detector, "rec": Recognizer}[name]()
    for key, value in changes.items():
        setattr(made if hasattr(made, key) else made.postprocess_op, key, value)
    return made


class OtherInput(Detector):
    def get_preprocess(self):
        made = super().get_preprocess()
        made.scale = 1 / 256
        return made


class OtherTensor(PreProcess):
    def __call__(self, img):
        return super().__call__(img) * 2


class OtherTensors(Detector):
    def get_preprocess(self):
        return OtherTensor(self.limit_side_len, self.limit_type, self.mean, self.std)


class OtherBoxes(PostProcess):
    def __init__(self, step, count=None):
        super().__init__()
        self.step, self.count = step, count

    def __call__(self, pred, ori_shape):
        boxes, scores = super().__call__(pred, ori_shape)
        return (boxes + self.step)[: self.count], scores[: self.count]


class OtherWords(Decode):
    def get_ignored_tokens(self):
        return [0, 1]


class OtherTexts(Decode):
    def __call__(self, *arguments, **options):
        lines, words = super().__call__(*arguments, **options)
        return [(text.upper(), confidence) for text, confidence in lines], words


UNKNOWN = [
    ("detector_input", OtherInput(), "PreProcess scales pixels by 0.00390625"),
    ("detector_input", OtherTensors(), "OtherTensors? makes its tensors by another rule"),
    ("detector_input", model("det", limit_side_len=None), "does not know: .*limit_side_len"),
    ("detector_input", model("det", std=[0.5, 0.5, 0.0]), "does not know: .*normalization"),
    ("detector_boxes", model("det", box_thresh=7), "does not know: .*box_threshold"),
    ("detector_boxes", model("det", min_size=1), "does not know: .*min_side"),
    ("detector_boxes", model("det", dilation_kernel=np.ones((3, 3))), "dilates by another kernel"),
    ("detector_boxes", model("det", postprocess_op=OtherBoxes(9)), "boxes by another rule"),
    ("detector_boxes", model("det", postprocess_op=OtherBoxes(0, 2)), "finds other boxes"),
    ("decoding", model("rec", postprocess_op=OtherWords()), "decodes by another rule"),
    ("decoding", model("rec", postprocess_op=OtherTexts()), "decodes by another rule"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "unknown", "message"), UNKNOWN)
def test_what_fastcv_does_not_know(part, unknown, message):
    models = {"detector" if isinstance(unknown, Detector) else "recognizer": unknown}
    with pytest.raises(RuntimeError, match=f"accelerate: .*{message}"):
        rapidocr.accelerate(Engine(**models))
    with pytest.raises(RuntimeError, match=f"accelerate: .*{message}"):
        rapidocr.accelerate(LazyEngine(**models), parts=[part]).models()
    rest = [other for other in rapidocr.PARTS if other != part]
    rapidocr.accelerate(LazyEngine(**models), parts=rest).models()


def test_boxes_that_differ_a_little():
    engine = Engine(detector=model("det", postprocess_op=OtherBoxes(1)))
    with pytest.warns(UserWarning, match="own boxes differ a little"):
        rapidocr.accelerate(engine)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_engine_answers_for_maps_that_are_not_finite(value, page):
    found = object(), object()

    class Asked(PostProcess):
        def __call__(self, pred, ori_shape):
            return super().__call__(pred, ori_shape) if np.isfinite(pred).all() else found

    detector = rapidocr.accelerate(Engine(detector=model("det", postprocess_op=Asked()))).text_det
    pixels = np.zeros((1, 1, 32, 32), np.float32)
    pixels[0, 0, 3, 4] = value
    assert rapidocr_detector._Boxes(detector.postprocess_op)(pixels, (32, 32)) is found


def test_a_map_of_another_dtype(page):
    detector = Detector()
    detector.session.predict = lambda batch, sums: np.zeros((1, 1, 32, 32))
    with pytest.raises(RuntimeError, match="maps of float64 are not known"):
        rapidocr.accelerate(Engine(detector=detector)).text_det(page[:90, :90])


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ("crops", TypeError, "parts must be an iterable of str, not str"),
        (None, TypeError, "parts must be an iterable of str, not NoneType"),
        (["crops", 3], TypeError, r"parts\[1\] must be a str, not int"),
        (["crops", "boxes"], ValueError, r"parts\[1\] must be one of .*, got 'boxes'"),
    ],
)
def test_wrong_parts(parts, error, message):
    engine = Engine()
    before = dict(vars(engine))
    with pytest.raises(error, match=f"accelerate: {message}"):
        rapidocr.accelerate(engine, parts=parts)
    assert vars(engine) == before
