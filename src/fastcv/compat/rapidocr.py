"""RapidOCR 3.8 and later: fastcv does what lies around its models' inference.

>>> from fastcv.compat import rapidocr
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import image_crop_openmp
from ..arithmetic import installed_version
from .opencv5 import arithmetic_for
from .rapidocr_detector import Detector
from .rapidocr_models import Classifier, Model, Recognizer, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray


PARTS = ("detector_input", "detector_boxes", "crops", "tensors", "decoding")
"""What `accelerate` can take over."""


def accelerate(engine: Any, *, parts: Iterable[str] = PARTS) -> Any:
    """Let fastcv do what an engine does on the CPU around its models' inference.

    Boxes, texts, scores and word boxes stay the same. The engine's sessions and its own loops run
    on: it loads images, sorts boxes, batches and filters words, and places word boxes. `restore`
    undoes this.

    Parameters
    ----------
    engine : rapidocr.RapidOCR
        An engine of RapidOCR 3.8 or later. It is changed in place.
    parts : iterable of str, default `PARTS`
        What fastcv takes over.

        - ``"detector_input"``: the page as the detector's tensor (`fastcv.detector_input`).
        - ``"detector_boxes"``: boxes and scores from the detector's map (`fastcv.detector_boxes`).
        - ``"crops"``: the words, cut out (`fastcv.image_crop_openmp`).
        - ``"tensors"``: the tensors of the recogniser and the angle classifier
          (`fastcv.iter_image_batches`).
        - ``"decoding"``: texts and scores from the recogniser's output (`fastcv.decode_ctc`).

    Returns
    -------
    rapidocr.RapidOCR
        The engine.

    Raises
    ------
    TypeError
        The engine lacks something that a RapidOCR engine has. The message names it. Or `parts` is
        no iterable of str.
    ValueError
        The engine is accelerated already, or there is no such part.
    RuntimeError
        The engine cuts words by another rule than RapidOCR 3.10. A model that makes its tensors,
        boxes or texts by another rule, or has settings that fastcv does not know, raises this when
        it is first used; leave that part out.

    Warns
    -----
    UserWarning
        The engine's own crops have other pixels, or its own boxes other corners, as with OpenCV 5:
        results may differ.

    Notes
    -----
    A box from which fastcv cuts no crop (`fastcv.image_crop`, ``degenerate``) is cut by the engine.
    The engine's own code answers for a page that its detector refuses, and for a detector's map
    with NaN or infinities.

    The detector's settings are read at each call, as are ``box_thresh`` and ``unclip_ratio`` of an
    engine's call. The recogniser's and the classifier's are read once.

    Examples
    --------
    >>> from rapidocr import RapidOCR  # doctest: +SKIP
    >>> engine = rapidocr.accelerate(RapidOCR())  # doctest: +SKIP
    >>> result = engine("page.png")  # doctest: +SKIP
    """
    wanted = _check_parts(parts)
    require("accelerate: engine", engine, "crop_text_regions", "text_det", "text_rec", "text_cls")
    if _OWN in vars(engine):
        raise ValueError("accelerate: engine is accelerated already")
    made: dict[str, Any] = {}
    if "crops" in wanted:
        _compare_crops(engine)
        made["crop_text_regions"] = _Crops(engine.crop_text_regions)
    for name, kind in _MODELS.items():
        loader, model = f"_load_{name}_model", f"text_{name}"
        if not wanted & kind.parts:
            continue
        if hasattr(engine, loader):  # RapidOCR 3.10: models are loaded when they are first used
            made[loader] = _Loader(getattr(engine, loader), kind, wanted)
        elif getattr(engine, model) is not None:
            made[model] = kind(getattr(engine, model), wanted)
    setattr(engine, _OWN, {name: vars(engine).get(name, _NOTHING) for name in made})
    vars(engine).update(made)
    return engine


def restore(engine: Any) -> Any:
    """Undo `accelerate`.

    Parameters
    ----------
    engine : rapidocr.RapidOCR
        An accelerated engine. It is changed in place.

    Returns
    -------
    rapidocr.RapidOCR
        The engine.

    Raises
    ------
    ValueError
        The engine is not accelerated.
    """
    if _OWN not in getattr(engine, "__dict__", {}):
        raise ValueError("restore: engine is not accelerated")
    for name, value in vars(engine).pop(_OWN).items():
        if value is _NOTHING:
            delattr(engine, name)
        else:
            setattr(engine, name, value)
    return engine


_OWN = "_own_before_fastcv"
"""The engine's attribute that holds what `accelerate` has replaced."""

