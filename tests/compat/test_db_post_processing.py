"""detector_boxes, compared with the OCR projects' own post-processing."""

from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

import fastcv
import maps
import reference_detect
from conftest import ROOT, read_boxes, real_pages
from projects import sort_quad_boxes, take

pytestmark = [pytest.mark.opencv4, pytest.mark.timeout(900)]


def rapidocr(rules):
    """A function of a map and a page's shape that gives RapidOCR's boxes, scores, sorted boxes."""
    shapely = pytest.importorskip("shapely.geometry")
    names = {"pyclipper": pytest.importorskip("pyclipper"), "Polygon": shapely.Polygon}
    post = take("rapidocr", "ch_ppocr_det/utils.py", "DBPostProcess", **names)(
        thresh=rules.threshold, box_thresh=rules.box_threshold, use_dilation=rules.dilation,
        max_candidates=rules.max_candidates, unclip_ratio=rules.unclip_ratio,
        score_mode={"box": "fast", "contour": "slow"}[rules.score],
    )  # fmt: skip
    detector = take(
        "rapidocr", "ch_ppocr_det/main.py", "TextDetector", TextDetOutput=None, DetPreProcess=None,
        _BOX_SORT_Y_THRESHOLD=10,
    )  # fmt: skip

    def boxes(pixels, shape):
        found, scores = post(pixels[np.newaxis, np.newaxis], shape)
        return found, scores, detector.sorted_boxes(found)

    return boxes


def paddleocr(rules):
    """The same of PaddleOCR 2.x, which keeps no scores."""
    shapely = pytest.importorskip("shapely.geometry")
    names = {"pyclipper": pytest.importorskip("pyclipper"), "Polygon": shapely.Polygon}
    paddle = SimpleNamespace(Tensor=())
    module = "ppocr/postprocess/db_postprocess.py"
    post = take("paddleocr", module, "DBPostProcess", paddle=paddle, **names)(
        thresh=rules.threshold, box_thresh=rules.box_threshold, use_dilation=rules.dilation,
        max_candidates=rules.max_candidates, unclip_ratio=rules.unclip_ratio,
        score_mode={"box": "fast", "contour": "slow"}[rules.score],
    )  # fmt: skip
    detector = take("paddleocr", "tools/infer/predict_det.py", "TextDetector")
    sort = take("paddleocr", "tools/infer/predict_system.py", "sorted_boxes")

    def boxes(pixels, shape):
        shapes = np.array([[*shape, 1.0, 1.0]])
        found = post({"maps": pixels[np.newaxis, np.newaxis]}, shapes)[0]["points"]
        found = detector.filter_tag_det_res(detector.__new__(detector), found, shape)
        return found, None, sort(found)

    return boxes


def paddlex(rules):
    """The same of PaddleX."""
    post = take(
        "paddlex", "inference/models/text_detection/processors.py", "DBPostProcess",
        pyclipper=pytest.importorskip("pyclipper"),
        benchmark=SimpleNamespace(timeit=lambda kind: kind),
        class_requires_deps=lambda *names: lambda kind: kind,
    )(
        thresh=rules.threshold, box_thresh=rules.box_threshold, use_dilation=rules.dilation,
        max_candidates=rules.max_candidates, unclip_ratio=rules.unclip_ratio,
        score_mode={"box": "fast", "contour": "slow"}[rules.score],
    )  # fmt: skip
    sort = sort_quad_boxes()()

    def boxes(pixels, shape):
        found, scores = post([pixels[np.newaxis, np.newaxis]], [np.array([*shape, 1.0, 1.0])])
        return found[0], scores[0], sort(found[0])

    return boxes


PROJECTS = {"rapidocr": rapidocr, "paddleocr": paddleocr, "paddlex": paddlex}


def assert_same_boxes(theirs, pixels, shape, rules):
    expected, scores, in_order = theirs(pixels, shape)
    for order, wanted in (("found", expected), (rules.order, in_order)):
        boxes = fastcv.detector_boxes(pixels, shape, spec=replace(rules, order=order)).boxes
        assert len(boxes) == len(wanted)
        assert np.array_equal(boxes, np.reshape(wanted, (-1, 4, 2)))
    if scores is not None:
        found = fastcv.detector_boxes(pixels, shape, spec=replace(rules, order="found")).scores
        assert found.tolist() == list(scores)


