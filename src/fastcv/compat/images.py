"""Pages as the projects hand them over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def without_last_axis(img: ArrayLike) -> NDArray[Any]:
    """Drop an axis of one channel, as cv2's warps do."""
    image = np.asarray(_core._from_pil("image_crop_openmp", "image", img))
    return image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
