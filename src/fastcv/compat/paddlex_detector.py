"""PaddleX, and with it PaddleOCR 3.x: pages on their way to the detector."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .paddle_inputs import check_order, mean_and_std, normalize, resize, resize_rules, scale_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class DetResizeForTest:
    """Resize pages as ``paddlex.inference.models.text_detection`` does.

    `fastcv.detector_input` does this, the normalisation and the transposition in one pass.

    Parameters
    ----------
    input_shape : (channels, height, width), optional
        The size of all pages.
    max_side_limit : int, default 4000
        A page that `limit_side_len` makes longer is shrunk to this longer side.
    **kwargs
        image_shape and keep_ratio, limit_side_len and limit_type, or resize_long.

    Raises
    ------
    TypeError, ValueError
        A setting has a wrong type or value.
    """

    def __init__(
        self, input_shape: Sequence[int] | None = None, max_side_limit: int = 4000, **kwargs: Any
    ) -> None:
        if input_shape is not None:
            kwargs = {"image_shape": tuple(input_shape)[1:]}
        self.max_side_limit = max_side_limit
        self._rules = resize_rules(kwargs)
        self._is_limited = "image_shape" not in kwargs and (
            "limit_side_len" in kwargs or "resize_long" not in kwargs
        )

    def __call__(
        self,
        imgs: Sequence[Any],
        limit_side_len: int | None = None,
        limit_type: str | None = None,
        max_side_limit: int | None = None,
    ) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
        """Return the resized pages and their shapes.

        Parameters
        ----------
        imgs : sequence of array, shape (height, width, 3), uint8
            The pages.
        limit_side_len, limit_type, max_side_limit : optional
            They replace the settings in this call. None does not.

        Returns
        -------
        resize_imgs : list of array
        img_shapes : list of array
            Each (4,) float64: the page's height and width, and the ratios of height and width.
        """
        rules = self._rules
        if self._is_limited:
            changes: dict[str, Any] = {
                "limit_side_len": limit_side_len or rules.limit_side_len,
                "limit_type": limit_type or rules.limit_type,
                "max_side_limit": (
                    self.max_side_limit if max_side_limit is None else max_side_limit
                ),
            }
            rules = replace(rules, **changes)
        pairs = [resize("DetResizeForTest", img, rules) for img in imgs]
        return [image for image, _ in pairs], [shape for _, shape in pairs]


class NormalizeImage:
    """Normalise images as ``paddlex.inference.models.text_detection`` does.

    Parameters
    ----------
    scale : float or str, default 1 / 255
        A str is a number or a fraction, as "1./255.".
    mean, std : sequence of three floats, optional
        ImageNet's by default.
    order : {"hwc"}
        Only "hwc", which PaddleX passes. Its default is "chw".

    Raises
    ------
    ValueError
        ``order`` is another.
    """

    def __init__(
        self,
        scale: float | str | None = None,
        mean: Sequence[float] | None = None,
        std: Sequence[float] | None = None,
        order: str = "chw",
    ) -> None:
        check_order(order)
        self.order = order
        factor = scale_of(scale)
        mean, std = mean_and_std(mean, std)
        self.alpha = [factor / each for each in std]
        self.beta = [-center / each for center, each in zip(mean, std, strict=True)]
        values = np.arange(256, dtype=np.float32)
        self._table = np.stack([
            values * np.float32(alpha) + np.float32(beta)
            for alpha, beta in zip(self.alpha, self.beta, strict=True)
        ])  # fmt: skip

    def __call__(self, imgs: Sequence[Any]) -> list[NDArray[np.float32]]:
        """Return the images in float32.

        Parameters
        ----------
        imgs : sequence of array, shape (height, width, 3), uint8

        Returns
        -------
        list of array
        """
        return [normalize("NormalizeImage", img, self._table) for img in imgs]
