"""Tags and texts are those of Python's own HTML parser, in time that does not explode."""

import random
from html import unescape
from html.parser import HTMLParser

import pytest

from fastcv.annotations.markup import End, Start, attributes_of, read_markup
from fastcv.annotations.source import Source

PIECES = [
    "<p>", "</p>", "<B CLASS=x>", "</b\n>", "</span>", "</i>", "<br>", "<br/>", "<em/>",
    "<span class='a b' title=\"bbox 1 2; image 'x'\">", '<i title="a > b &amp; &quot;c&quot;">',
    "<img src=x.png alt='>'>", "<!-- <b> -- -->", "<!DOCTYPE html>", "<?xml version='1.0'?>",
    "<script>if (a < b) '</b>'</script>", "<style>p > b {}</style>", "<ocr:x y = 'z'>",
    "<input disabled>", "<x title=''>", "<p a=1 a-b='2'>",
    "a", " b &lt; c ", "&amp;", "&#233;", "&eacute;", "\n", "1 < 2", "é", "'", '"',
]  # fmt: skip


class Oracle(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        line = self.getpos()[0]
        self.found.append(("start", tag, {key: value or "" for key, value in attributes}, line))

    def handle_endtag(self, tag):
        self.found.append(("end", tag))

    def handle_data(self, text):
        self.found.append(("text", text))


VOID = {"br", "img", "input"}


def joined(found):
    """The events, without void elements and scripts' texts. Texts side by side are one."""
    events = []
    for event in found:
        inside = events and events[-1][0] == "start" and events[-1][1] in ("script", "style")
        if event[1] in VOID or (event[0] == "text" and (inside or not event[1])):
            continue
        if event[0] == "text" and events and events[-1][0] == "text":
            event = ("text", events.pop()[1] + event[1])
        events.append(event)
    return events


def read(path, text):
    path.write_text(text)
    for token in read_markup(Source(path)):
        if isinstance(token, Start):
            yield "start", token.tag, attributes_of(token), token.line
        elif isinstance(token, End):
            yield "end", token.tag
        else:
            yield "text", unescape(token.text)


def test_tags_and_texts_are_those_of_pythons_parser(tmp_path):
    draw = random.Random(5)
    for _ in range(500):
        text = "".join(draw.choices(PIECES, k=draw.randrange(30))) + "\n"
        oracle = Oracle()
        oracle.feed(text)
        oracle.close()
        assert joined(read(tmp_path / "a.html", text)) == joined(oracle.found)


@pytest.mark.parametrize(
    "text", ["<p", "<p title='>", "<!-- ->", "<?", "<!D", "<script><b>", "</p"]
)
def test_what_does_not_end_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match=r"a\.html: line 2: .* does not end"):
        list(read(tmp_path / "a.html", f"<p>\n{text}"))


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<a ",
        "<",
        "</",
        "<a b='",
        "<a b=\"'",
        "<p>",
        "<b></b></i>",
        "<script>",
        "<![",
        "&lt",
    ],
)
def test_300_kb_of_anything(tmp_path, piece):
    """It is read or refused, which pytest's time limit checks: some parsers take hours."""
    try:
        found = sum(1 for _ in read(tmp_path / "a.html", piece * (300_000 // len(piece))))
    except ValueError:
        found = 0
    assert found >= 0
