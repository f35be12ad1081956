"""Cut pages in processes of this machine."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import NamedTuple

from .cut import try_to_cut
from .task import CropRules, CutPage, FailedPage, PageTask

_AHEAD = 4
"""Pages in work for each process: enough that none waits for the page that is written."""

_TRIES = 3
"""How often a page is cut whose process dies. It may have been another page's fault."""


def cut_here(
    tasks: Iterable[PageTask], rules: CropRules, workers: int
) -> Generator[CutPage | FailedPage, None, None]:
    """Cut pages one after the other in this process, each on several threads."""
    for task in tasks:
        yield try_to_cut(task, rules, workers)


def cut_in_processes(
    tasks: Iterable[PageTask], rules: CropRules, workers: int
) -> Generator[CutPage | FailedPage, None, None]:
    """Cut pages in several processes. The results come in the order of the tasks."""
    pool = _Pool(rules, workers)
    try:
        waiting: deque[_Job] = deque()
        coming = iter(tasks)
        while True:
            while len(waiting) < workers * _AHEAD and (task := next(coming, None)) is not None:
                waiting.append(_Job(task, pool.submit(task)))
            if not waiting:
                return
            job = waiting.popleft()
            try:
                yield job.future.result()
            except BrokenProcessPool:
                lost = [job, *waiting]
                waiting.clear()
                pool.restart()
                for each in lost:
                    yield each.future.result() if _is_done(each.future) else pool.cut_alone(each)
    finally:
        pool.close()


class _Job(NamedTuple):
    task: PageTask
    future: Future[CutPage | FailedPage]


def _is_done(future: Future[CutPage | FailedPage]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


class _Pool:
    """Processes that start anew: a copy of this one would have its threads' locks."""

    def __init__(self, rules: CropRules, workers: int) -> None:
        self._rules = rules
        self._workers = workers
        self._executor = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers, multiprocessing.get_context("spawn"), _prepare_process
        )

    def submit(self, task: PageTask) -> Future[CutPage | FailedPage]:
        """Begin to cut a page."""
        try:
            return self._executor.submit(try_to_cut, task, self._rules)
        except BrokenProcessPool as error:
            failed: Future[CutPage | FailedPage] = Future()
            failed.set_exception(error)
            return failed

    def cut_alone(self, job: _Job) -> CutPage | FailedPage:
        """Cut a page while no other is in work, so that a process that dies dies of this page."""
        for _ in range(_TRIES - 1):
            try:
                return self.submit(job.task).result()
            except BrokenProcessPool:
                self.restart()
        return job.task.failed(f"the process that cut it died {_TRIES} times: too little memory?")

    def restart(self) -> None:
        """Replace processes of which one has died."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._start()

    def close(self) -> None:
        """End the processes."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _prepare_process() -> None:
    """Leave Ctrl-C to the parent, and end with it even if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_freed_memory()
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def keep_freed_memory() -> None:
    """Keep a page's memory for the next page, as long as this process lives.

    glibc would return it: 2,000 page faults a page, a quarter of the time to decode it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_MMAP_THRESHOLD, 32 << 20)  # the most that glibc takes
        mallopt(_TRIM_THRESHOLD, 256 << 20)


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
