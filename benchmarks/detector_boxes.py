"""How fast does a DB detector's map become boxes? The projects' steps in Python against fastcv.

The baseline is the tests' oracle: the projects' steps with cv2 and Python, contour by contour.
Where RapidOCR is installed, its own DBPostProcess is a row too.

Usage::

    python benchmarks/detector_boxes.py
    PYTHONPATH=src .venv-compat/bin/python benchmarks/detector_boxes.py    # with RapidOCR's row
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from charts import begin, finish
from harness import (
    DATA,
    ROOT,
    Row,
    add_options,
    cv2,
    fastcv,
    make_rows,
    measure,
    name_threads,
    print_table,
    read_boxes,
    read_image,
    say,
)
from made_images import make_map

sys.path.insert(0, str(ROOT / "tests"))
import reference_detect

BASELINE = "the oracle's Python"
RULES = fastcv.DETECTOR_BOXES["rapidocr"]
Ways = dict[str, Callable[[], Any]]


def rapidocr_ways(pixels: np.ndarray, page_shape: tuple[int, ...]) -> Ways:
    """Return RapidOCR's own class, if it is installed."""
    try:
        from rapidocr.ch_ppocr_det.utils import DBPostProcess
    except ImportError:
        return {}
    own = DBPostProcess(
        thresh=RULES.threshold,
        box_thresh=RULES.box_threshold,
        max_candidates=RULES.max_candidates,
        unclip_ratio=RULES.unclip_ratio,
        use_dilation=RULES.dilation,
    )
    return {"RapidOCR's DBPostProcess": lambda: own(pixels, page_shape[:2])}


def fastcv_ways(pixels: np.ndarray, page_shape: tuple[int, ...], threads: list[int]) -> Ways:
    """Return fastcv's ways: each count of threads."""
    return {
        f"detector_boxes, {name_threads(count)}": lambda n=count: fastcv.detector_boxes(
            pixels, page_shape, num_threads=n
        )
        for count in threads
    }


def check_boxes(results: dict[str, Any]) -> None:
    """End the run where boxes or scores differ; RapidOCR's own come without reading order."""
    boxes, scores = results[BASELINE]
    for name, (found, values) in results.items():
        right, own = as_rows(boxes, scores), as_rows(found, values)
        if name.startswith("RapidOCR"):
            right, own = sorted(right), sorted(own)
        if right != own:
            sys.exit(f"DIFFERENT: {name}")


def as_rows(boxes: Any, scores: Any) -> list[Any]:
    """Return (box, score) of each box, as Python's numbers."""
    values = np.asarray(boxes, np.float64).tolist()
    return list(zip(values, map(float, scores), strict=True))


def list_cases() -> dict[str, tuple[np.ndarray, tuple[int, ...]]]:
    """Return maps, and the shapes of their pages."""
    page, _ = read_image(DATA / "page.jpg")
    boxes = read_boxes(DATA / "page_boxes.json")
    some = boxes[:: max(1, len(boxes) // 40)]
    noise = np.random.default_rng(0).random((1, 1, 736, 736), np.float32)
    return {
        f"{len(boxes):,} words at 1,536 px": (make_map(boxes, page.shape, 1536), page.shape),
        f"{len(some)} words at 960 px": (make_map(some, page.shape, 960), page.shape),
        "noise of 736 x 736 px": (noise, (736, 736)),
    }


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add_options(parser, repeat=11)
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    cv2.setNumThreads(1)
    machine["cv2"] = f"{cv2.__version__}, 1 thread"
    threads = sorted({1, arguments.threads})
    tables: dict[str, list[Row]] = {}
    for title, (pixels, page_shape) in list_cases().items():
        ways: Ways = {
            BASELINE: lambda m=pixels, s=page_shape: reference_detect.boxes(m[0, 0], s, RULES),
            **rapidocr_ways(pixels, page_shape),
            **fastcv_ways(pixels, page_shape, threads),
        }
        say(f"{title}: {len(fastcv.detector_boxes(pixels, page_shape).boxes):,} boxes")
        seconds = measure(ways, arguments.repeat, check_boxes)
        tables[title] = make_rows(seconds, pixels.size)
        print_table(title, tables[title])
    finish(arguments, machine, tables)


if __name__ == "__main__":
    main()
