"""Forks: calls in a child end with the right results, for any use of threads in the parent.

A thread pool does not survive a fork. libgomp's pool hangs forever in a child if the parent used it
on the forking thread. fastcv runs libgomp on its own host thread, and makes a new one in the child.
"""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from pathlib import Path

import proof

HANG_S = 60  # a run takes milliseconds, or about a second on a busy machine

OTHER_OPENMP_USER = """
int sum(int n)
{
    int total = 0;
#pragma omp parallel for num_threads(2) reduction(+ : total)
    for (int i = 0; i < n; i++)
        total += i;
    return total;
}
"""


class Work:
    """Calls on several threads, and their right results."""

    def __init__(self):
        import fastcv

        self.page, self.boxes = proof.made_page(), proof.made_boxes()
        self.crops = fastcv.image_crop(self.page, self.boxes)
        self.batches = self.make_batches(1)
        self.wide = proof.made_page(600, 1000, 1)[..., 0] // 64
        self.colors = fastcv.main_colors(self.wide)
        self.box_colors = fastcv.main_colors(self.page, boxes=self.boxes)
        self.word_colors = fastcv.text_colors(self.page, self.boxes)
        self.use_threads()

    def make_batches(self, num_threads):
        import fastcv

        batches = fastcv.iter_crop_batches(self.page, self.boxes, num_threads=num_threads)
        return [batch.tensor for batch in batches]

    def use_threads(self):
        import fastcv

        crops = fastcv.image_crop_openmp(self.page, self.boxes, num_threads=2)
        colors = fastcv.main_colors(self.wide, num_threads=2)
        box_colors = fastcv.main_colors(self.page, boxes=self.boxes, num_threads=2)
        word_colors = fastcv.text_colors(self.page, self.boxes, num_threads=2)
        return (
            proof.same(crops, self.crops)
            and proof.same([c.counts for c in box_colors], [c.counts for c in self.box_colors])
            and proof.same(word_colors, self.word_colors)
            and proof.same(self.make_batches(2), self.batches)
            and (colors.counts == self.colors.counts).all()
        )


def run_child(function):
    """Return the exit code of a forked child, which is 0 if function() returns true there."""
    child = os.fork()
    if child == 0:
        status = 2
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(HANG_S)
            status = 0 if function() else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def expect_right(status, scenario):
    if status == -signal.SIGALRM:
        raise proof.Broken(f"{scenario}: a child hung")
    proof.expect(status == 0, f"{scenario}: a child ended with exit code {status}")


# ---- what the parent did before the fork ----


def parent_has_used_threads(count):
    work = Work()
    for _ in range(count):
        yield run_child(work.use_threads)


def parent_is_in_a_call_on_another_thread(count):
    work, stop = Work(), threading.Event()

    def call():
        while not stop.is_set():
            work.use_threads()

    thread = threading.Thread(target=call)
    thread.start()
    try:
        for _ in range(count):
            yield run_child(work.use_threads)
    finally:
        stop.set()
        thread.join()


def child_imports_first_and_another_library_used_openmp(count):
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "user.c"), Path(folder, "user.so")
        source.write_text(OTHER_OPENMP_USER)
        subprocess.run(
            ["cc", "-O1", "-fopenmp", "-shared", "-fPIC", source, "-o", library], check=True
        )
        user = ctypes.CDLL(str(library))
    user.sum(1000)
    assert "fastcv" not in sys.modules
    for _ in range(count):
        yield run_child(lambda: Work().use_threads() and "fastcv" in sys.modules)


def grandchild(count):
    work = Work()
    for _ in range(count):
        yield run_child(lambda: work.use_threads() and run_child(work.use_threads) == 0)


def grandchild_of_a_child_without_threads(count):
    work = Work()
    for _ in range(count):
        yield run_child(lambda: run_child(work.use_threads) == 0)


def fork_on_a_python_thread(count):
    work, statuses = Work(), []

    def fork():
        work.use_threads()
        statuses.append(run_child(work.use_threads))

    for _ in range(count):
        thread = threading.Thread(target=fork)
        thread.start()
        thread.join()
        yield statuses.pop()


