"""Label Studio: tasks with their annotations (JSON), or with their labels alone (JSON-MIN).

Rectangles in per cent of the page, turned clockwise around their left top, and polygons are words.
Brushes, ellipses, key points and other regions are refused. A word's text is the text area of the
same id. JSON-MIN has no ids: its texts are the list "transcription" or "text", else the only list
of texts, in the order of the regions.

The page is the task's "ocr" or "image", else its only member that names a picture. Of a task's
annotations, the one marked as ground truth is read, else the latest that was not cancelled.
JSON-MIN has a row for each annotation, without these marks: of a task's rows, the latest is read. A
task without annotations is no page. Tasks are read one by one, so a file may be of any size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from . import values
from .record import AnnotatedPage, Word
from .source import Source, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHAPES = ("rectangle", "polygon")
_OTHERS = ("brush", "bitmask", "magicwand", "ellipse", "keypoint", "vector", "videorectangle")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pdf")


class _Region(NamedTuple):
    """A rectangle or polygon, and its text."""

    place: str
    value: dict[str, Any]
    frame: dict[str, Any]
    """Has the page's original size."""
    text: str | None


def recognizes(source: Source) -> bool:
    """Whether this is a list of tasks."""
    if not source.is_list:
        return False
    keys = source.keys
    return ("data" in keys and _name(keys) in keys) or {"annotator", "lead_time"} <= keys


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the pages, in the order of the tasks."""
    if not source.is_large:
        values.sequence(source, "", source.json)
    for index, task in _tasks(source):
        place = f"[{index}]"
        values.record(source, place, task)
        regions: list[_Region] | None
        if "data" in task and _name(task) in task:
            data = values.record(source, f"{place}.data", task["data"])
            regions = _read_annotations(source, place, task)
        else:
            data, regions = task, _read_lists(source, place, task)
        if regions is None:
            continue
        sizes = {_size(source, region) for region in regions}
        if len(sizes) > 1:
            source.fail("the regions are of pages of different sizes", place)
        yield AnnotatedPage(
            _page(source, place, data),
            [Word(_points(source, region), region.text) for region in regions],
            size=sizes.pop() if sizes else None,
            place=place,
            outlines=True,
        )


def _tasks(source: Source) -> Iterator[tuple[int, Any]]:
    """Go through the tasks. Of a task's rows of JSON-MIN, take the latest."""

    def task_of(row: tuple[int, Any]) -> tuple[str, int]:
        index, task = row
        is_one = isinstance(task, dict) and "data" not in task and type(task.get("id")) is int
        return ("id", task["id"]) if is_one else ("index", index)

    for _, rows in groupby(enumerate(source.items("item")), task_of):
        yield max(rows, key=_created)


def _created(row: tuple[int, Any]) -> tuple[str, int]:
    index, task = row
    return str(task.get("created_at", "")) if isinstance(task, dict) else "", index


def _name(task: Any) -> str:
    """What a task's annotations are called. Before version 1 they were completions."""
    return "annotations" if "annotations" in task else "completions"


def _read_annotations(source: Source, place: str, task: dict[str, Any]) -> list[_Region] | None:
    """Read the regions of a task's annotation. None if it has none."""
    place = f"{place}.{_name(task)}"
    found = []
    for index, annotation in enumerate(values.sequence(source, place, task[_name(task)])):
        values.record(source, f"{place}[{index}]", annotation)
        if not annotation.get("was_cancelled") and not annotation.get("skipped"):
            rank = bool(annotation.get("ground_truth")), str(annotation.get("created_at")), index
            found.append((rank, annotation))
    if not found:
        return None
    (_, _, index), annotation = max(found, key=lambda one: one[0])
    place = f"{place}[{index}].result"
    return _read_result(source, place, values.sequence(source, place, annotation.get("result")))


def _read_result(source: Source, place: str, result: list[Any]) -> list[_Region]:
    regions: dict[str, _Region] = {}
    texts: dict[str, str] = {}
    for index, item in enumerate(result):
        here = f"{place}[{index}]"
        kind = values.record(source, here, item).get("type")
        kind = kind.removesuffix("labels") if isinstance(kind, str) else kind
        if kind in _OTHERS:
            _refuse(source, here, kind)
        if kind not in (*_SHAPES, "textarea"):
            continue
        values.record(source, here, item, "id", "value")
        key, value = item["id"], values.record(source, f"{here}.value", item["value"])
        if not isinstance(key, str):
            source.fail(f"the id is {shown(key)}, not a text", here)
        if kind == "textarea":
            texts[key] = _join(source, f"{here}.value", value)
        elif key in regions:
            source.fail(f"the id {shown(key)} is of two regions", here)
        else:
            regions[key] = _Region(here, value, item, None)
    return [region._replace(text=texts.get(key)) for key, region in regions.items()]


