"""PPOCRLabel's Label.txt and Cache.cach, which PaddleOCR trains detectors from.

A line is a page: its path, a tab, and a JSON list of {"transcription", "points", "difficult"}.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import values
from .record import AnnotatedPage, Word
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
    for number, line in source.lines():
        place = f"line {number}"
        path, tab, text = line.partition("\t")
        if not tab:
            source.fail("has no tab between the page's path and its boxes", place)
        words = []
        for index, box in enumerate(values.sequence(source, place, source.parse_json(text, place))):
            here = f"{place}: [{index}]"
            values.record(source, here, box, "transcription", "points")
            difficult = box.get("difficult", False)
            if type(difficult) is not bool:
                source.fail(f"difficult is {shown(difficult)}, not true or false", here)
            transcription = values.text(source, here, box["transcription"])
            words.append(
                Word(
                    values.points(source, here, box["points"]),
                    transcription,
                    difficult or transcription in _IGNORED,
                )
            )
        yield AnnotatedPage(values.name(source, place, path), words, place=place)
