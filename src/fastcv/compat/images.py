"""Pages as the projects hand them over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _core
from ..checks import plain_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def without_last_axis(img: ArrayLike) -> NDArray[Any]:
    """Drop an axis of one channel, as cv2's warps do. What is no image stays as it is."""
    image = plain_array(_core._from_pil("image_crop_openmp", "image", img))
    if image.dtype == object:
        return img  # type: ignore[return-value]  # refused by what it is
    return image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
