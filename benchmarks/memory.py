"""What does the crops' memory cost? Compares no pool, the pool, and the caller's memory (out=).

Each row runs in a new process, because malloc's treatment of freed memory depends on the process's
past. "decoded": the process decoded the page itself, and freed some megabytes while decoding.
"mapped": the process maps the page from a file, like one that receives pages from another process.

Usage::

    python benchmarks/memory.py
    python benchmarks/memory.py --drop before --threads 2 --json memory.json
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from harness import (
    DATA,
    describe_machine,
    fastcv,
    positive_int,
    print_header,
    read_boxes,
    read_image,
)

WAYS = ("no pool", "pool", "out=")
PAGES = ("decoded", "mapped")
BOXES = ("words", "lines")


def make_boxes(kind: str) -> np.ndarray:
    """Return the page's words, or 60 lines of 2000 x 60 px."""
    if kind == "words":
        return read_boxes(DATA / "page_boxes.json")
    line = np.float32([[100, 20], [2100, 23], [2100, 83], [100, 80]])
    return line + np.arange(60, dtype=np.float32)[:, None, None] * (0, 55)


def time_calls(
    way: str, page_file: str, kind: str, drop: str, threads: int, repeat: int
) -> dict[str, Any]:
    """Time calls in a loop; drop each call's crops before or after the next call."""
    is_mapped = page_file.endswith(".npy")
    page = np.load(page_file, mmap_mode="r") if is_mapped else read_image(page_file)[0]
    boxes = make_boxes(kind).astype(np.float32)
    options: dict[str, Any] = {"num_threads": threads}
    if way == "no pool":
        fastcv.set_memory_pool(0)
    if way == "out=":
        size = fastcv.crop_shapes(boxes).prod(axis=1).sum() * page.shape[2]
        options["out"] = np.empty(size, page.dtype)
    seconds, crops = [], None
    for call in range(repeat + 3):
        if call == 3:
            faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        if drop == "before":
            crops = None
        start = time.perf_counter()
        crops = fastcv.image_crop_openmp(page, boxes, **options)
        if call >= 3:
            seconds.append(time.perf_counter() - start)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "mib": sum(crop.nbytes for crop in crops or ()) / 2**20,
        "min_ms": 1e3 * min(seconds),
        "median_ms": 1e3 * statistics.median(seconds),
        "faults": (usage.ru_minflt - faults) / repeat,
        "peak_mib": usage.ru_maxrss / 1024,
    }


def time_in_children(rounds: int, *arguments: Any) -> dict[str, dict[str, Any]]:
    """Run the ways in turn, each in ``rounds`` processes; return the best process of each way."""
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            command = [sys.executable, __file__, "--child", json.dumps([way, *arguments])]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[way].append(json.loads(done.stdout))
    return {
        way: min(results, key=lambda result: result["median_ms"]) for way, results in found.items()
    }


def measure_rows(drop: str, threads: int, repeat: int, rounds: int) -> list[dict[str, Any]]:
    """Time and print every row."""
    rows = []
    print(f"{'':<24}{'min ms':>9}{'median ms':>11}{'faults/call':>15}{'peak MiB':>10}")
    with tempfile.TemporaryDirectory() as folder:
        files = {"decoded": str(DATA / "page.jpg"), "mapped": f"{folder}/page.npy"}
        np.save(files["mapped"], read_image(files["decoded"])[0])
        for page in PAGES:
            for kind in BOXES:
                best = time_in_children(rounds, files[page], kind, drop, threads, repeat)
                for way, row in best.items():
                    rows.append({"page": page, "boxes": kind, "dropped": drop, "way": way, **row})
                    print(
                        f"{f'{page}, {kind}: {way}':<24}{row['min_ms']:>9.2f}"
                        f"{row['median_ms']:>11.2f}{row['faults']:>15.0f}{row['peak_mib']:>10.0f}"
                    )
    return rows


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--drop", choices=("before", "after"), default="after",
        help="drop each call's crops before or after the next call (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--threads", type=positive_int, default=1, help="threads per call (1)")
    parser.add_argument("--repeat", type=positive_int, default=30, help="calls per process (30)")
    parser.add_argument("--rounds", type=positive_int, default=3, help="processes per row (3)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the rows to FILE")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(time_calls(*json.loads(arguments.child))))
        return
    machine = describe_machine(arguments.threads)
    print_header(machine)
    rows = measure_rows(arguments.drop, arguments.threads, arguments.repeat, arguments.rounds)
    if arguments.json:
        content = {"machine": machine, "rows": rows}
        arguments.json.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
