"""COCO: "images", and "annotations" with a "bbox" x, y, width, height or a "segmentation".

A segmentation of polygons goes before the bbox: several polygons of a word are one of all their
points. One in run lengths (a mask) has its bbox. Texts are an annotation's or its attributes'
"text", "transcription" or "utf8_string". "iscrowd" and "ignore" are words not to use.

Both lists may be of any size and in any order: they are read one after the other, into
`WordColumns`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import values
from .columns import WordColumns
from .record import AnnotatedPage
from .source import Source, shown

TEXTS = ("text", "transcription", "utf8_string")


def recognizes(source: Source) -> bool:
    """Whether there are images and annotations."""
    return source.has("images", "annotations")


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the pages, in the order of the images."""
    _check_lists(source)
    pages = Pages()
    for index, image in enumerate(source.items("images.item", needed=True)):
        place = f"images[{index}]"
        values.record(source, place, image, "id", "file_name")
        pages.add(source, place, image["id"], image)
    words = WordColumns()
    for index, annotation in enumerate(source.items("annotations.item", needed=True)):
        place = f"annotations[{index}]"
        values.record(source, place, annotation, "image_id")
        words.add(
            pages.index(source, place, annotation["image_id"]),
            _shape(source, place, annotation),
            _text(source, place, annotation),
            any(_flag(source, place, annotation, name) for name in ("iscrowd", "ignore")),
        )
    yield from pages.read(words, outlines=True)


class Pages:
    """The images of a file, and which word is of which."""

    def __init__(self) -> None:
        self._pages: list[AnnotatedPage] = []
        self._indices: dict[int | str, int] = {}

    def add(self, source: Source, place: str, key: Any, image: dict[str, Any]) -> None:
        """Add an image with an id."""
        key = self._key(source, place, key)
        if key in self._indices:
            source.fail(f"the id {shown(key)} is of two images", place)
        self._indices[key] = len(self._pages)
        size = values.size(source, place, image.get("height"), image.get("width"))
        name = values.name(source, place, image["file_name"])
        self._pages.append(AnnotatedPage(name, [], size=size, place=place))

    def index(self, source: Source, place: str, key: Any) -> int:
        """Which page an image's id is of."""
        found = self._indices.get(self._key(source, place, key))
        if found is None:
            source.fail(f"the image_id {shown(key)} is of no image", place)
        return found

    def read(self, words: WordColumns, *, outlines: bool) -> Iterator[AnnotatedPage]:
        """Go through the pages with their words."""
        found = words.by_page(len(self._pages))
        for page, page_words in zip(self._pages, found, strict=True):
            yield page._replace(words=page_words, outlines=outlines)

    @staticmethod
    def _key(source: Source, place: str, key: Any) -> int | str:
        if type(key) is not int and type(key) is not str:
            source.fail(f"the image's id is {shown(key)}, not a number or text", place)
        # COCO-Text has ids as keys, which JSON has as texts, and as numbers.
        return int(key) if type(key) is str and key.isdecimal() and len(key) < 19 else key


def box_corners(source: Source, place: str, bbox: Any) -> list[float]:
    """Return the corners of x, y, width, height."""
    x, y, width, height = values.numbers(source, place, bbox, 4)
    return values.rectangle(source, place, [x, y, x + width, y + height]).ravel().tolist()


def _check_lists(source: Source) -> None:
    if not source.is_large:
        found = values.record(source, "", source.json, "images", "annotations")
        for name in ("images", "annotations"):
            values.sequence(source, name, found[name])


def _shape(source: Source, place: str, annotation: dict[str, Any]) -> list[float]:
    polygons = annotation.get("segmentation")
    if isinstance(polygons, list) and polygons:
        if values.is_number(polygons[0]):
            polygons = [polygons]
        place += ".segmentation"
        return [number for polygon in polygons for number in values.pairs(source, place, polygon)]
    if polygons is not None and not isinstance(polygons, (list, dict)):
        source.fail(f"the segmentation is {shown(polygons)}", place)
    if "bbox" not in annotation:
        source.fail("has neither polygons nor a 'bbox'", place)
    return box_corners(source, f"{place}.bbox", annotation["bbox"])


def _text(source: Source, place: str, annotation: dict[str, Any]) -> str | None:
    attributes = annotation.get("attributes")
    for where in (annotation, attributes if isinstance(attributes, dict) else {}):
        for name in TEXTS:
            if where.get(name) is not None:
                return values.text(source, f"{place}.{name}", where[name])
    return None


def _flag(source: Source, place: str, annotation: dict[str, Any], name: str) -> bool:
    value = annotation.get(name, 0)
    if value not in (0, 1, None):
        source.fail(f"{name} is {shown(value)}, not 0 or 1", place)
    return bool(value)
