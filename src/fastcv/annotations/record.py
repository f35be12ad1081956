"""What every reader of annotations returns."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

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


class AnnotatedPage(NamedTuple):
    """The words of a page."""

    page: str | None
    """The page's file, as the annotations name it. None if they name none."""
    words: list[Word]
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

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the points as one array: a tenth of the time of an array a word."""
        counts = [len(word.points) for word in self.words]
        points = np.concatenate([word.points for word in self.words]) if counts else None
        texts = [word.text for word in self.words]
        ignored = [word.ignore for word in self.words]
        return _unpickle, (counts, points, texts, ignored, self._replace(words=[])[:])


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


def _unpickle(
    counts: list[int],
    points: NDArray[np.float64] | None,
    texts: list[str | None],
    ignored: list[bool],
    rest: tuple[Any, ...],
) -> AnnotatedPage:
    ends = accumulate(counts)
    words = (
        [
            Word(points[end - count : end], text, ignore)
            for end, count, text, ignore in zip(ends, counts, texts, ignored, strict=True)
        ]
        if points is not None
        else []
    )
    return AnnotatedPage(*rest)._replace(words=words)
