"""WebDataset: tar archives with a picture, its text and its origin for each crop.

Members get plain ustar headers, written in C: tarfile takes a hundred times as long.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from ... import _core
from ...outputs import named
from ..task import CutPage
from . import labels
from .base import GrowingFile, Options, Shards, State

_BLOCK = 512
_END = bytes(2 * _BLOCK)


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
        key = labels.key_of(page)
        endings = [f"_{box:04}" for box in page.crops.boxes]
        origins = labels.origins(page)
        names: list[str] = []
        contents: list[bytes] = []
        crops = page.crops
        for ending, text, origin, height, width, content in zip(
            endings, texts, origins, crops.heights, crops.widths, crops.contents, strict=True
        ):
            names.append(f"{key}{ending}.{self._suffix}")
            contents.append(content)
            if text is not None:
                names.append(f"{key}{ending}.txt")
                contents.append(text)
            names.append(f"{key}{ending}.json")
            contents.append(f'{{{origin}, "height": {height}, "width": {width}}}'.encode())
        lines = labels.lines(labels.start(self._shards.name, key), endings, origins, page)
        if names:
            self._append(members(names, contents))
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


def members(names: Sequence[str], contents: Sequence[bytes]) -> bytes:
    """Return the members of an archive: headers, contents, and zeros up to whole blocks."""
    paths = os.fsencode("\0".join(names)).split(b"\0")
    if max(map(len, paths)) <= 100 and max(map(len, contents)) < 8**11:
        return _core._tar_members(tuple(paths), tuple(contents))
    parts: list[bytes] = []
    for name, content in zip(names, contents, strict=True):
        info = tarfile.TarInfo(name)
        info.size = len(content)
        parts.append(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))
        parts += (content, bytes(-len(content) % _BLOCK))
    return b"".join(parts)


def _write(file: BinaryIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
