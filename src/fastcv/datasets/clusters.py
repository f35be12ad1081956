"""Cut pages on a Dask or a Ray cluster: the engines place, retry and spill."""

from __future__ import annotations

import logging
import os
import signal
from collections import deque
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from multiprocessing.resource_tracker import ensure_running
from time import monotonic
from typing import Any, Protocol

from .._version import __version__
from ..annotations.source import need
from .cut import try_to_cut
from .local import keep_freed_memory
from .task import CropRules, CutPage, FailedPage, PageTask

_TOGETHER = 8
"""At most so many pages are one task of the cluster: it takes as long for a page as for some."""

_SHARE = 4
"""A task has one page, plus a fourth of those that each CPU has had: all have work at the end."""

_AHEAD = 3
"""Tasks in work for each CPU of the cluster. Their crops are in its memory until they are stored.
"""

_TRIES = 3
"""How often a page is cut whose process dies. It may have been another page's fault."""

_KNOWN_FOR = 1.0
"""Seconds after which the cluster's CPUs are counted again: workers join and leave."""

_RAY_HERE = {
    "RAY_raylet_client_connect_timeout_milliseconds": "20",  # between tries: else a second
    "RAY_raylet_client_num_connect_attempts": "500",
    "RAY_enable_autoscaler_v2": "1",  # the first one takes a second to end
}
"""Settings of a Ray cluster of this machine. It starts and ends sooner with them."""


def cut_on_dask(
    tasks: Iterable[PageTask], rules: CropRules, address: str | None, workers: int
) -> Generator[CutPage | FailedPage, None, None]:
    """Cut pages on a dask.distributed cluster, or without an address on one of this machine."""
    with ExitStack() as stack:
        yield from _in_order(tasks, _Dask(stack, rules, address, workers))


def cut_on_ray(
    tasks: Iterable[PageTask], rules: CropRules, address: str | None, workers: int
) -> Generator[CutPage | FailedPage, None, None]:
    """Cut pages on a Ray cluster, or without an address on one of this machine."""
    with ExitStack() as stack:
        yield from _in_order(tasks, _Ray(stack, rules, address, workers))


class _Cluster(Protocol):
    lost: tuple[type[Exception], ...]
    """What `finish` raises if the processes died that cut the page."""

    def start(self, tasks: list[PageTask]) -> Any:
        """Begin to cut pages."""

    def finish(self, future: Any) -> list[CutPage | FailedPage]:
        """Wait for the results, and take them off the cluster."""

    def wait(self, futures: Collection[Any]) -> None:
        """Wait until these pages are cut, or their processes are dead."""

    def cpus(self) -> int:
        """Count the tasks that can be done at once."""


