"""docTR's and OnnxTR's detectors: from their maps to boxes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import DETECTOR_BOXES, detector_boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray


class DetectionPostProcessor:
    """What the classes below share. The settings may be changed between calls.

    Attributes
    ----------
    box_thresh, bin_thresh, unclip_ratio : float
        `fastcv.DetectorBoxes` has them as box_threshold, threshold and unclip_ratio.
    assume_straight_pages : bool
        Whether boxes are upright: ``DETECTOR_BOXES["doctr"]``, or ``["doctr_rotated"]``.
    """

    def __init__(
        self,
        box_thresh: float = 0.5,
        bin_thresh: float = 0.5,
        assume_straight_pages: bool = True,
        unclip_ratio: float = 1.5,
    ) -> None:
        self.box_thresh = box_thresh
        self.bin_thresh = bin_thresh
        self.assume_straight_pages = assume_straight_pages
        self.unclip_ratio = unclip_ratio

    def __call__(self, proba_map: NDArray[Any]) -> list[list[NDArray[Any]]]:
        """Return the boxes of each page and class.

        Parameters
        ----------
        proba_map : array, shape (N, H, W, C), float32
            The maps. NaN and infinities are no text, and count as 0 in scores.

        Returns
        -------
        list of list of array
            A list a page, an array a class. Straight: shape (n, 5), the left, top, right and bottom
            edges and the score. Rotated: shape (n, 5, 2), the four corners, then 0 and the score.
            All are relative to the map's size, from 0 to 1, float64; without a box the array has
            the map's dtype.

        Raises
        ------
        TypeError
            The maps do not hold float32 or float16.
        ValueError
            The maps do not have four dimensions, or a setting has a wrong value.
        """
        maps = np.asarray(proba_map)
        if maps.ndim != 4:
            raise ValueError(
                f"{type(self).__name__}: proba_map must have shape (N, H, W, C), not {maps.shape}"
            )
        find = self._straight if self.assume_straight_pages else self._rotated
        return [[find(page[..., index]) for index in range(page.shape[-1])] for page in maps]

    def _straight(self, pixels: NDArray[Any]) -> NDArray[Any]:
        height, width = pixels.shape
        boxes, scores = detector_boxes(pixels, (height, width), spec=self._rules("doctr"))
        if len(boxes) == 0:
            return np.zeros((0, 5), pixels.dtype)
        corners = boxes[:, ::2].reshape(-1, 4).astype(np.float64)
        return np.column_stack([corners / [width, height, width, height], np.clip(scores, 0, 1)])

    def _rotated(self, pixels: NDArray[Any]) -> NDArray[Any]:
        boxes, scores = detector_boxes(pixels, (1, 1), spec=self._rules("doctr_rotated"))
        if len(boxes) == 0:
            return np.zeros((0, 5, 2), pixels.dtype)
        rows = np.zeros((len(boxes), 5, 2))
        rows[:, :4] = boxes
        rows[:, 4, 1] = np.clip(scores, 0, 1)
        return rows

    def _rules(self, name: str) -> Any:
        return replace(
            DETECTOR_BOXES[name],
            threshold=self.bin_thresh,
            box_threshold=self.box_thresh,
            unclip_ratio=self.unclip_ratio,
        )


class DBPostProcessor(DetectionPostProcessor):
    """Find boxes in DB's maps as ``doctr.models.detection.differentiable_binarization`` does.

    Parameters
    ----------
    box_thresh, bin_thresh : float, default 0.1 and 0.3
        The least score of a box, and of a pixel.
    assume_straight_pages : bool, default True
        Whether boxes are upright.

    Examples
    --------
    >>> from fastcv.compat.doctr import DBPostProcessor
    >>> import numpy as np
    >>> maps = np.zeros((1, 64, 96, 1), np.float32)
    >>> maps[0, 20:30, 16:64] = 0.9
    >>> [[boxes]] = DBPostProcessor()(maps)
    >>> (boxes[0, :4] * (96, 64, 96, 64)).tolist()
    [10.0, 14.0, 71.0, 37.0]
    """

    def __init__(
        self,
        box_thresh: float = 0.1,
        bin_thresh: float = 0.3,
        assume_straight_pages: bool = True,
    ) -> None:
        super().__init__(box_thresh, bin_thresh, assume_straight_pages)


class LinkNetPostProcessor(DetectionPostProcessor):
    """Find boxes in LinkNet's maps as ``doctr.models.detection.linknet`` does.

    OnnxTR's ``GeneralDetectionPostProcessor`` does the same.

    Parameters
    ----------
    bin_thresh, box_thresh : float, default 0.1
        The least score of a pixel, and of a box.
    assume_straight_pages : bool, default True
        Whether boxes are upright.
    """

    def __init__(
        self,
        bin_thresh: float = 0.1,
        box_thresh: float = 0.1,
        assume_straight_pages: bool = True,
    ) -> None:
        super().__init__(box_thresh, bin_thresh, assume_straight_pages)


class FASTPostProcessor(DetectionPostProcessor):
    """Find boxes in FAST's maps as ``doctr.models.detection.fast`` does.

    Parameters
    ----------
    bin_thresh, box_thresh : float, default 0.1
        The least score of a pixel, and of a box.
    assume_straight_pages : bool, default True
        Whether boxes are upright.
    """

    def __init__(
        self,
        bin_thresh: float = 0.1,
        box_thresh: float = 0.1,
        assume_straight_pages: bool = True,
    ) -> None:
        super().__init__(box_thresh, bin_thresh, assume_straight_pages, unclip_ratio=1.0)


GeneralDetectionPostProcessor = LinkNetPostProcessor
