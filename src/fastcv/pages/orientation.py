"""The orientation that EXIF gives a picture, in the order of ``cv2.imread``.

``cv2.IMREAD_UNCHANGED`` keeps alpha and depth but does not turn. OpenCV 4.10 turns neither WebP nor
a JPEG whose XMP comes before its EXIF; 4.14 and 5.0 turn both. This is the rule of the latter, for
any OpenCV. TIFF is not among the formats, because OpenCV always turns it by its own tag.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..opencv import load_cv2

if TYPE_CHECKING:
    from numpy.typing import NDArray

UPRIGHT = 1

_ORIENTATION = 0x0112
_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 1 << 20
"""A PNG or WebP of 1 GiB whose chunks have 1 KiB. Python reads so many headers in half a second."""


def orientation_of(content: bytes) -> int:
    """Return the EXIF orientation of a JPEG, PNG or WebP: 1 to 8; 1 if there is none."""
    if content[:2] == b"\xff\xd8":
        exif = _exif_of_jpeg(content)
    elif content[:8] == _PNG:
        exif = _find(_png_chunks(content), b"eXIf")
    elif content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X":
        exif = _find(_webp_chunks(content), b"EXIF") if content[20:21] and content[20] & 8 else b""
    else:
        return UPRIGHT
    return _orientation_in(exif)


def turn(image: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn a picture upright. `orientation` is 1 to 8 (EXIF 2.32, 4.6.5.A, Orientation)."""
    cv2 = load_cv2()
    if orientation in (5, 7):
        image = cv2.transpose(image)
    if orientation in (3, 7):
        image = cv2.rotate(image, cv2.ROTATE_180)
    elif orientation in (2, 4):
        image = cv2.flip(image, 1 if orientation == 2 else 0)
    elif orientation in (6, 8):
        clockwise = orientation == 6
        image = cv2.rotate(
            image, cv2.ROTATE_90_CLOCKWISE if clockwise else cv2.ROTATE_90_COUNTERCLOCKWISE
        )
    return image


def _orientation_in(exif: bytes) -> int:
    """Read the tag in the first directory of a block of EXIF, which is laid out as a TIFF."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None or len(exif) < 10:
        return UPRIGHT
    (start,) = struct.unpack_from(f"{order}I", exif, 4)
    if start > len(exif) - 2:
        return UPRIGHT
    (count,) = struct.unpack_from(f"{order}H", exif, start)
    if start + 2 + 12 * count > len(exif):
        return UPRIGHT
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        tag, value = struct.unpack_from(f"{order}H6xH", exif, entry)
        if tag == _ORIENTATION:
            return int(value) if 1 <= value <= 8 else UPRIGHT
    return UPRIGHT


def _exif_of_jpeg(content: bytes) -> bytes:
    """Return the first segment APP1 of EXIF before the picture's data."""
    place = 2
    while content[place : place + 1] == b"\xff":
        marker = content[place + 1 : place + 2]
        if marker == b"\xff":  # a byte to fill up
            place += 1
            continue
        if marker in (b"", b"\xda", b"\xd9"):  # the picture's data, the end
            break
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        data = content[place + 4 : place + 2 + length]
        if marker == b"\xe1" and data[:6] == b"Exif\0\0":
            return data[6:]
        place += 2 + max(length, 2)
    return b""


def _find(chunks: Iterator[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    for _, (name, data) in zip(range(_MOST_CHUNKS), chunks, strict=False):
        if name == wanted:
            return data
    return b""


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk's name, and the data of EXIF whose checksum is right."""
    place = 8
    while place + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        data = content[place + 8 : place + 8 + length] if name == b"eXIf" else b""
        place += 12 + length
        if data and content[place - 4 : place] != zlib.crc32(name + data).to_bytes(4, "big"):
            continue
        yield name, data


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk's name, and the data of EXIF."""
    place = 12
    while place + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, place)
        yield name, content[place + 8 : place + 8 + length] if name == b"EXIF" else b""
        place += 8 + length + length % 2
