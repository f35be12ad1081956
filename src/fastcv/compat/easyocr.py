"""EasyOCR: the crops of ``easyocr.utils``.

>>> from fastcv.compat.easyocr import four_point_transform, get_image_list
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import RecognizerInput, image_batches, image_crop_openmp
from .opencv5 import warn_once
from .paddleocr import without_last_axis

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
    warn_once("EasyOCR")
    return image_crop_openmp(without_last_axis(image), np.asarray(rect)[None], num_threads=1)[0]


def get_image_list(
    horizontal_list: Sequence[Sequence[int]],
    free_list: Sequence[ArrayLike],
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
    warn_once("EasyOCR")
    words = [*_free_words(free_list, img), *_horizontal_words(horizontal_list, img)]
    ratios = [max(crop.shape[1] / crop.shape[0], 1 / (crop.shape[1] / crop.shape[0])) for _, crop in words]
    images = _resized([crop for _, crop in words], ratios, model_height)
    image_list = [(box, image) for (box, _), image in zip(words, images, strict=True)]
    if sort_output:
        image_list.sort(key=lambda word: word[0][0][1])
    return image_list, math.ceil(max([1, *ratios])) * model_height
