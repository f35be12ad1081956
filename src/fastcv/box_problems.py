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
_LEAST_PX = 2
_FAR_PX = 1 << 30
_TALL = 1.5
"""A word whose crop is so many times as high as wide was probably cut across."""
_SHARE_MARGIN = 0.1
"""How far normalised coordinates may lie outside 0 … 1: the box is under 2 px then too."""
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

_NOT_MENDED = {"clockwise": ("degenerate", "dented"), "min_area_rect": ("degenerate",)}
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
    quads, are_upright = _quads_of(boxes, order)
    masks = _find(quads.astype(np.float64), are_upright, height, width, order)
    found = {kind: np.flatnonzero(masks[kind]) for kind in KINDS if kind in masks}
    return BoxReport(quads, found)


def _shown(kind: str) -> str:
    return kind if KINDS[kind].is_certain else f"{kind}?"


def _quads_of(boxes: Any, order: str) -> tuple[NDArray[np.float32], bool]:
    try:
        return _core._quads_of(_FUNCTION, boxes, False)
    except ValueError:
        if order != "min_area_rect":
            raise
    return _core._quads_of(_FUNCTION, boxes, True)


def _find(
    quads: NDArray[np.float64], are_upright: bool, height: int, width: int, order: str
) -> dict[str, NDArray[np.bool_]]:
    """Return a mask of the boxes for each kind that there is.

    All boxes' values of one kind lie side by side, and no kind is looked at twice: NumPy's calls
    take longer than what they do for a page.
    """
    is_finite: NDArray[np.bool_] = np.all(abs(quads) <= _FAR_PX, axis=(1, 2))  # NaN is not
    corners = np.ascontiguousarray(quads.transpose(1, 2, 0))
    corners[..., ~is_finite] = 0
    least, most = corners.min(0), corners.max(0)

    is_small_page = min(height, width) <= _LEAST_PX
    is_normalised = is_finite & _in_both(most > least) & (not is_small_page)
    is_normalised &= _in_both((least >= -_SHARE_MARGIN) & (most <= 1 + _SHARE_MARGIN))
    rest = is_finite & ~is_normalised

    found = _upright(corners) if are_upright else _corners(corners, order)
    kinds = {kind: mask & rest for kind, mask in found.items() if mask.any()}

    sides = np.array([[width], [height]])
    is_outside = rest & _is_outside(least, most, sides)
    if is_outside.any():
        fits_swapped = ~_is_partly_outside(least[::-1], most[::-1], sides)
        is_tall = most[1] - least[1] > most[0] - least[0]
        if 2 * (rest & is_tall & fits_swapped).sum() > rest.sum():
            kinds.setdefault("swapped", np.zeros(len(quads), bool))
            kinds["swapped"] |= is_outside & fits_swapped
    kinds["outside"] = is_outside
    kinds["partly outside"] = rest & ~is_outside & _is_partly_outside(least, most, sides)
    if "swapped" in kinds:
        others = ~kinds["swapped"]
        kinds = {kind: mask if kind == "swapped" else mask & others for kind, mask in kinds.items()}
    kinds |= {"not finite": ~is_finite, "normalised": is_normalised}
    return {kind: mask for kind, mask in kinds.items() if mask.any()}


def _is_outside(
    least: NDArray[np.float64], most: NDArray[np.float64], sides: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Whether a box ends before the page's first pixels begin to show, or starts after the last."""
    return _in_x_or_y((most <= -1) | (least >= sides))


def _is_partly_outside(
    least: NDArray[np.float64], most: NDArray[np.float64], sides: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Pixel centres are at 0 … side − 1, and boxes that end at the edge end at side."""
    return _in_x_or_y((least < -1) | (most > sides))


def _in_x_or_y(masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    in_either: NDArray[np.bool_] = masks[0] | masks[1]
    return in_either


def _in_both(masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    in_both: NDArray[np.bool_] = masks[0] & masks[1]
    return in_both


def _upright(corners: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    """Check boxes x1, y1, x2, y2. `corners` has shape (4, 2, n)."""
    size = corners[2] - corners[0]
    is_reversed = _in_x_or_y(size < 0)
    return {
        "reversed": is_reversed,
        "degenerate": _in_x_or_y(size < _LEAST_PX) & ~is_reversed,
    }


def _corners(corners: NDArray[np.float64], order: str) -> dict[str, NDArray[np.bool_]]:
    """Check the order of quads' corners, shape (4, 2, n)."""
    following = [1, 2, 3, 0]
    x, y = (corners[following] - corners).transpose(1, 0, 2)  # of the edges
    turns = x * y[following] - y * x[following]
    right, left = (turns > 0).sum(0), (turns < 0).sum(0)
    lengths = np.hypot(x, y)
    along = np.maximum(lengths[0], lengths[2])
    across = np.maximum(lengths[1], lengths[3])

    is_whole = (np.minimum(along, across) >= _LEAST_PX) & (right + left == 4)
    is_mirrored = is_whole & (left == 4)
    is_round = is_whole & (right == 4)

    x, y = x[0] - x[2], y[0] - y[2]  # where the text runs
    is_steep = abs(y) > abs(x)
    runs_down = is_mirrored & is_steep & (y > 0)
    is_swapped = runs_down & (2 * (runs_down & (along > across)).sum() > is_mirrored.sum())
    is_over = is_round & ~is_steep & (x < 0)
    is_on_side = is_round & is_steep & (across >= _TALL * along)
    if 2 * (is_over | is_on_side).sum() < is_round.sum():  # some text lies like that
        is_over = is_on_side = np.zeros(len(is_round), bool)
    kinds = {
        "degenerate": ~is_whole,
        "dented": is_whole & ((right == 3) | (left == 3)),
        "crossed": is_whole & (right == 2),
        "swapped": is_swapped,
        "mirrored": is_mirrored,
        "upside down": is_over,
        "on its side": is_on_side,
    }
    return {kind: kinds[kind] for kind in _NOT_MENDED.get(order, kinds)}
