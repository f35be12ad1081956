"""hOCR: HTML whose classes and titles say what was recognised where.

The specification: https://github.com/kba/hocr-spec
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from .record import AnnotatedPage, Word
from .shapes import outline, read_number, read_numbers, size_in_px, turn
from .source import Source
from .values import rectangle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CLASS = re.compile(r"""\bclass\s*=\s*["']?(?:[\w-]+\s+){0,4}ocrx?_(page|line|word)\b""")
_LINES = {"ocr_line", "ocrx_line"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
"""What HTML never closes."""


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
    parser = _Parser(source)
    try:
        parser.feed(source.text)
        parser.close()
    except AssertionError as error:  # a declaration that HTML does not have
        source.fail(f"not HTML: {error}", parser.place)
    parser.check_end()
    # A name that several pages have is that of a file of several pages.
    names = Counter(page.name for page in parser.pages)
    for index, page in enumerate(parser.pages):
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


class _Parser(HTMLParser):
    def __init__(self, source: Source) -> None:
        super().__init__()
        self.pages: list[_Page] = []
        self._source = source
        self._open = [_Element("")]
        self._tags: Counter[str] = Counter()

    @property
    def place(self) -> str:
        return f"line {self.getpos()[0]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        attributes = dict(attrs)
        classes = set((attributes.get("class") or "").split())
        self._open.append(self._enter(tag, classes, attributes.get("title")))
        self._tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if not self._tags[tag]:
            return
        closed = None
        while closed != tag:
            closed = self._open.pop().tag
            self._tags[closed] -= 1

    def handle_data(self, data: str) -> None:
        element = self._open[-1]
        if element.is_choice:
            return
        if element.line:
            element.line.texts.append(data)
        if element.word and not (data.isspace() and "\n" in data):  # between tags
            element.word.texts.append(data)

    def check_end(self) -> None:
        for element in self._open:
            if element.page:
                self._source.fail("the file ends within a page", self.place)
        if not self.pages:
            self._source.fail("has no ocr_page")

    def _enter(self, tag: str, classes: set[str], title: str | None) -> _Element:
        element = self._open[-1]._replace(tag=tag)
        if tag == "del" or "ocr_symbol" in classes or ("ocrx_cinfo" in classes and title is None):
            element = element._replace(is_choice=True)  # Tesseract's lstm_choice_mode
        kinds = {name for name in classes if name.startswith("ocr")}
        if not kinds:
            return element
        properties = _read_properties(title or "")
        if "textangle" in properties:
            text = " ".join(properties["textangle"])
            angle = read_number(self._source, text, "textangle", self.place)
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
            self._source.fail("an ocr_page within an ocr_page", self.place)
        name = " ".join(properties.get("image", [])).strip()
        number = None
        if "ppageno" in properties:
            text = " ".join(properties["ppageno"])
            number = int(read_number(self._source, text, "ppageno", self.place))
        size = None
        if "bbox" in properties:
            (left, top), _, (right, bottom), _ = self._read_points(_Element(""), properties)
            size = size_in_px(right, bottom) if left == top == 0 else None
        known = name.lower() not in ("", "unknown")
        page = _Page(name if known else None, number, size, self.place, [], [])
        self.pages.append(page)
        return page

    def _enter_word(self, around: _Element, properties: dict[str, list[str]]) -> _Item:
        if not around.page or around.word:
            where = "outside of any ocr_page" if not around.page else "within an ocrx_word"
            self._source.fail(f"an ocrx_word {where}", self.place)
        word = _Item(self._read_points(around, properties), [])
        around.page.words.append(word)
        return word

    def _read_points(
        self, around: _Element, properties: dict[str, list[str]]
    ) -> NDArray[np.float64]:
        kind = "poly" if "poly" in properties else "bbox"
        text = " ".join(properties.get(kind, []))
        numbers = read_numbers(self._source, text, kind, self.place)
        if kind == "poly":
            return outline(self._source, numbers, kind, self.place)
        return turn(rectangle(self._source, f"{self.place}: bbox", numbers), around.angle)


def _join(texts: list[str]) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", "".join(texts)).strip()


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
