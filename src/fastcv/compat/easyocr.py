"""EasyOCR: the crops of ``easyocr.utils``, and the boxes of ``easyocr.craft_utils``.

>>> from fastcv.compat.easyocr import four_point_transform, get_image_list, getDetBoxes
"""

from __future__ import annotations

import importlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import RecognizerInput, image_batches, image_crop_openmp
from ..craft import find_craft_words
from .images import without_last_axis
from .opencv5 import arithmetic_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


def four_point_transform(image: ArrayLike, rect: ArrayLike) -> NDArray[Any]:
    """Cut one free box as EasyOCR does.

    Parameters
    ----------
    image : array, shape (height, width) or (height, width, channels)
        As for `fastcv.image_crop`. EasyOCR passes the gray page.
    rect : array, shape (4, 2)
        Left-top, right-top, right-bottom, left-bottom, in px.

    Returns
    -------
    array
        The crop, with the page's dtype and channels.

    Raises
    ------
    ValueError
        ``rect`` is not four points, or the box is degenerate: under 2 px wide or high, or with
        three corners on a line.
    """
    page = without_last_axis(image)
    arithmetic = arithmetic_for("EasyOCR", page)
    return image_crop_openmp(page, np.asarray(rect)[None], num_threads=1, arithmetic=arithmetic)[0]


def get_image_list(
    horizontal_list: Sequence[Sequence[int]],
    free_list: Sequence[Any],
    img: NDArray[np.uint8],
    model_height: int = 64,
    sort_output: bool = True,
) -> tuple[list[tuple[Any, NDArray[np.uint8]]], int]:
    """Cut the words of a page and resize them to the recogniser's height, as EasyOCR does.

    Parameters
    ----------
    horizontal_list : sequence of (x_min, x_max, y_min, y_max)
        Upright words, in whole px.
    free_list : sequence of boxes, shape (4, 2)
        Other words: left-top, right-top, right-bottom, left-bottom, in px.
    img : array of uint8, shape (height, width)
        The gray page.
    model_height : int, default 64
        Height of the words in px. Words higher than wide get this width instead.
    sort_output : bool, default True
        Sort the words by the y of their first corner. Ties keep their order, free boxes first.

    Returns
    -------
    image_list : list of (box, array)
        Each word's box and its image, uint8, shape (model_height, …).
    max_width : int
        The width that a batch of all words needs.

    Raises
    ------
    ValueError
        A free box is degenerate, or a horizontal one lies outside the page.
    """
    free = []
    if len(free_list):
        arithmetic = arithmetic_for("EasyOCR", img)
        free = image_crop_openmp(img, free_list, convention="easyocr", arithmetic=arithmetic)
    words = list(zip(free_list, free, strict=True))
    words += [_horizontal(index, box, img) for index, box in enumerate(horizontal_list)]
    image_list = _resized(words, model_height)
    if sort_output:
        image_list.sort(key=lambda word: word[0][0][1])
    widest = max((_ratio(crop) for _, crop in words), default=1.0)
    return image_list, math.ceil(widest) * model_height


def _horizontal(index: int, box: Sequence[int], img: NDArray[Any]) -> tuple[Any, NDArray[Any]]:
    """An upright word's corners and its part of the page."""
    height, width = img.shape
    x_min, x_max = max(0, box[0]), min(box[1], width)
    y_min, y_max = max(0, box[2]), min(box[3], height)
    if x_min >= x_max or y_min >= y_max:
        raise ValueError(
            f"get_image_list: horizontal_list[{index}] has no px on the page: {tuple(box)}"
        )
    corners = [[x_min, y_min], [x_max, y_min], [x_max, y_max], [x_min, y_max]]
    return corners, img[y_min:y_max, x_min:x_max]


def _ratio(crop: NDArray[Any]) -> float:
    """The longer side over the shorter one, in EasyOCR's order of operations."""
    ratio: float = crop.shape[1] / crop.shape[0]
    return ratio if ratio >= 1 else 1 / ratio


def _resized(
    words: Sequence[tuple[Any, NDArray[Any]]], height: int
) -> list[tuple[Any, NDArray[np.uint8]]]:
    """Resize wide words to this height, and tall ones to this width."""
    if not words:
        return []
    images: list[Any] = [None] * len(words)
    wide = [i for i, (_, crop) in enumerate(words) if crop.shape[1] >= crop.shape[0]]
    if wide:
        for batch in image_batches([words[i][1] for i in wide], input=_wide_input(height)):
            images[wide[batch.indices[0]]] = batch.tensor[0, 0]
    for i, (_, crop) in enumerate(words):
        if images[i] is None:
            tall = _tall_input(height, int(height * _ratio(crop)))
            images[i] = image_batches([crop], input=tall)[0].tensor[0, 0]
    return [(box, image) for (box, _), image in zip(words, images, strict=True)]


_GRAY = RecognizerInput(channels="gray", dtype="uint8", pad_value=0, batch_size=1, sort=None)


def _wide_input(height: int) -> RecognizerInput:
    """Any width: the height's share, cut to whole px."""
    return replace(
        _GRAY,
        height=height,
        min_width=None,
        width_by="word",
        width_rounding="word",
        word_rounding="floor",
    )


def _tall_input(width: int, height: int) -> RecognizerInput:
    return replace(_GRAY, height=height, min_width=width, max_width=width, fit="stretch")


def getDetBoxes(
    textmap: NDArray[np.float32],
    linkmap: NDArray[np.float32],
    text_threshold: float,
    link_threshold: float,
    low_text: float,
    poly: bool = False,
    estimate_num_chars: bool = False,
) -> tuple[list[Any], list[Any], list[int]]:
    """Find boxes in CRAFT's maps as EasyOCR does: `fastcv.craft_boxes`.

    Parameters
    ----------
    textmap, linkmap : array of float32, shape (H, W)
        The region map and the link map.
    text_threshold, link_threshold, low_text : float
        As for `fastcv.craft_boxes`.
    poly : bool, default False
        Whether to follow curved text. EasyOCR itself never asks for it.
    estimate_num_chars : bool, default False
        Whether to count letters, which EasyOCR's ``optimal_num_chars`` needs. This and `poly` are
        EasyOCR's own code, which is imported then.

    Returns
    -------
    boxes : list of array
        Shape (4, 2), float32, in px of the maps.
    polys : list
        None for each box.
    mapper : list of int
        The label of each box's component, or its number of letters.

    Raises
    ------
    TypeError, ValueError
        A map or a threshold has a wrong type or value.
    ImportError
        EasyOCR's own code is needed and not installed.
    """
    if poly or estimate_num_chars:
        own: tuple[list[Any], list[Any], list[int]] = importlib.import_module(
            "easyocr.craft_utils"
        ).getDetBoxes(
            textmap, linkmap, text_threshold, link_threshold, low_text, poly, estimate_num_chars
        )
        return own
    boxes, labels = find_craft_words(
        "getDetBoxes",
        textmap,
        linkmap,
        _least_float32(text_threshold),
        link_threshold,
        low_text,
        ratio=2,
        num_threads=None,
    )
    return list(boxes), [None] * len(boxes), labels.tolist()


def _least_float32(threshold: float) -> float:
    """NumPy rounds a float to float32, but compares with a float64 of its own as it is."""
    rounded = np.float32(threshold)
    if isinstance(threshold, np.float64) and rounded < threshold:
        return float(np.nextafter(rounded, np.float32(np.inf)))
    return threshold
