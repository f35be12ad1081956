"""From CRAFT's region and link maps to boxes, by EasyOCR's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _core
from .checks import as_map, check_number, is_sequence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_RATIOS = 1e-6, 1e6


def craft_boxes(
    region: ArrayLike,
    link: ArrayLike,
    *,
    text_threshold: float = 0.7,
    link_threshold: float = 0.4,
    low_text: float = 0.4,
    ratio: float | tuple[float, float] = 1.0,
    num_threads: int | None = None,
) -> NDArray[np.float32]:
    """Find a page's text boxes in the two maps of CRAFT, as EasyOCR does.

    Parameters
    ----------
    region, link : array, shape (H, W), (1, H, W) or (1, 1, H, W), float32 or float16
        The network's two maps, of any strides: how far a pixel is text, and how far it joins two
        letters. float16 is converted to float32. NaN is neither. Infinity is both.
    text_threshold : float, default 0.7
        Words without a pixel of `region` that reaches this are dropped. A word with a NaN stays.
    link_threshold : float, default 0.4
        Pixels of `link` above it join text.
    low_text : float, default 0.4
        Pixels of `region` above it are text.
    ratio : float or (float, float), default 1.0
        What the page's y and x were multiplied by: `detector_input`'s ratio. Each from 1e-6 to 1e6.
        The maps have half the sides of the detector's tensor, so 2 leaves boxes in px of the maps.
    num_threads : int or None, optional
        At most this many threads; None is `get_num_threads`. The result does not depend on it.

    Returns
    -------
    array, shape (n, 4, 2), float32
        Corners x, y in px of the page, clockwise, from the one with the least x + y on. The boxes
        are in the order of their topmost rows. EasyOCR's ``get_textbox`` goes on with
        ``boxes.astype(np.int32)``.

    Raises
    ------
    TypeError
        A map does not hold float32 or float16, or another argument has a wrong type.
    ValueError
        The maps have different shapes, or a value is wrong.

    Notes
    -----
    Words are the components of pixels that are text or join text and touch at their sides. Those of
    fewer than 10 px are dropped. A word's text grows with its size, and the least rectangle around
    it is the box; if that is nearly square, the upright one. Boxes have the bits of EasyOCR 1.7.2
    with OpenCV 4.14 and NumPy >= 2. Thresholds are rounded to float32 first, as NumPy does.

    A word that has no text, which takes a `text_threshold` below `low_text` or a NaN, has a box of
    zeros, as in EasyOCR. Where a word's pixels times its shorter side reach 2 ** 31, EasyOCR's
    product overflows, and it fails or lets the text grow too little; here the product is right.

    Examples
    --------
    >>> import numpy as np
    >>> region = np.zeros((64, 96), np.float32)
    >>> link = np.zeros((64, 96), np.float32)
    >>> region[20:30, 10:25] = region[20:30, 30:60] = 0.9
    >>> link[22:28, 20:35] = 0.8
    >>> fastcv.craft_boxes(region, link).round().tolist()
    [[[14.0, 34.0], [124.0, 34.0], [124.0, 64.0], [14.0, 64.0]]]
    """
    boxes, _ = find_craft_words(
        "craft_boxes", region, link, text_threshold, link_threshold, low_text, ratio, num_threads
    )
    return boxes


def find_craft_words(
    function: str,
    region: Any,
    link: Any,
    text_threshold: Any,
    link_threshold: Any,
    low_text: Any,
    ratio: Any,
    num_threads: Any,
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return the boxes, and the label that `cv2.connectedComponents` gives each."""
    return _core._craft_boxes(
        function,
        as_map(f"{function}: region", region),
        as_map(f"{function}: link", link),
        check_number(f"{function}: text_threshold", text_threshold),
        check_number(f"{function}: link_threshold", link_threshold),
        check_number(f"{function}: low_text", low_text),
        *_ratios(f"{function}: ratio", ratio),
        num_threads,
    )


def _ratios(name: str, value: Any) -> tuple[float, float]:
    """Return the ratios of y and x."""
    if is_sequence(value):
        if len(value) != 2:
            raise ValueError(f"{name} must be a number or two, got {len(value)}")
        return _ratio(f"{name}[0]", value[0]), _ratio(f"{name}[1]", value[1])
    ratio = _ratio(name, value)
    return ratio, ratio


def _ratio(name: str, value: Any) -> float:
    ratio = check_number(name, value)
    least, most = _RATIOS
    if not least <= ratio <= most:
        raise ValueError(f"{name} must be from {least:g} to {most:g}, got {ratio:g}")
    return ratio
