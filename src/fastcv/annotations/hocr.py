"""hOCR: HTML whose classes and titles say what was recognised where.

The specification: https://github.com/kba/hocr-spec
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from .markup import End, Start, attributes_of, read_markup
from .record import AnnotatedPage, Word
from .shapes import outline, read_number, read_numbers, size_in_px, turn
from .source import Source
from .values import rectangle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CLASS = re.compile(r"""\bclass\s*=\s*["']?(?:[\w-]+\s+){0,4}ocrx?_(page|line|word)\b""")
_LINES = {"ocr_line", "ocrx_line"}


class _Item(NamedTuple):
    """A word or a line."""

    points: NDArray[np.float64]
    texts: list[str]


class _Page(NamedTuple):
    name: str | None
    number: int | None
    size: tuple[int, int] | None
    place: str
    words: list[_Item]
    lines: list[_Item]


class _Element(NamedTuple):
    """An element that is open, and those around it."""

    tag: str
    page: _Page | None = None
    line: _Item | None = None
    word: _Item | None = None
    angle: float = 0
    is_choice: bool = False
    """Whether its text is what else was considered."""


def recognizes(source: Source) -> bool:
    return source.kind == "xml" and _CLASS.search(source.head) is not None


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read words, or the lines of a page without words. Text without a box is left out."""
    pages = _Reader(source).read()
    # A name that several pages have is that of a file of several pages.
    names = Counter(page.name for page in pages)
    for index, page in enumerate(pages):
        items = page.words or page.lines
        words = [Word(points, _join(texts) or None) for points, texts in items]
        number = index if page.number is None else page.number
        yield AnnotatedPage(
            page=page.name,
            words=[word._replace(ignore=word.text is None) for word in words],
            number=number if names[page.name] > 1 else None,
            size=page.size,
            place=page.place,
            outlines=True,
        )


class _Reader:
    """Goes through a file's elements, and keeps those that are open."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pages: list[_Page] = []
        self._open = [_Element("")]
        self._tags: Counter[str] = Counter()
        self._place = ""

    def read(self) -> list[_Page]:
        for token in read_markup(self._source):
            if isinstance(token, Start):
                self._place = f"line {token.line}"
                self._open.append(self._enter(token))
                self._tags[token.tag] += 1
            elif isinstance(token, End):
                self._leave(token.tag)
            else:
                self._add(token.text)
        if any(element.page for element in self._open):
            self._source.fail("the file ends within a page")
        if not self._pages:
            self._source.fail("has no ocr_page")
        return self._pages

    def _leave(self, tag: str) -> None:
        if not self._tags[tag]:  # it was never opened
            return
        closed = None
        while closed != tag:
            closed = self._open.pop().tag
            self._tags[closed] -= 1

    def _add(self, text: str) -> None:
        element = self._open[-1]
        if element.is_choice:
            return
        if element.line:
            element.line.texts.append(text)
        if element.word and not (text.isspace() and "\n" in text):  # between tags
            element.word.texts.append(text)

    def _enter(self, start: Start) -> _Element:
        element = self._open[-1]._replace(tag=start.tag)
        attributes = attributes_of(start) if "ocr" in start.attributes else {}
        classes = set(attributes.get("class", "").split())
        title = attributes.get("title")
        if (
            start.tag == "del"
            or "ocr_symbol" in classes
            or ("ocrx_cinfo" in classes and title is None)
        ):  # other choices: of the specification, and of Tesseract
            element = element._replace(is_choice=True)
        kinds = {name for name in classes if name.startswith("ocr")}
        if not kinds:
            return element
        properties = _read_properties(title or "")
        if "textangle" in properties:
            text = " ".join(properties["textangle"])
            angle = read_number(self._source, text, "textangle", self._place)
            element = element._replace(angle=angle)
        if "ocr_page" in kinds:
            return element._replace(page=self._enter_page(element, properties))
        if "ocrx_word" in kinds:
            return element._replace(word=self._enter_word(element, properties))
        if kinds & _LINES and element.page:
            line = _Item(self._read_points(element, properties), [])
            element.page.lines.append(line)
            return element._replace(line=line)
        return element

    def _enter_page(self, around: _Element, properties: dict[str, list[str]]) -> _Page:
        if around.page:
            self._source.fail("an ocr_page within an ocr_page", self._place)
        name = " ".join(properties.get("image", [])).strip()
        number = None
        if "ppageno" in properties:
            text = " ".join(properties["ppageno"])
            number = int(read_number(self._source, text, "ppageno", self._place))
        size = None
        if "bbox" in properties:
            (left, top), _, (right, bottom), _ = self._read_points(_Element(""), properties)
            size = size_in_px(right, bottom) if left == top == 0 else None
        known = name.lower() not in ("", "unknown")
        page = _Page(name if known else None, number, size, self._place, [], [])
        self._pages.append(page)
        return page

    def _enter_word(self, around: _Element, properties: dict[str, list[str]]) -> _Item:
        if not around.page or around.word:
            where = "outside of any ocr_page" if not around.page else "within an ocrx_word"
            self._source.fail(f"an ocrx_word {where}", self._place)
        word = _Item(self._read_points(around, properties), [])
        around.page.words.append(word)
        return word

    def _read_points(
        self, around: _Element, properties: dict[str, list[str]]
    ) -> NDArray[np.float64]:
        kind = "poly" if "poly" in properties else "bbox"
        text = " ".join(properties.get(kind, []))
        numbers = read_numbers(self._source, text, kind, self._place)
        if kind == "poly":
            return outline(self._source, numbers, kind, self._place)
        return turn(rectangle(self._source, f"{self._place}: bbox", numbers), around.angle)


def _join(texts: list[str]) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", html.unescape("".join(texts))).strip()


def _read_properties(title: str) -> dict[str, list[str]]:
    """Read what a title says: 'image "a b.png"; bbox 0 0 9 9' is two properties."""
    properties: dict[str, list[str]] = {}
    words: list[str] = []
    for quoted, plain in re.findall(r'"([^"]*)"|(;|[^\s;"]+)', f"{title};"):
        if plain != ";":
            words.append(plain or quoted)
        elif words:
            properties[words[0]] = words[1:]
            words = []
    return properties
