"""Cut pages in processes of this machine."""

from __future__ import annotations

import ctypes
import fcntl
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import closing, suppress
from itertools import chain
from queue import Empty, SimpleQueue
from subprocess import PIPE, Popen, _args_from_interpreter_flags  # type: ignore[attr-defined]
from traceback import format_exc

from ..listener import open_pipe
from .cut import try_to_cut
from .task import CropRules, CutPage, FailedPage, PageTask

_AHEAD = 4
"""Pages in work for each process: enough that none waits for the page that is written."""

_GIVEN = 2
"""Pages that a process holds: the one that it cuts, and the next."""

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
                waiting.append(pool.submit(task))
            if not waiting:
                return
            job = waiting.popleft()
            result = job.wait()
            if result is None:
                for other in waiting:
                    other.wait()
                result = pool.cut_alone(job.task)
            yield result
    finally:
        pool.close()


class _Job:
    """A page, and in time what became of it."""

    def __init__(self, task: PageTask) -> None:
        self.task = task
        self._is_done = threading.Event()
        self._result: CutPage | FailedPage | Exception | None = None

    def finish(self, result: CutPage | FailedPage | Exception | None) -> None:
        """Hand over the result, an error, or None if the process has died that cut the page."""
        self._result = result
        self._is_done.set()

    def wait(self) -> CutPage | FailedPage | None:
        """Return the result, or None if the process has died that cut the page."""
        self._is_done.wait()
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


class _Pool:
    """Processes, each with a thread that takes its results while others are stored."""

    def __init__(self, rules: CropRules, workers: int) -> None:
        self._todo: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        try:
            for _ in range(workers):
                thread = threading.Thread(target=_attend, args=(self._todo, rules), daemon=True)
                thread.start()
                self._threads.append(thread)
        except BaseException:
            self.close()
            raise

    def submit(self, task: PageTask) -> _Job:
        """Begin to cut a page."""
        job = _Job(task)
        self._todo.put(job)
        return job

    def cut_alone(self, task: PageTask) -> CutPage | FailedPage:
        """Cut a page while no other is in work, so that a process that dies dies of this page."""
        for _ in range(_TRIES - 1):
            result = self.submit(task).wait()
            if result is not None:
                return result
        return task.failed(f"the process that cut it died {_TRIES} times: too little memory?")

    def close(self) -> None:
        """End the processes. Pages that nobody has begun are left."""
        with suppress(Empty):
            while True:
                self._todo.get_nowait()
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join()


def _attend(todo: SimpleQueue[_Job | None], rules: CropRules) -> None:
    """Let a process cut pages until there are no more. If it dies, start another."""
    # SIGPIPE would end a program that does not ignore it. Processes inherit this.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGPIPE})
    given: deque[_Job] = deque()
    try:
        with closing(_Process(rules)) as process:
            while _give(process, given, todo):
                result = process.take()
                given.popleft().finish(result)
                if result is None:
                    process.restart(job.task for job in given)
    except Exception as error:  # no process can be started
        for job in chain(given, iter(todo.get, None)):
            job.finish(error)


def _give(process: _Process, given: deque[_Job], todo: SimpleQueue[_Job | None]) -> bool:
    """Give a process as many pages as it is to have. Return False at the end."""
    while len(given) < _GIVEN:
        try:
            job = todo.get(block=not given)
        except Empty:
            break
        if job is None:
            return False
        if not given and process.has_died():  # while it was idle: this page is not to blame
            process.restart(())
        given.append(job)
        process.give(job.task)
    return True


