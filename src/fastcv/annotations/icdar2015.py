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
from .source import Source, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_IGNORED = "###"

_NUMBER = re.compile(r"[-+]?\d{1,9}(?:\.\d{1,20})?", re.ASCII)


def recognizes(source: Source) -> bool:
    """Whether the first line has eight numbers. An empty .txt is a page without words."""
    if source.kind != "text":
        return False
    if not source.first_line:
        return source.path.suffix == ".txt"
    return _parse(source.first_line) is not None


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the file's only page."""
    return read_lines(source, _parse, values.points, "eight numbers and a transcription")


def read_lines(
    source: Source,
    parse: Callable[[str], tuple[list[float], str | None] | None],
    to_points: Callable[[Source, str, list[float]], NDArray[np.float64]],
    what: str,
) -> Iterator[AnnotatedPage]:
    """Read the only page of a file that has numbers and a text in each line."""
    words = []
    for number, line in source.lines():
        place = f"line {number}"
        parsed = parse(line)
        if parsed is None:
            source.fail(f"{shown(line)} is not {what}", place)
        numbers, text = parsed
        words.append(Word(to_points(source, place, numbers), text, text == _IGNORED))
    yield AnnotatedPage(None, words)


def _parse(line: str) -> tuple[list[float], str | None] | None:
    parts = line.split(",", 8)
    numbers = to_numbers(parts[:8])
    if numbers is None or len(numbers) != 8:
        return None
    return numbers, parts[8] if len(parts) == 9 else None


def to_numbers(parts: list[str]) -> list[float] | None:
    """Return the numbers that texts are, or None if one is none."""
    parts = [part.strip() for part in parts]
    return [float(part) for part in parts] if all(map(_NUMBER.fullmatch, parts)) else None
