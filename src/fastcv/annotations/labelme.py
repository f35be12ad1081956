"""labelme, and X-AnyLabeling, which writes the same: a page's "shapes".

A polygon, a rectangle of two or four corners, an oriented rectangle ("rotation") is a word. Other
shapes are refused. A word's text is its "description" if that is not blank, else its "label".
"difficult", which X-AnyLabeling has, is a word not to use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import values
from .record import AnnotatedPage, Word
from .source import Source, shown

_QUADS = ("rectangle", "oriented_rectangle", "rotation")


def recognizes(source: Source) -> bool:
    """Whether there are shapes, and the page's file."""
    return source.has("shapes", "imagePath")


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the file's only page. The picture in it may make it large."""
    page = values.name(source, "imagePath", _member(source, "imagePath"))
    size = values.size(source, "", _member(source, "imageHeight"), _member(source, "imageWidth"))
    if not source.is_large:
        values.sequence(source, "shapes", _member(source, "shapes"))
    shapes = enumerate(source.items("shapes.item", needed=True))
    words = [_read_word(source, f"shapes[{index}]", shape) for index, shape in shapes]
    yield AnnotatedPage(page, words, size=size, outlines=True)


def _member(source: Source, name: str) -> Any:
    return next(source.items(name), None)


def _read_word(source: Source, place: str, shape: Any) -> Word:
    values.record(source, place, shape, "label", "points")
    points = values.points(source, f"{place}.points", shape["points"])
    kind = shape.get("shape_type") or "polygon"
    if kind == "rectangle" and len(points) == 2:
        points = values.rectangle(source, place, [*points.min(axis=0), *points.max(axis=0)])
    elif kind in _QUADS:
        if len(points) != 4:
            source.fail(f"a {kind} has {len(points)} points", place)
    elif kind != "polygon":
        source.fail(f"the shape is {shown(kind)}: only polygons and rectangles are words", place)
    description = values.text(source, f"{place}.description", shape.get("description"))
    label = values.text(source, f"{place}.label", shape["label"])
    difficult = shape.get("difficult") or False
    if type(difficult) is not bool:
        source.fail(f"difficult is {shown(difficult)}, not true or false", place)
    return Word(points, description if description and description.strip() else label, difficult)
