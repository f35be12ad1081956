"""From a text detector's probability map to boxes: DB's post-processing, and each project's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from . import _core
from .checks import as_map, check_bool, check_choice, check_int, check_real, check_rules, page_sides
from .pickling import PickledByValue
from .tuple_help import short_help

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_CHOICES = {
    "contours": ("all", "outer"),
    "rectangle": ("least", "upright"),
    "score": ("box", "contour"),
    "mean": ("float64", "float32"),
    "unclip_measure": ("float64", "opencv", "sides"),
    "scaling": ("float32", "mixed", "float64", "exact"),
    "corners": ("rectangle", "by_x", "by_sum", "by_angle"),
    "order": ("found", "lines", "bubbles"),
}
_MOST_SIDE = 1 << 24
_MOST_CANDIDATES = (1 << 31) - 1
_RANGES = {
    "threshold": (0, 1),
    "box_threshold": (0, 1),
    "unclip_ratio": (0, 100),
    "min_side": (1.99, _MOST_SIDE),
    "min_grown_side": (0, _MOST_SIDE),
}


@dataclass(frozen=True, kw_only=True)
class DetectorBoxes(PickledByValue):
    """How a detector's probability map becomes boxes. The defaults are RapidOCR's rules.

    `DETECTOR_BOXES` has the rules of the OCR projects, and ``dataclasses.replace`` changes some of
    them. "Side" without "page" is in px of the map.

    Parameters
    ----------
    threshold : float, default 0.3
        From 0 to 1. Pixels above it are text. It is rounded to float32 first, as NumPy does.
    inclusive : bool, default False
        Whether pixels equal to the threshold are text too.
    opening : bool, default False
        Whether text is opened first: ``cv2.morphologyEx`` with ``cv2.MORPH_OPEN`` and
        ``np.ones((3, 3))``. What 3 x 3 px do not fit into is dropped.
    dilation : bool, default True
        Whether text grows by one px to the right and down: ``cv2.dilate`` with ``np.ones((2, 2))``.
    contours : {"all", "outer"}, default "all"
        "outer" leaves out holes, and text within them: ``cv2.RETR_EXTERNAL``, not ``RETR_LIST``.
    max_candidates : int, default 1000
        Only that many contours are looked at: the first of ``cv2.findContours``, which come from
        the bottom of the map to its top. Holes count too, unless `contours` leaves them out.
    min_extent : int, default 1
        Contours with fewer px than this in width or height are dropped.
    rectangle : {"least", "upright"}, default "least"
        A contour's rectangle, and what it has grown to: ``cv2.minAreaRect``, or
        ``cv2.boundingRect``, which is one px wider and higher.
    min_side : float, default 3
        Contours whose rectangle has a shorter side are dropped. At least 1.99, which is 2 with
        room for the rectangle's rounding.
    score : {"box", "contour"}, default "box"
        A box's score is the map's mean in the contour's rectangle, or within the contour (the
        projects call them "fast" and "slow"). An upright rectangle's last column and row are those
        after it.
    mean : {"float64", "float32"}, default "float64"
        How the mean is computed: as ``cv2.mean`` does, or as ``ndarray.mean`` of NumPy >= 2.3 does
        with a C-contiguous map.
    box_threshold : float, default 0.5
        From 0 to 1. Boxes with a lower score are dropped.
    unclip_ratio : float, default 1.6
        From 0 to 100. The rectangle grows on all sides by area · ratio / perimeter, with Clipper's
        round joins, and the least rectangle of that is the box.
    unclip_measure : {"float64", "opencv", "sides"}, default "float64"
        How area and perimeter are computed: as shapely does; as ``cv2.contourArea`` and
        ``cv2.arcLength`` do, which have the edges in float32; or as (w + 1) · (h + 1) and
        2 · (w + h) + 2, from the rectangle's width and height.
    min_grown_side : float, default 5
        Boxes with a shorter side after growing are dropped.
    scaling : {"float32", "mixed", "float64", "exact"}, default "float32"
        How x becomes the page's x, before it is rounded half to even: x / map width · page width in
        float32; the same with the product in float64; or x · (page width / map width) in float64.
        "exact" is x · page width / map width in float64, and is not rounded to whole px.
    corners : {"by_x", "by_sum", "by_angle", "rectangle"}, default "by_x"
        Order of the corners. "by_x": the two left ones are the left corners, the upper one first.
        "by_sum": lt and rb have the least and the greatest x + y. Both also clip the box to the
        page's last px, and drop it if it is short there. "rectangle" leaves the box as it is: in
        the order of "by_x" before the scaling, and clipped to the page's width and height.
        "by_angle" is the same, but clockwise from the least x + y on.
    min_page_side : int, default 4
        Boxes whose first or last edge is shorter than this on the page, in px, are dropped, if
        `corners` is "by_x" or "by_sum".
    order : {"lines", "bubbles", "found"}, default "lines"
        Order of the boxes by their first corners. "lines": by y; where y grows by 10 px or more
        from one box to the next, a new line begins; within a line by x. "bubbles": by y, then x,
        then each box moves ahead while it lies left of its predecessor and less than 10 px away in
        y. "found": the contours' own order.

    Raises
    ------
    TypeError, ValueError
        A field has a wrong type or value. The message names the field and its value.

    Examples
    --------
    >>> from dataclasses import replace
    >>> rules = replace(fastcv.DETECTOR_BOXES["paddleocr"], box_threshold=0.4)
    >>> rules.box_threshold, rules.unclip_ratio
    (0.4, 1.5)
    """

    threshold: float = 0.3
    inclusive: bool = False
    opening: bool = False
    dilation: bool = True
    contours: Literal["all", "outer"] = "all"
    max_candidates: int = 1000
    min_extent: int = 1
    rectangle: Literal["least", "upright"] = "least"
    min_side: float = 3.0
    score: Literal["box", "contour"] = "box"
    mean: Literal["float64", "float32"] = "float64"
    box_threshold: float = 0.5
    unclip_ratio: float = 1.6
    unclip_measure: Literal["float64", "opencv", "sides"] = "float64"
    min_grown_side: float = 5.0
    scaling: Literal["float32", "mixed", "float64", "exact"] = "float32"
    corners: Literal["by_x", "by_sum", "by_angle", "rectangle"] = "by_x"
    min_page_side: int = 4
    order: Literal["lines", "bubbles", "found"] = "lines"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            check_choice(_field(name), getattr(self, name), choices)
        for name, (least, most) in _RANGES.items():
            value = check_real(_field(name), getattr(self, name), "a number")
            if not least <= value <= most:
                raise ValueError(f"{_field(name)} must be from {least} to {most}, got {value:g}")
            object.__setattr__(self, name, value)
        for name in ("inclusive", "opening", "dilation"):
            check_bool(_field(name), getattr(self, name))
        for name, most in (
            ("max_candidates", _MOST_CANDIDATES),
            ("min_extent", _MOST_SIDE),
            ("min_page_side", _MOST_SIDE),
        ):
            object.__setattr__(self, name, check_int(_field(name), getattr(self, name), most))


def _field(name: str) -> str:
    return f"DetectorBoxes: {name}"


_DOCTR: dict[str, Any] = {
    "inclusive": True,
    "opening": True,
    "dilation": False,
    "contours": "outer",
    "max_candidates": _MOST_CANDIDATES,
    "min_extent": 3,
    "mean": "float32",
    "box_threshold": 0.1,
    "unclip_ratio": 1.5,
    "min_grown_side": 0,
    "scaling": "exact",
    "order": "found",
}
DETECTOR_BOXES: Mapping[str, DetectorBoxes] = MappingProxyType({
    # RapidOCR 3.10: DBPostProcess, order_points_clockwise, filter_det_res, sorted_boxes
    "rapidocr": DetectorBoxes(),
    # PaddleOCR 2.10: DBPostProcess, filter_tag_det_res, sorted_boxes
    "paddleocr": DetectorBoxes(
        dilation=False,
        box_threshold=0.6,
        unclip_ratio=1.5,
        scaling="mixed",
        corners="by_sum",
        order="bubbles",
    ),
    # PaddleX 3.7 and PaddleOCR 3: DBPostProcess, SortQuadBoxes
    "paddlex": DetectorBoxes(
        dilation=False,
        box_threshold=0.6,
        unclip_ratio=1.5,
        unclip_measure="opencv",
        scaling="float64",
        corners="rectangle",
        order="bubbles",
    ),
    # docTR 1.1: DBPostProcessor
    "doctr": DetectorBoxes(rectangle="upright", corners="rectangle", **_DOCTR),
    # After the opening, in maps of at least 5 px a side, no rectangle has a side under 2 px.
    "doctr_rotated": DetectorBoxes(
        min_side=1.99, score="contour", unclip_measure="sides", corners="by_angle", **_DOCTR
    ),
})  # fmt: skip
"""What the OCR projects do with the maps of their DB detectors."""


@short_help
class DetectedBoxes(NamedTuple):
    """Boxes on a page and their scores.

    Attributes
    ----------
    boxes : ndarray, shape (n, 4, 2), float32
        Corners x, y in px of the page: left-top, right-top, right-bottom, left-bottom.
    scores : ndarray, shape (n,), float64
        The map's mean in each box before it grew.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float64]