@pytest.mark.parametrize("score", ["box", "contour"])
@pytest.mark.parametrize("kind", maps.KINDS)
@pytest.mark.parametrize("project", PROJECTS)
def test_made_maps(project, kind, score):
    rng = np.random.default_rng([len(kind), len(project), len(score)])
    rules = replace(fastcv.DETECTOR_BOXES[project], score=score)
    theirs = PROJECTS[project](rules)
    for _ in range(40):
        assert_same_boxes(theirs, *maps.made(rng, kind), rules)


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("changes", [
    {"threshold": 0.5, "box_threshold": 0.0}, {"unclip_ratio": 0.3}, {"unclip_ratio": 4.0},
    {"dilation": True, "unclip_ratio": 2.0}, {"dilation": False}, {"max_candidates": 3},
], ids=str)  # fmt: skip
def test_other_rules(project, changes):
    rng = np.random.default_rng(6)
    rules = replace(fastcv.DETECTOR_BOXES[project], **changes)
    theirs = PROJECTS[project](rules)
    for kind in maps.KINDS * 8:
        assert_same_boxes(theirs, *maps.made(rng, kind), rules)


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("candidates", [1000, 5000])
def test_the_shipped_pages_made_map(project, candidates):
    rules = replace(fastcv.DETECTOR_BOXES[project], max_candidates=candidates)
    page = cv2.imread(str(ROOT / "data/page.jpg"))
    pixels = maps.page(read_boxes(ROOT / "data/page_boxes.json"), page.shape)
    assert_same_boxes(PROJECTS[project](rules), pixels, page.shape[:2], rules)
    assert len(fastcv.detector_boxes(pixels, page, spec=rules).boxes) >= 800


@pytest.mark.parametrize("reach", [9, 16, 30, 300])
def test_the_oracles_offset(reach):
    """Small rectangles and distances below 1 px turn Clipper's path inwards now and then."""
    pyclipper = pytest.importorskip("pyclipper")
    rng = np.random.default_rng(reach)
    for _ in range(10_000):
        corners, side = reference_detect.rectangle(rng.integers(0, reach, (5, 2), np.int32))
        if side < 3:
            continue
        distance = cv2.contourArea(corners) / cv2.arcLength(corners, closed=True)
        distance *= rng.choice([0, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 1.6, 2, 5])
        path = pyclipper.PyclipperOffset()
        path.AddPath(corners, pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
        assert path.Execute(distance) == [
            [list(point) for point in reference_detect.offset(corners, distance)]
        ]


class Detector:
    """RapidOCR's detector, which remembers the maps of its pages."""

    def __init__(self):
        engine = pytest.importorskip("rapidocr").RapidOCR()
        self.detector = engine._load_det_model()
        self.post = self.detector.postprocess_op
        self.detector.postprocess_op = self.remember

    def remember(self, pixels, shape):
        self.pixels, self.shape = pixels, shape
        return self.post(pixels, shape)

    def map_of(self, page):
        self.detector(page)
        return self.pixels[0, 0], self.shape


@pytest.fixture(scope="module")
def detector():
    return Detector()


@pytest.mark.parametrize(
    "path", [ROOT / "data/page.jpg", *real_pages()], ids=lambda path: path.stem
)
def test_real_maps(path, detector):
    page = cv2.imread(str(path))
    for turned in (page, np.ascontiguousarray(np.rot90(page)), page[: len(page) // 2]):
        pixels, shape = detector.map_of(turned)
        for project, theirs in PROJECTS.items():
            for score in ("box", "contour"):
                rules = replace(fastcv.DETECTOR_BOXES[project], score=score)
                assert_same_boxes(theirs(rules), pixels, shape, rules)
                assert len(fastcv.detector_boxes(pixels, shape, spec=rules).boxes) >= 2
