"""What do threads cost and gain? Finds the work from which they pay, and the CPU time of waiting.
Compares a call's threads with as many processes, and with one thread beside a busy CPU.

Usage::

    python benchmarks/threads.py
    python benchmarks/threads.py --threads 8 --json threads.json
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from harness import (
    DATA,
    describe_machine,
    fastcv,
    measure,
    positive_int,
    print_header,
    read_boxes,
    read_image,
    say,
)

BOX_COUNTS = (1, 2, 4, 8, 16, 32, 64, 128)
PAUSE_S = 0.005
CALLS = 20


def compare_small_calls(threads: int, repeat: int) -> list[dict[str, Any]]:
    """Time calls with few boxes of 80 x 20 px, serial and on threads."""
    page = np.random.default_rng(0).integers(0, 255, (2000, 2000, 3), np.uint8)
    corner = np.float32([[0, 0], [80, 0], [80, 20], [0, 20]])
    starts = np.random.default_rng(1).uniform(0, 1900, (max(BOX_COUNTS), 1, 2))
    boxes = (starts + corner).astype(np.float32)
    rows = []
    print(f"{'boxes':>6}{'px':>9}{'serial µs':>11}{f'{threads} threads µs':>15}{'ratio':>8}")
    for count in BOX_COUNTS:
        few = boxes[:count]
        seconds = measure(
            {
                "serial": lambda few=few: fastcv.image_crop(page, few),
                "threads": lambda few=few: fastcv.image_crop_openmp(page, few, num_threads=threads),
            },
            repeat,
        )
        serial, parallel = (1e6 * min(seconds[name]) for name in ("serial", "threads"))
        print(
            f"{count:>6}{count * 1600:>9}{serial:>11.0f}{parallel:>15.0f}{serial / parallel:>7.2f}x"
        )
        rows.append({"boxes": count, "serial_us": serial, "threads_us": parallel})
    return rows


def cpu_seconds(threads: int, calls: int) -> tuple[float, float]:
    """Return CPU and wall seconds per call on the shipped page; a pause follows each call."""
    page, _ = read_image(DATA / "page.jpg")
    boxes = read_boxes(DATA / "page_boxes.json")
    fastcv.image_crop_openmp(page, boxes, num_threads=threads)
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(calls):
        fastcv.image_crop_openmp(page, boxes, num_threads=threads)
        time.sleep(PAUSE_S)
    return (time.process_time() - cpu) / calls, (time.perf_counter() - wall) / calls - PAUSE_S


def compare_waiting(threads: int, calls: int) -> list[dict[str, Any]]:
    """Measure CPU time in new processes, because libgomp reads its settings when it is loaded."""
    rows: list[dict[str, Any]] = []
    print(f"\n{'':<34}{'wall ms':>9}{'CPU ms':>9}{'CPU ratio':>11}")
    for name, count, policy in (
        ("1 thread", 1, None),
        (f"{threads} threads", threads, None),
        (f"{threads} threads, OMP_WAIT_POLICY=passive", threads, "passive"),
    ):
        environment = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"}
        if policy:
            environment["OMP_WAIT_POLICY"] = policy
        command = [sys.executable, __file__, "--child", str(count), str(calls)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        cpu, wall = json.loads(done.stdout)
        rows.append({"name": name, "cpu_ms": 1e3 * cpu, "wall_ms": 1e3 * wall})
        ratio = cpu * 1e3 / rows[0]["cpu_ms"]
        print(f"{name:<34}{1e3 * wall:>9.1f}{1e3 * cpu:>9.1f}{ratio:>10.2f}x")
    return rows


def answer_commands(pipe: Any) -> None:
    """In a process of its own: cut the page's boxes as often as told, on as many threads."""
    page, _ = read_image(DATA / "page.jpg")
    boxes = read_boxes(DATA / "page_boxes.json")
    while command := pipe.recv():
        threads, calls = command
        ms = []
        for _ in range(calls):
            start = time.perf_counter()
            fastcv.image_crop_openmp(page, boxes, num_threads=threads)
            ms.append(1e3 * (time.perf_counter() - start))
        pipe.send(statistics.median(ms))


def compare_processes(threads: int, rounds: int) -> list[dict[str, Any]]:
    """Time threads beside independent processes, then beside processes that are always busy."""
    context = multiprocessing.get_context("spawn")
    pipes, workers = [], []
    for _ in range(threads):
        ours, theirs = context.Pipe()
        workers.append(context.Process(target=answer_commands, args=(theirs,), daemon=True))
        pipes.append(ours)
    for worker in workers:
        worker.start()

    def run(count: int, on: list[Any], calls: int = CALLS) -> float:
        for pipe in on:
            pipe.send((count, calls))
        return statistics.mean(pipe.recv() for pipe in on)

    def beside_busy(count: int) -> float:
        for pipe in pipes[1:]:
            pipe.send((1, 4 * CALLS))
        ms = run(count, pipes[:1])
        for pipe in pipes[1:]:
            pipe.recv()
        return ms

    name = f"{threads} threads"
    ways = {
        "1 thread": lambda: run(1, pipes[:1]),
        name: lambda: run(threads, pipes[:1]),
        f"{threads} processes": lambda: run(1, pipes) / threads,
        "1 thread, other CPUs busy": lambda: beside_busy(1),
        f"{name}, other CPUs busy": lambda: beside_busy(threads),
    }
    run(1, pipes)
    run(threads, pipes[:1])
    ms: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, work in ways.items():
            ms[way].append(work())
    for pipe in pipes:
        pipe.send(None)
    for worker in workers:
        worker.join()

    rows = []
    print(f"\n{'':<34}{'min ms':>9}{'median ms':>11}{'gain':>8}")
    for way, values in ms.items():
        serial = ms["1 thread, other CPUs busy" if "busy" in way else "1 thread"]
        gain = statistics.median(a / b for a, b in zip(serial, values, strict=True))
        least, median = min(values), statistics.median(values)
        rows.append({"name": way, "min_ms": least, "median_ms": median, "gain": gain})
        print(f"{way:<34}{least:>9.2f}{median:>11.2f}{gain:>7.2f}x")
    return rows


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--threads", type=positive_int, help="threads per call (default: fastcv's, at least 2)"
    )
    parser.add_argument("--repeat", type=positive_int, default=40, help="calls per row (40)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the figures to FILE")
    parser.add_argument("--child", nargs=2, type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(cpu_seconds(*arguments.child)))
        return
    threads = arguments.threads or max(2, fastcv.get_num_threads())
    machine = describe_machine(threads)
    print_header(machine)
    small = compare_small_calls(threads, arguments.repeat)
    say(f"\n{arguments.repeat} calls on the shipped page with {PAUSE_S * 1e3:.0f} ms between them:")
    waiting = compare_waiting(threads, arguments.repeat)
    say(f"\n{CALLS} calls on the shipped page at a time. The processes' time is shared:")
    processes = compare_processes(threads, max(2, arguments.repeat // 4))
    if arguments.json:
        content = {
            "machine": machine,
            "small_calls": small,
            "waiting": waiting,
            "processes": processes,
        }
        arguments.json.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
