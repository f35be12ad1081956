"""Cut pages on a Dask or a Ray cluster: the engines place, retry and spill."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..annotations.source import need
from .cut import try_to_cut
from .task import CropRules, CutPage, FailedPage, PageTask

_AHEAD = 4
"""Pages in work for each thread of the cluster."""


def cut_on_dask(
    tasks: Iterable[PageTask], rules: CropRules, address: str | None, workers: int
) -> Iterator[CutPage | FailedPage]:
    """Cut pages on a dask.distributed cluster, or without an address on one of this machine."""
    distributed = need("distributed", "--engine dask", "dask")
    cluster = None if address else distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None
    )  # fmt: skip
    client = distributed.Client(address or cluster)

    def start(task: PageTask) -> Any:
        return client.submit(try_to_cut, task, rules, pure=False, key=f"cut-{task.name}")

    def finish(future: Any) -> CutPage | FailedPage:
        result: CutPage | FailedPage = future.result()
        return result

    try:
        threads = lambda: sum(client.nthreads().values())  # noqa: E731
        yield from _in_order(tasks, start, finish, threads, distributed.scheduler.KilledWorker)
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


def cut_on_ray(
    tasks: Iterable[PageTask], rules: CropRules, address: str | None, workers: int
) -> Iterator[CutPage | FailedPage]:
    """Cut pages on a Ray cluster, or without an address on one of this machine."""
    ray = need("ray", "--engine ray", "ray")
    ours = not ray.is_initialized()
    if ours:
        here = {} if address else {"num_cpus": workers, "include_dashboard": False}
        ray.init(address or "local", log_to_driver=False, **here)
    shared = ray.put(rules)
    cut = ray.remote(try_to_cut).options(num_cpus=1, max_retries=3)
    try:
        threads = lambda: int(ray.cluster_resources().get("CPU", 1))  # noqa: E731
        yield from _in_order(
            tasks, lambda task: cut.remote(task, shared), ray.get, threads,
            ray.exceptions.WorkerCrashedError,
        )  # fmt: skip
    finally:
        if ours:
            ray.shutdown()


def _in_order(
    tasks: Iterable[PageTask],
    start: Callable[[PageTask], Any],
    finish: Callable[[Any], CutPage | FailedPage],
    threads: Callable[[], int],
    lost: type[Exception],
) -> Iterator[CutPage | FailedPage]:
    """Keep the cluster busy, and return results in the order of the tasks."""
    waiting: deque[tuple[PageTask, Any]] = deque()
    coming = iter(tasks)
    while True:
        while (
            len(waiting) < _AHEAD * max(1, threads()) and (task := next(coming, None)) is not None
        ):
            waiting.append((task, start(task)))
        if not waiting:
            return
        task, future = waiting.popleft()
        try:
            yield finish(future)
        except lost as error:
            reason = f"the workers that cut it died: {' '.join(str(error).split())}"
            yield FailedPage(task.name, task.path, task.number, reason)
