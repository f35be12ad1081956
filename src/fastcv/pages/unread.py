"""What a file is that OpenCV cannot read as a picture, by its first and last bytes."""

from __future__ import annotations

import re

TOO_SHORT = "ends too early"

_STARTS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
}
_OTHERS = {
    b"\x93NUMPY": "a NumPy array",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"8BPS": "a Photoshop file",
    b"AT&TFORM": "a DjVu file",
    b"%!PS": "PostScript",
}
_ENDS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9", "GIF": b"\x3b"}
"""What the last bytes of a whole picture hold; some bytes may follow."""


def what_it_is(head: bytes, tail: bytes, size: int) -> str:
    """Return what OpenCV could not read: a file of so many bytes, by its first and last ones."""
    if not size:
        return "an empty file, not an image"
    if b"%PDF-" in head:
        return "a PDF, not an image"
    picture = next((name for start, name in _STARTS.items() if head.startswith(start)), "")
    if not picture and head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        picture = "WebP"
    if picture:
        fault = TOO_SHORT if _is_cut(picture, head, tail, size) else "is damaged"
        return f"a {picture} image that {fault}"
    if head[4:8] == b"ftyp":
        kind = head[8:12].decode("ascii", "replace").strip()
        return f"an image or a film of type {kind!r}, which this OpenCV does not read"
    other = next((name for start, name in _OTHERS.items() if head.startswith(start)), "")
    other = other or _text(head[:64]) or "a file of unknown type"
    return f"{other}, not an image that OpenCV can read"


def _is_cut(picture: str, head: bytes, tail: bytes, size: int) -> bool:
    if picture in _ENDS:
        return _ENDS[picture] not in tail
    if picture == "WebP":
        return size < int.from_bytes(head[4:8], "little") + 8
    return picture == "BMP" and size < int.from_bytes(head[2:6], "little")


def _text(start: bytes) -> str:
    """Return what the text begins with. Empty if this is no text."""
    if re.search(rb"[\0-\x08\x0e-\x1f\x7f]", start):
        return ""
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:  # not a character that is cut
            return ""
        text = start[: error.start].decode("utf-8")
    return f"text that begins with {text[:20]!r}"