_NOTHING: Any = Ellipsis  # the same object in a copied engine


_MODELS: dict[str, type[Model]] = {"det": Detector, "rec": Recognizer, "cls": Classifier}


def _check_parts(parts: Any) -> frozenset[str]:
    if isinstance(parts, (str, bytes)) or not hasattr(parts, "__iter__"):
        raise TypeError(f"accelerate: parts must be an iterable of str, not {type(parts).__name__}")
    names = tuple(parts)
    for index, name in enumerate(names):
        if not isinstance(name, str):
            raise TypeError(f"accelerate: parts[{index}] must be a str, not {type(name).__name__}")
        if name not in PARTS:
            known = ", ".join(f'"{part}"' for part in PARTS)
            raise ValueError(
                f"accelerate: parts[{index}] must be one of {known}, got {name!r:.200}"
            )
    return frozenset(names)


@dataclass
class _Loader:
    """An engine's function that loads a model: some steps of what it returns are fastcv's."""

    own: Callable[[], Any]
    kind: type[Model]
    parts: frozenset[str]
    model: Model | None = None

    def __call__(self) -> Model:
        own = self.own()
        if self.model is None or self.model.own is not own:
            self.model = self.kind(own, self.parts)
        return self.model


# ---- crops ----


@dataclass
class _Crops:
    """``RapidOCR.crop_text_regions``."""

    own: Callable[[Any, Any], list[NDArray[Any]]]

    def __call__(self, img: NDArray[Any], det_boxes: NDArray[Any]) -> list[NDArray[Any]]:
        crops = image_crop_openmp(
            img,
            det_boxes,
            convention="rapidocr",
            arithmetic=arithmetic_for("RapidOCR", img),
            degenerate="empty",
        )
        for index, crop in enumerate(crops):
            if crop.size == 0:
                crops[index] = self.own(img, det_boxes[index : index + 1])[0]
        return crops


def _compare_crops(engine: Any) -> None:
    """Cut a few boxes of noise both ways: an upright, a turned and a tall one."""
    page = np.random.default_rng(0).integers(0, 256, (80, 120, 3), np.uint8)
    upright = [[10, 10], [90, 10], [90, 34], [10, 34]]
    turned = [[12, 20], [97, 28], [94, 55], [9, 47]]
    tall = [[40, 5], [61, 7], [57, 72], [36, 70]]
    boxes = np.array([upright, turned, tall], np.float32)
    arithmetic = arithmetic_for("RapidOCR", page)
    crops = image_crop_openmp(page, boxes, convention="rapidocr", arithmetic=arithmetic)
    own = engine.crop_text_regions(page, boxes)
    if [crop.shape for crop in own] != [crop.shape for crop in crops]:
        raise RuntimeError("accelerate: engine cuts words of other sizes than RapidOCR 3.10")
    pairs = zip(own, crops, strict=True)
    off = max(float(np.abs(a.astype(int) - b.astype(int)).mean()) for a, b in pairs)
    if off > _OTHER_RULE:
        raise RuntimeError("accelerate: engine cuts words by another rule than RapidOCR 3.10")
    if off > 0:
        warnings.warn(
            f"cv2 is {installed_version()}: the engine's own crops have other pixels than OpenCV "
            "4's and 5's, which fastcv's have. Texts may differ wherever a box is not upright with "
            "whole coordinates",
            stacklevel=3,
        )


_OTHER_RULE = 8
"""Mean difference of noise, of 255: other arithmetic is under 2, a shift by half a px over 30."""
