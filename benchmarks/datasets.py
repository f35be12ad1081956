"""Whole data sets: pages with annotated words in, training crops out.

Compares the plain Python script that projects have (imread, a loop of warps, imwrite), the same in
a pool of processes, and ``fastcv crop`` on its engines and with its outputs. "decode + encode"
reads each page and encodes as many crops, and does nothing else. Each row is a process of its own;
its memory and CPU time are those of it and of its children. "running" is a page's time without the
first tenth of the pages, in which processes start.

Usage::

    python benchmarks/datasets.py --pages 2000
    python benchmarks/datasets.py --pages 200 --engines dask,ray --json datasets.json
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from harness import DATA, ROOT, cv2, describe_machine, fastcv, note, positive_int, print_header

ENGINES = {"dask": "distributed", "ray": "ray"}
SCRIPT, POOL, FLOOR = "Python script", "Python script in a pool", "decode + encode"


def crop_like_a_script(line: str, folder: Path, out: Path) -> int:
    """Cut one line of Label.txt as the projects' scripts do."""
    name, content = line.split("\t", 1)
    image = cv2.imread(str(folder / name))
    words = json.loads(content)
    target = out / Path(name).stem
    target.mkdir()
    labels = []
    for index, word in enumerate(words):
        quad = np.float32(word["points"])
        lt, rt, rb, lb = quad
        width = max(int(np.linalg.norm(rb - lb)), int(np.linalg.norm(rt - lt)))
        height = max(int(np.linalg.norm(rt - rb)), int(np.linalg.norm(lt - lb)))
        corners = np.float32([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]])
        matrix = cv2.getPerspectiveTransform(quad, corners)
        crop = cv2.warpPerspective(image, matrix, (width, height))
        path = target / f"{index:04}.png"
        cv2.imwrite(str(path), crop)
        labels.append(f"{path.relative_to(out)}\t{word['transcription']}\n")
    (target / "labels.txt").write_text("".join(labels), encoding="utf-8")
    return len(words)


def run_script(folder: Path, out: Path, workers: int) -> int:
    """Cut a data set with the script, on one CPU or in a pool."""
    out.mkdir()
    lines = (folder / "Label.txt").read_text(encoding="utf-8").splitlines()
    work = partial(crop_like_a_script, folder=folder, out=out)
    if workers == 1:
        return sum(map(work, lines))
    with multiprocessing.Pool(workers) as pool:
        return sum(pool.imap_unordered(work, lines))


_CROPS: list[np.ndarray] = []


def decode_and_encode(path: str) -> int:
    """Read a page, and encode the first page's crops."""
    from fastcv.datasets.encode import encode_all
    from fastcv.pages import read_page

    page = read_page(Path(path))
    if not _CROPS:
        line = (Path(path).parent / "Label.txt").read_text(encoding="utf-8").split("\n", 1)[0]
        name, content = line.split("\t", 1)
        quads = np.array([word["points"] for word in json.loads(content)])
        _CROPS.extend(fastcv.image_crop(cv2.imread(str(Path(path).parent / name)), quads))
    encode_all(_CROPS, "png", None)
    return len(_CROPS) * (page.size > 0)


def run_floor(folder: Path, workers: int) -> int:
    """Read all pages, and encode as many crops."""
    pages = sorted(map(str, folder.glob("*.jpg")))
    from fastcv.datasets.local import keep_freed_memory

    with multiprocessing.get_context("spawn").Pool(workers, keep_freed_memory) as pool:
        return sum(pool.imap_unordered(decode_and_encode, pages))


