"""How fast does a page become the recogniser's batches? OCR projects' Python against fastcv.

The baseline is the path of PaddleOCR 2.x and RapidOCR: cut, turn tall words, resize, normalise,
pad, stack. It drops each batch as it comes. A row of fastcv that keeps all batches says so.

Usage::

    python benchmarks/batches.py
    python benchmarks/batches.py --data source --repeat 9
    python benchmarks/batches.py --pages folder    # each NAME.png with its NAME.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from baselines import cut_lines, make_batches
from boxes import frame
from charts import begin, finish
from harness import (
    DATA,
    Row,
    add_options,
    cv2,
    digits,
    fastcv,
    make_rows,
    make_source_page,
    measure,
    name_threads,
    positive_int,
    print_table,
    read_boxes,
    read_image,
    say,
)
from image_crop import check_crops

BASELINE = "the projects' Python"
INPUT = fastcv.INPUTS["rapidocr"]
CONVENTION = "rapidocr"


@dataclass(frozen=True)
class BatchRow(Row):
    """A row with what it writes: the tensors of all batches."""

    written_mb: float
    gb_per_s: float


def drop_all(batches: Iterable[Any]) -> int:
    """Take the batches one at a time, as an engine does, and return how many there were."""
    return sum(1 for _ in batches)


def copy_all(batches: Iterable[Any]) -> list[np.ndarray]:
    """Return copies of all tensors, for the comparison."""
    return [np.array(getattr(batch, "tensor", batch)) for batch in batches]


def list_ways(page: np.ndarray, boxes: np.ndarray, threads: list[int]) -> dict[str, Any]:
    """Return the ways from page to batches: each a function that returns an iterable of batches."""
    crop = fastcv.image_crop_openmp
    ways: dict[str, Callable[[], Iterable[Any]]] = {
        BASELINE: lambda: make_batches(cut_lines(page, boxes))
    }
    for count in threads:
        options = {"convention": CONVENTION, "num_threads": count}
        on = name_threads(count)
        ways[f"image_crop_openmp, {on}, then Python"] = lambda o=options: make_batches(
            crop(page, boxes, **o)
        )
        ways[f"image_crop_openmp, image_batches, {on}"] = lambda o=options: fastcv.image_batches(
            crop(page, boxes, **o), input=INPUT, num_threads=o["num_threads"]
        )
        for dtype in ("float32", "float16", "uint8"):
            given = {**options, "input": replace(INPUT, dtype=dtype)}
            ways[f"iter_crop_batches {dtype}, {on}"] = lambda g=given: fastcv.iter_crop_batches(
                page, boxes, **g
            )
        given = {**options, "input": INPUT}
        ways[f"crop_batches, all kept, {on}"] = lambda g=given: fastcv.crop_batches(
            page, boxes, **g
        )
    return ways


def list_second_halves(crops: list[np.ndarray], threads: list[int]) -> dict[str, Any]:
    """Return the ways from crops to batches."""
    ways: dict[str, Callable[[], Iterable[Any]]] = {BASELINE: lambda: make_batches(crops)}
    for count in threads:
        for name, function in {
            "iter_image_batches": fastcv.iter_image_batches,
            "image_batches, all kept": fastcv.image_batches,
        }.items():
            ways[f"{name}, {name_threads(count)}"] = lambda f=function, c=count: f(
                crops, input=INPUT, num_threads=c
            )
    return ways


def time_crops(
    page: np.ndarray, boxes: np.ndarray, threads: list[int], repeat: int
) -> dict[str, list[Row]]:
    """Check and time the crops alone: the boxes, and upright ones around them."""
    tables = {}
    height, width = page.shape[:2]
    for kind, quads in {"words": boxes, "upright boxes": frame(boxes, (width, height))}.items():
        functions: dict[str, Callable[[], Any]] = {BASELINE: lambda q=quads: cut_lines(page, q)}
        for count in threads:
            functions[f"image_crop_openmp, {name_threads(count)}"] = lambda q=quads, c=count: (
                fastcv.image_crop_openmp(page, q, convention=CONVENTION, num_threads=c)
            )
        pixels = int(fastcv.crop_shapes(quads, convention=CONVENTION).prod(axis=1).sum())
        rows = make_rows(measure(functions, repeat, check_crops), pixels)
        tables[f"page to crops: {len(quads):,} {kind}, corners at (w, h), cubic, replicate"] = rows
    return tables


def check_tensors(ways: dict[str, Callable[[], Iterable[Any]]]) -> dict[str, float]:
    """End the run where a tensor differs from the baseline's; return the MB that each way writes.

    float16 must be the float32 tensor rounded. uint8 must become it by the normalisation, except in
    the padding, which is 0 in both.
    """
    expected = copy_all(ways[BASELINE]())
    written = {}
    for name, way in ways.items():
        found = copy_all(way())
        written[name] = sum(tensor.nbytes for tensor in found) / 1e6
        if len(found) != len(expected):
            sys.exit(f"DIFFERENT: {name} makes {len(found)} batches, not {len(expected)}.")
        for index, (tensor, right) in enumerate(zip(found, expected, strict=True)):
            if tensor.dtype == np.uint8:
                normal = (tensor.astype(np.float32) / 255 - np.float32(0.5)) / np.float32(0.5)
                same = np.array_equal(np.where(right == 0, 0, normal), right)
            else:
                same = tensor.tobytes() == right.astype(tensor.dtype).tobytes()
            if not same:
                sys.exit(f"DIFFERENT: batch {index} of {name}.")
    return written


def time_ways(
    ways: dict[str, Callable[[], Iterable[Any]]], pixels: int, repeat: int
) -> list[BatchRow]:
    """Check the ways, then time them in turn."""
    written = check_tensors(ways)
    functions = {name: lambda w=way: keep_or_drop(w()) for name, way in ways.items()}
    rows = make_rows(measure(functions, repeat), pixels)
    return [
        BatchRow(**vars(row), written_mb=written[row.name], gb_per_s=written[row.name] / row.min_ms)
        for row in rows
    ]


def keep_or_drop(batches: Iterable[Any]) -> Any:
    """Keep a list as it is; take the batches of an iterator one at a time."""
    return batches if isinstance(batches, list) else drop_all(batches)


def print_batches(title: str, rows: list[BatchRow]) -> None:
    """Print rows with the bytes that they write."""
    width = max(len(row.name) for row in rows)
    head = f"{'min ms':>10}{'median ms':>11}{'ratio':>9}{'MB':>9}{'GB/s':>8}"
    print(f"\n{title}\n  {'what':<{width}}{head}\n  {'-' * (width + len(head))}")
    for row in rows:
        print(
            f"  {row.name:<{width}}{digits(row.min_ms):>10}{digits(row.median_ms):>11}"
            f"{digits(row.ratio):>8}x{row.written_mb:>9.1f}{digits(row.gb_per_s):>8}"
        )


def count_padding(page: np.ndarray, boxes: np.ndarray) -> str:
    """Return a sentence on how much of the tensors is padding."""
    sentences = []
    for name, given in {
        "": INPUT,
        " without the least width of 320 px": replace(INPUT, min_width=None),
    }.items():
        batches = fastcv.crop_batches(page, boxes, convention=CONVENTION, input=given)
        real = sum(int(batch.widths.sum()) for batch in batches)
        whole = sum(len(batch.widths) * batch.tensor.shape[3] for batch in batches)
        mb = sum(batch.tensor.nbytes for batch in batches) / 1e6
        sentences.append(f"{1 - real / whole:.0%} of {mb:.0f} MB is padding{name}")
    return "; ".join(sentences)


def load_pages(arguments: argparse.Namespace) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Read the pages that the command line asks for."""
    if arguments.pages:
        return {
            path.stem: (read_image(path)[0][:, :, :3], read_boxes(path.with_suffix(".json")))
            for path in sorted(arguments.pages.glob("*.png"))
        }
    if arguments.data == "source":
        return {"the sources' benchmark": make_source_page()}
    page, _ = read_image(DATA / "page.jpg")
    return {"data/page.jpg": (page, read_boxes(DATA / "page_boxes.json"))}


