"""Arguments of the calls on words: which input, in which order, and which words are turned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import numpy as np

from .checks import as_array, type_name
from .inputs import RecognizerInput
from .presets import INPUTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._core import _Words


class ConventionKeywords(TypedDict, total=False):
    """The fields of `CropConvention` that calls take as keywords, and the arithmetic."""

    size: Literal["longer", "edges", "longer_edges", "mean"]
    corners: Literal["w-1", "w"]
    transform: Literal["perspective", "affine"]
    order: Literal["given", "clockwise", "min_area_rect"]
    interpolation: Literal["linear", "nearest", "cubic", "area", "lanczos4"] | int
    border: Literal["constant", "replicate", "reflect", "reflect101", "wrap"] | int
    border_value: float | Sequence[float]
    tall_ratio: float | None
    grayscale: bool
    arithmetic: Literal["opencv4", "opencv5", "auto"] | None


_WITHOUT_INPUT = {
    "doctr": "docTR resizes with torch's antialiased filter",
    "easyocr": "EasyOCR resizes words that are taller than wide with Pillow's bicubic filter",
    "fastcv": "it belongs to no recogniser",
    "keras_ocr": "keras-ocr warps words straight to the recogniser's size",
    "mmocr": "MMOCR has one for each recogniser, the names that start with mmocr_",
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
            f"{function}: input must be a RecognizerInput or a str, not {type_name(value)}"
        )
    if name in INPUTS:
        return INPUTS[name]
    if name in _WITHOUT_INPUT:
        raise ValueError(
            f"{function}: input must be given: there is none for {name!r}, because "
            f"{_WITHOUT_INPUT[name]}"
        )
    names = ", ".join(f'"{each}"' for each in INPUTS)
    raise ValueError(
        f"{function}: input must be a RecognizerInput or one of {names}, got {name!r:.200}"
    )


def check_rotated(
    function: str, value: Any, words: _Words, pages: int | None
) -> NDArray[np.bool_] | None:
    """Return the mask of words to turn, shape (n,), or None. `pages`: how many, or None for one."""
    name = f"{function}: rotated_180"
    if value is None:
        return None
    if pages is None:
        return _mask(name, value, len(words))
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of one array a page, not {type_name(value)}")
    if len(value) != pages:
        raise ValueError(f"{name} must have one array a page, {pages}, not {len(value)}")
    counts = np.bincount(words.pages, minlength=pages).tolist()
    masks = [np.zeros(0, bool)]
    for page, count in enumerate(counts):
        masks.append(_mask(f"{name}[{page}]", value[page], count))
    return np.concatenate(masks)


def _mask(name: str, value: Any, count: int) -> NDArray[np.bool_]:
    mask = as_array(name, value, "b", "an array of bool")
    if mask.shape != (count,):
        raise ValueError(f"{name} must have shape ({count},), not {mask.shape}")
    return mask.astype(bool, copy=False)


def check_word_order(
    function: str, value: Any, words: _Words, pages: int | None
) -> NDArray[np.intp] | None:
    """Return the caller's order as indices into all words, shape (n,), or None."""
    if value is None:
        return None
    name, count = f"{function}: word_order", len(words)
    order = as_array(name, value, "iu", "an array of int")
    if order.size == 0 and count == 0:
        return np.zeros(0, np.intp)
    shape = (count,) if pages is None else (count, 2)
    if order.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, not {order.shape}")
    indices = order.astype(np.intp)
    if pages is not None:
        indices = _indices_of_pairs(indices, words, pages)
    is_word = (indices >= 0) & (indices < count)
    for place in np.flatnonzero(~is_word)[:1].tolist():
        raise ValueError(f"{name}[{place}] is {order[place].tolist()}: there is no such word")
    for place in np.flatnonzero(_is_repeated(indices))[:1].tolist():
        raise ValueError(
            f"{name}[{place}] is {order[place].tolist()} again: each word must be there once"
        )
    return indices


def _is_repeated(values: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which values were there before."""
    is_repeated = np.ones(len(values), bool)
    is_repeated[np.unique(values, return_index=True)[1]] = False
    return is_repeated


def _indices_of_pairs(pairs: NDArray[np.intp], words: _Words, pages: int) -> NDArray[np.intp]:
    """Return the words' indices by page and box, and -1 where there is no such word."""
    counts = np.bincount(words.pages, minlength=pages)
    page, box = pairs.T
    is_page = (page >= 0) & (page < pages)
    page = np.where(is_page, page, 0)
    is_word = is_page & (box >= 0) & (box < counts[page])
    return np.where(is_word, (np.cumsum(counts) - counts)[page] + box, -1)