def run_fastcv(folder: Path, out: Path, engine: str, to: str, workers: int) -> dict[str, Any]:
    """Cut a data set with fastcv. Return the crops, and the seconds of each step."""
    from fastcv.datasets import crop_pages

    steps = np.zeros(3)
    stored: list[float] = []

    def report(page: Any, summary: Any) -> None:
        nonlocal steps
        steps += page.seconds
        stored.append(time.perf_counter())

    summary = crop_pages(
        folder, out, annotations=folder / "Label.txt", to=to, engine=engine, workers=workers,
        report=report,
    )  # fmt: skip
    return {
        "crops": summary.crops,
        "failed": len(summary.failed),
        "running": (stored[-1] - stored[len(stored) // 10]) / max(1, len(stored) * 9 // 10),
        "steps": dict(zip(("read", "cut", "encode"), steps.tolist(), strict=True)),
    }


def run_way(way: str, folder: Path, out: Path, workers: int) -> dict[str, Any]:
    """Run one row in this process, and time it."""
    start = time.perf_counter()
    if way in (SCRIPT, POOL):
        found: dict[str, Any] = {"crops": run_script(folder, out, workers if way == POOL else 1)}
    elif way == FLOOR:
        found = {"crops": run_floor(folder, workers)}
    else:
        engine, to = way.split(" to ")
        found = run_fastcv(folder, out, engine, to, workers)
    return {**found, "seconds": time.perf_counter() - start}


def run_and_weigh(way: str, folder: Path, out: Path, workers: int) -> dict[str, Any]:
    """Run one row in a process of its own. Watch the memory of it and of its children."""
    command = [sys.executable, __file__, "--run", way, "--folder", folder, "--out", out,
               "--threads", workers]  # fmt: skip
    # As fastcv's own processes have it: OpenBLAS's threads spin at the start of each.
    floor = {"OPENBLAS_NUM_THREADS": "1"} if way == FLOOR else {}
    before = cpu_of_children()
    process = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, text=True, env={**os.environ, **floor}
    )
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.2):
            peak = max(peak, memory_of(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    printed, _ = process.communicate()
    done.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"{way} failed")
    cpu = cpu_of_children() - before
    return {**json.loads(printed.splitlines()[-1]), "peak_bytes": peak, "cpu_seconds": cpu}


def cpu_of_children() -> float:
    """Return the CPU time of processes that have ended and were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def memory_of(pid: int) -> int:
    """Return the memory of a process and of all its descendants, shared pages divided."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) << 10
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                total += memory_of(int(child))
    except (OSError, ValueError):
        pass
    return total


def choose_ways(outputs: list[str], engines: list[str]) -> list[str]:
    """List the rows."""
    ways = [SCRIPT, POOL, *(f"local to {to}" for to in outputs)]
    for engine in engines:
        if find_spec(ENGINES[engine]):
            ways.append(f"{engine} to {outputs[-1] if len(outputs) == 1 else 'webdataset'}")
        else:
            note(f"{engine} is not installed: its row is left out")
    return [*ways, FLOOR]


def print_rows(rows: dict[str, list[dict[str, Any]]], pages: int, workers: int) -> None:
    """Print a line a way."""
    fastest = {way: min(found, key=lambda each: each["seconds"]) for way, found in rows.items()}
    pool, floor = fastest[POOL]["seconds"], fastest[FLOOR]["seconds"]
    print(f"{'':<26}{'seconds':>9}{'median':>9}{'pages/s':>9}{'crops/s':>9}{'x pool':>8}"
          f"{'of floor':>10}{'CPU ms':>8}{'running':>9}{'peak MiB':>10}  cut")  # fmt: skip
    for way, found in rows.items():
        best = fastest[way]
        seconds, median = best["seconds"], statistics.median(each["seconds"] for each in found)
        peak = max(each["peak_bytes"] for each in found) >> 20
        running = f"{best['running'] * 1000:.1f}" if "running" in best else ""
        cpu = best["cpu_seconds"] / pages * 1000
        cut = f"{best['steps']['cut'] / workers / seconds:>5.1%}" if "steps" in best else ""
        print(
            f"{way:<26}{seconds:>9.2f}{median:>9.2f}{pages / seconds:>9.1f}"
            f"{best['crops'] / seconds:>9,.0f}{pool / seconds:>7.2f}x{floor / seconds:>10.0%}"
            f"{cpu:>8.1f}{running:>9}{peak:>10,}  {cut}"
        )


def main() -> None:
    """Make the data, run the rows in turn, and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=positive_int, default=200)
    parser.add_argument("--words", type=positive_int, default=200, help="a page (%(default)s)")
    parser.add_argument("--repeat", type=positive_int, default=1, help="rounds (%(default)s)")
    parser.add_argument("--threads", type=positive_int, default=fastcv.get_num_threads())
    parser.add_argument("--outputs", default="folder,webdataset,lmdb", metavar="NAMES")
    parser.add_argument("--engines", default="dask,ray", metavar="NAMES")
    parser.add_argument("--json", metavar="FILE", help="also write machine and rows to FILE")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="pages made before, or to keep")
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(run_way(options.run, options.folder, options.out, options.threads)))
        return
    machine = describe_machine(options.threads)
    print_header(machine)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "pages"
        if not (folder / "Label.txt").exists():
            note(f"making {options.pages} pages of A4 at 150 dpi")
            subprocess.run(
                [sys.executable, DATA / "make_dataset.py", folder, "--pages", str(options.pages),
                 "--words", str(options.words)], check=True, cwd=ROOT,
            )  # fmt: skip
        pages = (folder / "Label.txt").read_bytes().count(b"\n")
        engines = list(filter(None, options.engines.split(",")))
        ways = choose_ways(options.outputs.split(","), engines)
        rows: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
        for turn in range(options.repeat):
            for way in ways:
                note(f"round {turn + 1} of {options.repeat}: {way}")
                out = Path(temporary) / "out"
                rows[way].append(run_and_weigh(way, folder, out, options.threads))
                shutil.rmtree(out, ignore_errors=True)
                os.sync()  # the next row must not wait for this one's files
        print(f"{pages:,} pages of {options.words} words")
        print_rows(rows, pages, options.threads)
    if options.json:
        content = {"machine": machine, "pages": pages, "rows": rows}
        Path(options.json).write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
