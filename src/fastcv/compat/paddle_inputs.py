"""What PaddleOCR and PaddleX share: a page's resize for the detector, and its normalisation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import DetectorInput, _core, detector_input
from ..checks import explained, plain_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_PAGE = DetectorInput(min_side=32, pad_small=True, dtype="uint8", layout="NHWC")
_AS_IT_IS = DetectorInput(limit_type="stretch", size=(1, 1), layout="NHWC")


def resize_rules(settings: Mapping[str, Any]) -> DetectorInput:
    """Return the rules of a ``DetResizeForTest`` with these keywords, without PaddleX's own."""
    if "image_shape" in settings:
        height, width = settings["image_shape"]
        if settings.get("keep_ratio", False) is True:
            return replace(_PAGE, limit_type="height", limit_side_len=height)
        return replace(_PAGE, limit_type="stretch", size=(height, width))
    if "resize_long" in settings and "limit_side_len" not in settings:
        return replace(
            _PAGE,
            limit_type="resize_long",
            limit_side_len=settings["resize_long"],
            multiple=128,
            rounding="ceil",
            min_side=0,
        )
    if "limit_side_len" not in settings:
        return replace(_PAGE, limit_type="min", limit_side_len=736)
    return replace(
        _PAGE,
        limit_type=settings.get("limit_type", "min"),
        limit_side_len=settings["limit_side_len"],
    )


def resize(name: str, image: Any, rules: DetectorInput) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the resized page, and its old height and width and the ratios."""
    page = _checked(name, image)
    tensor, ratio = detector_input(page, spec=rules)
    return tensor[0], np.array([*page.shape[:2], *ratio])


def check_order(order: str) -> None:
    """Refuse all but the order that both projects' detectors have."""
    if order != "hwc":
        raise ValueError(f'NormalizeImage: order must be "hwc", got {order!r}')


def scale_of(scale: float | str | None) -> float:
    """Return what pixels are multiplied by. The projects' settings have it as "1./255."."""
    if isinstance(scale, str):
        dividend, _, divisor = scale.partition("/")
        return float(dividend) / float(divisor or 1)
    return 1 / 255 if scale is None else scale


def mean_and_std(
    mean: Sequence[float] | None, std: Sequence[float] | None
) -> tuple[Sequence[float], Sequence[float]]:
    """Return both, or ImageNet's in their place."""
    return (
        [0.485, 0.456, 0.406] if mean is None else mean,
        [0.229, 0.224, 0.225] if std is None else std,
    )


def normalize(name: str, image: Any, table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the image with each channel's values looked up in (3, 256)."""
    page = _checked(name, image)
    spec = replace(_AS_IT_IS, size=page.shape[:2], normalization=table)
    normalized: NDArray[np.float32] = detector_input(page, spec=spec).tensor[0]
    return normalized


def _checked(name: str, image: Any) -> NDArray[Any]:
    page = plain_array(_core._from_pil(name, "image", image))
    if page.ndim != 3 or page.shape[2] != 3:
        refusal = f"{name}: image must have shape (height, width, 3), not {page.shape}"
        raise explained(f"{name}: image", image, ValueError(refusal), "image")
    return page
