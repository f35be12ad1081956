"""RapidOCR 3.8 and later: fastcv cuts its words and writes its models' tensors.

>>> from fastcv.compat import rapidocr
"""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import INPUTS, RecognizerInput, image_batches, image_crop_openmp, iter_image_batches
from .opencv5 import installed_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from .. import Batch


def accelerate(engine: Any) -> Any:
    """Let fastcv cut an engine's words and write the tensors of its models.

    Texts, boxes and scores stay the same. The engine's detector, its sessions and what it does with
    their results stay its own. `restore` undoes this.

    Parameters
    ----------
    engine : rapidocr.RapidOCR
        An engine of RapidOCR 3.8 or later. It is changed in place.

    Returns
    -------
    rapidocr.RapidOCR
        The engine.

    Raises
    ------
    TypeError
        The engine lacks something that a RapidOCR engine has. The message names it.
    ValueError
        The engine is accelerated already.
    RuntimeError
        The engine cuts words by another rule than RapidOCR 3.10. A model that makes its tensors by
        another rule raises this when it is first used.

    Warns
    -----
    UserWarning
        The engine's own crops have other pixels, as with OpenCV 5: texts may differ.

    Notes
    -----
    A box from which fastcv cuts no crop (`fastcv.image_crop`, ``degenerate``) is cut by the engine.

    Examples
    --------
    >>> from rapidocr import RapidOCR  # doctest: +SKIP
    >>> engine = rapidocr.accelerate(RapidOCR())  # doctest: +SKIP
    >>> result = engine("page.png")  # doctest: +SKIP
    """
    _require("accelerate: engine", engine, ("crop_text_regions", "text_rec", "text_cls"))
    if _OWN in vars(engine):
        raise ValueError("accelerate: engine is accelerated already")
    _compare_crops(engine)
    parts: dict[str, Any] = {"crop_text_regions": _Crops(engine.crop_text_regions)}
    for name, kind in (("rec", _Recognizer), ("cls", _Classifier)):
        loader, model = f"_load_{name}_model", f"text_{name}"
        if hasattr(engine, loader):  # RapidOCR 3.10: models are loaded when they are first used
            parts[loader] = _Loader(getattr(engine, loader), kind)
        elif getattr(engine, model) is not None:
            parts[model] = kind(getattr(engine, model))
    setattr(engine, _OWN, {name: vars(engine).get(name, _NOTHING) for name in parts})
    vars(engine).update(parts)
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


def _require(what: str, value: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if not hasattr(value, name):
            raise TypeError(
                f"{what} must be one of RapidOCR 3.8 or later: {type(value).__name__} has no {name}"
            )


# ---- crops ----


@dataclass
class _Crops:
    """``RapidOCR.crop_text_regions``."""

    own: Callable[[Any, Any], list[NDArray[Any]]]

    def __call__(self, img: NDArray[Any], det_boxes: NDArray[Any]) -> list[NDArray[Any]]:
        crops = image_crop_openmp(img, det_boxes, convention="rapidocr", degenerate="empty")
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
    crops = image_crop_openmp(page, boxes, convention="rapidocr")
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
            "4's, which fastcv's have. Texts may differ wherever a box is not upright with whole "
            "coordinates",
            stacklevel=3,
        )


_OTHER_RULE = 8
"""Mean difference of noise, of 255: other arithmetic is under 2, a shift by half a px over 30."""


# ---- tensors ----


@dataclass
class _Loader:
    """An engine's function that loads a model: what it returns makes its tensors with fastcv."""

    own: Callable[[], Any]
    kind: Callable[[Any], _Model]
    model: _Model | None = None

    def __call__(self) -> _Model:
        own = self.own()
        if self.model is None or self.model.own is not own:
            self.model = self.kind(own)
        return self.model


