"""Crops with the pixels of the cv2 that the project itself would cut with."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..arithmetic import installed_major, installed_version

if TYPE_CHECKING:
    from numpy.typing import NDArray

_warned: set[str] = set()


def arithmetic_for(project: str, image: NDArray[Any]) -> Literal["opencv4", "opencv5"]:
    """Return the arithmetic for a page: OpenCV 5's if the project's own crops have it.

    Pages of other dtypes than uint8, or of two channels, have OpenCV 4's. Then this warns, once a
    project.
    """
    if installed_major() < 5:
        return "opencv4"
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.dtype == np.uint8 and channels != 2:
        return "opencv5"
    if project not in _warned:
        _warned.add(project)
        warnings.warn(
            f"cv2 is {installed_version()}: {project}'s own crops have OpenCV 5's pixels, fastcv's "
            "have OpenCV 4's, unless the page is uint8 with 1, 3 or 4 channels. Recognised texts "
            "may differ wherever a crop is not an upright box with whole coordinates",
            stacklevel=3,
        )
    return "opencv4"