class _Process:
    """A process that cuts pages, and the pipes to and from it.

    It is a new interpreter: a copy of this one would have its threads' locks. It does not import
    the main module, as a process of multiprocessing would.
    """

    def __init__(self, rules: CropRules) -> None:
        self._beginning = pickle.dumps(sys.path) + pickle.dumps(rules)
        self._start()

    def _start(self) -> None:
        self._has_begun = False
        read_end, write_end = open_pipe()
        self._results = open(read_end, "rb")  # noqa: SIM115, `close` closes it
        try:
            with suppress(AttributeError, OSError):  # of Linux alone; a user's pipes are limited
                fcntl.fcntl(read_end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            self._process = Popen(
                [
                    sys.executable,
                    *_args_from_interpreter_flags(),
                    f"-Xutf8={sys.flags.utf8_mode}",
                    "-c",
                    _PROGRAM,
                    str(write_end),
                ],
                stdin=PIPE,
                pass_fds=(write_end,),
                # One thread a CPU would spin in every process at its start.
                env={"OPENBLAS_NUM_THREADS": "1", **os.environ},
            )
        except BaseException:
            self._results.close()
            raise
        finally:
            os.close(write_end)
        self._send(self._beginning)

    def _send(self, content: bytes) -> None:
        assert self._process.stdin
        with suppress(BrokenPipeError):  # it has died: `take` will say so
            self._process.stdin.write(content)
            self._process.stdin.flush()

    def give(self, task: PageTask) -> None:
        """Let it cut a page after those that it has."""
        self._send(pickle.dumps(task, pickle.HIGHEST_PROTOCOL))

    def has_died(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def take(self) -> CutPage | FailedPage | Exception | None:
        """Return the result of the first page that it has, or None if the process has died.

        Raises
        ------
        ChildProcessError
            It ended by itself before it could take pages.
        """
        if not self._has_begun:
            if not self._results.read(len(_READY)):
                self._refuse_exit()
                return None
            self._has_begun = True
        try:
            result: CutPage | FailedPage | Exception = pickle.load(self._results)
        except (EOFError, pickle.UnpicklingError):  # at the end, or within a result
            return None
        return result

    def _refuse_exit(self) -> None:
        status = self._process.wait()
        if status > 0:  # not by a signal
            raise ChildProcessError(
                f"{sys.executable}: a process that was to cut pages ended at its start with exit "
                f"status {status}"
            )

    def restart(self, tasks: Iterable[PageTask]) -> None:
        """Start another one in its place, which has these pages."""
        self.close()
        self._start()
        for task in tasks:
            self.give(task)

    def close(self) -> None:
        """End it, even while it cuts."""
        self._process.kill()
        self._process.communicate()  # closes the pipe to it
        self._results.close()


_PROGRAM = (
    "import sys; sys.path = [each for each in sys.path if each]; "  # not the working directory
    "import pickle; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from fastcv.datasets.local import cut_for_parent; cut_for_parent(int(sys.argv[1]))"
)

_READY = b"\n"
"""What a process writes when it can take pages."""

_PIPE_BYTES = 1 << 20
"""A page's crops fit in, so the process need not wait. Linux gives users no larger pipes."""


def cut_for_parent(results: int) -> None:
    """Cut the pages that come by standard input, and write what becomes of them to a descriptor."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_freed_memory()
    rules: CropRules = pickle.load(sys.stdin.buffer)
    todo: SimpleQueue[PageTask] = SimpleQueue()
    threading.Thread(target=_receive, args=(todo,), daemon=True).start()
    with open(results, "wb") as pipe:
        pipe.write(_READY)
        pipe.flush()
        while True:
            result: CutPage | FailedPage | Exception
            try:
                result = try_to_cut(todo.get(), rules)
            except Exception:  # the parent raises it
                result = RuntimeError(format_exc())
            pickle.dump(result, pipe, pickle.HIGHEST_PROTOCOL)
            pipe.flush()


def _receive(todo: SimpleQueue[PageTask]) -> None:
    """Take pages even while one is cut, so that the parent never waits. End with the parent."""
    try:
        while True:
            todo.put(pickle.load(sys.stdin.buffer))
    finally:
        os._exit(1)


def keep_freed_memory() -> None:
    """Keep a page's memory for the next page, as long as this process lives.

    glibc would return it: 2,000 page faults a page, a quarter of the time to decode it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_MMAP_THRESHOLD, 32 << 20)  # the most that glibc takes
        mallopt(_TRIM_THRESHOLD, 256 << 20)


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
