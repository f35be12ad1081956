"""docTR: what Document.export() returns, and that of documents of key information.

https://mindee.github.io/doctr/modules/io.html
"""

from __future__ import annotations

from collections.abc import Iterator

from .nodes import Node, first, walk
from .record import AnnotatedPage, Word
from .source import Source
from .values import rectangle


def recognizes(source: Source) -> bool:
    if source.is_list or "pages" not in source.keys:
        return False
    page = first(source, "pages")
    return page.has("page_idx") and page.has("blocks", "predictions")


def read(source: Source) -> Iterator[AnnotatedPage]:
    if not recognizes(source):
        source.fail("must have pages with a page_idx and blocks or predictions")
    for page in walk(source, "pages"):
        yield AnnotatedPage(
            page=None,
            words=[_read_word(source, word) for word in _find_words(page)],
            number=page.get("page_idx").whole(0),
            relative=True,
            place=page.place,
        )


def _find_words(page: Node) -> Iterator[Node]:
    for block in page.get("blocks").items():
        for line in block.get("lines").items():
            yield from line.get("words").items()
    if predictions := page.get("predictions"):
        for kind in predictions.members():
            yield from kind.items()


def _read_word(source: Source, word: Node) -> Word:
    geometry = word.get("geometry")
    points = geometry.points()
    if len(points) == 2:
        points = rectangle(source, geometry.place, points.ravel().tolist())
    elif len(points) != 4:
        geometry.want("two corners or four")
    return Word(points, word.get("value").text())
