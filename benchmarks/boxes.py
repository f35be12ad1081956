"""Boxes for the benchmarks: a page's own boxes turned or bent, or new boxes scattered over a page.

Boxes are float32 of shape (n, 4, 2), corners lt, rt, rb, lb. A page's size is (width, height).
"""

from __future__ import annotations

import numpy as np

MARGIN_PX = 2
"""The distance that boxes on the page keep from its edge."""


def turn(boxes: np.ndarray, degrees: float | np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Turn each box about its centre, then push it back onto the page."""
    angles = np.broadcast_to(np.deg2rad(degrees), len(boxes))
    cos, sin = np.cos(angles), np.sin(angles)
    turns = np.stack([np.stack([cos, sin], axis=-1), np.stack([-sin, cos], axis=-1)], axis=1)
    centres = boxes.mean(axis=1, keepdims=True)
    return _push_onto_page(centres + (boxes - centres) @ turns, size)


def mirror(boxes: np.ndarray) -> np.ndarray:
    """Swap the left and right corners of each box."""
    return np.ascontiguousarray(boxes[:, [1, 0, 3, 2]])


def bend(boxes: np.ndarray, share: float) -> np.ndarray:
    """Shorten each box's right side to a share of its length, which gives a strong perspective."""
    bent = boxes.copy()
    right = boxes[:, 1:3]
    middle = right.mean(axis=1, keepdims=True)
    bent[:, 1:3] = middle + share * (right - middle)
    return bent


def move_half_outside(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Move each box's centre onto the nearest edge of the page."""
    centres = boxes.mean(axis=1)
    last = np.float32(size) - 1
    to_edge = np.concatenate([-centres, last - centres], axis=1)  # left, top, right, bottom
    nearest = np.abs(to_edge).argmin(axis=1)
    index = np.arange(len(boxes))
    shift = np.zeros_like(centres)
    shift[index, nearest % 2] = to_edge[index, nearest]
    return boxes + shift[:, None]


def frame(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return upright whole-pixel rectangles around the boxes, as most detectors do."""
    low = np.clip(np.floor(boxes.min(axis=1)), 0, None)
    high = np.clip(np.ceil(boxes.max(axis=1)), None, np.float32(size) - 1)
    (left, top), (right, bottom) = low.T, high.T
    corners = np.stack([left, top, right, top, right, bottom, left, bottom], axis=-1)
    return corners.reshape(-1, 4, 2)


def scatter(
    count: int, box: tuple[int, int], degrees: float | np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Place boxes at random on a page, sorted from top to bottom like words.

    Boxes are half a pixel larger than ``box`` in each direction. Without that, a library that sums
    in another order could measure a side of whole pixels as one pixel shorter.
    """
    rng = np.random.default_rng(0)
    width, height = np.add(box, 0.5)
    upright = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    left = rng.uniform(0, size[0] - width, count)
    top = np.sort(rng.uniform(0, size[1] - height, count))
    corners = upright + np.stack([left, top], axis=-1)[:, None]
    return turn(corners.astype(np.float32), degrees, size)


def _push_onto_page(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Move boxes that cross the page's edge inside, by the smallest distance."""
    low, high = boxes.min(axis=1, keepdims=True), boxes.max(axis=1, keepdims=True)
    inward = np.maximum(MARGIN_PX - low, 0)
    outward = np.maximum(high + MARGIN_PX + 1 - np.asarray(size), 0)
    return (boxes + inward - outward).astype(np.float32)
