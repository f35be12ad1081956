"""RapidOCR's detector under `fastcv.compat.rapidocr`."""

from __future__ import annotations

import copy
import inspect
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import DetectorBoxes, DetectorInput, detector_boxes, detector_input
from ..arithmetic import installed_version
from .rapidocr_models import Model, require

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


class Detector(Model):
    """``TextDetector``. Its settings are read at each call, since they can be changed."""

    parts = frozenset({"detector_input", "detector_boxes"})

    def __init__(self, own: Any, parts: frozenset[str]) -> None:
        super().__init__(own, parts)
        if "detector_input" in self.wanted:
            require("accelerate: text_det", own, "get_preprocess")
            takes_side = bool(inspect.signature(own.get_preprocess).parameters)
            self.input_for(*[1000] * takes_side).check()
        if "detector_boxes" in self.wanted:
            require("accelerate: text_det", own, "postprocess_op")
            _Boxes(own.postprocess_op).check()

    def input_for(self, *longer_side: int) -> _Input:
        """Take the place of ``get_preprocess()``, or ``get_preprocess(max_wh)`` before 3.10."""
        return _Input(self.own.get_preprocess(*longer_side))

    def take_over(self, once: Any, argument: Any) -> None:
        if "detector_input" in self.wanted:
            once.get_preprocess = self.input_for
        if "detector_boxes" in self.wanted:
            once.postprocess_op = _Boxes(self.own.postprocess_op)


def _known(kind: Callable[..., Any], own: Any, **settings: Any) -> Any:
    """Make fastcv's rules of an operator's settings."""
    try:
        return kind(**settings)
    except (TypeError, ValueError) as error:
        raise RuntimeError(
            f"accelerate: {type(own).__name__} has settings that fastcv does not know: {error}"
        ) from error


# ---- input ----


@dataclass
class _Input:
    """``DetPreProcess``."""

    own: Any

    def __call__(self, img: NDArray[Any]) -> Any:
        rules = self.rules()
        if not self._is_known(img, rules):
            return self.own(img)
        return detector_input(img, spec=rules).tensor

    @staticmethod
    def _is_known(img: NDArray[Any], rules: DetectorInput) -> bool:
        """Whether RapidOCR makes a tensor of this page. If not, its own answer is the right one."""
        if img.dtype != np.uint8 or img.ndim != 3 or img.shape[2] != 3:
            return False
        try:
            rules.geometry(*img.shape[:2])
        except ValueError:  # a side of 0 px
            return False
        return True

    def rules(self) -> DetectorInput:
        own = self.own
        require("accelerate: text_det's preprocess_op", own, *_INPUT_SETTINGS)
        if own.scale != 1 / 255.0:
            raise RuntimeError(
                f"accelerate: {type(own).__name__} scales pixels by {own.scale}, not by 1 / 255"
            )
        rules: DetectorInput = _known(
            DetectorInput,
            own,
            limit_type="max" if own.limit_type == "max" else "min",
            limit_side_len=own.limit_side_len,
            mean=np.asarray(own.mean).tolist(),
            std=np.asarray(own.std).tolist(),
        )
        return rules

    def check(self) -> None:
        """Make tensors of a few pages of noise both ways: enlarged, shrunk and as they are."""
        self.rules()
        small = _Input(copy.copy(self.own))
        small.own.limit_side_len = 64
        noise = np.random.default_rng(0).integers(0, 256, (96, 150, 3), np.uint8)
        for page in (noise[:40, :60], noise[:64, :64], noise):
            if np.asarray(small.own(page)).tobytes() != small(page).tobytes():
                raise RuntimeError(
                    f"accelerate: {type(self.own).__name__} makes its tensors by another rule than "
                    "RapidOCR 3.10"
                )


_INPUT_SETTINGS = ("limit_type", "limit_side_len", "mean", "std", "scale")


# ---- boxes ----


