"""RapidOCR's models under `fastcv.compat.rapidocr`: what each gets from fastcv."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import INPUTS, RecognizerInput, decode_ctc, image_batches, iter_image_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from .. import Batch


def require(what: str, value: Any, *names: str) -> None:
    """Raise TypeError unless the value has these attributes."""
    for name in names:
        if not hasattr(value, name):
            raise TypeError(
                f"{what} must be one of RapidOCR 3.8 or later: {type(value).__name__} has no {name}"
            )


class Model:
    """A model of RapidOCR. Its own code runs, but some of its steps are fastcv's."""

    parts: ClassVar[frozenset[str]]
    """The parts of `fastcv.compat.rapidocr.PARTS` that this kind of model has."""

    def __init__(self, own: Any, parts: frozenset[str]) -> None:
        self.own = own
        self.wanted = parts & self.parts

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copying asks before there is an `own`
            raise AttributeError(name)
        return getattr(self.own, name)

    def __call__(self, argument: Any) -> Any:
        once = copy.copy(self.own)  # so that threads do not meet
        self.take_over(once, argument)
        return once(argument)

    def take_over(self, once: Any, argument: Any) -> None:
        """Replace steps of this copy of the model, which is called with this argument."""
        raise NotImplementedError


# ---- tensors ----


class _WordModel(Model):
    """A model of words: the recogniser or the angle classifier."""

    rules: RecognizerInput

    def check_tensors(self) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (30, 400, 3), np.uint8)
        for crop in (noise[:, :90], noise):
            tensor = image_batches([crop], input=self.rules)[0].tensor[0]
            if self.own_tensor(crop).tobytes() != tensor.tobytes():
                raise RuntimeError(
                    f"accelerate: {type(self.own).__name__} makes its tensors by another rule than "
                    "RapidOCR 3.10"
                )

    def own_tensor(self, crop: NDArray[Any]) -> NDArray[Any]:
        raise NotImplementedError

    def take_over(self, once: Any, argument: Any) -> None:
        if "tensors" in self.wanted:
            images = getattr(argument, "img", argument)
            images = [images] if isinstance(images, np.ndarray) else images
            tensors = _Tensors(images, self.rules, self.own.session)
            once.resize_norm_img = tensors.note
            once.session = tensors.run


class Recognizer(_WordModel):
    """``TextRecognizer``."""

    parts = frozenset({"tensors", "decoding"})

    def __init__(self, own: Any, parts: frozenset[str]) -> None:
        super().__init__(own, parts)
        if "tensors" in self.wanted:
            require("accelerate: text_rec", own, *_NEEDED, "rec_image_shape", "rec_batch_num")
            self.rules = _rules(own.rec_image_shape, own.rec_batch_num)
            self.check_tensors()
        if "decoding" in self.wanted:
            require("accelerate: text_rec", own, "postprocess_op")
            _Decoder(own.postprocess_op).check()

    def own_tensor(self, crop: NDArray[Any]) -> NDArray[Any]:
        _, height, width = self.own.rec_image_shape
        ratio = max(width / height, crop.shape[1] / crop.shape[0])
        return np.asarray(self.own.resize_norm_img(crop, ratio))

    def take_over(self, once: Any, argument: Any) -> None:
        super().take_over(once, argument)
        if "decoding" in self.wanted:
            once.postprocess_op = _Decoder(self.own.postprocess_op)


class Classifier(_WordModel):
    """``TextClassifier``."""

    parts = frozenset({"tensors"})

    def __init__(self, own: Any, parts: frozenset[str]) -> None:
        super().__init__(own, parts)
        require("accelerate: text_cls", own, *_NEEDED, "cls_image_shape", "cls_batch_num")
        rules = _rules(own.cls_image_shape, own.cls_batch_num)
        self.rules = replace(rules, max_width=rules.min_width)
        self.check_tensors()

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


# ---- decoding ----


@dataclass
class _Decoder:
    """``CTCLabelDecode``. Its characters and how it groups them into words stay its own."""

    own: Any

    def __call__(
        self,
        preds: NDArray[Any],
        return_word_box: bool = False,
        *,
        wh_ratio_list: Sequence[float] = (1.0,),
        max_wh_ratio: float = 1.0,
    ) -> tuple[list[tuple[str, float]], list[Any]]:
        texts = decode_ctc(preds, self.own.character, columns=bool(return_word_box))
        words = []
        if return_word_box:
            steps = preds.shape[1]
            for index, text in enumerate(texts):
                selection = np.zeros(steps, bool)
                selection[text.columns] = True
                words.append(self.own.get_word_info(text.text, selection))
                words[index].line_txt_len = steps * wh_ratio_list[index] / max_wh_ratio
                words[index].confs = text.confidences or [0]
        return [(text.text, text.confidence) for text in texts], words

    def check(self) -> None:
        """Decode a text of a few characters, and an empty one, both ways."""
        what = "accelerate: text_rec's postprocess_op"
        require(what, self.own, "character", "get_word_info", "get_ignored_tokens")
        classes = len(self.own.character)
        last = classes - 1
        steps = [[0, last, last, 0, last, classes // 2, 1, 1, 0, 1], [0] * 10]
        noise = np.random.default_rng(0).random((2, 10, classes), np.float32)
        preds = noise * np.float32(0.2)
        np.put_along_axis(preds, np.array(steps)[..., np.newaxis], noise[..., :1] / 2 + 0.5, 2)
        ratios: dict[str, Any] = {"wh_ratio_list": [3.0, 7.0], "max_wh_ratio": 7.0}
        is_same = self.own(preds, True, **ratios) == self(preds, True, **ratios)
        if list(self.own.get_ignored_tokens()) != [0] or not is_same:
            raise RuntimeError(
                f"accelerate: {type(self.own).__name__} decodes by another rule than RapidOCR 3.10"
            )
