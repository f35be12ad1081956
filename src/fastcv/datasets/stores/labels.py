"""``labels.jsonl``: a line for each crop, whatever the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring as _quote

from ... import _core
from ..task import CutPage

NAME = "labels.jsonl"


def origins(page: CutPage) -> list[str]:
    """Return the members of a JSON object that say where each crop comes from.

    Joined here from parts: an encoder's call for each crop takes as long as to cut it.
    """
    first = f'"page": {quote(page.path)}, "number": {json.dumps(page.number)}, "box": '
    quads = _core._quads_to_json(page.crops.quads)
    return [
        f'{first}{box}, "quad": {quad}' for box, quad in zip(page.crops.boxes, quads, strict=True)
    ]


def lines(start: str, names: Iterable[str], origins: Sequence[str], page: CutPage) -> bytes:
    """Return the lines of a page's crops, whose texts `texts` has not refused.

    A line starts with `start`, which ends within a text of JSON. A crop's name, without anything to
    escape, goes on with it.
    """
    return "".join([
        f'{{{start}{name}", {origin}, "text": {"null" if text is None else _quote(text)}}}\n'
        for name, origin, text in zip(names, origins, page.crops.texts, strict=True)
    ]).encode()  # fmt: skip


def opened(text: str) -> str:
    """Return JSON of a text that goes on."""
    return quote(text)[:-1]


def start(shard: str, key: str) -> str:
    """Return what `lines` start with, of crops in a shard with keys that start with `key`."""
    return f'"file": {quote(shard)}, "key": {opened(key)}'


def quote(text: str) -> str:
    """Return JSON of a text, with escapes only where it must be or cannot be encoded."""
    quoted: str = _quote(text)
    try:
        quoted.encode()
    except UnicodeEncodeError:  # a file's name that is not UTF-8
        return json.dumps(text)
    return quoted


def texts(page: CutPage) -> list[bytes | None]:
    """Return the crops' texts in UTF-8. Refuse one that is none."""
    texts = page.crops.texts
    try:
        return [None if text is None else text.encode() for text in texts]
    except UnicodeEncodeError as error:
        index = texts.index(error.object)
        raise ValueError(
            f"the text of boxes[{page.crops.boxes[index]}] is not Unicode: {error.object!r:.100}"
        ) from None


def key_of(page: CutPage) -> str:
    """Return what keys of a page's crops start with: unique, and without dots.

    WebDataset takes all after the first dot as the name of a field.
    """
    return page.name.replace("%", "%25").replace(".", "%2E")
