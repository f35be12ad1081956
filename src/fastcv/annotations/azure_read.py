"""Azure: Read 2.0 to 3.2, Document Intelligence (Form Recognizer 3), Image Analysis 4.

https://learn.microsoft.com/azure/ai-services/computer-vision/concept-ocr
"""

from __future__ import annotations

from collections.abc import Iterator

from .nodes import Node, first, snake_case, walk
from .record import AnnotatedPage, Word
from .shapes import size_in_px
from .source import Source

_PAGES = (
    ("analyzeResult", "readResults"),  # Read 3
    ("analyzeResult", "pages"),  # Document Intelligence
    ("recognitionResults",),  # Read 2
    ("readResult", "pages"),  # Image Analysis, previews of 4
    ("pages",),  # Document Intelligence's clients: the result alone
)
_BLOCKS = ("readResult", "blocks")  # Image Analysis 4


def recognizes(source: Source) -> bool:
    return not source.is_list and bool(_find_pages(source) or _has_blocks(source))


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read words, or the lines of a page without words. Inches are shares of the page's size."""
    if names := _find_pages(source):
        for page in walk(source, *names):
            number = page.get("pageNumber", "page").whole(1) - 1
            yield _read_page(page, page, list(page.get("lines").items()), number)
    elif _has_blocks(source):
        lines = [line for block in walk(source, *_BLOCKS) for line in block.get("lines").items()]
        root = Node(source, source.json)
        yield _read_page(root.get("readResult"), root.get("metadata"), lines, None)
    else:
        source.fail("must have pages in analyzeResult or readResult")


def _find_pages(source: Source) -> tuple[str, ...] | None:
    for names in _PAGES:
        if source.keys & {names[0], snake_case(names[0])}:
            page = first(source, *names)
            if page.has("pageNumber", "page"):
                return names
    return None


def _has_blocks(source: Source) -> bool:
    return bool(source.keys & {"readResult", "read_result"}) and first(source, *_BLOCKS).has(
        "lines"
    )


def _read_page(page: Node, size: Node, lines: list[Node], number: int | None) -> AnnotatedPage:
    items = list(page.get("words").items())
    items = items or [word for line in lines for word in line.get("words").items()] or lines
    words = [
        Word(
            item.get("polygon", "boundingBox", "boundingPolygon").corners(),
            item.get("content", "text").text(),
        )
        for item in items
    ]
    unit = page.get("unit")
    if unit and unit.value not in ("pixel", "inch"):
        unit.want("pixel or inch")
    relative = unit.value == "inch"
    sides = size.get("width").number(), size.get("height").number()
    if relative:
        words = [word._replace(points=word.points / sides) for word in words]
    return AnnotatedPage(
        page=None,
        words=words,
        number=number,
        size=None if relative else size_in_px(*sides),
        relative=relative,
        place=page.place,
    )
