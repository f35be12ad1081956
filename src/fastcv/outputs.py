"""Write results: whole, all of them or none, and never over an input."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems without hard links answer."""


@dataclass(frozen=True)
class Guard:
    """Which files a command may replace."""

    inputs: frozenset[tuple[int, int]]
    """Device and inode of every file that the command reads."""
    overwrite: bool
    """Whether other files may be replaced."""

    @classmethod
    def of(cls, paths: Iterable[Path], overwrite: bool) -> Guard:
        """Protect these files under all their names."""
        found = map(_identity, paths)
        return cls(frozenset(each for each in found if each is not None), overwrite)

    def check(self, target: Path) -> None:
        """Raise an OSError unless `target` may be written."""
        try:
            os.lstat(target)
        except (FileNotFoundError, NotADirectoryError):
            return
        if _identity(target) in self.inputs:
            raise FileExistsError(
                errno.EEXIST, "this file is an input, which is never replaced", str(target)
            )
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        if not self.overwrite:
            raise FileExistsError(
                errno.EEXIST, "this file exists (--overwrite replaces it)", str(target)
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def write_together(folder: Path, contents: Iterable[tuple[str, bytes]], guard: Guard) -> None:
    """Write files, given by name and content, into a folder: all of them, or none.

    They are written into a new folder in `folder`, and moved when all of them are complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        aside = Path(tempfile.mkdtemp(dir=folder, prefix=".fastcv-"))
    except OSError as error:
        raise named(error, folder) from None
    try:
        moves = []
        for name, content in contents:
            move = Move(aside / f"new-{name}", aside / f"old-{name}", folder / name)
            try:
                move.new.write_bytes(content)
            except OSError as error:
                raise named(error, move.target) from None
            moves.append(move)
        move_all(moves, guard)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def named(error: OSError, path: Path) -> OSError:
    """Return the same error of the file that the user knows."""
    return OSError(error.errno, error.strerror or str(error), str(path))


@dataclass(frozen=True)
class Move:
    """A file that is written, a place for the one that it replaces, and where it goes."""

    new: Path
    old: Path
    target: Path

    def do(self, guard: Guard) -> None:
        guard.check(self.target)
        if guard.overwrite:
            self._keep_old()
            os.replace(self.new, self.target)
        else:
            self._do_unless_there_is_one()

    def _keep_old(self) -> None:
        with suppress(FileNotFoundError):
            try:
                os.link(self.target, self.old, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                os.rename(self.target, self.old)

    def _do_unless_there_is_one(self) -> None:
        """Fail if a file of this name has appeared since the check."""
        try:
            os.link(self.new, self.target)
            return
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
        os.close(os.open(self.target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        try:
            os.replace(self.new, self.target)
        except BaseException:
            os.unlink(self.target)
            raise

    def undo(self) -> None:
        """Restore what was there. The move may have failed at any step."""
        with suppress(OSError):
            if os.path.lexists(self.old):
                os.replace(self.old, self.target)
            elif not self.new.exists() or os.path.samefile(self.new, self.target):
                os.unlink(self.target)


def move_all(moves: list[Move], guard: Guard) -> None:
    """Move files to where they go: all of them, or none."""
    for move in moves:
        guard.check(move.target)
    started: list[Move] = []
    try:
        for move in moves:
            started.append(move)
            try:
                move.do(guard)
            except OSError as error:
                raise named(error, move.target) from None
    except BaseException:  # Ctrl-C too
        for move in reversed(started):
            move.undo()
        raise
