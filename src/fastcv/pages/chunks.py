"""The parts of PNG and WebP files."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"

_MOST_CHUNKS = 1 << 20
"""A PNG or WebP of 1 GiB whose chunks have 1 KiB. Python reads so many headers in half a second."""


def is_webp(content: bytes) -> bool:
    """Whether this is a WebP with parts other than one picture."""
    return content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X"


def find_chunk(chunks: Iterator[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    """Return the data of the first chunk of a name; nothing if there is none."""
    for _, (name, data) in zip(range(_MOST_CHUNKS), chunks, strict=False):
        if name == wanted:
            return data
    return b""


def count_chunks(chunks: Iterator[tuple[bytes, bytes]], wanted: bytes) -> int:
    """Count the chunks of a name."""
    return sum(
        name == wanted for _, (name, _) in zip(range(_MOST_CHUNKS), chunks, strict=False)
    )  # fmt: skip


def png_chunks(content: bytes, wanted: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk's name, and the data of those that are wanted and have a right checksum."""
    place = len(PNG)
    while place + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        data = content[place + 8 : place + 8 + length] if name == wanted else b""
        place += 12 + length
        if data and content[place - 4 : place] != zlib.crc32(name + data).to_bytes(4, "big"):
            continue
        yield name, data


def webp_chunks(content: bytes, wanted: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk's name, and the data of those that are wanted."""
    place = 12
    while place + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, place)
        yield name, content[place + 8 : place + 8 + length] if name == wanted else b""
        place += 8 + length + length % 2
