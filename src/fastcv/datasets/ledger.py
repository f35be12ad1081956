"""Which pages are in a data set: what makes a run that was killed go on where it was.

DIR/pages.jsonl begins with a line of options. Each further line names pages whose crops are safe,
and the state of the store after them. A line is written after the crops are: what is in the store
and not in the ledger is removed when the run goes on.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from ..pages.find import LEDGER, LEDGER_START

NAME = LEDGER
ERRORS = "errors.jsonl"
"""Beside it: the pages that failed in the last run, if any did."""

_VERSION = 1


class Added(NamedTuple):
    """A page that is in."""

    page: str
    path: str
    number: int | None
    crops: int
    """How many."""
    degenerate: list[int]
    """Boxes that were left out because they cannot be cut."""
    ignored: int
    """How many words were left out because the annotations say to ignore them."""
    stamp: list[Any]
    """What changes if the page or its boxes change."""


class Ledger:
    """The file DIR/pages.jsonl, which only one run may have open."""

    def __init__(self, folder: Path, options: dict[str, Any], overwrite: bool) -> None:
        self.path = folder / NAME
        self.pages: dict[str, Added] = {}
        """What the ledger says of each page, by name."""
        self.state: dict[str, Any] | None = None
        self._file: IO[bytes] = open(self.path, "a+b", opener=_open)  # noqa: SIM115
        try:
            self._lock()
            if overwrite:
                self._file.truncate(0)
            self._read(options)
        except BaseException:
            self.close()
            raise

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"{self.path}: another run writes to this folder") from None
        except OSError:  # a file system without locks
            pass

    def _read(self, options: dict[str, Any]) -> None:
        self._file.seek(0)
        version, were = _VERSION, options
        whole = 0
        for number, line in enumerate(self._file, 1):
            if number == 1 and not LEDGER_START.startswith(line[: len(LEDGER_START)]):
                raise ValueError(f"{self.path}: line 1: not a line of fastcv's")
            if not line.endswith(b"\n"):  # the run was killed while it wrote this line
                break
            try:
                entry = json.loads(line)
                if number == 1:
                    version, were = entry["fastcv"], dict(entry["options"])
                else:
                    self._remember(Added(**page) for page in entry["pages"])
                    self.state = entry["state"]
            except (ValueError, KeyError, TypeError):
                raise ValueError(f"{self.path}: line {number}: not a line of fastcv's") from None
            if version != _VERSION:
                raise ValueError(f"{self.path}: of another version of fastcv")
            whole += len(line)
        self._file.truncate(whole)
        header = {"fastcv": _VERSION, "options": options}
        if not whole:
            self._append(header)
        elif self._differ(were, options):  # but no page is in
            self._file.truncate(0)
            self._append(header, *([] if self.state is None else [_line([], self.state)]))

    def _differ(self, were: dict[str, Any], options: dict[str, Any]) -> bool:
        """Whether options have changed. Refuse it if that matters."""
        other = [name for name in options if were.get(name) != options[name]]
        if other and (self.pages or "to" in other):
            was, wanted = were.get(other[0]), options[other[0]]
            raise ValueError(
                f"{self.path}: the crops in this folder were made with {other[0]} "
                f"{json.dumps(was)}, not {json.dumps(wanted)}: choose another folder, or "
                "--overwrite to begin anew"
            )
        return bool(other)

    def add(self, pages: list[Added], state: dict[str, Any]) -> None:
        """Say that these pages are in, and what the store's state is now."""
        self._append(_line(pages, state))
        self.state = state
        self._remember(pages)

    def _remember(self, pages: Iterable[Added]) -> None:
        self.pages.update((page.page, page) for page in pages)

    def _append(self, *entries: dict[str, Any]) -> None:
        try:
            self._file.write(b"".join(json.dumps(entry).encode() + b"\n" for entry in entries))
            self._file.flush()  # not synced: a store may be ahead of it
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def close(self) -> None:
        """Wait until the disk has it, and let other runs open it."""
        with suppress(OSError):  # a full disk: what is whole is on it
            os.fsync(self._file.fileno())
        with suppress(OSError):
            self._file.close()


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


def _line(pages: list[Added], state: dict[str, Any]) -> dict[str, Any]:
    return {"pages": [page._asdict() for page in pages], "state": state}
