r"""ICDAR 2013 (focused scene text): a word a line, left, top, right, bottom, "transcription".

Commas or spaces separate. The quotes hold \" for " and \\ for \. "###" is a word not to use. Lines
without a transcription are a detector's results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import values
from .icdar2015 import read_lines, to_numbers
from .record import AnnotatedPage
from .source import Source


def recognizes(source: Source) -> bool:
    """Whether the first line has four numbers, and a quoted text if any."""
    return source.kind == "text" and _parse(source.first_line) is not None


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the file's only page."""
    return read_lines(source, _parse, values.rectangle, "four numbers and a quoted text")


def _parse(line: str) -> tuple[list[float], str | None] | None:
    start, quote, rest = line.partition('"')
    rest = rest.rstrip()
    numbers = to_numbers(start.replace(",", " ").split())
    if numbers is None or len(numbers) != 4 or (quote and not rest.endswith('"')):
        return None
    return numbers, re.sub(r'\\(["\\])', r"\1", rest[:-1]) if quote else None