def detector_boxes(
    probabilities: ArrayLike,
    page_shape: ArrayLike,
    *,
    spec: str | DetectorBoxes = "rapidocr",
    num_threads: int | None = None,
) -> DetectedBoxes:
    """Find a page's text boxes in the probability map of a DB text detector.

    Parameters
    ----------
    probabilities : array, shape (H, W), (1, H, W) or (1, 1, H, W), float32 or float16
        The detector's map, of any strides. float16 is converted to float32. NaN and infinities
        are no text, and count as 0 in scores.
    page_shape : (int, int) or array of at least two dimensions
        Height and width of the page, in px, or its whole shape, or the page.
    spec : str or DetectorBoxes, default "rapidocr"
        The rules: a name in `DETECTOR_BOXES`, or rules of one's own.
    num_threads : int or None, optional
        At most this many threads; None is `get_num_threads`. The result does not depend on it.

    Returns
    -------
    DetectedBoxes
        ``boxes`` (n, 4, 2) float32, and ``scores`` (n,) float64 in the same order.

    Raises
    ------
    TypeError
        The map does not hold float32 or float16, or another argument has a wrong type.
    ValueError
        A shape or a value is wrong, or there is no such spec.

    Notes
    -----
    Boxes and scores have the bits of the projects' own, with OpenCV 4.14, Clipper 6.4.2 and NumPy
    >= 2, which find rectangles with ``cv2.minAreaRect`` and ``cv2.boxPoints``.
    RapidOCR and PaddleX sort the boxes but not the scores; here both are in one order.

    Examples
    --------
    >>> import numpy as np
    >>> probabilities = np.zeros((64, 96), np.float32)
    >>> probabilities[20:30, 10:60] = 0.9
    >>> boxes, scores = fastcv.detector_boxes(probabilities, (128, 192))
    >>> boxes[0].tolist()
    [[6.0, 26.0], [134.0, 26.0], [134.0, 74.0], [6.0, 74.0]]
    """
    function = "detector_boxes"
    rules = check_rules(f"{function}: spec", spec, DetectorBoxes, DETECTOR_BOXES)
    height, width = page_sides(f"{function}: page_shape", page_shape)
    return DetectedBoxes(
        *_core._detector_boxes(
            function,
            as_map(f"{function}: probabilities", probabilities),
            height,
            width,
            rules.threshold,
            rules.inclusive,
            rules.opening,
            rules.dilation,
            rules.contours,
            rules.max_candidates,
            rules.min_extent,
            rules.rectangle,
            rules.min_side,
            rules.score,
            rules.mean,
            rules.box_threshold,
            rules.unclip_measure,
            rules.unclip_ratio,
            rules.min_grown_side,
            rules.scaling,
            rules.corners,
            rules.min_page_side,
            rules.order,
            num_threads,
        )
    )
