"""ICDAR MLT (multi-lingual text, 2017 and 2019): x1,y1,x2,y2,x3,y3,x4,y4,script,transcription.

The transcription is taken as it is, and may hold commas. "###" is a word not to use.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import values
from .icdar2015 import has_scripts, parse, read_lines
from .record import AnnotatedPage
from .source import Source


def recognizes(source: Source) -> bool:
    """Whether each line has eight numbers, a script and a text."""
    return source.kind == "text" and has_scripts(source)


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the file's only page."""
    what = "eight numbers, a script and a transcription"
    return read_lines(source, _parse, values.points, what)


def _parse(line: str) -> tuple[list[float], str | None] | None:
    found = parse(line)
    if found is None or found[1] is None:
        return None
    _, comma, text = found[1].partition(",")
    return (found[0], text) if comma else None
