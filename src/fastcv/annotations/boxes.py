"""fastcv's own boxes: a .npy or JSON, of one page.

JSON is a list of boxes, or an object with the list under "boxes" (or "points", "dt_polys") and its
texts under "texts" (or "txts"). A box is x1, y1, x2, y2; or eight numbers; or three or more points.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import values
from .record import AnnotatedPage, Word
from .source import Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BOXES = ("boxes", "points", "dt_polys")
_TEXTS = ("texts", "txts")


def recognizes(source: Source) -> bool:
    """Whether this is a .npy, a list of boxes, or an object with one."""
    if source.kind == "npy":
        return True
    if source.is_list:
        return _is_box(source.first) or (not source.is_large and source.json == [])
    return not source.keys.isdisjoint(_BOXES) and "rec_texts" not in source.keys


def read(source: Source) -> Iterator[AnnotatedPage]:
    """Read the file's only page."""
    if source.kind == "npy":
        yield AnnotatedPage(None, [Word(box, None) for box in _read_npy(source)])
    else:
        yield AnnotatedPage(None, _read_json(source))


def _read_npy(source: Source) -> list[NDArray[np.float64]]:
    try:
        boxes = np.lib.format.read_array(io.BytesIO(source.content), allow_pickle=False)
    except Exception as error:  # the header is Python's syntax: it fails in many ways
        source.fail(f"not an array of numbers: {str(error) or type(error).__name__}")
    if boxes.dtype.kind not in "iuf":
        source.fail(f"boxes must be numbers, not {boxes.dtype}")
    if boxes.shape == (0,):
        return []
    if boxes.ndim == 2 and boxes.shape[1] in (4, 8):
        pass
    elif boxes.ndim != 3 or boxes.shape[1] < 3 or boxes.shape[2] != 2:
        source.fail(
            f"boxes must have shape (n, 4), (n, 8), (n, 4, 2) or (n, k, 2), not {boxes.shape}"
        )
    return [_points(source, index, box.tolist()) for index, box in enumerate(boxes)]


def _read_json(source: Source) -> list[Word]:
    found = source.json
    boxes, texts = found, None
    if isinstance(found, dict):
        boxes, texts = _member(found, _BOXES), _member(found, _TEXTS)
        if boxes is None:
            source.fail('an object without the key "boxes"')
    if not isinstance(boxes, list):
        source.fail(f"not a list of boxes, but {type(boxes).__name__}")
    if texts is None:
        texts = [None] * len(boxes)
    elif not isinstance(texts, list) or len(texts) != len(boxes):
        source.fail(f"the texts are not a list of as many texts as there are boxes, {len(boxes)}")
    return [
        Word(_points(source, index, box), values.text(source, f"texts[{index}]", text))
        for index, (box, text) in enumerate(zip(boxes, texts, strict=True))
    ]


def _member(found: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((found[name] for name in names if found.get(name) is not None), None)


def _points(source: Source, index: int, box: Any) -> NDArray[np.float64]:
    if not _is_box(box):
        source.fail(
            f"boxes[{index}] is not four points of two numbers, nor three or more points, "
            "nor x1, y1, x2, y2, nor eight numbers"
        )
    place = f"boxes[{index}]"
    return (
        values.rectangle(source, place, box)
        if len(box) == 4 and values.is_number(box[0])
        else values.points(source, place, box)
    )


def _is_box(box: Any) -> bool:
    if not isinstance(box, list):
        return False
    if len(box) in (4, 8) and all(map(values.is_number, box)):
        return True
    return values.is_points(box)
