"""A folder of files, with PaddleOCR's list of them.

A page's lines in the lists come first, then all its files in one move. If the process is killed
between the two, the lines beyond the state name the files that may be there.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ...outputs import Move, move_all, named
from ..ledger import ERRORS, NAME
from ..task import CutPage
from . import labels
from .base import ASIDE, Aside, GrowingFile, Options, State, own

RECOGNITION = "rec_gt.txt"
_TAKEN = {ASIDE, ERRORS, NAME, RECOGNITION, labels.NAME}
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_IN_THE_WAY = {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}


class FolderStore:
    """Crops as ``DIR/PAGE/PAGE_0000.png``, or ``DIR/PAGE_0000.png`` if it is flat.

    ``rec_gt.txt`` lists path, tab, text. It has no words without text, nor those whose text or path
    its lines cannot hold: with a tab or an end of line, or a path that is not UTF-8.

    A kill loses nothing that was committed; a power cut may, since files are not synced one by one.
    """

    def __init__(self, folder: Path, state: State | None, suffix: str, options: Options) -> None:
        self._folder = folder
        self._suffix = suffix
        self._flat = options.flat
        self._guard = options.guard
        self._aside = Aside(folder)
        self._added = 0
        sizes = state or {}
        self._labels = GrowingFile(folder / labels.NAME, sizes.get("labels"), options.guard)
        try:
            self._list = GrowingFile(folder / RECOGNITION, sizes.get("list"), options.guard)
        except BaseException:
            self._labels.close()
            raise
        self._remove(self._labels.removed)

    def _remove(self, removed: bytes) -> None:
        """Remove the files that a killed run made after its last commit."""
        guard = own(self._guard)
        for line in removed.splitlines(keepends=True):
            if line.endswith(b"\n"):  # else its files were not there yet
                path = self._folder / json.loads(line)["file"]
                with suppress(OSError):  # it was not there yet, or it is an input
                    guard.check(path)
                    path.unlink()
                with suppress(OSError):  # it has other files
                    if not self._flat:
                        path.parent.rmdir()

    def add(self, page: CutPage) -> None:
        """Write a page's files."""
        labels.texts(page)  # refuses what is not Unicode
        base = page.name.rpartition("/")[2]
        endings = self._endings(page)
        names = [base + ending for ending in endings]
        if not self._flat and page.name.partition("/")[0] in _TAKEN:
            raise ValueError(f"no page of a data set can be called {page.name}")
        target = self._folder if self._flat else self._folder / page.name
        inside = "" if self._flat else f"{page.name}/"
        if os.path.lexists(target):
            for name in names:
                self._guard.check(target / name)
        try:
            self._write(page, names, target)
            before = self._labels.size, self._list.size
            try:
                start = f'"file": {labels.opened(inside + base)}'
                self._labels.append(labels.lines(start, endings, labels.origins(page), page))
                self._list.append(_list(inside + base, endings, page.crops.texts))
                self._move(names, target)
            except BaseException:
                self._labels.cut(before[0])
                self._list.cut(before[1])
                raise
        finally:
            shutil.rmtree(self._aside.path / "page", ignore_errors=True)
        self._added += 1

    def _endings(self, page: CutPage) -> list[str]:
        """Return what follows the page's name in the names of its files."""
        boxes = page.crops.boxes
        digits = max(4, len(str(max([*boxes, *page.degenerate], default=0))))
        ending = f"_%0{digits}d.{self._suffix}"
        return [ending % box for box in boxes]

    def _write(self, page: CutPage, names: Sequence[str], target: Path) -> None:
        """Write the files aside. By descriptors: a third less time than by paths."""
        aside = self._aside.make() / "page"
        aside.mkdir()
        folder = os.open(aside, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for name, content in zip(names, page.crops.contents, strict=True):
                try:
                    _write_file(name, content, folder)
                except OSError as error:
                    raise named(error, target / name) from None
        finally:
            os.close(folder)

    def _move(self, names: Sequence[str], target: Path) -> None:
        aside = self._aside.path / "page"
        if not names:
            return
        if not self._flat:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.rename(aside, target)
                return
            except OSError as error:
                if error.errno not in _IN_THE_WAY:
                    raise named(error, target) from None
            target.mkdir(exist_ok=True)
        moves = [Move(aside / name, aside / f".old-{name}", target / name) for name in names]
        move_all(moves, self._guard)

    def pending(self) -> bool:
        return self._added > 0

    def full(self) -> bool:
        return self._added > 0  # nothing is synced, so a commit costs nothing

    def commit(self) -> State:
        """Say how long the lists are.

        Nothing is synced: on ext4 that would wait for all new files, a second for 2,000 crops.
        """
        self._added = 0
        return {"labels": self._labels.size, "list": self._list.size}

    def close(self) -> None:
        self._labels.close()
        self._list.close()
        self._aside.remove()


def _write_file(name: str, content: bytes, folder: int) -> None:
    descriptor = os.open(name, _NEW, 0o666, dir_fd=folder)
    try:
        if os.write(descriptor, content) < len(content):
            with open(descriptor, "ab", closefd=False) as file:  # a full disk, or over 2 GiB
                file.write(content[os.fstat(descriptor).st_size :])
    finally:
        os.close(descriptor)


def _list(start: str, endings: Sequence[str], texts: Sequence[str | None]) -> bytes:
    """Return the lines of ``rec_gt.txt``. All paths begin with `start`."""
    if _breaks(start):
        return b""
    if start.startswith("["):  # PaddleOCR would read a list of paths
        start = f"./{start}"
    lines = [
        f"{start}{ending}\t{text}\n"
        for ending, text in zip(endings, texts, strict=True)
        if text and not _breaks(text)
    ]
    try:
        return "".join(lines).encode()
    except UnicodeEncodeError:  # of the path: PaddleOCR could not read the list
        return b""


def _breaks(text: str) -> bool:
    """Whether a line of the list cannot hold this."""
    return "\t" in text or "\n" in text or "\r" in text
