"""From a file's values to points and texts, or a message that names the place."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from .source import Source, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FAR = float(1 << 30)


def is_number(value: Any) -> bool:
    """Whether this is a number that a float holds. True and false are not."""
    return isinstance(value, float) or (type(value) is int and abs(value) < 1 << 1000)


def numbers(source: Source, place: str, values: Any, count: int | None = None) -> list[float]:
    """Return a list of numbers, `count` of them, as far from 0 as a crop may lie."""
    if not isinstance(values, list) or not all(map(is_number, values)):
        source.fail(f"{shown(values)} is not a list of numbers", place)
    if count is not None and len(values) != count:
        source.fail(f"{shown(values)} has {len(values)} numbers, not {count}", place)
    if not all(map(_FAR.__gt__, map(abs, values))):
        source.fail(f"{shown(values)} has a number that is not finite, or beyond ±2**30", place)
    return values


def pairs(source: Source, place: str, value: Any) -> list[float]:
    """Return [x, y, x, y, ...], from the same or from [[x, y], ...]."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        if not all(isinstance(point, list) and len(point) == 2 for point in value):
            source.fail(f"{shown(value)} is not a list of points x, y", place)
        value = [number for point in value for number in point]
    flat = numbers(source, place, value)
    if len(flat) % 2:
        source.fail(f"{len(flat)} numbers are not pairs x, y", place)
    return flat


def points(source: Source, place: str, value: Any) -> NDArray[np.float64]:
    """Return points, shape (k, 2), from [[x, y], ...] or [x, y, x, y, ...]."""
    return np.array(pairs(source, place, value), np.float64).reshape(-1, 2)


def all_points(values: list[Any]) -> tuple[NDArray[np.float64], list[int]] | None:
    """Return the points of many lists [[x, y], ...] in one array, and how many each list has.

    `points`, list by list, takes four times as long. None if one of them is anything else.
    """
    if not {list}.issuperset(map(type, values)):
        return None
    corners = list(chain.from_iterable(values))
    if not {list}.issuperset(map(type, corners)) or not {2}.issuperset(map(len, corners)):
        return None
    flat = list(chain.from_iterable(corners))
    if not {int, float}.issuperset(map(type, flat)):
        return None
    try:
        found = np.array(flat, np.float64).reshape(-1, 2)
    except OverflowError:
        return None
    return (found, [*map(len, values)]) if (np.abs(found) < _FAR).all() else None


def is_points(value: Any) -> bool:
    """Whether this is three or more points of two numbers."""
    return (
        isinstance(value, list)
        and len(value) >= 3
        and all(isinstance(point, list) and len(point) == 2 for point in value)
        and all(is_number(number) for point in value for number in point)
    )


def rectangle(source: Source, place: str, box: list[float]) -> NDArray[np.float64]:
    """Return the corners of x1, y1, x2, y2: left top, right top, right bottom, left bottom."""
    x1, y1, x2, y2 = numbers(source, place, box, 4)
    if x2 < x1 or y2 < y1:
        source.fail(f"the box {shown(box)} ends before it starts", place)
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float64)


def text(source: Source, place: str, value: Any) -> str | None:
    """Return a text, or None for null."""
    if value is None:
        return None
    if not isinstance(value, str):
        source.fail(f"the text is {shown(value)}, not a string", place)
    return checked(source, place, value)


def checked(source: Source, place: str, value: str) -> str:
    """Return a text that can be written as UTF-8: JSON's "\\ud800" cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        source.fail(f"the text {shown(value)} is not Unicode: half a surrogate pair", place)
    return value


def are_texts(values: list[Any]) -> bool:
    """Whether `text` takes all of these."""
    if not {str, type(None)}.issuperset(map(type, values)):
        return False
    try:
        "".join(filter(None, values)).encode()
    except UnicodeEncodeError:
        return False
    return True


def name(source: Source, place: str, value: Any) -> str:
    """Return the name of a page's file."""
    if not isinstance(value, str) or not value.strip():
        source.fail(f"the page's file is {shown(value)}, not a name", place)
    return checked(source, place, value)


def size(source: Source, place: str, height: Any, width: Any) -> tuple[int, int] | None:
    """Return a page's height and width in px. None if the file gives neither."""
    if height is None and width is None:
        return None
    for value in (height, width):
        if not is_number(value) or not value > 0 or value != value // 1:
            source.fail(f"the page's size is {shown(height)} x {shown(width)} px", place)
    return int(height), int(width)


def record(source: Source, place: str, value: Any, *keys: str) -> dict[str, Any]:
    """Return an object that has these keys."""
    if not isinstance(value, dict):
        source.fail(f"{shown(value)} is not an object", place)
    missing = [key for key in keys if key not in value]
    if missing:
        source.fail(f"has no {missing[0]!r}", place)
    return value


def sequence(source: Source, place: str, value: Any) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list):
        source.fail(f"{shown(value)} is not a list", place)
    return value
