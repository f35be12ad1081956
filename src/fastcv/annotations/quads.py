"""From what annotations say to the quads that are cut."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from ..opencv import load_cv2
from .record import AnnotatedPage

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FAR = 1 << 30


def quads_of(page: AnnotatedPage, height: int, width: int) -> NDArray[np.float64]:
    """Return a quad in px for each word of a page.

    Parameters
    ----------
    page : AnnotatedPage
    height, width : int
        The page's size in px, as it is cut: after it was turned by EXIF.

    Returns
    -------
    ndarray, float64, shape (n, 4, 2)
        Four points stay as they are. More become their rectangle of least area (cv2.minAreaRect),
        whose corners are in clockwise order and start so that the text stays upright:

        - The polygon runs along the text's top from the left, and back along its bottom. The i-th
          point from the start and from the end then lie opposite, and the line through the middles
          of these pairs runs along the text. The top edge is the one that runs that way most.
        - If `page.outlines` is set, if the polygon runs counter-clockwise, or if that line has no
          length, the top edge is the one that runs most to the right.

    Raises
    ------
    ValueError
        The annotations are of a page of another size, or a polygon has under three points.
    """
    _check_size(page, height, width)
    words = page.columns
    all_points = words.points * (width, height) if page.relative else words.points
    if words.are_quads:
        return all_points.reshape(-1, 4, 2).astype(np.float64)
    quads = []
    for index, (end, count) in enumerate(zip(accumulate(words.counts), words.counts, strict=True)):
        points = all_points[end - count : end]
        if len(points) < 3:
            _fail(page, f"boxes[{index}] has {len(points)} points: a polygon has three or more")
        if len(points) != 4:
            if not (np.abs(points) < _FAR).all():
                _fail(page, f"boxes[{index}] has a point beyond ±2**30 px")
            points = _rectangle(points, page.outlines)
        quads.append(points)
    return np.array(quads, np.float64).reshape(-1, 4, 2)


def _check_size(page: AnnotatedPage, height: int, width: int) -> None:
    if page.size is None or page.size == (height, width):
        return
    said_height, said_width = page.size
    reason = (
        f"the annotations are of a page of {said_width} x {said_height} px, "
        f"but it has {width} x {height} px"
    )
    if page.size == (width, height):
        reason += ": were they made without turning it as its EXIF says (--ignore-exif)?"
    _fail(page, reason)


def _fail(page: AnnotatedPage, reason: str) -> None:
    raise ValueError(": ".join(filter(None, (page.place, reason))))


def _rectangle(points: NDArray[np.float64], outline: bool) -> NDArray[np.float64]:
    cv2: Any = load_cv2()
    corners = cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))).astype(np.float64)
    if _area(corners) < 0:
        corners = corners[::-1]
    direction = np.array([1.0, 0.0])
    if not outline and _area(points) > 0:
        pairs = len(points) // 2
        middles = points[:pairs] + points[: -pairs - 1 : -1]
        run = middles[-1] - middles[0]
        direction = run if run.any() else direction
    edges = np.roll(corners, -1, axis=0) - corners
    # An edge without length has no direction: its opposite neighbours decide.
    lengths = np.maximum(np.hypot(*edges.T), 1e-9)
    return np.roll(corners, -int(np.argmax(edges @ direction / lengths)), axis=0)


def _area(points: NDArray[np.float64]) -> float:
    """Twice the area in the polygon: above 0 if it runs clockwise, with y downwards."""
    x, y = points.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1))
