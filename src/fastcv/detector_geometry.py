"""Where a page goes in a detector's tensor: pure functions of its size.

Numbers are computed in double, operation by operation as the projects do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from .checks import INT32_MAX
from .tuple_help import short_help

if TYPE_CHECKING:
    from .detector_inputs import DetectorInput

    _Size = tuple[int, int]

_SMALL_PAGE_PX, _PADDED_PX = 64, 32
"""A page whose height and width are less than the first together gets sides of the second."""


@short_help
class DetectorGeometry(NamedTuple):
    """Where a page goes in a detector's tensor. Sizes are (height, width), in px.

    Attributes
    ----------
    content : tuple of int
        To which the page is resized.
    tensor : tuple of int
        The tensor's height and width.
    offset : tuple of int
        Where the resized page begins in the tensor: (top, left).
    ratio : tuple of float
        What the page's y and x are multiplied by: (ratio_h, ratio_w).
    """

    content: tuple[int, int]
    tensor: tuple[int, int]
    offset: tuple[int, int]
    ratio: tuple[float, float]


def padded_size(spec: DetectorInput, height: int, width: int) -> _Size:
    """Return the size of a page once it is padded by `pad_small`."""
    if spec.pad_small and height + width < _SMALL_PAGE_PX:
        return max(height, _PADDED_PX), max(width, _PADDED_PX)
    return height, width


def geometry_of(spec: DetectorInput, height: int, width: int, name: str) -> DetectorGeometry:
    """Return where a page goes. Messages begin with `name`."""
    page = padded_size(spec, height, width)
    ratio = None
    if spec.limit_type == "stretch":
        content = frame = _frame(spec)
    elif spec.limit_type == "contain":
        frame = _frame(spec)
        content = _contained(frame, page)
    elif spec.limit_type == "height":
        side = int(spec.limit_side_len)
        content = frame = side, _up(page[1] * side / page[0], spec.multiple)
    else:
        content, frame, ratio = _limited(spec, page)
    for axis, sides in (("height", (content[0], frame[0])), ("width", (content[1], frame[1]))):
        for side in sides:
            if not 1 <= side <= INT32_MAX:
                raise ValueError(
                    f"{name}: a page of {height} x {width} px comes to a {axis} of {side} px"
                )
    offset = 0, 0
    if spec.align == "center":
        offset = (frame[0] - content[0] + 1) // 2, (frame[1] - content[1] + 1) // 2
    if ratio is None:
        return DetectorGeometry(
            content, frame, offset, (content[0] / page[0], content[1] / page[1])
        )
    return DetectorGeometry(content, frame, offset, (ratio, ratio))


def _frame(spec: DetectorInput) -> _Size:
    assert spec.size is not None  # the dataclass has checked it
    return spec.size


def _contained(frame: _Size, page: _Size) -> _Size:
    aspect, frame_aspect = page[0] / page[1], frame[0] / frame[1]
    if aspect == frame_aspect:
        return frame
    if aspect > frame_aspect:
        return frame[0], max(int(frame[0] / aspect), 1)
    return max(int(frame[1] * aspect), 1), frame[1]


def _limited(spec: DetectorInput, page: _Size) -> tuple[_Size, _Size, float | None]:
    """Return the page's and the tensor's size by a limit, and the ratio if sizes do not tell it."""
    ratio = _limit_ratio(spec, page)
    height, width = int(page[0] * ratio), int(page[1] * ratio)
    most = spec.max_side_limit
    if most is not None and max(height, width) > most:
        shrink = most / max(height, width)
        height, width = int(height * shrink), int(width * shrink)
        ratio *= shrink
    round_side = _nearest if spec.rounding == "nearest" else _up
    frame = (
        max(round_side(height, spec.multiple), spec.min_side),
        max(round_side(width, spec.multiple), spec.min_side),
    )
    if spec.rounding == "pad":
        return (height, width), frame, ratio
    return frame, frame, None


def _limit_ratio(spec: DetectorInput, page: _Size) -> float:
    limit, shorter, longer = spec.limit_side_len, min(page), max(page)
    if spec.limit_type == "min":
        return limit / shorter if shorter < limit else 1.0
    if spec.limit_type == "max":
        return min(spec.magnification * longer, limit) / longer
    return limit / longer


def _nearest(side: int, multiple: int) -> int:
    return round(side / multiple) * multiple


def _up(side: float, multiple: int) -> int:
    return math.ceil(side / multiple) * multiple
