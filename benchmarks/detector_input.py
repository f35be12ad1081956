"""How fast does a page become a detector's tensor? OCR projects' Python against fastcv.

Each baseline does what its project does, operation by operation: resize, normalise, transpose.
Where RapidOCR is installed, its own DetPreProcess is a row too.

Usage::

    python benchmarks/detector_input.py
    python benchmarks/detector_input.py --pages folder    # each NAME.png with RapidOCR's rules
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from baselines import easyocr_input, paddleocr_input, paddlex_input, rapidocr_input
from charts import begin, finish
from harness import (
    DATA,
    Row,
    add_options,
    cv2,
    fastcv,
    make_rows,
    measure,
    name_threads,
    print_table,
    read_image,
    say,
)

BASELINE = "the project's Python"
SPECS = fastcv.DETECTOR_INPUTS
Ways = dict[str, Callable[[], Any]]


def rapidocr_ways(page: np.ndarray, limit: int, kind: str) -> Ways:
    """Return RapidOCR's own function, if it is installed."""
    try:
        from rapidocr.ch_ppocr_det.utils import DetPreProcess
    except ImportError:
        return {}
    own = DetPreProcess(limit, kind)
    return {"RapidOCR's DetPreProcess": lambda: own(page)}


def fastcv_ways(page: np.ndarray, spec: fastcv.DetectorInput, threads: list[int]) -> Ways:
    """Return fastcv's ways: each dtype, and with memory of the caller's."""
    ways: Ways = {}
    for count in threads:
        on = name_threads(count)
        for dtype in ("float32", "float16", "uint8"):
            given = replace(spec, dtype=dtype)
            ways[f"detector_input {dtype}, {on}"] = lambda g=given, n=count: (
                fastcv.detector_input(page, spec=g, num_threads=n).tensor
            )
        out = np.empty_like(fastcv.detector_input(page, spec=spec).tensor)
        ways[f"detector_input, out, {on}"] = lambda o=out, n=count: (
            fastcv.detector_input(page, spec=spec, num_threads=n, out=o).tensor
        )
    return ways


def check_tensors(spec: fastcv.DetectorInput) -> Callable[[dict[str, Any]], None]:
    """Return a check that ends the run where a tensor differs from the baseline's.

    float16 must be the float32 tensor rounded, and uint8 must become it by the spec's table.
    """

    def check(results: dict[str, Any]) -> None:
        right = results[BASELINE]
        table = spec.table()
        for name, tensor in results.items():
            if tensor.dtype == np.uint8:
                found = np.stack([table[c][tensor[:, c]] for c in range(3)], axis=1)
                same = np.array_equal(found, right)
            else:
                same = np.ascontiguousarray(tensor).tobytes() == (
                    np.ascontiguousarray(right).astype(tensor.dtype).tobytes()
                )
            if not same:
                sys.exit(f"DIFFERENT: {name}")

    return check


def list_cases(arguments: argparse.Namespace) -> dict[str, tuple[Any, ...]]:
    """Return what is measured: page, spec, baseline, and further ways."""
    rapidocr = SPECS["rapidocr"]
    if arguments.pages:
        paths = sorted(arguments.pages.glob("*.png"))
        pages = {path.stem: read_image(path)[0] for path in paths}
        return {
            f"{name}, {page.shape[0]} x {page.shape[1]} px": (
                page, rapidocr, lambda p=page: rapidocr_input(p, 736, "min"),
                rapidocr_ways(page, 736, "min"),
            )
            for name, pixels in pages.items()
            for page in [np.ascontiguousarray(pixels[:, :, :3])]
        }  # fmt: skip
    page, _ = read_image(DATA / "page.jpg")
    strip = np.ascontiguousarray(page[1000:1208, :1618])
    scan = cv2.resize(page, (1536, 1984), interpolation=cv2.INTER_AREA)
    limits = {"limit_type": "max", "limit_side_len": 1536}
    return {
        "A4 at 300 dpi to 1,536 px, RapidOCR": (
            page, replace(rapidocr, **limits), lambda: rapidocr_input(page, 1536, "max"),
            rapidocr_ways(page, 1536, "max"),
        ),
        "a strip of 208 x 1,618 px, enlarged to 736 x 5,728, RapidOCR": (
            strip, rapidocr, lambda: rapidocr_input(strip, 736, "min"),
            rapidocr_ways(strip, 736, "min"),
        ),
        "a scan of 1,984 x 1,536 px, which keeps its size, RapidOCR": (
            scan, rapidocr, lambda: rapidocr_input(scan, 736, "min"),
            rapidocr_ways(scan, 736, "min"),
        ),
        "A4 to 1,536 px, PaddleOCR": (
            page, replace(SPECS["paddleocr"], **limits),
            lambda: paddleocr_input(page, 1536, "max"), {},
        ),
        "A4 to 1,536 px, PaddleX": (
            page, replace(SPECS["paddlex"], **limits), lambda: paddlex_input(page, 1536, "max"), {},
        ),
        "A4 to 2,560 px, EasyOCR": (
            page, replace(SPECS["easyocr"], channels="bgr"), lambda: easyocr_input(page, 2560), {},
        ),
    }  # fmt: skip


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=Path, metavar="DIR", help="measure these pages instead")
    add_options(parser, repeat=21)
    arguments = parser.parse_args()
    if arguments.pages and not list(arguments.pages.glob("*.png")):
        parser.error(f"no *.png in {arguments.pages}")
    return arguments


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    cv2.setNumThreads(1)
    machine["cv2"] = f"{cv2.__version__}, 1 thread"
    threads = sorted({1, arguments.threads})
    tables: dict[str, list[Row]] = {}
    for title, (page, spec, baseline, further) in list_cases(arguments).items():
        ways: Ways = {BASELINE: baseline, **further, **fastcv_ways(page, spec, threads)}
        height, width = spec.geometry(*page.shape[:2]).tensor
        say(f"{title}: {12e-6 * height * width:.1f} MB of float32")
        seconds = measure(ways, arguments.repeat, check_tensors(spec))
        tables[title] = make_rows(seconds, height * width)
        print_table(title, tables[title])
    finish(arguments, machine, tables)


if __name__ == "__main__":
    main()
