"""The pages of a TIFF file: its directories, each of which says where the next one is.

A page is decoded from a copy of the file whose header points to the page's directory, and so as any
other picture is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

MOST_PAGES = 1 << 16
"""As many directories as libtiff follows."""

_MOST_ENTRIES = 1 << 16
"""Of a directory. Classic TIFF cannot have more; libtiff refuses more of BigTIFF."""

Read = Callable[[int, int], bytes]
"""Reads bytes at a place: (place, how many). Past the file's end there are fewer."""


class _Layout(NamedTuple):
    """How a file writes its numbers."""

    offset: str
    """The format of a place in the file, for `struct`."""
    first: int
    """Where the header has the first directory's place."""
    entries: str
    """The format of a directory's number of entries."""
    entry_bytes: int


_LAYOUTS = {
    b"II*\0": _Layout("<I", 4, "<H", 12),
    b"MM\0*": _Layout(">I", 4, ">H", 12),
    b"II+\0": _Layout("<Q", 8, "<Q", 20),
    b"MM\0+": _Layout(">Q", 8, ">Q", 20),
}
"""TIFF 6.0, section 2; BigTIFF has 8 bytes a place."""


def is_tiff(head: bytes) -> bool:
    """Whether a file that begins like this is a TIFF."""
    return head[:4] in _LAYOUTS


def count_directories(read: Read) -> int:
    """Count the pages. Raise a ValueError if one cannot be reached."""
    return sum(1 for _ in _directories(read))


def point_to(content: bytearray, number: int) -> int:
    """Make page `number`, counted from 0, the file's first one. Return how many pages there are."""
    places = list(_directories(lambda place, size: bytes(content[place : place + size])))
    if number >= len(places):
        raise ValueError(f"there is no page {number + 1}: the file has {len(places)}")
    layout = _LAYOUTS[bytes(content[:4])]
    struct.pack_into(layout.offset, content, layout.first, places[number])
    return len(places)


def _directories(read: Read) -> Iterator[int]:
    """Yield the place of each directory."""
    magic = read(0, 4)
    if magic not in _LAYOUTS:  # the file has been changed since its head was read
        raise ValueError("not a TIFF")
    layout = _LAYOUTS[magic]
    seen: set[int] = set()
    place = _unpack(layout.offset, read, layout.first)
    while place:
        if place in seen:
            raise ValueError(f"a damaged image: after page {len(seen)} comes an earlier page")
        if len(seen) == MOST_PAGES:
            raise ValueError(f"more than {MOST_PAGES:,} pages")
        seen.add(place)
        count = _unpack(layout.entries, read, place, len(seen))
        if not 0 < count < _MOST_ENTRIES:
            raise ValueError(f"a damaged image: page {len(seen)} has no valid directory")
        after = place + struct.calcsize(layout.entries) + count * layout.entry_bytes
        yield place
        place = _unpack(layout.offset, read, after, len(seen))


def _unpack(layout: str, read: Read, place: int, page: int = 1) -> int:
    size = struct.calcsize(layout)
    content = read(place, size)
    if len(content) < size:
        raise ValueError(f"a damaged image: page {page}'s directory lies beyond the file's end")
    (value,) = struct.unpack(layout, content)
    return int(value)
