"""Shapes that text and XML write: numbers, outlines, corners of turned text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .values import rectangle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .source import Source

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def read_numbers(source: Source, text: str, what: str, place: str) -> list[float]:
    """Read numbers that white space or commas separate."""
    numbers = []
    for part in text.replace(",", " ").split():
        if not _NUMBER.fullmatch(part) or not math.isfinite(number := float(part)):
            source.fail(f"{what} must be numbers, not {part[:40]!r}", place)
        numbers.append(number)
    return numbers


def read_number(source: Source, text: str, what: str, place: str) -> float:
    numbers = read_numbers(source, text, what, place)
    if len(numbers) != 1:
        source.fail(f"{what} must be a number, not {text[:40]!r}", place)
    return numbers[0]


def outline(source: Source, numbers: Sequence[float], what: str, place: str) -> NDArray[np.float64]:
    """Return the points of x, y, x, y, …, which begin anywhere and go round either way.

    Four corners of an upright rectangle come as lt, rt, rb, lb. Other outlines of few points are
    closed, so that they are polygons, and nobody takes their order for that of a quad.
    """
    if len(numbers) < 6 or len(numbers) % 2:
        source.fail(f"{what} must be three points or more, an x and y each", place)
    points = np.array(numbers, np.float64).reshape(-1, 2)
    upright = rectangle(source, place, [*points.min(axis=0), *points.max(axis=0)])
    if len(points) == 4 and len({*map(tuple, points)} & {*map(tuple, upright)}) == 4:
        return upright
    return np.concatenate([points, points[: max(0, 5 - len(points))]])


def turn(corners: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    """Let the corners lt, rt, rb, lb begin where text begins that is turned counter-clockwise.

    Text at other angles than those of 90 degrees keeps the upright rectangle around it.
    """
    quarters, rest = divmod(degrees, 90)
    return corners if rest else np.roll(corners, int(quarters % 4), axis=0)


def size_in_px(width: float, height: float) -> tuple[int, int] | None:
    """Return a page's height and width, if they are whole numbers of px."""
    known = min(width, height) >= 1 and width % 1 == height % 1 == 0
    return (int(height), int(width)) if known else None
