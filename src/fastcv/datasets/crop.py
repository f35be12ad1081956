"""Cut a whole data set in one call."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from .. import _core
from ..naming import refuse_twins
from ..outputs import Guard
from ..pages import list_all
from .clusters import cut_on_dask, cut_on_ray
from .local import cut_here, cut_in_processes
from .plan import Plan
from .preview import MOST, check_preview, write_preview
from .run import Engine, Report, Summary, run
from .stores import STORES, Options, State, Store
from .task import CropRules, CutPage, FailedPage

_FEW = 4
"""So many pages are cut in this process: starting others takes a quarter of a second."""


def crop_pages(
    pages: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    annotations: str | os.PathLike[str] | None = None,
    rules: CropRules | None = None,
    to: Literal["folder", "webdataset", "lmdb", "parquet"] = "folder",
    shard_bytes: int = 256 << 20,
    engine: Literal["local", "dask", "ray"] = "local",
    address: str | None = None,
    workers: int | None = None,
    overwrite: bool = False,
    preview: str | os.PathLike[str] | None = None,
    report: Callable[[CutPage | FailedPage, Summary], None] | None = None,
) -> Summary:
    """Cut the words out of annotated pages, and store them with their texts.

    Pages are stored in their order, so files, labels and pixels are the same for every engine and
    any number of workers. A run that was stopped, or killed, goes on where it was when it is
    started again.

    Parameters
    ----------
    pages : path or sequence of paths
        Pages: files, folders, which are searched, and patterns such as ``"scans/**/*.jpg"``.
    out : path
        The folder of the data set, created if it does not exist.
    annotations : path, optional
        The file with the words of all pages, or the folder with a file a page. None: each page's
        file lies beside it. docs/annotations.md lists the formats.
    rules : CropRules, optional
        How pages are read, cut and encoded.
    to : {"folder", "webdataset", "lmdb", "parquet"}, default "folder"
        Where crops go: a file each, tar or Parquet shards, or an LMDB database.
    shard_bytes : int, default 2**28
        Shards are closed when they have this size.
    engine : {"local", "dask", "ray"}, default "local"
        Who cuts: processes of this machine, or a cluster.
    address : str, optional
        The cluster's scheduler, such as ``"tcp://host:8786"`` for Dask or ``"auto"`` for Ray. None
        starts a cluster on this machine.
    workers : int, optional
        How many CPUs of this machine work: in a process each, or, if the pages are few, as threads
        of this process. None is `get_num_threads`.
    overwrite : bool, default False
        Whether to begin anew where there is a data set, and to replace files of the same names.
        Inputs are never replaced.
    preview : path, optional
        Write an HTML page here that shows the first hundred crops of this run with their texts.
    report : callable, optional
        Called with each page as soon as it is stored, or has failed, and with what was done so
        far. A page's ``doubts`` tell what looks wrong with its boxes, and its ``frames`` whether
        it is the first of several.

    Returns
    -------
    Summary
        How many pages and crops there are, and the pages that failed: they are also in
        ``out/errors.jsonl``.

    Raises
    ------
    OSError, ValueError, TypeError, ImportError
        The data set cannot be written, the annotations of all pages cannot be read, `out` holds a
        data set made with other options, or a package is missing. What is wrong with one page does
        not raise: the page is in ``Summary.failed``.

    Notes
    -----
    Dask's own processes import the main module anew, so a script that starts them must guard what
    it runs by ``if __name__ == "__main__":``. Those of the local engine do not. A frozen or
    embedding program has no interpreter for them: its pages are cut one after the other, each on
    several threads.
    """
    rules = rules or CropRules()
    target = Path(out)
    beside = None if annotations is None else Path(annotations)
    patterns = [pages] if isinstance(pages, (str, os.PathLike)) else pages
    found, absent = list_all(patterns, rules.page)
    refuse_twins((page.name, page.path) for page in found)
    missing = [FailedPage(str(path), str(path), None, reason) for path, reason in absent]
    plan = Plan(found, beside, rules.annotations_format)
    guard = Guard.of(chain((page.path for page in found), plan.files), overwrite)
    if preview is not None:
        check_preview(Path(preview), rules.format, guard)
    sheet = _Sheet(report, 0 if preview is None else MOST)
    store_options = Options(
        guard,
        flat=len(found) + len(missing) == 1,
        shard_bytes=shard_bytes,
    )
    tasks = plan.tasks()
    first = list(islice(tasks, 1))  # if the annotations cannot be read, nothing is made

    def open_store(state: State | None) -> Store:
        return STORES[to](target, state, rules.format, store_options)

    cut = choose_engine(engine, address, workers or _core.get_num_threads(), len(found))
    summary = run(
        chain(missing, first, tasks), len(missing) + len(found), rules, target, open_store, cut,
        options={"to": to, **asdict(rules)}, guard=guard, report=sheet.report,
    )  # fmt: skip
    if preview is not None and sheet.pages:
        write_preview(Path(preview), sheet.pages, rules.format, guard)
    summary.elsewhere = plan.elsewhere
    return summary


class _Sheet:
    """Keeps the pages of the first crops."""

    def __init__(self, report: Report | None, most: int) -> None:
        self._report = report
        self._left = most
        self.pages: list[CutPage] = []

    def report(self, page: CutPage | FailedPage, summary: Summary) -> None:
        if self._left > 0 and isinstance(page, CutPage):
            self.pages.append(page)
            self._left -= len(page.crops)
        if self._report is not None:
            self._report(page, summary)


def choose_engine(name: str, address: str | None, workers: int, pages: int) -> Engine:
    """Return the function that cuts pages."""
    if name == "dask":
        return partial(cut_on_dask, address=address, workers=workers)
    if name == "ray":
        return partial(cut_on_ray, address=address, workers=workers)
    if address is not None:
        raise ValueError("address is of a cluster: choose the engine dask or ray")
    if workers == 1 or pages < _FEW or not sys.executable or hasattr(sys, "frozen"):
        return partial(cut_here, workers=workers)
    return partial(cut_in_processes, workers=min(workers, pages))
