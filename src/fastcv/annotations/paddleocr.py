"""Results of PaddleOCR, RapidOCR and EasyOCR, as they come or as their own JSON.

- [[points, [text, score]], ...] of a page, or a list of such pages, null for a page without text
  (PaddleOCR 2); without texts, [[points, ...], ...].
- [[points, text, score], ...] (RapidOCR 1, EasyOCR).
- [{"box": points, "txt": text}, ...] (RapidOCR's to_json; EasyOCR has "boxes" and "text").
- An object with "rec_polys" and "rec_texts" (PaddleOCR 3's save_to_json), or, without recognition,
  with "dt_polys".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from . import values
from .record import AnnotatedPage, Word
from .source import Source, shown

_BOX = ("box", "boxes", "points")
_TEXT = ("txt", "text", "transcription")


def recognizes(source: Source) -> bool:
    """Whether this is a result list, or PaddleOCR 3's object."""
    if not source.is_list:
        return source.has("rec_texts") or source.has("res")
    if source.first is None:
        return source.is_large or source.json != []
    return _is_entry(source.first) or _is_page(source.first)


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the pages."""
    if not source.is_list:
        yield _read_object(source)
        return
    items = source.items("item")
    beginning = list(islice(items, 2))
    everything = chain(beginning, items)
    if beginning and not _is_page(beginning[0]):
        yield AnnotatedPage(None, list(_read_words(source, "", everything)))
        return
    for number, page in enumerate(everything):
        words = list(_read_words(source, f"[{number}]", page or []))
        place = f"[{number}]"
        yield AnnotatedPage(None, words, number if len(beginning) > 1 else None, place=place)


def _read_words(source: Source, place: str, entries: Any) -> Iterator[Word]:
    if isinstance(entries, (dict, str)) or not hasattr(entries, "__iter__"):
        source.fail(f"{shown(entries)} is not a page's list of results", place)
    for index, entry in enumerate(entries):
        here = f"{place}[{index}]"
        if not _is_entry(entry) and not values.is_points(entry):
            source.fail(f"{shown(entry)} is not a box with its text", here)
        if isinstance(entry, dict):
            box, text = entry[_key(entry, _BOX)], entry[_key(entry, _TEXT)]
        elif values.is_points(entry):
            box, text = entry, None
        else:
            box, text = entry[:2]
            text = text[0] if isinstance(text, list) else text
        yield Word(values.points(source, here, box), values.text(source, here, text))


def _read_object(source: Source) -> AnnotatedPage:
    found = values.record(source, "", source.json)
    found = values.record(source, "res", found.get("res", found))
    texts, polygons = found.get("rec_texts"), found.get("rec_polys")
    if texts is None:
        polygons = found.get("dt_polys")
    polygons = values.sequence(source, "rec_polys" if texts is not None else "dt_polys", polygons)
    if texts is None:
        texts = [None] * len(polygons)
    if len(values.sequence(source, "rec_texts", texts)) != len(polygons):
        source.fail(f"{len(texts)} rec_texts are not of {len(polygons)} rec_polys")
    words = []
    for index, (polygon, text) in enumerate(zip(polygons, texts, strict=True)):
        words.append(
            Word(
                values.points(source, f"rec_polys[{index}]", polygon),
                values.text(source, f"rec_texts[{index}]", text),
            )
        )
    path, number = found.get("input_path"), found.get("page_index")
    if number is not None and (type(number) is not int or not 0 <= number < 1 << 31):
        source.fail(f"{shown(number)} is not a page's number", "page_index")
    page = None if path is None else values.name(source, "input_path", path)
    return AnnotatedPage(page, words, number)


def _is_page(value: Any) -> bool:
    """Whether this is a page's list of results. Null is a page without any."""
    return value is None or (
        isinstance(value, list)
        and all(_is_entry(entry) or values.is_points(entry) for entry in value)
    )


def _is_entry(value: Any) -> bool:
    """Whether this is a box with its text."""
    if isinstance(value, dict):
        return bool(_key(value, _BOX)) and bool(_key(value, _TEXT))
    if not isinstance(value, list) or len(value) < 2 or not values.is_points(value[0]):
        return False
    text = value[1][0] if isinstance(value[1], list) and value[1] else value[1]
    return isinstance(text, str)


def _key(value: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((name for name in names if name in value), "")
