"""PaddleX, and PaddleOCR 3.x on it: the crops of ``paddlex.inference.pipelines``.

>>> from fastcv.compat.paddlex import CropByPolys
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .. import image_crop_openmp
from .images import without_last_axis
from .opencv5 import warn_once

if TYPE_CHECKING:
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
        warn_once("PaddleX")
        return image_crop_openmp(without_last_axis(img), dt_polys, convention="paddlex")


def _own_operator() -> Any:
    components = importlib.import_module("paddlex.inference.pipelines.components")
    return components.CropByPolys(det_box_type="poly")