def _in_order(
    tasks: Iterable[PageTask], cluster: _Cluster
) -> Generator[CutPage | FailedPage, None, None]:
    """Keep the cluster busy, and return results in the order of the tasks."""
    waiting: deque[tuple[list[PageTask], Any]] = deque()
    coming = iter(tasks)
    cpus, counted = 1, float("-inf")
    begun = 0
    while True:
        if monotonic() - counted > _KNOWN_FOR:
            cpus, counted = max(1, cluster.cpus()), monotonic()
        while len(waiting) < _AHEAD * cpus:
            most = min(_TOGETHER, 1 + begun // (_SHARE * cpus))
            if not (together := list(islice(coming, most))):
                break
            begun += len(together)
            waiting.append((together, cluster.start(list(map(_from_anywhere, together)))))
        if not waiting:
            return
        together, future = waiting.popleft()
        try:
            results = cluster.finish(future)
        except cluster.lost:
            del future
            cluster.wait([each for _, each in waiting])
            results = [_cut_alone(task, cluster) for task in together]
        yield from map(_as_named, together, results)
        del results  # less in memory while the next are awaited


def _cut_alone(task: PageTask, cluster: _Cluster) -> CutPage | FailedPage:
    """Cut a page while no other is in work, so that a process that dies dies of this page."""
    try:
        (result,) = cluster.finish(cluster.start([_from_anywhere(task)]))
    except cluster.lost:
        return task.failed("every process that cut it died: too little memory?")
    return result


def _from_anywhere(task: PageTask) -> PageTask:
    """Name files as processes in other folders find them."""
    words = task.annotations
    return task._replace(
        path=os.path.abspath(task.path),
        annotations=os.path.abspath(words) if isinstance(words, str) else words,
    )


def _as_named(task: PageTask, result: CutPage | FailedPage) -> CutPage | FailedPage:
    """Name files as the caller does."""
    result = result._replace(path=task.path)
    if isinstance(result, FailedPage) and isinstance(task.annotations, str):
        reason = result.reason.replace(os.path.abspath(task.annotations), task.annotations)
        return result._replace(reason=reason)
    return result


def _cut_with(version: str, tasks: list[PageTask], rules: CropRules) -> list[CutPage | FailedPage]:
    """Cut pages on a worker, which must have this version of fastcv."""
    if version != __version__:
        raise ValueError(f"a worker has fastcv {__version__}, and the run has {version}")
    keep_freed_memory()
    return [try_to_cut(task, rules) for task in tasks]


class _Dask:
    """A scheduler and its workers. Each thread of a worker does a task."""

    def __init__(
        self, stack: ExitStack, rules: CropRules, address: str | None, workers: int
    ) -> None:
        self._distributed = need("distributed", "engine dask", "dask")
        self.lost: tuple[type[Exception], ...] = (self._distributed.KilledWorker,)
        self._cut = partial(_cut_with, __version__, rules=rules)
        stack.enter_context(_quiet("distributed"))
        self._place = address or self._start_here(stack, workers)
        self._client = stack.enter_context(
            self._distributed.Client(self._place, set_as_default=False, direct_to_workers=True)
        )

    def _start_here(self, stack: ExitStack, workers: int) -> Any:
        """Start a scheduler in this process, and workers beside it."""
        stack.enter_context(need("dask", "engine dask", "dask").config.set({
            "distributed.scheduler.allowed-failures": _TRIES - 1,
            # After this time it gives up a worker if another one of its place is starting just then
            "distributed.deploy.lost-worker-timeout": "1000 days",
            "distributed.worker.profile.enabled": False,
            "distributed.admin.tick.interval": "1 s",  # 50 times a second cost 2 % of two CPUs
        }))  # fmt: skip
        with _ctrl_c_blocked():
            return stack.enter_context(self._distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ))  # fmt: skip

    def start(self, tasks: list[PageTask]) -> Any:
        return self._client.submit(self._cut, tasks, pure=False)

    def finish(self, future: Any) -> list[CutPage | FailedPage]:
        try:
            results: list[CutPage | FailedPage] = future.result()
        except self._distributed.CancelledError as error:
            raise ConnectionError(f"the scheduler {self._place} is gone") from error
        return results

    def wait(self, futures: Collection[Any]) -> None:
        with self._client.as_current():
            self._distributed.wait(futures)

    def cpus(self) -> int:
        return sum(self._client.nthreads().values())


class _Ray:
    """A head node and others. Each task takes a CPU."""

    def __init__(
        self, stack: ExitStack, rules: CropRules, address: str | None, workers: int
    ) -> None:
        self._ray = need("ray", "engine ray", "ray")
        errors = self._ray.exceptions
        self.lost: tuple[type[Exception], ...] = (
            errors.WorkerCrashedError,
            errors.OutOfMemoryError,
            errors.ObjectLostError,
        )
        if not self._ray.is_initialized():
            stack.enter_context(_quiet("ray"))
            stack.enter_context(_without_raylet(self._ray._private.worker))
            stack.callback(self._ray.shutdown)
            start = partial(self._ray.init, log_to_driver=False, logging_level=logging.CRITICAL)
            if address:
                start(address)
            else:
                with _environment(_RAY_HERE):
                    start("local", num_cpus=workers, include_dashboard=False)
        self._rules = self._ray.put(rules)
        self._cut = self._ray.remote(_cut_with).options(num_cpus=1, max_retries=_TRIES - 1)

    def start(self, tasks: list[PageTask]) -> Any:
        return self._cut.remote(__version__, tasks, self._rules)

    def finish(self, future: Any) -> list[CutPage | FailedPage]:
        results: list[CutPage | FailedPage] = self._ray.get(future)
        return results

    def wait(self, futures: Collection[Any]) -> None:
        if futures:
            self._ray.wait(list(futures), num_returns=len(futures), fetch_local=False)

    def cpus(self) -> int:
        return int(self._ray.cluster_resources().get("CPU", 0))


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a package's log off the terminal: what concerns the user is raised."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Give these variables to processes that are started, unless the user has set them."""
    added = {name: value for name, value in settings.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextmanager
def _without_raylet(worker: Any) -> Iterator[None]:
    """Keep what nodes report off standard output: Ray has no option for it."""
    enabled = worker._worker_logs_enabled
    worker._worker_logs_enabled = False
    try:
        yield
    finally:
        worker._worker_logs_enabled = enabled


@contextmanager
def _ctrl_c_blocked() -> Iterator[None]:
    """Block Ctrl-C in the threads and processes that are started, and in all that they start."""
    ensure_running()  # or it is started on the way, and Python then unblocks Ctrl-C
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
