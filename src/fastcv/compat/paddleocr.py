"""PaddleOCR 2.x: the crops of ``tools.infer.utility``.

>>> from fastcv.compat.paddleocr import get_rotate_crop_image
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import image_crop_openmp
from .images import without_last_axis
from .opencv5 import warn_once

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def get_rotate_crop_image(img: ArrayLike, points: ArrayLike) -> NDArray[Any]:
    """Cut one word as PaddleOCR does. Tall words are turned 90° counter-clockwise.

    Parameters
    ----------
    img : array, shape (height, width) or (height, width, channels)
        As for `fastcv.image_crop`.
    points : array, shape (4, 2)
        Left-top, right-top, right-bottom, left-bottom, in px.

    Returns
    -------
    array
        The crop, with the page's dtype and channels.

    Raises
    ------
    ValueError
        ``points`` is not four points, or the box is degenerate. PaddleOCR returns a crop of the
        page's size for a box under 1 px wide or high.
    """
    warn_once("PaddleOCR")
    return get_rotate_crop_images(img, np.asarray(points)[None], num_threads=1)[0]


def get_rotate_crop_images(
    img: ArrayLike, boxes: ArrayLike, *, num_threads: int | None = None
) -> list[NDArray[Any]]:
    """Cut all words of a page as `get_rotate_crop_image` does, on several threads.

    Parameters
    ----------
    img : array, shape (height, width) or (height, width, channels)
        As for `fastcv.image_crop`.
    boxes : array, shape (n, 4, 2)
        Left-top, right-top, right-bottom, left-bottom of each word, in px.
    num_threads : int or None, default None
        At most this many threads; None is `fastcv.get_num_threads`.

    Returns
    -------
    list of array
        The crops, in the boxes' order.

    Raises
    ------
    ValueError
        A box is degenerate. The message has its index.
    """
    warn_once("PaddleOCR")
    return image_crop_openmp(
        without_last_axis(img), boxes, convention="paddleocr", num_threads=num_threads
    )
