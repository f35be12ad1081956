"""check_boxes by NumPy: the oracle of C's."""

import numpy as np

from fastcv.box_problems import KINDS

_LEAST_PX = 2
_FAR_PX = 1 << 30
_TALL = 1.5
_SHARE_MARGIN = 0.1
_NOT_MENDED = {"clockwise": ("degenerate", "dented"), "min_area_rect": ("degenerate",)}


def box_problems(quads, are_upright, height, width, order="given"):
    """Return the indices of the boxes with each kind of problem that there is."""
    masks = _find(quads.astype(np.float64), are_upright, height, width, order)
    return {kind: np.flatnonzero(masks[kind]) for kind in KINDS if kind in masks}


def _find(quads, are_upright, height, width, order):
    is_finite = np.all(abs(quads) <= _FAR_PX, axis=(1, 2))  # NaN is not
    corners = np.ascontiguousarray(quads.transpose(1, 2, 0))
    corners[..., ~is_finite] = 0
    least, most = corners.min(0), corners.max(0)

    is_small_page = min(height, width) <= _LEAST_PX
    is_normalised = is_finite & (most > least).all(0) & (not is_small_page)
    is_normalised &= ((least >= -_SHARE_MARGIN) & (most <= 1 + _SHARE_MARGIN)).all(0)
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


def _is_outside(least, most, sides):
    """Whether a box ends before the page's first pixels begin to show, or starts after the last."""
    return ((most <= -1) | (least >= sides)).any(0)


def _is_partly_outside(least, most, sides):
    """Pixel centres are at 0 … side − 1, and boxes that end at the edge end at side."""
    return ((least < -1) | (most > sides)).any(0)


def _upright(corners):
    """Check boxes x1, y1, x2, y2. `corners` has shape (4, 2, n)."""
    size = corners[2] - corners[0]
    is_reversed = (size < 0).any(0)
    return {
        "reversed": is_reversed,
        "degenerate": (size < _LEAST_PX).any(0) & ~is_reversed,
    }


def _corners(corners, order):
    """Check the order of quads' corners, shape (4, 2, n)."""
    following = [1, 2, 3, 0]
    x, y = (corners[following] - corners).transpose(1, 0, 2)  # of the edges
    turns = x * y[following] - y * x[following]
    right, left = (turns > 0).sum(0), (turns < 0).sum(0)
    squares = x * x + y * y  # of lengths
    along = np.maximum(squares[0], squares[2])
    across = np.maximum(squares[1], squares[3])

    is_whole = (np.minimum(along, across) >= _LEAST_PX**2) & (right + left == 4)
    is_mirrored = is_whole & (left == 4)
    is_round = is_whole & (right == 4)

    x, y = x[0] - x[2], y[0] - y[2]  # where the text runs
    is_steep = abs(y) > abs(x)
    runs_down = is_mirrored & is_steep & (y > 0)
    is_swapped = runs_down & (2 * (runs_down & (along > across)).sum() > is_mirrored.sum())
    is_over = is_round & ~is_steep & (x < 0)
    is_on_side = is_round & is_steep & (across >= _TALL**2 * along)
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
