"""``labels.jsonl``: a line for each crop, whatever the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring

from ..task import Crop, CutPage

NAME = "labels.jsonl"


def origins(page: CutPage) -> list[str]:
    """Return the members of a JSON object that say where each crop comes from.

    Joined here from parts: an encoder's call for each crop takes as long as to cut it.
    """
    first = f'"page": {quote(page.path)}, "number": {json.dumps(page.number)}, "box": '
    quads = json.dumps([crop.quad for crop in page.crops])[3:-3].split("]], [[")
    return [
        f'{first}{crop.box}, "quad": [[{quad}]]'
        for crop, quad in zip(page.crops, quads, strict=False)
    ]


def lines(places: Iterable[dict[str, str]], origins: Sequence[str], page: CutPage) -> bytes:
    """Return the lines of a page's crops. `places` says where each crop is."""
    return "".join(
        f'{{{_members(place)}, {origin}, "text": {quote(crop.text)}}}\n'
        for place, origin, crop in zip(places, origins, page.crops, strict=True)
    ).encode()


def _members(place: dict[str, str]) -> str:
    return ", ".join([f'"{name}": {quote(text)}' for name, text in place.items()])


def quote(text: str | None) -> str:
    """Return JSON of a text, with escapes only where it must be or cannot be encoded."""
    if text is None:
        return "null"
    quoted: str = encode_basestring(text)
    try:
        quoted.encode()
    except UnicodeEncodeError:  # a file's name that is not UTF-8
        return json.dumps(text)
    return quoted


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
