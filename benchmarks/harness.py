"""Shared parts of the benchmarks: data, interleaved timing, tables, the machine's description.

The scripts import ``cv2`` and ``fastcv`` from here, so that one sentence reports a missing one.
"""

from __future__ import annotations

import argparse
import builtins
import ctypes
import functools
import json
import math
import os
import platform
import runpy
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

try:
    import cv2 as cv2
    import numpy as np
except ImportError as error:
    sys.exit(f"The benchmarks need {error.name}: pip install -r requirements.txt")
try:
    import fastcv as fastcv
except ImportError as error:
    sys.exit(f"Cannot import fastcv ({error}): run pip install . in the project's folder.")

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"

PROFILER: Callable[[Any], Any] | None = getattr(builtins, "profile", None)
"""line_profiler's decorator under ``kernprof -l``."""

LONG_S = 5.0
"""A measurement that takes longer says how far it is."""


def profile(function: Any) -> Any:
    """Show a function's lines under ``kernprof -l``, but only if it is called."""
    profiler = PROFILER
    if profiler is None:
        return function
    profiled: list[Any] = []

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        if not profiled:
            profiled.append(profiler(function))
        return profiled[0](*arguments, **options)

    return call


@dataclass(frozen=True)
class Row:
    """One line of a result table."""

    name: str
    min_ms: float
    median_ms: float
    ratio: float
    """How many times faster than the first row, by the minima."""
    ns_per_unit: float
    unit: str
    """The unit of work: "px" or another."""
    same: bool | None
    """Whether the result equals the first row's; None in the first row."""


def say(text: str) -> None:
    """Print a progress line and flush it."""
    print(text, flush=True)


def note(text: str) -> None:
    """Print a progress line on standard error; results go to standard output."""
    print(text, file=sys.stderr, flush=True)


def name_threads(count: int) -> str:
    """Return "1 thread", "2 threads" and so on."""
    return f"{count} thread{'s' if count > 1 else ''}"


class Progress:
    """Tells how far a measurement is, if the last line is some seconds old."""

    def __init__(self, report: Callable[[str], None] = note) -> None:
        self.report = report
        self.last = perf_counter()

    def tell(self, text: str, after_s: float = LONG_S / 2) -> None:
        """Report a line, unless one was reported just now."""
        if perf_counter() - self.last >= after_s:
            self.report(f"  {text}")
            self.last = perf_counter()


def measure(
    functions: dict[str, Callable[[], Any]],
    repeat: int,
    check: Callable[[dict[str, Any]], None] | None = None,
    progress: Progress | None = None,
    budget_s: float = 1e9,
) -> dict[str, list[float]]:
    """Time functions in turn (A B C A B C ...), so that a drift of the machine affects them all.

    The first round is not timed. Its results go to ``check``, which ends the run if they differ.
    There are fewer rounds, but at least three, if ``repeat`` rounds would take more than a budget.
    """
    progress = progress or Progress()
    results, start = {}, perf_counter()
    for name, function in functions.items():
        progress.tell(f"checking {name} ...")
        results[name] = function()
    if check is not None:
        check(results)
    del results
    round_s = max(perf_counter() - start, 1e-9)
    repeat = min(repeat, max(3, int(budget_s / round_s)))
    left = repeat * round_s
    if left > LONG_S:
        progress.tell(f"timing, {repeat} more of these rounds: about {left:.0f} s ...", after_s=0)
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(1, repeat + 1):
        for name, function in functions.items():
            progress.tell(f"round {number} of {repeat}: {name} ...", after_s=LONG_S)
            start = perf_counter()
            result = function()
            seconds[name].append(perf_counter() - start)
            del result  # freeing is not timed
    return seconds


def time_once(function: Callable[[], Any]) -> tuple[Any, float]:
    """Return a call's result and its milliseconds."""
    start = perf_counter()
    result = function()
    return result, 1e3 * (perf_counter() - start)


def make_rows(seconds: dict[str, list[float]], units: int, unit: str = "px") -> list[Row]:
    """Turn the seconds of checked functions into rows; the first function is the baseline."""
    baseline = next(iter(seconds))
    fastest = {name: min(values) for name, values in seconds.items()}
    return [
        Row(
            name=name,
            min_ms=1e3 * fastest[name],
            median_ms=1e3 * statistics.median(values),
            ratio=fastest[baseline] / fastest[name],
            ns_per_unit=1e9 * fastest[name] / units,
            unit=unit,
            same=None if name == baseline else True,
        )
        for name, values in seconds.items()
    ]


