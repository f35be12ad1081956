"""The orientation that EXIF gives a picture, in the order of ``cv2.imread``.

``cv2.IMREAD_UNCHANGED`` keeps alpha and depth but does not turn. OpenCV 4.10 turns neither WebP nor
a JPEG whose XMP comes before its EXIF; 4.14 and 5.0 turn both. This is the rule of the latter, for
any OpenCV. TIFF is not among the formats, because OpenCV always turns it by its own tag.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from ..opencv import load_cv2
from .chunks import PNG, find_chunk, is_webp, png_chunks, webp_chunks

if TYPE_CHECKING:
    from numpy.typing import NDArray

UPRIGHT = 1

_ORIENTATION = 0x0112


def orientation_of(content: bytes) -> int:
    """Return the EXIF orientation of a JPEG, PNG or WebP: 1 to 8; 1 if there is none."""
    if content[:2] == b"\xff\xd8":
        exif = _exif_of_jpeg(content)
    elif content[:8] == PNG:
        exif = find_chunk(png_chunks(content, b"eXIf"), b"eXIf")
    elif is_webp(content):
        has_exif = content[20:21] and content[20] & 8
        exif = find_chunk(webp_chunks(content, b"EXIF"), b"EXIF") if has_exif else b""
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
