"""Cut a data set: pages and annotations in, a store of crops out."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..annotations import UnreadPage
from ..progress import EXPECTED, explain
from .ledger import ERRORS, NAME, Added, Ledger
from .stores.base import clear_the_way, own
from .stores.labels import quote
from .task import CropRules, CutPage, FailedPage, PageTask

if TYPE_CHECKING:
    from ..outputs import Guard
    from .stores import Store

_FATAL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}
"""Errors of a write that the next page's would have too."""

Engine = Callable[[Iterable[PageTask], CropRules], Generator["CutPage | FailedPage", None, None]]


@dataclass
class Summary:
    """What a run did."""

    pages: int = 0
    """How many pages were cut."""
    crops: int = 0
    """How many words were cut out of them."""
    skipped: int = 0
    """How many pages were in already."""
    total: int = 0
    """How many pages were given."""
    elsewhere: list[str] = field(default_factory=list)
    """Annotated pages that were not given."""
    failed: list[FailedPage] = field(default_factory=list)


Report = Callable[["CutPage | FailedPage", Summary], None]


def run(
    tasks: Iterable[PageTask | FailedPage],
    total: int,
    rules: CropRules,
    out: Path,
    open_store: Callable[[dict[str, Any] | None], Store],
    engine: Engine,
    *,
    options: dict[str, Any],
    guard: Guard,
    report: Report | None = None,
) -> Summary:
    """Cut every page that is not in yet. A page that fails is listed in errors.jsonl."""
    out.mkdir(parents=True, exist_ok=True)
    summary = Summary(total=total)
    own(guard).check(out / NAME)
    ledger = Ledger(out, options, guard.overwrite)
    try:
        clear_the_way([out / ERRORS], guard if ledger.state is None else own(guard))
        store = open_store(ledger.state)
        try:
            if ledger.state is None:
                ledger.add([], store.commit())
            _Run(ledger, store, summary, report).cut(tasks, rules, engine)
        finally:
            store.close()
            _write_errors(out / ERRORS, summary.failed)
    finally:
        ledger.close()
    return summary


class _Run:
    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        summary: Summary,
        report: Report | None,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._summary = summary
        self._report = report
        self._added: list[Added] = []
        self._stamps: dict[str, Any] = {}

    def cut(self, tasks: Iterable[PageTask | FailedPage], rules: CropRules, engine: Engine) -> None:
        try:
            with closing(engine(self._missing(tasks), rules)) as pages:  # ends its processes
                for page in pages:
                    self._take(page)
        except KeyboardInterrupt:
            self._commit()
            raise
        self._commit()

    def _missing(self, tasks: Iterable[PageTask | FailedPage]) -> Iterator[PageTask]:
        """Leave out the pages that are in."""
        for task in tasks:
            if isinstance(task, FailedPage):
                self._fail(task)
                continue
            stamp = _stamp(task)
            known = self._ledger.pages.get(task.name)
            if known is None:
                self._stamps[task.name] = stamp
                yield task
            elif known.stamp == stamp and known.path == task.path:
                self._summary.skipped += 1
            else:
                self._fail(task.failed(
                    "the page or its boxes have changed since it was cut: choose another folder, "
                    "or --overwrite to begin anew"
                ))  # fmt: skip

    def _take(self, page: CutPage | FailedPage) -> None:
        stamp = self._stamps.pop(page.name)
        if isinstance(page, CutPage):
            try:
                self._store.add(page)
            except EXPECTED as error:
                if isinstance(error, OSError) and error.errno in _FATAL:
                    raise
                reason = explain(error, Path(page.path))
                page = FailedPage(page.name, page.path, page.number, reason)
        if isinstance(page, FailedPage):
            self._fail(page)
            return
        self._added.append(
            Added(
                page.name,
                page.path,
                page.number,
                len(page.crops),
                page.degenerate,
                page.ignored,
                stamp,
            )
        )
        self._summary.pages += 1
        self._summary.crops += len(page.crops)
        self._tell(page)
        if self._store.full():
            self._commit()

    def _fail(self, page: FailedPage) -> None:
        self._summary.failed.append(page)
        self._tell(page)

    def _tell(self, page: CutPage | FailedPage) -> None:
        if self._report is not None:
            self._report(page, self._summary)

    def _commit(self) -> None:
        if self._added:
            state = self._store.commit()
            self._ledger.add(self._added, state)
            self._added = []


def _stamp(task: PageTask) -> list[Any]:
    """What changes if the page or its boxes change."""
    stamp: list[Any] = [_stamp_of_file(task.path)]
    if isinstance(task.annotations, str):
        stamp.append(_stamp_of_file(task.annotations))
    else:
        digest = hashlib.blake2b(digest_size=8)
        if isinstance(task.annotations, UnreadPage):
            digest.update(task.annotations.text.encode())
        else:
            words = task.annotations.columns
            points = words.points.tobytes()
            start = 0
            for count, text, ignore in zip(words.counts, words.texts, words.ignored, strict=True):
                end = start + 16 * count
                digest.update(points[start:end] + repr((text, ignore)).encode())
                start = end
        stamp.append(digest.hexdigest())
    return stamp


def _stamp_of_file(path: str) -> list[int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None  # cutting will say so
    return [status.st_size, status.st_mtime_ns]


def _write_errors(path: Path, failed: list[FailedPage]) -> None:
    """List the pages that failed, if any did."""
    lines = [
        f'{{"page": {quote(page.name)}, "path": {quote(page.path)}, '
        f'"number": {json.dumps(page.number)}, "reason": {quote(page.reason)}}}\n'
        for page in failed
    ]
    if lines:
        with suppress(OSError), open(path, "xb") as file:  # a full disk, of which the run has told
            file.write("".join(lines).encode())
