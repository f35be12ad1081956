"""Arguments of the calls on words that Python checks: the input, the order and the turned words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .inputs import RecognizerInput
from .presets import INPUTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, TypedDict

    from numpy.typing import NDArray

    from ._core import _Words

    class ConventionKeywords(TypedDict, total=False):
        """The fields of `CropConvention` that calls take as keywords."""

        size: Literal["longer", "edges", "longer_edges", "mean"]
        corners: Literal["w-1", "w"]
        transform: Literal["perspective", "affine"]
        order: Literal["given", "clockwise", "min_area_rect"]
        interpolation: Literal["linear", "nearest", "cubic", "area", "lanczos4"]
        border: Literal["constant", "replicate", "reflect", "reflect101", "wrap"]
        border_value: float | Sequence[float]
        tall_ratio: float | None
        grayscale: bool


_WITHOUT_INPUT = {
    "doctr": "docTR resizes with torch's antialiased filter",
    "easyocr": "EasyOCR resizes words that are taller than wide with Pillow's bicubic filter",
    "fastcv": "it belongs to no recogniser",
    "keras_ocr": "keras-ocr warps words straight to the recogniser's size",
    "mmocr": "MMOCR has one for each recogniser, the names that start with mmocr_",
    "onnxtr": "OnnxTR resizes with Pillow's antialiased filter",
    "openocr": "OpenOCR resizes with torchvision's bicubic filter",
}
"""Why a convention's name is not an input's."""


def choose_input(
    function: str, value: str | RecognizerInput | None, convention: Any = None
) -> RecognizerInput:
    """Return the input that is meant. None is the one of the convention's project."""
    if isinstance(value, RecognizerInput):
        return value
    name = convention if value is None else value
    if not isinstance(name, str):
        if value is None and convention is not None:
            raise ValueError(f"{function}: input must be given with a convention of one's own")
        raise TypeError(
            f"{function}: input must be a str or a RecognizerInput, not {type(value).__name__}"
        )
    if name in INPUTS:
        return INPUTS[name]
    if name in _WITHOUT_INPUT:
        raise ValueError(
            f"{function}: {name!r} has no input of its own, for {_WITHOUT_INPUT[name]}: pass input="
        )
    raise ValueError(
        f"{function}: input must be a RecognizerInput or one of {', '.join(INPUTS)}, not {name!r}"
    )


def check_rotated(function: str, value: Any, words: _Words, pages: int | None) -> Any:
    """Return the mask of words to turn, shape (n,), or None. `pages`: how many, or None for one."""
    if value is None:
        return None
    if pages is None:
        return _mask(function, "rotated_180", value, len(words))
    if not isinstance(value, (list, tuple)) or len(value) != pages:
        raise ValueError(
            f"{function}: rotated_180 must be a list of {pages} arrays, one for each page"
        )
    boxes = np.bincount(words.pages, minlength=pages)
    masks = [
        _mask(function, f"rotated_180[{page}]", mask, count)
        for page, (mask, count) in enumerate(zip(value, boxes.tolist(), strict=True))
    ]
    return np.concatenate(masks) if masks else np.zeros(0, bool)


def _mask(function: str, name: str, value: Any, count: int) -> NDArray[np.bool_]:
    mask = np.asarray(value)
    if mask.size == 0:
        mask = mask.astype(bool)
    if mask.dtype != bool:
        raise TypeError(f"{function}: {name} must be an array of bool, not {mask.dtype}")
    if mask.shape != (count,):
        raise ValueError(f"{function}: {name} must have shape ({count},), not {mask.shape}")
    return mask


def check_word_order(
    function: str, value: Any, words: _Words, pages: int | None
) -> NDArray[np.intp] | None:
    """Return the caller's order as indices into all words, shape (n,), or None."""
    if value is None:
        return None
    count = len(words)
    order = np.asarray(value)
    if order.size == 0 and count == 0:
        return np.zeros(0, np.intp)
    shape = (count,) if pages is None else (count, 2)
    if order.dtype.kind not in "iu":
        raise TypeError(f"{function}: word_order must be an array of int, not {order.dtype}")
    if order.shape != shape:
        raise ValueError(f"{function}: word_order must have shape {shape}, not {order.shape}")
    indices = order.astype(np.intp)
    if pages is not None:
        indices = _indices_of_pairs(indices, words, pages)
    is_word = (indices >= 0) & (indices < count)
    for place in np.flatnonzero(~is_word)[:1].tolist():
        raise ValueError(
            f"{function}: word_order[{place}] is {order[place].tolist()}, and there is no such word"
        )
    for word in np.flatnonzero(np.bincount(indices, minlength=count) != 1)[:1].tolist():
        place = np.flatnonzero(indices == word)[-1:].tolist()
        name = word if pages is None else [int(words.pages[word]), int(words.boxes[word])]
        often = f"more than once, the last time at word_order[{place[0]}]" if place else "not once"
        raise ValueError(f"{function}: word_order must have each word once, and has {name} {often}")
    return indices


def _indices_of_pairs(pairs: NDArray[np.intp], words: _Words, pages: int) -> NDArray[np.intp]:
    """Return the words' indices by page and box, and -1 where there is no such word."""
    counts = np.bincount(words.pages, minlength=pages)
    page, box = pairs.T
    is_page = (page >= 0) & (page < pages)
    page = np.where(is_page, page, 0)
    is_word = is_page & (box >= 0) & (box < counts[page])
    return np.where(is_word, (np.cumsum(counts) - counts)[page] + box, -1)
