"""What does a loop cost? 0 + 1 + … + (n - 1) in Python, NumPy, Cython, Numba and C.

Usage::

    python benchmarks/cumulative_sum.py
    python benchmarks/cumulative_sum.py --count 100000000 --repeat 3    (as in the talk)
    kernprof -l -v benchmarks/cumulative_sum.py --repeat 1    (adds 100,000 unless told)
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter

import numpy as np

from charts import begin, finish
from harness import (
    PROFILER,
    Row,
    add_options,
    digits,
    fastcv,
    make_rows,
    measure,
    positive_int,
    print_table,
    profile,
    say,
)
from ondemand import compile_numba, load_cython

BLOCK = 1 << 20


@profile
def sum_loop(n: int) -> int:
    """Add the numbers one by one; each is a Python object."""
    total = 0
    for i in range(n):
        total += i
    return total


@profile
def sum_builtin(n: int) -> int:
    """Let the interpreter's own C loop add the same objects."""
    return sum(range(n))


@profile
def sum_numpy(n: int) -> int:
    """Add machine words, in blocks that fit a cache."""
    return sum(int(np.arange(i, min(i + BLOCK, n)).sum()) for i in range(0, n, BLOCK))


PLAIN: dict[str, Callable[[int], int]] = {
    "Python loop": sum_loop,
    "sum(range(n))": sum_builtin,
    "NumPy: arange and sum": sum_numpy,
}


def find_ways() -> dict[str, Callable[[int], int]]:
    """Return every way that works on this machine, the plain loop first."""
    ways = dict(PLAIN)
    if module := load_cython("cython_loops"):
        ways["Cython: the same loop"] = module.sum_untyped
        ways["Cython: typed"] = module.sum_typed
    if compiled := compile_numba(_plain_loop):
        ways["Numba: the same loop"] = compiled
    ways["C: fastcv.cumulative_sum"] = fastcv.cumulative_sum
    return ways


def _plain_loop(n):  # sum_loop without the profiler's decorator
    total = 0
    for i in range(n):
        total += i
    return total


def time_sums(ways: Mapping[str, Callable[[int], int]], n: int, repeat: int) -> list[Row]:
    """Check that all ways find the sum, then time them."""
    functions = {name: partial(way, n) for name, way in ways.items()}
    return make_rows(measure(functions, repeat, partial(check_sums, n)), max(n, 1), "number")


def check_sums(n: int, results: Mapping[str, int]) -> None:
    """End the run and name the first way whose sum differs from the formula's."""
    for name, total in results.items():
        if total != n * (n - 1) // 2:
            sys.exit(f"DIFFERENT: {name} found {total}; the sum is {n * (n - 1) // 2}.")


def find_formulas(ways: Mapping[str, Callable[[int], int]], rows: Sequence[Row]) -> list[str]:
    """Return the compiled ways that take no longer for 1,000 times as many numbers."""
    return [row.name for row in rows if row.name not in PLAIN and _is_formula(ways[row.name])]


def _is_formula(way: Callable[[int], int]) -> bool:
    """Compare the times of 10⁵ and 10⁸ numbers; for a slow loop the first time is enough."""
    seconds = _time(way, 10**5)
    return seconds < 0.5e-3 and _time(way, 10**8) < 10 * seconds


def _time(function: Callable[[int], int], n: int) -> float:
    """Return the seconds of the fastest of a few calls."""
    seconds = []
    for _ in range(5):
        start = perf_counter()
        function(n)
        seconds.append(perf_counter() - start)
    return min(seconds)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--count", type=positive_int, default=100_000 if PROFILER else 10_000_000,
        help="numbers to add (%(default)s)",
    )  # fmt: skip
    add_options(parser, repeat=5)
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    ways = find_ways()
    say(f"checking {len(ways)} ways to add {arguments.count:,} numbers, then timing ...")
    rows = time_sums(ways, arguments.count, arguments.repeat)
    title = f"the sum of {arguments.count:,} numbers"
    formulas = find_formulas(ways, rows)
    rows = [
        replace(row, name=f"{row.name} (no loop runs)") if row.name in formulas else row
        for row in rows
    ]
    print_table(title, rows)
    for name in formulas:
        print(f"  {name}: no slower for 10⁸ numbers than for 10⁵: compiled to n (n - 1) / 2.")
    loops = [row for row in rows if not row.name.endswith("(no loop runs)")]
    fastest = min(loops, key=lambda row: row.min_ms)
    print(f"  fastest real loop: {fastest.name}, {digits(fastest.ratio)}x the Python loop")
    finish(arguments, machine, {title: rows}, formulas=formulas)


if __name__ == "__main__":
    main()
