"""PaddleX, and PaddleOCR 3.x on it: crops, and what its models do around their networks.

>>> from fastcv.compat.paddlex import CropByPolys, CTCLabelDecode, DBPostProcess
>>> from fastcv.compat.paddlex import DetResizeForTest, NormalizeImage
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import image_crop_openmp
from .images import without_last_axis
from .opencv5 import arithmetic_for
from .paddle import DBSettings, LabelDecoder, group_characters
from .paddlex_detector import DetResizeForTest as DetResizeForTest
from .paddlex_detector import NormalizeImage as NormalizeImage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


class CropByPolys:
    """Cut words by their polygons as PaddleX does: the least rectangle around each.

    Parameters
    ----------
    det_box_type : {"quad", "poly"}, default "quad"
        "poly" straightens curved lines of text. That is PaddleX's own code, which is imported then.

    Raises
    ------
    ValueError
        ``det_box_type`` is neither.
    ImportError
        ``det_box_type`` is "poly" and PaddleX is not installed.
    """

    entities = "CropByPolys"

    def __init__(self, det_box_type: str = "quad") -> None:
        if det_box_type not in ("quad", "poly"):
            raise ValueError(
                f'CropByPolys: det_box_type must be "quad" or "poly", got {det_box_type!r}'
            )
        self.det_box_type = det_box_type
        self._own = _own_operator() if det_box_type == "poly" else None

    def __call__(self, img: ArrayLike, dt_polys: ArrayLike) -> list[NDArray[Any]]:
        """Cut the polygons of a page.

        Parameters
        ----------
        img : array, shape (height, width) or (height, width, channels)
            As for `fastcv.image_crop`.
        dt_polys : sequence of arrays of shape (k, 2)
            The polygons, in px. Coordinates are cut to whole px.

        Returns
        -------
        list of array
            The crops, in the polygons' order. Tall ones are turned 90° counter-clockwise.

        Raises
        ------
        ValueError
            A polygon is degenerate. The message has its index. PaddleX returns a crop of the
            page's size for one under 1 px wide or high.
        """
        if self._own is not None:
            crops: list[NDArray[Any]] = self._own(img, dt_polys)
            return crops
        page = without_last_axis(img)
        arithmetic = arithmetic_for("PaddleX", page)
        return image_crop_openmp(page, dt_polys, convention="paddlex", arithmetic=arithmetic)


def _own_operator() -> Any:
    components = importlib.import_module("paddlex.inference.pipelines.components")
    return components.CropByPolys(det_box_type="poly")


class DBPostProcess(DBSettings):
    """Find boxes in DB's maps as ``paddlex.inference.models.text_detection`` does.

    Parameters
    ----------
    thresh, box_thresh, max_candidates, unclip_ratio, use_dilation, score_mode
        `fastcv.DetectorBoxes` has them as threshold, box_threshold, max_candidates, unclip_ratio,
        dilation and score ("fast": "box", "slow": "contour").
    box_type : {"quad", "poly"}, default "quad"
        "poly" follows curved text. That is PaddleX's own code, which is imported then.

    Raises
    ------
    ValueError
        A setting has a wrong value.
    ImportError
        ``box_type`` is "poly" and PaddleX is not installed.
    """

    project = "paddlex"
    source = "paddlex.inference.models.text_detection.processors"

    def __call__(
        self,
        preds: Sequence[Any],
        img_shapes: Sequence[Any],
        thresh: float | None = None,
        box_thresh: float | None = None,
        unclip_ratio: float | None = None,
    ) -> tuple[list[Any], list[Any]]:
        """Return the boxes and scores of each map.

        Parameters
        ----------
        preds : sequence
            Its first item has the maps, each of shape (1, H, W) of float32 or float16.
        img_shapes : sequence
            Each page's height and width, of float64 as PaddleX's ``DetResizeForTest`` has them, and
            two more numbers that are not needed.
        thresh, box_thresh, unclip_ratio : float, optional
            They replace the settings in this call. None and 0 do not.

        Returns
        -------
        boxes : list of array
            Shape (k, 4, 2) of int16 each, in the contours' order.
        scores : list of list of float
        """
        if self._own is not None:
            own: tuple[list[Any], list[Any]] = self._own(
                preds, img_shapes, thresh, box_thresh, unclip_ratio
            )
            return own
        changes = {
            "threshold": thresh or self.thresh,
            "box_threshold": box_thresh or self.box_thresh,
            "unclip_ratio": unclip_ratio or self.unclip_ratio,
        }
        boxes, scores = [], []
        for pixels, shape in zip(preds[0], img_shapes, strict=False):
            found = self.find(pixels, shape, **changes)
            boxes.append(
                found.boxes.astype(np.int16) if len(found.boxes) else np.empty(0, np.int16)
            )
            scores.append(found.scores.tolist())
        return boxes, scores


class CTCLabelDecode(LabelDecoder):
    """Decode a recogniser's output as ``paddlex.inference.models.text_recognition`` does.

    Parameters
    ----------
    character_list : sequence of str, optional
        The characters. None: digits and small Latin letters.
    use_space_char : bool, default True
        Whether a space follows them.
    """

    def __init__(
        self, character_list: Sequence[str] | None = None, use_space_char: bool = True
    ) -> None:
        given = "0123456789abcdefghijklmnopqrstuvwxyz" if character_list is None else character_list
        super().__init__([*given, *([" "] if use_space_char else [])])

    def __call__(
        self, pred: Sequence[Any], return_word_box: bool = False, **kwargs: Any
    ) -> tuple[list[Any], list[float]]:
        """Return texts and confidences.

        Parameters
        ----------
        pred : sequence
            Its first item is an array (texts, steps, classes) of float32 or float16.
        return_word_box : bool, default False
            Whether a text is a pair: itself, and its words: number of steps · wh_ratio /
            max_wh_ratio, characters of each word, their columns, and each word's kind.
        **kwargs
            ``wh_ratio_list`` and ``max_wh_ratio``, with `return_word_box`.

        Returns
        -------
        texts : list
        scores : list of float
        """
        preds = np.asarray(pred[0])
        found = self.texts(preds, return_word_box)
        scores = [each.confidence for each in found]
        if not return_word_box:
            return [each.text for each in found], scores
        texts = []
        for index, (text, _, columns, _) in enumerate(found):
            length = preds.shape[1] * (kwargs["wh_ratio_list"][index] / kwargs["max_wh_ratio"])
            texts.append((text, [length, *group_characters(text, columns or [], "symbol")]))
        return texts, scores