# ---- the first call of a process ----


def time_first_call(threads: int | None) -> float:
    """Return the ms of this process's first call from page to all batches; None: the baseline."""
    page, _ = read_image(DATA / "page.jpg")
    boxes = read_boxes(DATA / "page_boxes.json")
    start = perf_counter()
    if threads is None:
        drop_all(make_batches(cut_lines(page, boxes)))
    else:
        batches = fastcv.crop_batches(page, boxes, convention=CONVENTION, num_threads=threads)
    milliseconds = 1e3 * (perf_counter() - start)
    if threads is not None:
        del batches
    return milliseconds


def time_first_calls(threads: list[int], rounds: int) -> list[Row]:
    """Time first calls, each in a process of its own, in turn."""
    ways = {BASELINE: None, **{f"crop_batches, {name_threads(n)}": n for n in threads}}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, count in ways.items():
            command = [sys.executable, __file__, "--first", json.dumps(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[name].append(json.loads(done.stdout))
    baseline = min(found[BASELINE])
    return [
        Row(
            name=name,
            min_ms=min(values),
            median_ms=statistics.median(values),
            ratio=baseline / min(values),
            ns_per_unit=0,
            unit="px",
            same=None if name == BASELINE else True,
        )
        for name, values in found.items()
    ]


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", choices=("page", "source"), default="page")
    parser.add_argument("--pages", type=Path, metavar="DIR", help="measure these pages instead")
    parser.add_argument(
        "--first-rounds", type=positive_int, default=5, metavar="N",
        help="processes a way whose first call is timed (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--first", default="", help=argparse.SUPPRESS)
    add_options(parser, repeat=11)
    arguments = parser.parse_args()
    if arguments.pages and not list(arguments.pages.glob("*.png")):
        parser.error(f"no *.png in {arguments.pages}")
    return arguments


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    if arguments.first != "":
        print(time_first_call(json.loads(arguments.first)))
        return
    machine = begin(arguments)
    cv2.setNumThreads(1)  # at this size a second thread of cv2 gains nothing
    machine["cv2"] = f"{cv2.__version__}, 1 thread"
    threads = sorted({1, arguments.threads})
    tables: dict[str, list[Any]] = {}
    for name, (page, boxes) in load_pages(arguments).items():
        say(f"{name}: {count_padding(page, boxes)}")
        for title, rows in time_crops(page, boxes, threads, arguments.repeat).items():
            tables[f"{title}, {name}"] = rows
            print_table(f"{title}, {name}", rows)
        crops = fastcv.image_crop(page, boxes, convention=CONVENTION)
        pixels = sum(crop.shape[0] * crop.shape[1] for crop in crops)
        title = f"page to batches: {len(boxes):,} words of {name}"
        tables[title] = time_ways(list_ways(page, boxes, threads), pixels, arguments.repeat)
        print_batches(title, tables[title])
        title = f"crops to batches: {len(boxes):,} words of {name}"
        tables[title] = time_ways(list_second_halves(crops, threads), pixels, arguments.repeat)
        print_batches(title, tables[title])
    if not arguments.pages and arguments.data == "page":
        title = "the first call in a new process, all batches kept"
        tables[title] = time_first_calls(threads, arguments.first_rounds)
        print(f"\n{title}")
        for row in tables[title]:
            print(f"  {row.name:<30}{digits(row.min_ms):>9} ms{digits(row.ratio):>9}x")
    finish(arguments, machine, tables)


if __name__ == "__main__":
    main()
