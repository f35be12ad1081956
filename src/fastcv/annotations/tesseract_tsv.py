"""Tesseract's TSV: a row for each page, block, paragraph, line and word."""

from __future__ import annotations

from collections.abc import Iterator

from .record import AnnotatedPage, Word
from .shapes import read_numbers, size_in_px
from .source import Source
from .values import rectangle

_HEADER = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)
_COLUMNS = 12
_PAGE, _WORD = 1, 5


def recognizes(source: Source) -> bool:
    return source.head.split("\n", 1)[0].rstrip("\r") == _HEADER


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read words. Those of pictures, which have no text, are to be ignored."""
    if not recognizes(source):
        source.fail(f"must name the columns {', '.join(_HEADER.split())}", "line 1")
    page: AnnotatedPage | None = None
    words: list[Word] = []
    latest = 0.0
    for line, row in source.lines():
        if line == 1:
            continue
        place = f"line {line}"
        *columns, text = row.split("\t", _COLUMNS - 1)
        if len(columns) < _COLUMNS - 1:
            source.fail(f"must have {_COLUMNS} columns, not {len(columns) + 1}", place)
        what = "all columns but text"
        numbers = read_numbers(source, " ".join(columns), what, place)
        if len(numbers) < len(columns):
            source.fail(f"{what} must be numbers, not empty", place)
        level, number, *_, left, top, width, height, confidence = numbers
        if level not in range(_PAGE, _WORD + 1) or number < 1 or number % 1:
            source.fail("must have a level from 1 to 5 and a page_num from 1 on", place)
        if number < latest:
            source.fail(f"page_num goes back to {int(number)}", place)
        if page is None or number > latest:
            if page:
                yield page
            words = []
            page = AnnotatedPage(None, words, int(number) - 1, place=place)
            latest = number
        edges = [left, top, left + width, top + height]
        corners = rectangle(source, place, edges)
        if level == _PAGE and left == top == 0:
            page = page._replace(size=size_in_px(width, height))
        elif level == _WORD:
            words.append(Word(corners, text.strip() or None, not text.strip() or confidence < 0))
    if page:
        yield page
