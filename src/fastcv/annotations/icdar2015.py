"""ICDAR 2015 (incidental scene text): a word a line, x1,y1,x2,y2,x3,y3,x4,y4,transcription.

The transcription is taken as it is, and may hold commas. "###" is a word not to use. Lines without
a transcription are a detector's results.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from . import values
from .record import AnnotatedPage, Word
from .source import HEAD_BYTES, Source, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_IGNORED = "###"

_SCRIPTS = frozenset((
    "Arabic", "Bangla", "Chinese", "Hindi", "Japanese", "Korean", "Latin", "Mixed", "None",
    "Symbols",
))  # fmt: skip
"""What `icdar_mlt` has before the transcription."""

_NUMBER = re.compile(r"[-+]?\d{1,9}(?:\.\d{1,20})?", re.ASCII)


def recognizes(source: Source) -> bool:
    """Whether the first line has eight numbers, and not each line a script after them.

    An empty .txt is a page without words.
    """
    if source.kind != "text":
        return False
    if not source.first_line:
        return source.path.suffix == ".txt"
    return parse(source.first_line) is not None and not has_scripts(source)


def has_scripts(source: Source) -> bool:
    """Whether each line of the file's beginning has eight numbers, a script and a text."""
    lines = source.head.split("\n")
    if source.size > HEAD_BYTES:
        lines.pop()  # it is cut
    found = [parse(line) for line in lines if line.strip()]
    return bool(found) and all(each is not None and _has_script(each[1]) for each in found)


def _has_script(text: str | None) -> bool:
    script, comma, _ = (text or "").partition(",")
    return bool(comma) and script in _SCRIPTS


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the file's only page."""
    return read_lines(source, parse, values.points, "eight numbers and a transcription")


def read_lines(
    source: Source,
    parse_line: Callable[[str], tuple[list[float], str | None] | None],
    to_points: Callable[[Source, str, list[float]], NDArray[np.float64]],
    what: str,
) -> Iterator[AnnotatedPage]:
    """Read the only page of a file that has numbers and a text in each line."""
    words = []
    for number, line in source.lines():
        place = f"line {number}"
        parsed = parse_line(line)
        if parsed is None:
            source.fail(f"{shown(line)} is not {what}", place)
        numbers, text = parsed
        words.append(Word(to_points(source, place, numbers), text, text == _IGNORED))
    yield AnnotatedPage(None, words)


def parse(line: str) -> tuple[list[float], str | None] | None:
    """Return a line's eight numbers and its text. None if it has no such numbers."""
    parts = line.split(",", 8)
    numbers = to_numbers(parts[:8])
    if numbers is None or len(numbers) != 8:
        return None
    return numbers, parts[8] if len(parts) == 9 else None


def to_numbers(parts: list[str]) -> list[float] | None:
    """Return the numbers that texts are, or None if one is none."""
    parts = [part.strip() for part in parts]
    return [float(part) for part in parts] if all(map(_NUMBER.fullmatch, parts)) else None
