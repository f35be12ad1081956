"""Words of many pages, in arrays."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import numpy as np

from .record import Word

_IGNORED, _TEXTLESS = 1, 2


class WordColumns:
    """Words in any order, then given back page by page.

    A million words of four points and eight letters take 120 MB, whatever the size of their JSON.
    """

    def __init__(self) -> None:
        self._pages = array("i")
        self._numbers = array("d")
        self._number_ends = array("q", [0])
        self._texts = bytearray()
        self._text_ends = array("q", [0])
        self._flags = bytearray()

    def add(self, page: int, points: Sequence[float], text: str | None, ignore: bool) -> None:
        """Add a word of a page: its points x, y, x, y, ..."""
        self._pages.append(page)
        self._numbers.extend(points)
        self._number_ends.append(len(self._numbers))
        self._texts += (text or "").encode()
        self._text_ends.append(len(self._texts))
        self._flags.append(_IGNORED * ignore + _TEXTLESS * (text is None))

    def by_page(self, count: int) -> Iterator[list[Word]]:
        """Go through the words of the pages 0 to count - 1. Words keep their order."""
        pages = np.frombuffer(self._pages, np.int32) if self._pages else np.empty(0, np.int32)
        order = np.argsort(pages, kind="stable")
        ends = np.searchsorted(pages[order], np.arange(count), side="right")
        start = 0
        for end in ends.tolist():
            yield [self._word(index) for index in order[start:end].tolist()]
            start = end

    def _word(self, index: int) -> Word:
        start, end = self._number_ends[index : index + 2]
        points = np.array(self._numbers[start:end], np.float64).reshape(-1, 2)
        start, end = self._text_ends[index : index + 2]
        flags = self._flags[index]
        text = None if flags & _TEXTLESS else self._texts[start:end].decode()
        return Word(points, text, bool(flags & _IGNORED))
