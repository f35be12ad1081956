"""``labels.jsonl``: a line for each crop, whatever the store."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ..task import Crop, CutPage

NAME = "labels.jsonl"


def describe(page: CutPage, crop: Crop) -> dict[str, Any]:
    """Return where a crop comes from."""
    return {"page": page.path, "number": page.number, "box": crop.box, "quad": crop.quad}


def lines(page: CutPage, places: Iterable[dict[str, str]]) -> bytes:
    """Return the lines of a page's crops. `places` says where each crop is.

    A file's name that is not UTF-8 is escaped.
    """
    records = [
        {**place, **describe(page, crop), "text": crop.text}
        for place, crop in zip(places, page.crops, strict=True)
    ]
    return b"".join(to_json(record) + b"\n" for record in records)


def to_json(record: dict[str, Any]) -> bytes:
    """Encode as UTF-8, with escapes only where the record cannot be encoded."""
    try:
        return _readable(record).encode()
    except UnicodeEncodeError:
        return json.dumps(record).encode()


_readable = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def texts(page: CutPage) -> list[bytes | None]:
    """Return the crops' texts in UTF-8. Refuse one that is none."""
    return [None if crop.text is None else _encode_text(crop) for crop in page.crops]


def _encode_text(crop: Crop) -> bytes:
    assert crop.text is not None
    try:
        return crop.text.encode()
    except UnicodeEncodeError:
        raise ValueError(
            f"the text of boxes[{crop.box}] is not Unicode: {crop.text!r:.100}"
        ) from None


def key_of(page: CutPage) -> str:
    """Return what keys of a page's crops start with: unique, and without dots.

    WebDataset takes all after the first dot as the name of a field.
    """
    return page.name.replace("%", "%25").replace(".", "%2E")
