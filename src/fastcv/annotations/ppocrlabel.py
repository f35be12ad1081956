"""PPOCRLabel's Label.txt and Cache.cach, which PaddleOCR trains detectors from.

A line is a page: its path, a tab, and a JSON list of {"transcription", "points", "difficult"}.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from . import values
from .record import AnnotatedPage, UnreadPage, Word, Words
from .source import Source, shown

_IGNORED = ("###", "*")
"""PaddleOCR's DetLabelEncode ignores both."""


def recognizes(source: Source) -> bool:
    """Whether the first line is a path, a tab, and a list."""
    if source.kind != "text":
        return False
    path, tab, rest = source.first_line.partition("\t")
    rest = rest.lstrip()
    return bool(path and tab) and rest.startswith("[") and rest[1:].lstrip()[:1] in ("{", "]")


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read a page a line."""
    return (read_part(source, part) for part in parts(source))


def parts(source: Source) -> Iterator[UnreadPage]:
    """Find the pages, a line each."""
    for number, line in source.lines():
        path, tab, text = line.partition("\t")
        place = f"line {number}"
        if not tab:
            source.fail("has no tab between the page's path and its boxes", place)
        name = values.name(source, place, path)
        yield UnreadPage(name, source.path, "ppocrlabel", number, text)


def read_part(source: Source, part: UnreadPage) -> AnnotatedPage:
    """Read a page's words."""
    place = f"line {part.line}"
    boxes = values.sequence(source, place, source.parse_json(part.text, place))
    words: Sequence[Word] | None = _columns(boxes)
    if words is None:
        words = [*_words(source, place, boxes)]
    return AnnotatedPage(part.page, words, place=place)


def _columns(boxes: list[Any]) -> Words | None:
    """Return what `_words` does, in a quarter of the time. None if something is unusual."""
    try:
        texts = [box["transcription"] for box in boxes]
        points = values.all_points([box["points"] for box in boxes])
        difficult = [box.get("difficult", False) for box in boxes]
    except (KeyError, TypeError):
        return None
    if points is None or not values.are_texts(texts) or not {bool}.issuperset(map(type, difficult)):
        return None
    ignored = [flag or text in _IGNORED for flag, text in zip(difficult, texts, strict=True)]
    return Words(*points, texts, ignored)


def _words(source: Source, place: str, boxes: list[Any]) -> Iterator[Word]:
    """Check the words one by one."""
    for index, box in enumerate(boxes):
        values.record(source, f"{place}: [{index}]", box, "transcription", "points")
    for index, box in enumerate(boxes):
        here = f"{place}: [{index}]"
        points = values.points(source, here, box["points"])
        difficult = box.get("difficult", False)
        if type(difficult) is not bool:
            source.fail(f"difficult is {shown(difficult)}, not true or false", here)
        text = values.text(source, here, box["transcription"])
        yield Word(points, text, difficult or text in _IGNORED)