def _read_lists(source: Source, place: str, task: dict[str, Any]) -> list[_Region]:
    """Read the regions of JSON-MIN: a list each of regions, of their labels, of their texts."""
    shapes: dict[str, list[_Region]] = {}
    labels: dict[str, list[_Region]] = {}
    texts: dict[str, list[str]] = {}
    for name, entries in task.items():
        if name in ("transcription", "text") and isinstance(entries, str):
            texts[name] = [values.checked(source, f"{place}.{name}", entries)]
        if not isinstance(entries, list):
            continue
        for index, entry in enumerate(entries):
            here = f"{place}.{name}[{index}]"
            if isinstance(entry, str):
                texts.setdefault(name, []).append(values.checked(source, here, entry))
            elif not isinstance(entry, dict):
                continue
            elif "text" in entry:
                texts.setdefault(name, []).append(_join(source, here, entry))
            elif "rle" in entry:
                _refuse(source, here, "brush")
            elif "radiusX" in entry:
                _refuse(source, here, "ellipse")
            elif "points" in entry or {"x", "y", "width", "height"} <= entry.keys():
                group = labels if "labels" in entry else shapes
                group.setdefault(name, []).append(_Region(here, entry, entry, None))
    regions = [region for group in (shapes or labels).values() for region in group]
    names = ("transcription", "text")
    chosen: list[str] = [name for name in names if name in texts] or list(texts)
    if len(chosen) != 1:
        return regions
    found = texts[chosen[0]]
    if len(shapes or labels) > 1 or len(found) != len(regions):
        source.fail(
            f"its {len(regions)} regions and {len(found)} texts cannot be joined, because JSON-MIN "
            "has no ids: export it as JSON",
            place,
        )
    return [region._replace(text=text) for region, text in zip(regions, found, strict=True)]


def _refuse(source: Source, place: str, kind: str) -> NoReturn:
    source.fail(f"the region is of the type {kind}: only rectangles and polygons are words", place)


def _join(source: Source, place: str, value: dict[str, Any]) -> str:
    """Return the text of a text area. One that was entered in parts has spaces between them."""
    parts = value.get("text")
    parts = [parts] if isinstance(parts, str) else parts
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        source.fail(f"the text is {shown(parts)}", place)
    return values.checked(source, place, " ".join(parts))


def _size(source: Source, region: _Region) -> tuple[int, int]:
    values.record(source, region.place, region.frame, "original_width", "original_height")
    height, width = region.frame["original_height"], region.frame["original_width"]
    size = values.size(source, region.place, height, width)
    if size is None:
        source.fail("has no original_width", region.place)
    if region.frame.get("image_rotation"):
        source.fail("the page was turned in Label Studio (image_rotation)", region.place)
    return size


def _points(source: Source, region: _Region) -> NDArray[np.float64]:
    height, width = _size(source, region)
    scale = np.array([width, height]) / 100
    if "points" in region.value:
        points = values.points(source, f"{region.place}.points", region.value["points"])
        return points * scale
    names = ("x", "y", "width", "height")
    value = values.record(source, region.place, region.value, *names)
    box = [value[name] for name in names]
    x, y, wide, high = values.numbers(source, region.place, box, 4)
    (degrees,) = values.numbers(source, region.place, [value.get("rotation") or 0], 1)
    if wide < 0 or high < 0:
        source.fail(f"the rectangle is {shown(wide)} x {shown(high)} %", region.place)
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    along = np.array([cosine, sine]) * wide * scale[0]
    across = np.array([-sine, cosine]) * high * scale[1]
    corners: NDArray[np.float64] = np.array([0 * along, along, along + across, across])
    return corners + np.array([x, y]) * scale


def _page(source: Source, place: str, data: dict[str, Any]) -> str:
    for name in ("ocr", "image"):
        if isinstance(data.get(name), str):
            return values.name(source, f"{place}.{name}", data[name])
    pictures = [
        value
        for value in data.values()
        if isinstance(value, str) and value.partition("?")[0].lower().endswith(_PICTURES)
    ]
    if len(pictures) != 1:
        source.fail("does not tell its page: it has neither 'ocr' nor 'image'", place)
    return values.name(source, place, pictures[0])
