"""What a command prints while it works: a bar, results, and errors by file."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from .streams import forget

_File = TypeVar("_File")

EXPECTED = (OSError, ValueError, TypeError, MemoryError, ImportError)
"""Errors that fail one file. The other files are still processed."""


class Progress:
    """A bar on a terminal if tqdm is installed. Otherwise it prints nothing."""

    def __init__(self, unit: str, total: int) -> None:
        self._bar: Any = None
        if sys.stderr is not None and sys.stderr.isatty():
            try:
                tqdm = import_module("tqdm").tqdm  # it has no types
            except ImportError:
                return
            size = shutil.get_terminal_size()  # 80 x 24 where a terminal says 0 x 0
            self._bar = tqdm(
                total=total,
                unit=unit,
                file=sys.stderr,
                leave=False,
                ncols=size.columns,
                nrows=size.lines,
            )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def advance(self) -> None:
        """Count one more step."""
        if self._bar is not None:
            self._bar.update()

    def reach(self, done: int, total: int, before: int, note: str) -> None:
        """Show that so many steps are done, of which some were done before this run."""
        if self._bar is not None:
            self._bar.total, self._bar.initial = total, before
            self._bar.set_postfix_str(note, refresh=False)
            self._bar.update(done - self._bar.n)
            if done == total:
                self._bar.refresh()

    def clear(self) -> None:
        """Make room for a line. The next step draws the bar again."""
        if self._bar is not None:
            self._bar.clear()

    def try_each(
        self, files: Iterable[_File], title: Callable[[_File], str], work: Callable[[_File], str]
    ) -> bool:
        """Do the work for every file and print what it returns. Return True if any file failed."""
        failed = False
        for file in files:
            try:
                text = work(file)
            except EXPECTED as error:
                self.clear()
                complain(f"{show(title(file))}: {explain(error, title(file))}")
                failed = True
            else:
                if text:
                    self.clear()
                    print(text, flush=True)
        return failed


def complain(text: str) -> None:
    """Print an error on standard error, if possible."""
    if sys.stderr is None:  # it was closed, and print would use standard output instead
        return
    try:
        print(f"fastcv: {text}", file=sys.stderr, flush=True)
    except OSError:  # a full disk: the exit status still tells
        forget(2)


def first_of(frames: int) -> str:
    """Say that only the first frame of a file was read."""
    return f"the first of {frames:,} frames; --page chooses another"


def explain(error: BaseException, path: str | Path | None = None) -> str:
    """Say in one line what is wrong. Name the file unless it is `path`."""
    reason = str(error).removeprefix(f"{path}: ")
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
        named = error.filename2 or error.filename
        if named is not None and str(named) != str(path):
            reason = f"{named}: {reason}"
    line = show(" ".join(reason.split())) or type(error).__name__
    return line if len(line) <= 500 else f"{line[:497]}..."


def show(text: str | Path) -> str:
    """Escape what is not printable. A name could otherwise break a line or control a terminal."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(text)
    )
