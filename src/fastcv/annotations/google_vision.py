"""Google Cloud Vision: responses of images.annotate, files.annotate and their batches.

https://cloud.google.com/vision/docs/reference/rest/v1/AnnotateImageResponse
"""

from __future__ import annotations

from collections.abc import Iterator

from .nodes import Node, snake_case, walk
from .record import AnnotatedPage, Word
from .shapes import size_in_px
from .source import Source

_TEXTS = ("fullTextAnnotation", "textAnnotations")


def recognizes(source: Source) -> bool:
    if source.kind != "json":
        return False
    if source.keys & {*_TEXTS, *map(snake_case, _TEXTS)}:
        return True
    if "responses" not in source.keys:
        return False
    response = next(_walk_responses(source), Node(source, None))
    return response.value == {} or response.has(*_TEXTS, "context", "error")


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read words."""
    if not recognizes(source):
        source.fail("must have fullTextAnnotation or textAnnotations, in responses or alone")
    nameless: Node | None = None
    for index, response in enumerate(_walk_responses(source)):
        error = response.get("error")
        if error and (message := error.get("message").text()):
            error.fail(message)
        context = response.get("context")
        name = context.get("uri").text() if context else None
        number = context.get("pageNumber") if context else None
        begin = number.whole(1) - 1 if number and number.value else None
        if not name and begin is None:
            nameless = nameless or response
        if nameless and index:
            nameless.fail("must have a context.uri or context.pageNumber, as one of several")
        yield from _read_pages(response, name, begin)


def _walk_responses(source: Source) -> Iterator[Node]:
    if source.is_list:
        found = walk(source)
    elif "responses" in source.keys:
        found = walk(source, "responses")
    else:
        found = iter([Node(source, source.json)])
    for response in found:
        inner = response.get("responses")
        yield from inner.items() if inner else [response]


def _read_pages(response: Node, name: str | None, begin: int | None) -> Iterator[AnnotatedPage]:
    annotation = response.get("fullTextAnnotation")
    pages = list(annotation.get("pages").items()) if annotation else []
    for index, page in enumerate(pages):
        number = index + (begin or 0) if len(pages) > 1 else begin
        yield _make_page(page, _find_words(page), name, number)
    if not pages:  # the first text is that of the whole page
        entities = list(response.get("textAnnotations").items())[1:]
        boxes = [(each.get("boundingPoly"), each.get("description").text()) for each in entities]
        yield _make_page(response, boxes, name, begin)


def _find_words(page: Node) -> list[tuple[Node, str | None]]:
    return [
        (word.get("boundingBox"), _join(word) or None)
        for block in page.get("blocks").items()
        for paragraph in block.get("paragraphs").items()
        for word in paragraph.get("words").items()
    ]


def _join(word: Node) -> str:
    return "".join(symbol.get("text").text() or "" for symbol in word.get("symbols").items())


def _make_page(
    page: Node, boxes: list[tuple[Node, str | None]], name: str | None, number: int | None
) -> AnnotatedPage:
    words = []
    relative = None
    for box, text in boxes:
        in_px = bool(box.get("vertices").value)
        if relative is in_px:
            box.fail("is in other units than those before: px or shares of the page")
        relative = not in_px
        corners = box.get("vertices" if in_px else "normalizedVertices")
        words.append(Word(corners.corners(absent=0), text))
    return AnnotatedPage(
        page=name,
        words=words,
        number=number,
        size=None if relative else _size(page),
        relative=bool(relative),
        place=page.place,
    )


def _size(page: Node) -> tuple[int, int] | None:
    width, height = page.get("width"), page.get("height")
    return size_in_px(width.number(), height.number()) if width.value and height.value else None