class _Model:
    """A model of RapidOCR. Its own loop runs, but gets its tensors from fastcv."""

    def __init__(self, own: Any, rules: RecognizerInput) -> None:
        self.own = own
        self.rules = rules
        noise = np.random.default_rng(0).integers(0, 256, (30, 400, 3), np.uint8)
        for crop in (noise[:, :90], noise):
            tensor = image_batches([crop], input=rules)[0].tensor[0]
            if self.own_tensor(crop).tobytes() != tensor.tobytes():
                raise RuntimeError(
                    f"accelerate: {type(own).__name__} makes its tensors by another rule than "
                    "RapidOCR 3.10"
                )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copying asks before there is an `own`
            raise AttributeError(name)
        return getattr(self.own, name)

    def own_tensor(self, crop: NDArray[Any]) -> NDArray[Any]:
        raise NotImplementedError

    def __call__(self, argument: Any) -> Any:
        images = getattr(argument, "img", argument)
        images = [images] if isinstance(images, np.ndarray) else images
        once = copy.copy(self.own)  # so that threads do not meet
        tensors = _Tensors(images, self.rules, self.own.session)
        once.resize_norm_img = tensors.note
        once.session = tensors.run
        return once(argument)


class _Recognizer(_Model):
    def __init__(self, own: Any) -> None:
        _require("accelerate: text_rec", own, (*_NEEDED, "rec_image_shape", "rec_batch_num"))
        super().__init__(own, _rules(own.rec_image_shape, own.rec_batch_num))

    def own_tensor(self, crop: NDArray[Any]) -> NDArray[Any]:
        _, height, width = self.own.rec_image_shape
        ratio = max(width / height, crop.shape[1] / crop.shape[0])
        return np.asarray(self.own.resize_norm_img(crop, ratio))


class _Classifier(_Model):
    def __init__(self, own: Any) -> None:
        _require("accelerate: text_cls", own, (*_NEEDED, "cls_image_shape", "cls_batch_num"))
        rules = _rules(own.cls_image_shape, own.cls_batch_num)
        super().__init__(own, replace(rules, max_width=rules.min_width))

    def own_tensor(self, crop: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(self.own.resize_norm_img(crop))


_NEEDED = ("session", "resize_norm_img")


def _rules(shape: Sequence[int], batch_size: int) -> RecognizerInput:
    channels, height, width = shape
    if channels != 3:
        raise RuntimeError(f"accelerate: models of {channels} channels are not known")
    return replace(INPUTS["rapidocr"], height=height, min_width=width, batch_size=batch_size)


class _Tensors:
    """The tensors of one call of a model, in the order in which its loop asks for them."""

    def __init__(
        self, images: Sequence[NDArray[Any]], rules: RecognizerInput, session: Callable[[Any], Any]
    ) -> None:
        self._images = images
        self._session = session
        self._batches: Iterator[Batch] = iter_image_batches(images, input=rules)
        self._noted: list[tuple[Any, ...]] = []

    def note(self, *arguments: Any) -> NDArray[np.float32]:
        """Take the place of ``resize_norm_img(img)`` and ``resize_norm_img(img, max_wh_ratio)``."""
        self._noted.append(arguments)
        return np.empty(0, np.float32)

    def run(self, _: Any) -> Any:
        """Take the place of ``session``: infer the next batch."""
        noted, self._noted = self._noted, []
        batch = next(self._batches, None)
        if batch is None or not self._is_of(batch, noted):
            raise RuntimeError("accelerate: the engine batches words in an order that is not known")
        return self._session(batch.tensor)

    def _is_of(self, batch: Batch, noted: list[tuple[Any, ...]]) -> bool:
        return len(batch) == len(noted) and all(
            _is_same(image, self._images[index]) and set(ratio) <= {batch.max_ratio}
            for index, (image, *ratio) in zip(batch.indices.tolist(), noted, strict=True)
        )


def _is_same(image: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether this is the other image or, as the classifier makes it, its copy."""
    if image is other:
        return True
    middle = len(image) // 2
    return image.shape == other.shape and image[middle].tobytes() == other[middle].tobytes()
