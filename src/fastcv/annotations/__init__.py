"""Readers of annotations: what OCR projects, data sets and OCR services write.

A reader is a module with two functions. ``recognizes(source)`` tells by a file's content whether it
is the reader's; exactly one reader may say so. ``read(source)`` yields an `AnnotatedPage` for each
page of the file, with the words in the file's order. What it does not understand it refuses by
``source.fail``, which names the file and the place. A reader may also have ``parts(source)``, which
yields an `UnreadPage` for each page, and ``read_part(source, part)``, which reads its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from .quads import quads_of
from .record import AnnotatedPage, UnreadPage, Word
from .source import Source

__all__ = [
    "FORMATS",
    "AnnotatedPage",
    "UnreadPage",
    "Word",
    "find_parts",
    "quads_of",
    "read",
    "read_part",
    "recognize",
]

FORMATS = {
    "boxes": "fastcv's own .npy or JSON, or plain lists of boxes",
    "paddleocr": "results of PaddleOCR, RapidOCR and EasyOCR",
    "ppocrlabel": "PPOCRLabel's Label.txt",
    "icdar2013": "ICDAR 2013: x1, y1, x2, y2 and a quoted text in a line",
    "icdar2015": "ICDAR 2015: x1, y1 to x4, y4 and a text in a line",
    "icdar_mlt": "ICDAR MLT: x1, y1 to x4, y4, a script and a text in a line",
    "textocr": "TextOCR",
    "coco_text": "COCO-Text",
    "coco": "COCO",
    "labelme": "labelme",
    "label_studio": "Label Studio's JSON and JSON-MIN",
    "hocr": "hOCR",
    "alto": "ALTO",
    "page_xml": "PAGE XML",
    "tesseract_tsv": "Tesseract's TSV",
    "google_vision": "Google Vision",
    "textract": "AWS Textract",
    "azure_read": "Azure Read",
    "doctr": "docTR's export",
}
"""The readers: a module of this package each, and what it reads."""


def read(path: Path, format: str | None = None) -> Iterator[AnnotatedPage]:
    """Read a file of annotations, page by page.

    Parameters
    ----------
    path : Path
        A regular file.
    format : str, optional
        One of `FORMATS`. By default the file's content tells.

    Yields
    ------
    AnnotatedPage
        In the file's order. Its place names the file.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        The format is unknown, or something in the file is not as the format has it. The message
        names the file and the place in it.
    ImportError
        The format needs a package of the extra "datasets" that is not installed.
    """
    source, reader = _open(path, format)
    for page in reader.read(source):
        yield _placed(page, path)


def find_parts(path: Path, format: str | None = None) -> Iterator[AnnotatedPage | UnreadPage]:
    """Do what `read` does, but leave words for `read_part` where a page is a part of the text."""
    source, reader = _open(path, format)
    if hasattr(reader, "parts"):
        yield from reader.parts(source)
    else:
        for page in reader.read(source):
            yield _placed(page, path)


def read_part(part: UnreadPage) -> AnnotatedPage:
    """Read a page that `find_parts` has found. The file is not opened."""
    source = Source(part.path)
    source.format = part.format
    return _placed(_reader(part.format).read_part(source, part), part.path)


def recognize(path: Path) -> str:
    """Return which of `FORMATS` a file has, by its content.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        No format fits, or more than one does.
    """
    source = Source(path)
    source.check()
    return _recognize(source)


def _open(path: Path, format: str | None) -> tuple[Source, Any]:
    """Return a file and its reader."""
    source = Source(path)
    source.check()
    source.format = _recognize(source) if format is None else _check(format)
    return source, _reader(source.format)


def _placed(page: AnnotatedPage, path: Path) -> AnnotatedPage:
    """Put the words into columns, and name the file in the page's place."""
    place = ": ".join(filter(None, (str(path), page.place)))
    return page._replace(words=page.columns, place=place)


def _recognize(source: Source) -> str:
    found = [name for name in FORMATS if _reader(name).recognizes(source)]
    if len(found) == 1:
        return found[0]
    if found:
        source.fail(f"may be of the formats {', '.join(found)}: name one")
    source.fail(
        f"{source.look}, of none of the known formats: {', '.join(FORMATS)} (docs/annotations.md)"
    )


def _check(name: str) -> str:
    if name not in FORMATS:
        raise ValueError(f"{name!r} is not a format of annotations: {', '.join(FORMATS)}")
    return name


def _reader(name: str) -> Any:
    return import_module(f".{name}", __name__)
