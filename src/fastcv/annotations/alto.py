"""ALTO XML 1 to 4: the words that libraries' OCR writes.

The schemas and what their attributes mean: https://github.com/altoxml/schema
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from .record import AnnotatedPage, Word
from .shapes import outline, read_number, read_numbers, size_in_px, turn
from .source import Source
from .values import rectangle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_UNITS = ("pixel", "mm10", "inch1200")
_BOX = ("HPOS", "VPOS", "WIDTH", "HEIGHT")


class _Text(NamedTuple):
    """A String, in its TextLine."""

    string: Any
    line: Any
    rotation: str
    """In degrees, counter-clockwise: the nearest that is given."""


def recognizes(source: Source) -> bool:
    return source.root == "alto"


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read every String. Lengths in mm10 or inch1200 are shares of the page's width and height."""
    root = source.xml
    unit = (root.findtext("{*}Description/{*}MeasurementUnit") or "").strip()
    if unit and unit not in _UNITS:
        source.fail(f"must be {', '.join(_UNITS)}, not {unit!r:.40}", "MeasurementUnit")
    name = root.findtext("{*}Description/{*}sourceImageInformation/{*}fileName") or ""
    pages = root.findall("{*}Layout/{*}Page")
    if not pages:
        source.fail("must have a Page")
    for index, page in enumerate(pages):
        place = f"Page {page.get('ID', index + 1)}"
        words = [
            _read_word(source, text, f"{place}: String {text.string.get('ID', number)}")
            for number, text in enumerate(_find_texts(page), 1)
        ]
        width, height = (_read_length(source, page, side, place) for side in ("WIDTH", "HEIGHT"))
        relative = unit != "pixel"
        if relative:
            if not width or not height:
                source.fail(
                    f"must have WIDTH and HEIGHT, since the unit is {unit or 'mm10'}", place
                )
            words = [word._replace(points=word.points / (width, height)) for word in words]
        yield AnnotatedPage(
            page=name.strip() or None,
            words=words,
            number=index if len(pages) > 1 else None,
            size=None if relative else size_in_px(width or 0, height or 0),
            relative=relative,
            place=place,
            outlines=True,
        )


def _find_texts(page: Any) -> Iterator[_Text]:
    pending = [_Text(page, None, "0")]
    while pending:
        element, line, rotation = pending.pop()
        kind = element.tag.rpartition("}")[2]
        if kind == "String":
            yield _Text(element, line, rotation)
            continue
        rotation = element.get("ROTATION", rotation)
        line = element if kind == "TextLine" else line
        pending += [_Text(child, line, rotation) for child in reversed(element)]


def _read_word(source: Source, found: _Text, place: str) -> Word:
    text = (found.string.get("CONTENT") or "").strip() or None
    points = _read_shape(source, found.string, found.rotation, place)
    if points is None and found.line is not None and len(found.line.findall("{*}String")) == 1:
        points = _read_shape(source, found.line, found.rotation, place)
    if points is None:
        source.fail(f"must have {', '.join(_BOX)}, or a Shape", place)
    return Word(points, text, ignore=text is None)


def _read_shape(
    source: Source, element: Any, rotation: str, place: str
) -> NDArray[np.float64] | None:
    polygon = element.find("{*}Shape/{*}Polygon")
    if polygon is not None:
        numbers = read_numbers(source, polygon.get("POINTS", ""), "POINTS", place)
        return outline(source, numbers, "POINTS", place)
    box = [_read_length(source, element, key, place) for key in _BOX]
    left, top, width, height = box
    if left is None or top is None or width is None or height is None:
        return None
    edges = [left, top, left + width, top + height]
    corners = rectangle(source, place, edges)
    return turn(corners, read_number(source, rotation, "ROTATION", place))


def _read_length(source: Source, element: Any, key: str, place: str) -> float | None:
    text = element.get(key)
    return None if text is None else read_number(source, text, key, place)
