"""docTR: the crops of ``doctr.utils.geometry``, and the post-processors of its detectors.

>>> from fastcv.compat.doctr import extract_crops, extract_rcrops
>>> from fastcv.compat.doctr import DBPostProcessor, FASTPostProcessor, LinkNetPostProcessor
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import image_crop_openmp
from .doctr_detector import (
    DBPostProcessor,
    FASTPostProcessor,
    GeneralDetectionPostProcessor,
    LinkNetPostProcessor,
)
from .images import without_last_axis
from .opencv5 import arithmetic_for

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

__all__ = [
    "DBPostProcessor",
    "FASTPostProcessor",
    "GeneralDetectionPostProcessor",
    "LinkNetPostProcessor",
    "extract_crops",
    "extract_rcrops",
]


def extract_crops(img: NDArray[Any], boxes: NDArray[Any]) -> list[NDArray[Any]]:
    """Cut straight words as docTR does.

    Parameters
    ----------
    img : array, shape (height, width) or (height, width, channels)
        The page.
    boxes : array, shape (n, 4)
        x1, y1, x2, y2 of each word: relative to the page's size if they are floats, in px if they
        are ints.

    Returns
    -------
    list of array
        The crops, C-contiguous. A box outside the page has an empty one.

    Raises
    ------
    ValueError
        ``boxes`` does not have shape (n, 4).
    """
    boxes = _in_px(img, boxes, (4,), "extract_crops: boxes")
    if np.issubdtype(boxes.dtype, np.floating):
        boxes = boxes.round().astype(int)
        boxes[:, 2:] += 1
    return [np.ascontiguousarray(img[y1:y2, x1:x2]) for x1, y1, x2, y2 in boxes.tolist()]


def extract_rcrops(
    img: NDArray[Any],
    polys: NDArray[Any],
    dtype: DTypeLike = np.float32,
    assume_horizontal: bool = False,
) -> list[NDArray[Any]]:
    """Cut rotated words as docTR does, on several threads.

    Parameters
    ----------
    img : array, shape (height, width) or (height, width, channels)
        The page, as for `fastcv.image_crop`.
    polys : array, shape (n, 4, 2)
        The words' corners: relative to the page's size if they are floats, in px if they are ints.
    dtype : dtype, default float32
        Only float32: cv2 takes no other.
    assume_horizontal : bool, default False
        False: the affine crop of the first three corners. True: the perspective crop of all four,
        sorted into the left and the right ones.

    Returns
    -------
    list of array
        The crops. A degenerate box has one of shape (0, 0, …).

    Raises
    ------
    ValueError
        ``polys`` does not have shape (n, 4, 2), or ``dtype`` is not float32.
    """
    if np.dtype(dtype) != np.float32:
        raise ValueError(f"extract_rcrops: dtype must be float32, got {np.dtype(dtype)}")
    boxes = _in_px(img, polys, (4, 2), "extract_rcrops: polys")
    if len(boxes) == 0:
        return []
    page = without_last_axis(img)
    if assume_horizontal:
        boxes, convention = np.stack([_left_and_right(box) for box in boxes]), "fastcv"
    else:
        convention = "doctr"
    return image_crop_openmp(
        page,
        boxes.astype(np.float32),
        convention=convention,
        arithmetic=arithmetic_for("docTR", page),
        degenerate="empty",
    )


def _in_px(img: Any, boxes: NDArray[Any], shape: tuple[int, ...], name: str) -> NDArray[Any]:
    """Boxes in px: relative ones in their own dtype, so that they round as docTR's."""
    if boxes.shape[1:] != shape and len(boxes) > 0:
        wanted = ", ".join(map(str, ("n", *shape)))
        raise ValueError(f"{name} must have shape ({wanted}), not {boxes.shape}")
    if np.issubdtype(boxes.dtype, np.integer):
        return boxes
    height, width = img.shape[:2]
    points = boxes.reshape(-1, 2).copy()
    points[:, 0] *= width
    points[:, 1] *= height
    return points.reshape(-1, *shape)


def _left_and_right(box: NDArray[Any]) -> NDArray[Any]:
    """Corners in reading order: those left of their mean and the others, each from the top."""
    is_left = box[:, 0] < np.mean(box[:, 0])
    if is_left.all() or not is_left.any():  # no width: degenerate, in any order
        return box
    left, right = (side[np.argsort(side[:, 1])] for side in (box[is_left], box[~is_left]))
    return np.stack([left[0], right[0], right[-1], left[-1]])
