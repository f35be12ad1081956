"""The contact sheet."""

import base64
from html.parser import HTMLParser

import pytest

from fastcv.datasets.preview import MOST, write_preview
from fastcv.outputs import Guard
from made_crops import page_of

FREE = Guard(frozenset(), overwrite=False)
NASTY = ["<script>alert(1)</script>", "\"'&<>", "שלום", "", None, "half: \ud800", "two\nlines"]


class Sheet(HTMLParser):
    """What a browser finds."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.images, self.texts, self.notes = set(), [], [], []
        self._into = None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "img":
            self.images.append(dict(attributes)["src"])
        self._into = {"b": self.texts, "small": self.notes}.get(tag, self._into)
        if tag in ("b", "small"):
            self._into.append("")

    def handle_endtag(self, tag):
        if tag in ("b", "small"):
            self._into = None

    def handle_data(self, data):
        if self._into is not None:
            self._into[-1] += data


@pytest.mark.parametrize("format", ["png", "jpg", "webp", "bmp"])
def test_a_sheet_shows_each_crop_with_its_text(tmp_path, rng, format):
    page = page_of(rng, "<b>&x", 7, 2, texts=NASTY, format=format)
    write_preview(tmp_path / "sheet.html", [page], format, FREE)
    sheet = Sheet(tmp_path / "sheet.html")
    for crop, image, text, note in zip(
        page.crops, sheet.images, sheet.texts, sheet.notes, strict=True
    ):
        kind, content = image.split(";base64,")
        assert kind == f"data:image/{format.replace('jpg', 'jpeg')}"
        assert base64.b64decode(content) == crop.content
        shown = "no text" if crop.text is None else crop.text
        assert text == shown.encode("utf-8", "backslashreplace").decode()
        size = f"{crop.width} × {crop.height}"
        assert note == f"in/<b>&x.jpg, page 3, box {crop.box}: {size}"
    assert "script" not in sheet.tags


def test_the_first_hundred_crops(tmp_path, rng):
    taken = []

    def pages():
        for number in range(10):
            taken.append(number)
            yield page_of(rng, f"p{number}", 30)

    write_preview(tmp_path / "sheet.html", pages(), "png", FREE)
    assert len(Sheet(tmp_path / "sheet.html").images) == MOST
    assert taken == [0, 1, 2, 3]


def test_no_crops(tmp_path):
    write_preview(tmp_path / "sheet.html", [], "png", FREE)
    assert Sheet(tmp_path / "sheet.html").images == []


@pytest.mark.parametrize("format", ["tiff", "npy"])
def test_formats_that_browsers_do_not_show(tmp_path, rng, format):
    with pytest.raises(ValueError, match=f"^browsers do not show {format}: use png, jpg, webp"):
        write_preview(tmp_path / "sheet.html", [], format, FREE)


def test_a_sheet_replaces_nothing_unasked(tmp_path, rng):
    path = tmp_path / "sheet.html"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write_preview(path, [page_of(rng)], "png", FREE)
    assert path.read_text() == "mine"
    write_preview(path, [page_of(rng)], "png", Guard(frozenset(), overwrite=True))
    assert len(Sheet(path).images) == 7
