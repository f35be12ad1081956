"""What every reader of annotations returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Word(NamedTuple):
    """A box with its text."""

    points: NDArray[np.float64]
    """Shape (k, 2): corners x, y in the order of the file. Four are a quad, more a polygon."""
    text: str | None
    """None if the format or the file has no text for it."""
    ignore: bool = False
    """Whether the file says not to use it: illegible, or "###"."""


class Words(Sequence[Word]):
    """A page's words, in columns: an array for all points, a list for all texts.

    A `Word` is made when it is asked for. A page of 200 goes to another process in a twentieth of
    the time that it takes with an array a word.
    """

    __slots__ = ("counts", "ignored", "points", "texts")

    def __init__(
        self,
        points: NDArray[np.float64],
        counts: list[int],
        texts: list[str | None],
        ignored: list[bool],
    ) -> None:
        self.points = points
        """Shape (k, 2): those of all words."""
        self.counts = counts
        """How many of the points are each word's."""
        self.texts = texts
        self.ignored = ignored

    @classmethod
    def of(cls, words: Sequence[Word]) -> Words:
        """Return words in columns."""
        if isinstance(words, cls):
            return words
        points = [word.points for word in words]
        return cls(
            np.concatenate(points) if points else np.empty((0, 2)),
            [*map(len, points)],
            [word.text for word in words],
            [word.ignore for word in words],
        )

    @property
    def are_quads(self) -> bool:
        """Whether all words have four points."""
        return {4}.issuperset(self.counts)

    def __len__(self) -> int:
        return len(self.counts)

    def __iter__(self) -> Iterator[Word]:
        columns = accumulate(self.counts), self.counts, self.texts, self.ignored
        for end, count, text, ignore in zip(*columns, strict=True):
            yield Word(self.points[end - count : end], text, ignore)

    def __repr__(self) -> str:
        return repr([*self])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, list) and all(isinstance(each, Word) for each in other):
            other = Words.of(other)
        if not isinstance(other, Words):
            return NotImplemented
        return (
            self.counts == other.counts
            and self.texts == other.texts
            and self.ignored == other.ignored
            and np.array_equal(self.points, other.points)
        )

    @overload
    def __getitem__(self, index: int) -> Word: ...
    @overload
    def __getitem__(self, index: slice) -> list[Word]: ...
    def __getitem__(self, index: int | slice) -> Word | list[Word]:
        if isinstance(index, slice):
            return [*self][index]
        number = range(len(self))[index]
        start = sum(self.counts[:number])
        points = self.points[start : start + self.counts[number]]
        return Word(points, self.texts[number], self.ignored[number])


class AnnotatedPage(NamedTuple):
    """The words of a page."""

    page: str | None
    """The page's file, as the annotations name it. None if they name none."""
    words: Sequence[Word]
    """Readers make a list, of which `read` makes `Words`."""
    number: int | None = None
    """The page in a file of several, counted from 0."""
    size: tuple[int, int] | None = None
    """Height and width in px, as the annotations say."""
    relative: bool = False
    """Whether the points are shares of the page's width and height instead of px."""
    place: str = ""
    """Where the page stands, for messages. Readers name the place in the file, "line 3"; `read`
    puts the file's path before it."""
    outlines: bool = False
    """Whether polygons of more than four points are masks that may start anywhere. By default they
    run along the top of the text from its left, and back along the bottom."""

    @property
    def columns(self) -> Words:
        """The words, in columns."""
        return Words.of(self.words)


class UnreadPage(NamedTuple):
    """A page whose words are a part of a file's text: who cuts the page reads them."""

    page: str
    path: Path
    """The file."""
    format: str
    """Which reader understands it."""
    line: int
    """The part's number in the file, counted from 1."""
    text: str

    @property
    def number(self) -> None:
        """As of `AnnotatedPage`."""
        return None

    @property
    def place(self) -> str:
        """Where the page stands, for messages."""
        return f"{self.path}: line {self.line}"