def parent_goes_on(count):
    """Children call, and the parent calls between them."""
    work = Work()
    for _ in range(count):
        status = run_child(work.use_threads)
        yield status if work.use_threads() else 1


# ---- pools ----


def work_in_a_pool(_):
    """Call in a worker; under spawn and forkserver, it has imported everything again."""
    signal.alarm(HANG_S)
    return bool(Work().use_threads())


def run_pool(method, count):
    import fastcv

    Work()
    runs_a_pool = 8 if method == "fork" else 32
    for first in range(0, count, runs_a_pool):
        runs = min(runs_a_pool, count - first)
        with multiprocessing.get_context(method).Pool(2) as pool:
            for is_right in pool.map(work_in_a_pool, range(runs), chunksize=1):
                yield 0 if is_right else 1
        fastcv.set_num_threads(None)


def pool_by_fork(count):
    return run_pool("fork", count)


def pool_by_forkserver(count):
    return run_pool("forkserver", count)


def pool_by_spawn(count):
    return run_pool("spawn", count)


class Pages:
    """A data set for torch; each item says whether its calls' results are right."""

    def __init__(self, count):
        self.work, self.count = Work(), count

    def __len__(self):
        return self.count

    def __getitem__(self, _):
        signal.alarm(HANG_S)
        return bool(self.work.use_threads())


def torch_data_loader(count):
    import torch
    from torch.utils.data import DataLoader

    torch.set_num_threads(2)
    torch.ones(600, 600) @ torch.ones(600, 600)  # starts the threads of torch's own libgomp
    for method in ("fork", "forkserver", "spawn"):
        pages = Pages(count // 3 + 1)
        for batch in DataLoader(pages, batch_size=4, num_workers=2, multiprocessing_context=method):
            for is_right in batch.tolist():
                yield 0 if is_right else 1


FORKS = [
    parent_has_used_threads,
    parent_is_in_a_call_on_another_thread,
    child_imports_first_and_another_library_used_openmp,
    grandchild,
    grandchild_of_a_child_without_threads,
    fork_on_a_python_thread,
    parent_goes_on,
]
POOLS = [pool_by_fork, pool_by_forkserver, pool_by_spawn]


def run_scenario(scenario, count):
    """Run a scenario in a new process, so that no scenario affects another."""

    def run():
        done = 0
        for status in scenario(count):
            expect_right(status, scenario.__name__)
            done += 1
        return done >= count

    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if run() else 1)
        except BaseException as error:
            print(error if isinstance(error, proof.Broken) else traceback.format_exc(), flush=True)
            os._exit(1)
    proof.expect(os.waitpid(child, 0)[1] == 0, scenario.__name__)


def has_torch():
    try:
        import importlib.util

        return importlib.util.find_spec("torch") is not None
    except ImportError:
        return False


def prove(runs):
    warnings.simplefilter("ignore", DeprecationWarning)  # CPython warns of forks with threads
    pool_runs = max(8, runs // 50)  # starting an interpreter takes some tenths of a second
    scenarios = [(scenario, pool_runs) for scenario in POOLS]
    if has_torch():
        scenarios.append((torch_data_loader, pool_runs))
    rest = -(-(runs - sum(count for _, count in scenarios)) // len(FORKS))
    scenarios = [(scenario, rest) for scenario in FORKS] + scenarios
    for scenario, count in proof.progress(scenarios, "forks"):
        run_scenario(scenario, count)
    total = sum(count for _, count in scenarios)
    torch = "torch's DataLoader among them" if has_torch() else "torch is not installed"
    return f"0 hangs, 0 differences in {total:,} runs of {len(scenarios)} scenarios ({torch})"


if __name__ == "__main__":
    proof.main(
        prove,
        promise="fork",
        goal="0 hangs in 10,000 short runs, results equal",
        short=1000,
        long=10_000,
    )
