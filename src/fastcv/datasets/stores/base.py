"""What all stores share: the contract, files that grow, shards, and going back to a state.

A store's state says what its last `commit` made durable. A process may be killed at any moment, so
a folder may hold more than the state says. Whoever opens the store with that state removes it.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ...outputs import Guard, Move, move_all, named

if TYPE_CHECKING:
    from ..task import CutPage

ASIDE = ".fastcv-new"
"""A folder in the data set, for what is being written."""

State = dict[str, Any]

_APPEND = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Options:
    """How to write a data set."""

    guard: Guard
    """Which files may be replaced."""
    flat: bool = False
    """Whether crops in a folder lie in it directly: for a single page."""
    shard_bytes: int = 256 << 20
    """A shard that has reached this size is full."""


class Store(Protocol):
    """Where crops go.

    Commit a new store before its first page is added, and keep that state: what lies beyond it is
    then known to be the run's own.
    """

    def __init__(self, folder: Path, state: State | None, suffix: str, options: Options) -> None:
        """Open a store in a folder that exists.

        `state` is what `commit` returned last: all that was written later is removed. None is a new
        data set: files in its way are an OSError unless they may be replaced. `suffix` is the
        format of the crops.
        """

    def add(self, page: CutPage) -> None:
        """Add a page's crops. An error leaves the store as it was."""

    def pending(self) -> bool:
        """Whether a page was added since the last commit."""

    def full(self) -> bool:
        """Whether this is a good time to commit."""

    def commit(self) -> State:
        """Make all that was added durable."""

    def close(self) -> None:
        """Leave no temporary files. Pages added after the last commit may be lost."""


def import_package(name: str) -> Any:
    """Import what a store needs."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"this data set needs the package {name}: pip install 'fastcv-ocr[datasets]'"
        ) from error


class Aside:
    """A folder for what is being written. It is there only while it is needed."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / ASIDE
        self.remove()

    def make(self) -> Path:
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            raise named(error, self.path.parent) from None
        return self.path

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class GrowingFile:
    """A file to which bytes are appended."""

    def __init__(self, path: Path, size: int | None, guard: Guard) -> None:
        """Create a file, or go on after its first `size` bytes."""
        self._path = path
        self.size = size or 0
        self.removed = b""
        """What followed the first `size` bytes: a killed run wrote it after its last commit."""
        if size is None:
            clear_the_way([path], guard)
            self._descriptor = os.open(path, _APPEND | os.O_CREAT | os.O_EXCL, 0o666)
        else:
            try:
                self._descriptor = os.open(path, _APPEND)
            except FileNotFoundError:
                raise changed(path) from None
            self._go_back()

    def _go_back(self) -> None:
        there = os.fstat(self._descriptor).st_size
        if there < self.size:
            self.close()
            raise changed(self._path)
        self.removed = os.pread(self._descriptor, there - self.size, self.size)
        os.ftruncate(self._descriptor, self.size)

    def append(self, content: bytes) -> None:
        """Write at the end. An error leaves the file as it was."""
        view = memoryview(content)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            self.cut(self.size)
            raise named(error, self._path) from None
        self.size += len(content)

    def cut(self, size: int) -> None:
        """Remove what follows the first `size` bytes."""
        os.ftruncate(self._descriptor, size)
        self.size = size

    def sync(self) -> None:
        """Wait until the disk has it."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise named(error, self._path) from None

    def close(self) -> None:
        """Close it. Nothing is waiting to be written."""
        os.close(self._descriptor)


class Shards:
    """Files of one data set, numbered, each of them complete when it gets its name."""

    def __init__(self, folder: Path, suffix: str, count: int | None, options: Options) -> None:
        self._folder = folder
        self._suffix = suffix
        self._guard = options.guard if count is None else own(options.guard)
        self._aside = Aside(folder)
        self.count = count or 0
        there = self._find()
        if count is None:
            clear_the_way(there.values(), options.guard)
            return
        for number in range(count):
            if number not in there:
                raise changed(self._folder / self.name_of(number))
        clear_the_way((path for number, path in there.items() if number >= count), self._guard)

    def _find(self) -> dict[int, Path]:
        pattern = re.compile(rf"crops-(\d{{6,}})\.{self._suffix}")
        found = ((pattern.fullmatch(path.name), path) for path in self._folder.iterdir())
        return {int(match[1]): path for match, path in found if match}

    def name_of(self, number: int) -> str:
        return f"crops-{number:06}.{self._suffix}"

    @property
    def name(self) -> str:
        """The name of the shard that is being written, or is to be written next."""
        return self.name_of(self.count)

    @property
    def target(self) -> Path:
        """Where that shard will be."""
        return self._folder / self.name

    def begin(self) -> Path:
        """Return where to write the next shard."""
        return self._aside.make() / self.name

    def finish(self) -> None:
        """Give the shard its name. Its content is on the disk."""
        move_all([Move(self.begin(), self._aside.path / "old", self.target)], self._guard)
        sync_folder(self._folder)
        self._aside.remove()
        self.count += 1

    def close(self) -> None:
        """Remove a shard that is not complete."""
        self._aside.remove()


def own(guard: Guard) -> Guard:
    """Let all files but inputs be replaced: they are this run's own."""
    return Guard(guard.inputs, overwrite=True)


def clear_the_way(paths: Iterable[Path], guard: Guard) -> None:
    """Remove files, all or none, unless they may not be replaced. Empty ones may."""
    there = [path for path in paths if os.path.lexists(path)]
    for path in there:
        empty = path.is_file() and not path.stat().st_size
        (own(guard) if empty else guard).check(path)
    for path in there:
        path.unlink()


def changed(path: Path) -> ValueError:
    """Say that a data set cannot be gone on with."""
    return ValueError(f"{path} is not as it was left: this data set cannot be gone on with")


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names of the folder's files."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot
            raise named(error, folder) from None
    finally:
        os.close(descriptor)
