"""PaddleOCR 2.x: a page on its way to the detector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .paddle_inputs import check_order, mean_and_std, normalize, resize, resize_rules, scale_of

if TYPE_CHECKING:
    from collections.abc import Sequence


class DetResizeForTest:
    """Resize a page as ``ppocr.data.imaug.operators`` does.

    `fastcv.detector_input` does this, the normalisation and the transposition in one pass.

    Parameters
    ----------
    **kwargs
        image_shape and keep_ratio, limit_side_len and limit_type, or resize_long.

    Raises
    ------
    TypeError, ValueError
        A setting has a wrong type or value.
    """

    def __init__(self, **kwargs: Any) -> None:
        self._rules = resize_rules(kwargs)

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        """Replace ``data["image"]``, and set ``data["shape"]``.

        Parameters
        ----------
        data : dict
            "image" is the page, (height, width, 3) of uint8.

        Returns
        -------
        dict
            The same. "image" is the resized page, and "shape" (4,) float64: the page's height and
            width, and the ratios of height and width.
        """
        data["image"], data["shape"] = resize("DetResizeForTest", data["image"], self._rules)
        return data


class NormalizeImage:
    """Normalise an image as ``ppocr.data.imaug.operators`` does.

    Parameters
    ----------
    scale : float or str, default 1 / 255
        A str is a number or a fraction, as "1./255.".
    mean, std : sequence of three floats, optional
        ImageNet's by default.
    order : {"hwc"}
        Only "hwc", the detector's. PaddleOCR's default is "chw".

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
        **kwargs: Any,
    ) -> None:
        check_order(order)
        self.scale = np.float32(scale_of(scale))
        self.mean, self.std = (
            np.array(given).reshape(1, 1, 3).astype("float32") for given in mean_and_std(mean, std)
        )
        values = np.arange(256, dtype=np.float32).reshape(256, 1, 1)
        self._table = ((values * self.scale - self.mean) / self.std)[:, 0].T.copy()

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        """Replace ``data["image"]``.

        Parameters
        ----------
        data : dict
            "image" is an array (height, width, 3) of uint8, or a Pillow image.

        Returns
        -------
        dict
            The same; "image" is float32.
        """
        data["image"] = normalize("NormalizeImage", data["image"], self._table)
        return data
