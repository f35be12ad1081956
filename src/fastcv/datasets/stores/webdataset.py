"""WebDataset: tar archives with a picture, its text and its origin for each crop.

Members get plain ustar headers, written here: tarfile takes ten times as long for them.
"""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from typing import BinaryIO

from ...outputs import named
from ..task import CutPage
from . import labels
from .base import GrowingFile, Options, Shards, State

_BLOCK = 512
_END = bytes(2 * _BLOCK)
_FIXED = b"0000644\x000000000\x000000000\0"
"""Mode, user, group."""
_TIME = b"00000000000\0"
_REST = b"0" + bytes(100) + b"ustar\x0000" + bytes(247)
"""A regular file, no link, the format and its version, no owners, no device, no prefix."""
_SUM = sum(_FIXED + _TIME + _REST) + 8 * ord(" ")
"""The header's checksum counts itself as blanks."""


class WebDatasetStore:
    """Shards ``crops-000000.tar`` of KEY.png, KEY.txt and KEY.json.

    KEY is the page's name and the box's number. A word without text has no KEY.txt. Archives of
    the same crops have the same bytes.
    """

    def __init__(self, folder: Path, state: State | None, suffix: str, options: Options) -> None:
        counts = state or {}
        self._suffix = suffix
        self._shards = Shards(folder, "tar", counts.get("shards"), options)
        self._labels = GrowingFile(folder / labels.NAME, counts.get("labels"), options.guard)
        self._lines: list[bytes] = []
        self._shard: BinaryIO | None = None
        self._shard_bytes = options.shard_bytes
        self._added = 0

    def add(self, page: CutPage) -> None:
        """Write a page's crops into the shard that is open."""
        texts = labels.texts(page)
        keys = [f"{labels.key_of(page)}_{crop.box:04}" for crop in page.crops]
        origins = labels.origins(page)
        members = []
        for key, crop, text, origin in zip(keys, page.crops, texts, origins, strict=True):
            description = f'{{{origin}, "height": {crop.height}, "width": {crop.width}}}'
            members += member(f"{key}.{self._suffix}", crop.content)
            if text is not None:
                members += member(f"{key}.txt", text)
            members += member(f"{key}.json", description.encode())
        places = ({"file": self._shards.name, "key": key} for key in keys)
        lines = labels.lines(places, origins, page)
        if members:
            self._append(b"".join(members))
        self._lines.append(lines)
        self._added += 1

    def _append(self, content: bytes) -> None:
        try:
            if self._shard is None:
                self._shard = self._shards.begin().open("wb", buffering=0)
            begin = self._shard.tell()
            try:
                _write(self._shard, content)
            except BaseException:
                self._cut(begin)
                raise
        except OSError as error:
            raise named(error, self._shards.target) from None

    def _cut(self, size: int) -> None:
        assert self._shard is not None
        self._shard.truncate(size)
        self._shard.seek(size)
        if not size:
            self._shard.close()
            self._shard = None

    def pending(self) -> bool:
        return self._added > 0

    def full(self) -> bool:
        return self._shard is not None and self._shard.tell() >= self._shard_bytes

    def commit(self) -> State:
        """Finish the shard that is open."""
        if self._shard is not None:
            try:
                _write(self._shard, _END)
                os.fsync(self._shard.fileno())
                self._shard.close()
            except OSError as error:
                raise named(error, self._shards.target) from None
            self._shard = None
            self._shards.finish()
        self._labels.append(b"".join(self._lines))
        self._labels.sync()
        self._lines.clear()
        self._added = 0
        return {"labels": self._labels.size, "shards": self._shards.count}

    def close(self) -> None:
        if self._shard is not None:
            self._shard.close()
        self._labels.close()
        self._shards.close()


def member(name: str, content: bytes) -> list[bytes]:
    """Return the parts of an archive's member: header, content, and zeros up to a whole block."""
    path = os.fsencode(name)
    size = len(content)
    if len(path) <= 100 and size < 8**11:
        digits = b"%011o\0" % size
        check = b"%06o\0 " % (_SUM + sum(path) + sum(digits))
        header = b"".join((path.ljust(100, b"\0"), _FIXED, digits, _TIME, check, _REST))
    else:
        info = tarfile.TarInfo(name)
        info.size = size
        header = info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    return [header, content, bytes(-size % _BLOCK)]


def _write(file: BinaryIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
