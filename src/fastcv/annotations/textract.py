"""AWS Textract: what DetectDocumentText and AnalyzeDocument return.

https://docs.aws.amazon.com/textract/latest/dg/API_Block.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .nodes import Node, walk
from .record import AnnotatedPage, Word
from .source import Source


class _Page(NamedTuple):
    words: list[Word]
    lines: list[Word]


def recognizes(source: Source) -> bool:
    return "Blocks" in source.keys and next(_walk_blocks(source), Node(source, None)).has(
        "BlockType"
    )


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read words, or the lines of a page without words, of one document's responses."""
    if not recognizes(source):
        source.fail("must have Blocks with a BlockType")
    pages: dict[int, _Page] = {}
    begun = set()
    for block in _walk_blocks(source):
        kind = block.get("BlockType").text()
        if kind not in ("PAGE", "LINE", "WORD"):
            continue
        number = block.get("Page").whole(1) if block.has("Page") else 1
        page = pages.setdefault(number, _Page([], []))
        if kind == "PAGE":
            if number in begun:
                block.fail(f"page {number} begins again: a file is of one document")
            begun.add(number)
            continue
        word = Word(block.get("Geometry").get("Polygon").corners(), block.get("Text").text())
        (page.words if kind == "WORD" else page.lines).append(word)
    for number, (words, lines) in sorted(pages.items()):
        place = f"page {number}"
        yield AnnotatedPage(None, words or lines, number - 1, relative=True, place=place)


def _walk_blocks(source: Source) -> Iterator[Node]:
    if not source.is_list:
        yield from walk(source, "Blocks")
        return
    for response in walk(source):
        yield from response.get("Blocks").items()
