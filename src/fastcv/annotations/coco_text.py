"""COCO-Text, versions 1 and 2: "imgs" and "anns" by their ids.

A word has the polygon "mask" (version 2) or "polygon" if there is one, else the "bbox" x, y, width,
height. "legibility": "illegible" is a word not to use. Read into `WordColumns`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from . import values
from .coco import Pages, box_corners
from .columns import WordColumns
from .record import AnnotatedPage
from .source import Source, shown


def recognizes(source: Source) -> bool:
    """Whether there are images and words, without TextOCR's points."""
    return source.has("imgs", "anns") and "points" not in first_word(source)


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the pages, in the order of the images."""
    yield from read_words(source, ("mask", "polygon"), _is_illegible)


def first_word(source: Source) -> dict[str, Any]:
    """The first of "anns", or an empty object."""
    _, word = next(source.pairs("anns"), ("", {}))
    return word if isinstance(word, dict) else {}


def read_words(
    source: Source, shapes: tuple[str, ...], ignores: Callable[[Source, str, dict[str, Any]], bool]
) -> Iterator[AnnotatedPage]:
    """Read the pages. Words have one of these members, or a bbox."""
    if not source.is_large:
        found = values.record(source, "", source.json, "imgs", "anns")
        for name in ("imgs", "anns"):
            values.record(source, name, found[name])
    pages = Pages()
    for key, image in source.pairs("imgs", needed=True):
        place = f"imgs[{shown(key)}]"
        pages.add(source, place, key, values.record(source, place, image, "file_name"))
    words = WordColumns()
    for key, word in source.pairs("anns", needed=True):
        place = f"anns[{shown(key)}]"
        values.record(source, place, word, "image_id")
        words.add(
            pages.index(source, place, word["image_id"]),
            _shape(source, place, word, shapes),
            values.text(source, f"{place}.utf8_string", word.get("utf8_string")),
            ignores(source, place, word),
        )
    yield from pages.read(words, outlines=False)


def _shape(
    source: Source, place: str, word: dict[str, Any], shapes: tuple[str, ...]
) -> list[float]:
    for name in shapes:
        if word.get(name):
            return values.pairs(source, f"{place}.{name}", word[name])
    if "bbox" not in word:
        source.fail(f"has neither {' nor '.join(map(repr, (*shapes, 'bbox')))}", place)
    return box_corners(source, f"{place}.bbox", word["bbox"])


def _is_illegible(source: Source, place: str, word: dict[str, Any]) -> bool:
    legibility = word.get("legibility", "legible")
    if legibility not in ("legible", "illegible"):
        source.fail(f"the legibility is {shown(legibility)}, not legible or illegible", place)
    return bool(legibility == "illegible")
