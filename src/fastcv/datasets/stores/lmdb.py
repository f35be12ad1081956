"""LMDB with the keys of the scene-text loaders: ``image-000000001``, ``label-000000001``."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from ..task import CutPage
from . import labels
from .base import GrowingFile, Options, State, changed, clear_the_way, import_package, own

_COUNT = b"num-samples"
_IMAGE, _LABEL = b"image-", b"label-"
_FULL_BYTES = 32 << 20
"""A transaction is kept in memory until it is committed."""
_AHEAD = 8
"""So many keys are put ahead. With 1, pages of pictures of the same size may be a third empty."""
_FIRST_MAP_BYTES = 64 << 20
_FILES = ("data.mdb", "lock.mdb")


class LmdbStore:
    """An LMDB environment in DIR: pictures, texts in UTF-8, and ``num-samples``.

    Samples are counted from 1. A word without text has an empty label.
    """

    def __init__(self, folder: Path, state: State | None, suffix: str, options: Options) -> None:
        self._lmdb = import_package("lmdb")
        counts = state or {}
        self._path = folder / _FILES[0]
        self._environment: Any = None
        self._samples: int = counts.get("samples", 0)
        self._images: list[tuple[bytes, bytes]] = []
        self._texts: list[tuple[bytes, bytes]] = []
        self._lines: list[bytes] = []
        self._bytes = 0
        self._added = 0
        try:
            if self._samples:
                self._go_back()
            else:
                guard = options.guard if state is None else own(options.guard)
                clear_the_way((folder / name for name in _FILES), guard)
            self._labels = GrowingFile(folder / labels.NAME, counts.get("labels"), options.guard)
        except BaseException:
            self._close_environment()
            raise

    def _go_back(self) -> None:
        """Remove samples that were written after the state."""
        if not self._path.exists():
            raise changed(self._path)
        with self._named_errors():
            environment = self._open()
            with environment.begin(write=True) as transaction:
                count = int(transaction.get(_COUNT, b"0"))
                if count < self._samples:
                    raise changed(self._path)
                for number in range(self._samples + 1, count + 1):
                    for key in _keys(number):
                        transaction.delete(key)
                transaction.put(_COUNT, b"%d" % self._samples)

    def add(self, page: CutPage) -> None:
        """Keep a page's crops for the next transaction."""
        texts = labels.texts(page)
        contents = page.crops.contents
        first = self._count() + 1
        numbers = [b"%09d" % number for number in range(first, first + len(texts))]
        names = (number.decode() for number in numbers)
        lines = labels.lines('"key": "image-', names, labels.origins(page), page)
        self._images += zip([_IMAGE + number for number in numbers], contents, strict=True)
        self._texts += [
            (_LABEL + number, text or b"") for number, text in zip(numbers, texts, strict=True)
        ]
        self._bytes += sum(map(len, contents))
        self._lines.append(lines)
        self._added += 1

    def pending(self) -> bool:
        return self._added > 0

    def full(self) -> bool:
        return self._bytes >= _FULL_BYTES

    def commit(self) -> State:
        """Write all that was added in one transaction."""
        if self._images:
            with self._named_errors():
                self._put()
        self._labels.append(b"".join(self._lines))
        self._labels.sync()
        self._samples = self._count()
        self._images.clear()
        self._texts.clear()
        self._lines.clear()
        self._bytes = self._added = 0
        return {"labels": self._labels.size, "samples": self._samples}

    def _count(self) -> int:
        """How many samples there are, with those that wait for the next commit."""
        return self._samples + len(self._images)

    def _put(self) -> None:
        environment = self._open()
        items = [*_packed(self._images), *self._texts, (_COUNT, b"%d" % self._count())]
        while True:
            try:
                with environment.begin(write=True) as transaction, transaction.cursor() as cursor:
                    cursor.putmulti(items)
                return
            except self._lmdb.MapFullError:
                environment.set_mapsize(2 * environment.info()["map_size"])

    def _open(self) -> Any:
        if self._environment is None:
            size = self._path.stat().st_size if self._path.exists() else 0
            self._environment = self._lmdb.open(
                str(self._path.parent), map_size=max(_FIRST_MAP_BYTES, 2 * size)
            )
        return self._environment

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Turn errors of LMDB, such as a full disk, into those of a file."""
        try:
            yield
        except self._lmdb.Error as error:
            number = errno.ENOSPC if isinstance(error, self._lmdb.DiskError) else errno.EIO
            raise OSError(number, str(error).rpartition(": ")[2], str(self._path)) from None

    def close(self) -> None:
        self._close_environment()
        self._labels.close()

    def _close_environment(self) -> None:
        if self._environment is not None:
            self._environment.close()


def _packed(images: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Put the keys of the next pictures, without values, before each picture.

    When a page is full, LMDB moves its last key to the next page. A page holds two or three
    pictures, and would lose one of them. With keys ahead it loses one of these.
    """
    empty = [(key, b"") for key, _ in images]
    yield from empty[1:_AHEAD]
    yield from chain.from_iterable(zip(empty[_AHEAD:], images, strict=False))
    yield from images[-_AHEAD:]


def _keys(number: int) -> tuple[bytes, bytes]:
    return _IMAGE + b"%09d" % number, _LABEL + b"%09d" % number