def print_table(title: str, rows: Sequence[Row]) -> None:
    """Print rows as a plain table."""
    width = max(len(row.name) for row in rows)
    unit = f"ns/{rows[0].unit}"
    head = f"{'min ms':>11}{'median ms':>12}{'ratio':>12}{unit:>12}   same result"
    print(f"\n{title}\n  {'what':<{width}}{head}\n  {'-' * (width + len(head))}")
    for row in rows:
        same = {None: "baseline", True: "yes", False: "NO"}[row.same]
        print(
            f"  {row.name:<{width}}{digits(row.min_ms):>11}{digits(row.median_ms):>12}"
            f"{digits(row.ratio):>11}x{digits(row.ns_per_unit):>12}   {same}"
        )
    if PROFILER:
        print(
            "  The profiler makes short Python loops ten times as slow or more, but not C.\n"
            "  So these ratios are too large. Run without kernprof for true ones."
        )


def digits(number: float) -> str:
    """Write a number with three digits, or with all digits before the point."""
    places = 2 - math.floor(math.log10(abs(number))) if number else 0
    return f"{number:,.{min(max(places, 0), 9)}f}"


def keep_freed_memory() -> None:
    """Make glibc keep freed memory, as it does in a process that has run for a while.

    In a new process glibc returns large arrays to the system, and the next arrays cause page faults
    until glibc has adapted. A NumPy way would be up to twice as slow, depending on what ran before.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt:
        trim_threshold, mmap_threshold = -1, -3
        mallopt(mmap_threshold, 32 << 20)  # the largest value that glibc takes
        mallopt(trim_threshold, 1 << 30)


def describe_machine(threads: int) -> dict[str, Any]:
    """Return the facts on which the numbers depend."""
    build = fastcv.build_info()
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "CPU": _read_cpu_model(),
        "CPUs usable": usable,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "cv2": f"{cv2.__version__}, {cv2.getNumThreads()} threads",
        "fastcv": f"{build['version']}, kernel {build['kernel']}, OpenCV {build['opencv']}",
        "fastcv threads": threads,
    }


def print_header(machine: dict[str, Any]) -> None:
    """Print the machine, one fact per line."""
    width = max(map(len, machine))
    for fact, value in machine.items():
        print(f"{fact:<{width}}  {value}")
    print(flush=True)


def write_json(
    path: str, machine: dict[str, Any], tables: Mapping[str, Sequence[Row]], **more: Any
) -> None:
    """Write the machine, every table's rows, and a benchmark's further results."""
    rows = {title: [asdict(row) for row in table] for title, table in tables.items()}
    content = {"machine": machine, "tables": rows, **more}
    try:
        Path(path).write_text(json.dumps(content, indent=2) + "\n")
    except OSError as error:
        sys.exit(f"Cannot write {path}: {error.strerror}.")


def read_image(path: str | Path) -> tuple[np.ndarray, float]:
    """Read an image as stored, with alpha; return it and the milliseconds of reading."""
    if not Path(path).is_file():
        sys.exit(f"No such image: {path}")
    image, milliseconds = time_once(lambda: cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    if image is None:
        sys.exit(f"OpenCV cannot read this file as an image: {path}")
    return image, milliseconds


def read_boxes(path: str | Path) -> np.ndarray:
    """Read quads, shape (n, 4, 2), from a JSON list or an object with the key "boxes"."""
    try:
        content = json.loads(Path(path).read_text())
        boxes = np.asarray(content["boxes"] if isinstance(content, dict) else content, np.float32)
    except FileNotFoundError:
        sys.exit(f"No such file of boxes: {path}")
    except (KeyError, TypeError, ValueError) as error:
        sys.exit(f"{path} must hold a list of quads, each of four points (x, y): {error!r}")
    if boxes.ndim != 3 or boxes.shape[1:] != (4, 2) or not len(boxes):
        sys.exit(f"{path} must hold n quads of four points (x, y); its shape is {boxes.shape}.")
    return boxes


def make_source_page() -> tuple[np.ndarray, np.ndarray]:
    """Make the data of the source's own benchmark: a random page and 1,528 turned boxes."""
    path = DATA / "source_benchmark.py"
    if not path.is_file():
        sys.exit(f"No such file: {path}")
    image, boxes = runpy.run_path(str(path))["make_source_benchmark"]()
    return image, boxes


def add_options(parser: argparse.ArgumentParser, repeat: int) -> None:
    """Add the options of every benchmark: rounds, threads, JSON, a picture."""
    parser.add_argument(
        "--repeat", type=positive_int, default=repeat, help="timed rounds (%(default)s)"
    )
    parser.add_argument(
        "--threads", type=positive_int, default=fastcv.get_num_threads(),
        help="measure this many threads besides one thread (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--json", metavar="FILE", help="also write machine and rows to FILE")
    parser.add_argument("--picture", metavar="FILE", help="also draw the rows (needs matplotlib)")


def positive_int(text: str) -> int:
    """Read a whole number of at least 1 from the command line."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _read_cpu_model() -> str:
    """Return the CPU's name, or the architecture if the system does not name the CPU."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