@dataclass
class _Boxes:
    """``DBPostProcess``. The detector itself sorts the boxes that this returns."""

    own: Any

    def __call__(
        self, pred: NDArray[Any], ori_shape: tuple[int, int]
    ) -> tuple[NDArray[np.float32], list[float]]:
        if pred.dtype != np.float32:
            raise RuntimeError(f"accelerate: maps of {pred.dtype} are not known")
        rules, pixels = self.rules(), pred[0, 0]
        if not np.isfinite(pixels.sum()):  # fastcv drops what is not finite, RapidOCR does not
            found: tuple[NDArray[np.float32], list[float]] = self.own(pred, ori_shape)
            return found
        boxes, scores = detector_boxes(pixels, ori_shape, spec=rules)
        return boxes, scores.tolist()

    def rules(self) -> DetectorBoxes:
        own = self.own
        require("accelerate: text_det's postprocess_op", own, *_BOX_SETTINGS)
        kernel = own.dilation_kernel
        if kernel is not None and (np.shape(kernel) != (2, 2) or not np.all(kernel)):
            raise RuntimeError(
                f"accelerate: {type(own).__name__} dilates by another kernel than 2 x 2 px"
            )
        rules: DetectorBoxes = _known(
            DetectorBoxes,
            own,
            threshold=own.thresh,
            dilation=kernel is not None,
            max_candidates=own.max_candidates,
            min_side=own.min_size,
            score="box" if own.score_mode == "fast" else "contour",
            box_threshold=own.box_thresh,
            unclip_ratio=own.unclip_ratio,
            min_grown_side=own.min_size + 2,
            order="found",
        )
        return rules

    def check(self) -> None:
        """Find the boxes of a made map both ways."""
        shape = (300, 410)
        boxes, scores = self(_made_map(), shape)
        own_boxes, own_scores = self.own(_made_map(), shape)
        own_boxes = np.reshape(own_boxes, (-1, 4, 2))
        name = type(self.own).__name__
        if boxes.shape != own_boxes.shape:
            raise RuntimeError(f"accelerate: {name} finds other boxes than RapidOCR 3.10")
        if np.array_equal(boxes, own_boxes) and scores == list(own_scores):
            return
        off = np.concatenate(
            [
                np.abs(boxes - own_boxes).ravel() / _OTHER_RULE_PX,
                np.abs(np.subtract(scores, own_scores)) / _OTHER_RULE_SCORE,
            ]
        )
        if off.max() > 1:
            raise RuntimeError(f"accelerate: {name} finds boxes by another rule than RapidOCR 3.10")
        warnings.warn(
            f"cv2 is {installed_version()}: the engine's own boxes differ a little from those with "
            "OpenCV 4.14, which fastcv's are. Boxes and texts may differ",
            stacklevel=4,
        )


_BOX_SETTINGS = (
    "thresh", "dilation_kernel", "max_candidates", "min_size", "score_mode", "box_thresh",
    "unclip_ratio",
)  # fmt: skip

_OTHER_RULE_PX = 4
_OTHER_RULE_SCORE = 0.02
"""Differences of a corner and a score: other arithmetic is under these."""


def _made_map() -> NDArray[np.float32]:
    """Return a map (1, 1, 144, 224) of noise with upright words, a turned one and specks."""
    pixels = np.random.default_rng(0).random((144, 224), np.float32)
    y, x = np.mgrid[:144, :224]
    along, across = 0.94 * x + 0.34 * y, 0.94 * y - 0.34 * x
    words = [
        (abs(x - 60) < 45) & (abs(y - 20) < 7),
        (abs(x - 170) < 30) & (abs(y - 24) < 11),
        (abs(along - 120) < 70) & (abs(across - 52) < 9),
        (abs(x - 205) < 6) & (abs(y - 100) < 30),
        (abs(x - 30) < 3) & (abs(y - 120) < 3),
        (x < 40) & (y > 139),
    ]
    text = np.logical_or.reduce(words)
    return np.where(text, 0.9 + pixels * np.float32(0.1), pixels * np.float32(0.01))[None, None]
