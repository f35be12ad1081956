"""A contact sheet: a page of HTML with crops and their texts.

HTML, because texts are in any script: the browser has the fonts.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from html import escape
from itertools import islice
from pathlib import Path

from ..outputs import Guard, write_together
from .task import Crop, CutPage

MOST = 100
"""A sheet shows so many crops."""
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "bmp": "image/bmp"}
_HEAD = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>Crops</title>
<style>
body { font: 14px sans-serif; margin: 16px; color: #222; background: #eee }
main { display: flex; flex-wrap: wrap; gap: 8px; align-items: flex-start }
figure { margin: 0; padding: 8px; background: #fff; max-width: 400px }
img { max-width: 100%; max-height: 160px; border: 1px solid #ccc }
b { display: block; font-size: 18px; font-weight: normal; white-space: pre-wrap;
    overflow-wrap: anywhere; unicode-bidi: plaintext }
i, small { color: #777 }
small { overflow-wrap: anywhere }
</style>
</head>
<body>
<main>
"""
_TAIL = "</main>\n</body>\n</html>\n"


def check_preview(path: Path, format: str, guard: Guard) -> None:
    """Refuse a sheet that cannot be shown, or a file that may not be replaced."""
    if format not in _TYPES:
        raise ValueError(f"browsers do not show {format}: use {', '.join(_TYPES)}")
    guard.check(path)


def write_preview(path: Path, pages: Iterable[CutPage], format: str, guard: Guard) -> None:
    """Write a sheet of the first hundred crops. No more pages are taken than that needs."""
    check_preview(path, format, guard)
    figures = (_figure(page, crop, format) for page, crop in islice(_crops(pages), MOST))
    sheet = "".join((_HEAD, *figures, _TAIL))
    write_together(path.parent, [(path.name, sheet.encode("utf-8", "backslashreplace"))], guard)


def _crops(pages: Iterable[CutPage]) -> Iterator[tuple[CutPage, Crop]]:
    for page in pages:
        for crop in page.crops:
            yield page, crop


def _figure(page: CutPage, crop: Crop, format: str) -> str:
    content = base64.b64encode(crop.content).decode("ascii")
    text = "<i>no text</i>" if crop.text is None else escape(crop.text)
    number = "" if page.number is None else f", page {page.number + 1}"
    return (
        f'<figure><img src="data:{_TYPES[format]};base64,{content}"'
        f' width="{crop.width}" height="{crop.height}" alt="">\n'
        f"<b>{text}</b>\n"
        f"<small>{escape(page.path)}{number}, box {crop.box}: "
        f"{crop.width} × {crop.height}</small></figure>\n"
    )
