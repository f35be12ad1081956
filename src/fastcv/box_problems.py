"""What looks wrong with a page's boxes: corners in another order, other units, other pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from . import _core
from .checks import INT32_MAX, check_choice, check_int, page_sides
from .tuple_help import short_help

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_FUNCTION = "check_boxes"
_ROWS = 20


class _Kind(NamedTuple):
    is_certain: bool
    hint: str


_AROUND = 'order="clockwise" starts at the left top, unless the page lies like that'

KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "not finite": _Kind(True, "leave the box out"),
        "normalised": _Kind(True, "corners are in px: multiply by the page's width and height"),
        "degenerate": _Kind(True, "under 2 px, or three corners on a line: leave the box out"),
        "reversed": _Kind(True, "x1, y1, x2, y2 are wanted, not x, y, width, height"),
        "crossed": _Kind(True, 'order="clockwise" puts the corners right'),
        "dented": _Kind(True, 'order="min_area_rect" takes the rectangle around the corners'),
        "mirrored": _Kind(True, 'order="clockwise" puts the corners right'),
        "swapped": _Kind(False, "y stands before x: a corner is x, y"),
        "upside down": _Kind(False, _AROUND),
        "on its side": _Kind(False, _AROUND),
        "outside": _Kind(True, "the crop is only border: are these the boxes of this page?"),
        "partly outside": _Kind(True, 'border="replicate" goes on with the page\'s edge'),
    }
)

_BITS = {kind: 1 << number for number, kind in enumerate(KINDS)}
"""As `FastcvBoxProblem` has them."""

_NOT_MENDED = {
    "clockwise": ("degenerate", "reversed", "dented"),
    "min_area_rect": ("degenerate", "reversed"),
}
"""What is wrong with corners in whatever order they are put."""


@short_help
class BoxProblem(NamedTuple):
    """What looks wrong with one box.

    Attributes
    ----------
    box : int
        Its index.
    kind : str
        One of those that `check_boxes` lists.
    is_certain : bool
        False: the box may be right.
    corners : list of four [x, y]
        The box.
    hint : str
        What mends it.
    """

    box: int
    kind: str
    is_certain: bool
    corners: list[list[float]]
    hint: str


@dataclass(frozen=True, eq=False, repr=False)
class BoxReport:
    """What `check_boxes` found. It is false if nothing looks wrong, and prints as a table.

    ``len(report)`` is the number of problems; iterating yields them as `BoxProblem`, by box.
    """

    quads: NDArray[np.float32]
    """Shape (n, 4, 2): all boxes, as quads."""
    found: Mapping[str, NDArray[np.intp]]
    """The indices of the boxes with each kind of problem that there is."""

    def __len__(self) -> int:
        return sum(map(len, self.found.values()))

    def __iter__(self) -> Iterator[BoxProblem]:
        pairs = [(index, kind) for kind, boxes in self.found.items() for index in boxes.tolist()]
        for index, kind in sorted(pairs, key=lambda pair: pair[0]):
            corners = self.quads[index].tolist()
            yield BoxProblem(index, kind, KINDS[kind].is_certain, corners, KINDS[kind].hint)

    def summary(self) -> str:
        """Return one line: how many boxes have each problem, and the first of them."""
        parts = [
            f"{len(boxes):,} {_shown(kind)} (first: {boxes[0]})"
            for kind, boxes in self.found.items()
        ]
        count = len(self.quads)
        return f"{count:,} box{'' if count == 1 else 'es'}: {', '.join(parts) or 'nothing wrong'}"

    def __repr__(self) -> str:
        return f"<BoxReport: {self.summary()}>"

    def __str__(self) -> str:
        rows = [("box", "problem", "corners", "hint")]
        for _, problem in zip(range(_ROWS), self, strict=False):
            corners = " ".join(f"{x:.6g},{y:.6g}" for x, y in problem.corners)
            rows.append((str(problem.box), _shown(problem.kind), corners, problem.hint))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            f"{row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}"
            for row in rows
        ]
        if len(self) > _ROWS:
            lines.append(f"… and {len(self) - _ROWS:,} more")
        return "\n".join([*(lines if self.found else ()), self.summary()])


def check_boxes(
    boxes: ArrayLike,
    shape: Any,
    *,
    order: Literal["given", "clockwise", "min_area_rect"] = "given",
) -> BoxReport:
    """Tell what looks wrong with the boxes of a page, before they are cut.

    Parameters
    ----------
    boxes : array or sequence
        The boxes as `image_crop` takes them.
    shape : tuple or array
        The page's height and width in px: ``page.shape``, or the page.
    order : {"given", "clockwise", "min_area_rect"}, default "given"
        The order of corners with which the boxes will be cut. What it mends is not reported:
        "clockwise" all orders of corners, "min_area_rect" dents too.

    Returns
    -------
    BoxReport
        The problems by kind and by box. These are certain:

        - "not finite": a corner is NaN, infinite or beyond ±2**30 px.
        - "normalised": all corners lie in 0 … 1, 0.1 px more or less.
        - "degenerate": under 2 px wide or high, or three corners lie on a line.
        - "reversed": a box x1, y1, x2, y2 with x2 < x1 or y2 < y1.
        - "crossed": two opposite edges cross.
        - "dented": a corner lies inside the triangle of the others.
        - "mirrored": the corners run counter-clockwise, so the crop is a mirror image.
        - "outside": the box has no pixel of the page.
        - "partly outside": a corner lies more than 1 px beyond the page's outermost pixels.

        These are only likely:

        - "swapped": y stands before x. The box runs counter-clockwise and starts downwards, and
          more than half of the page's counter-clockwise boxes do so and are longer that way; or it
          lies outside, but on the page with x and y exchanged, and more than half of the page's
          boxes would do so and are higher than wide.
        - "upside down": the top edge runs to the left.
        - "on its side": the top edge runs up or down, and the crop is at least 1.5 times as high
          as wide.

        Some text is upside down or vertical, so the last two are reported only if at least half of
        the page's sound boxes lie like that.

        A box has at most one problem of corners, and may be outside as well.

    Raises
    ------
    TypeError
        ``boxes`` are not numbers; ``shape`` is not a shape; ``order`` is not a str.
    ValueError
        ``boxes`` have another shape; ``shape`` has a side under 1; ``order`` is unknown.

    Notes
    -----
    A page that is upside down cannot be told from corners in another order. A few corners in
    another order cannot be told from text that is turned. Boxes of another page that fit on this
    one look right.

    Examples
    --------
    >>> report = fastcv.check_boxes([
    ...     [[10, 10], [90, 10], [90, 34], [10, 34]],
    ...     [[10, 50], [10, 74], [90, 74], [90, 50]],
    ... ], (100, 400))
    >>> report
    <BoxReport: 2 boxes: 1 mirrored (first: 1)>
    >>> print(report)
    box  problem   corners                  hint
      1  mirrored  10,50 10,74 90,74 90,50  order="clockwise" puts the corners right
    2 boxes: 1 mirrored (first: 1)
    """
    check_choice(f"{_FUNCTION}: order", order, ("given", *_NOT_MENDED))
    name = f"{_FUNCTION}: shape"
    height, width = (
        check_int(f"{name}[{axis}]", side, INT32_MAX)
        for axis, side in enumerate(page_sides(name, shape))
    )
    quads, problems, there = _find(boxes, order, height, width)
    found = {kind: np.flatnonzero(problems & bit) for kind, bit in _BITS.items() if there & bit}
    return BoxReport(quads, found)


def _shown(kind: str) -> str:
    return kind if KINDS[kind].is_certain else f"{kind}?"


def _find(
    boxes: Any, order: str, height: int, width: int
) -> tuple[NDArray[np.float32], NDArray[np.uint16], int]:
    """Return the boxes as quads, the problems of each, a sum of `_BITS`, and those of any."""
    page = height, width, sum(map(_BITS.__getitem__, _NOT_MENDED.get(order, KINDS)))
    try:
        return _core._box_problems(boxes, False, *page)
    except ValueError:
        if order != "min_area_rect":
            raise
    return _core._box_problems(boxes, True, *page)
