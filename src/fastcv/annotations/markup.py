"""HTML in one pass, in time that grows with its size, whatever is in it.

`html.parser` of Python before 3.11.14 needs minutes for 100 KB of "<!--".
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from .source import Source

_NAME = re.compile(r"/?([A-Za-z][^\s/>]*)")
_MARK = re.compile(r"""[>"']""")
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_SKIPPED = {"<!--": "-->", "<![CDATA[": "]]>", "<!": ">", "<?": ">"}
_RAW = ("script", "style", "textarea", "title")
"""Elements whose text may hold what looks like tags."""
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
"""Elements without content, which HTML never closes. They are left out."""


class Start(NamedTuple):
    tag: str
    attributes: str
    """As written: see `attributes_of`."""
    line: int


class End(NamedTuple):
    tag: str


class Text(NamedTuple):
    text: str
    """As written, with references such as &amp;."""


def read_markup(source: Source) -> Iterator[Start | End | Text]:
    """Go through a file's tags and what is between them."""
    text = source.text
    position, line, counted = 0, 1, 0
    while (begin := text.find("<", position)) >= 0:
        if begin > position:
            yield Text(text[position:begin])
        line += text.count("\n", counted, begin)
        counted = begin
        name = _NAME.match(text, begin + 1)
        if name is None:
            opening = next(filter(lambda each: text.startswith(each, begin), _SKIPPED), None)
            if opening is None:  # a sign of its own
                yield Text("<")
                position = begin + 1
                continue
            end = text.find(_SKIPPED[opening], begin + len(opening))
            position = end + len(_SKIPPED[opening])
        else:
            end = _find_end(text, name.end())
            position = end + 1
        if end < 0:
            source.fail(f"{text[begin : begin + 20]!r} does not end", f"line {line}")
        if name is None:
            continue
        tag = name[1].lower()
        if name[0].startswith("/"):
            yield End(tag)
        elif tag not in _VOID:
            attributes = text[name.end() : end]
            yield Start(tag, attributes, line)
            if attributes.endswith("/"):
                yield End(tag)
            elif tag in _RAW:
                closing = re.compile(f"</{tag}", re.IGNORECASE).search(text, position)
                if closing is None:
                    source.fail(f"<{tag}> does not end", f"line {line}")
                position = closing.start()
    yield Text(text[position:])


def _find_end(text: str, position: int) -> int:
    """Return where a tag's ">" is, which may be in quotes before. -1 if there is none."""
    while mark := _MARK.search(text, position):
        if mark[0] == ">":
            return mark.start()
        position = text.find(mark[0], mark.end()) + 1
        if not position:
            break
    return -1


def attributes_of(start: Start) -> dict[str, str]:
    return {
        name.lower(): html.unescape(double or single or plain)
        for name, double, single, plain in _ATTRIBUTE.findall(start.attributes)
    }
