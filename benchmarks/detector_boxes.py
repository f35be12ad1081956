"""How fast does a DB detector's map become boxes? The projects' steps in Python against fastcv.

The baseline is the tests' oracle: the projects' steps with cv2 and Python, contour by contour.
Where RapidOCR is installed, its own DBPostProcess is a row too; docTR's DBPostProcessor likewise,
for straight and for rotated pages.

Usage::

    python benchmarks/detector_boxes.py
    PYTHONPATH=src .venv-compat/bin/python benchmarks/detector_boxes.py    # with the projects' rows
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
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


def doctr_ways(pixels: np.ndarray, spec: str) -> Ways:
    """Return docTR's own class, if it is installed. Its boxes are relative to the map."""
    if importlib.util.find_spec("doctr") is None:
        return {}
    sys.path.insert(0, str(ROOT / "tests/compat"))
    projects = importlib.import_module("projects")
    post = projects.doctr_post_processor()(assume_straight_pages=spec == "doctr")

    def run() -> tuple[Any, Any]:
        [[rows]] = post(pixels.transpose(0, 2, 3, 1))
        if spec == "doctr":
            left, top, right, bottom, scores = rows.T
            rows = np.stack([left, top, right, top, right, bottom, left, bottom], -1)
            return rows.reshape(-1, 4, 2).astype(np.float32), scores
        return rows[:, :4], rows[:, 4, 1]

    return {"docTR's DBPostProcessor": run}


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


def fastcv_ways(
    pixels: np.ndarray, page_shape: tuple[int, ...], spec: str, threads: list[int]
) -> Ways:
    """Return fastcv's ways: each count of threads."""
    return {
        f"detector_boxes, {name_threads(count)}": lambda n=count: fastcv.detector_boxes(
            pixels, page_shape, spec=spec, num_threads=n
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


def list_cases() -> dict[str, tuple[np.ndarray, tuple[int, ...], str]]:
    """Return maps, the shapes of their pages, and the rules."""
    page, _ = read_image(DATA / "page.jpg")
    boxes = read_boxes(DATA / "page_boxes.json")
    some = boxes[:: max(1, len(boxes) // 40)]
    noise = np.random.default_rng(0).random((1, 1, 736, 736), np.float32)
    dense = make_map(boxes, page.shape, 1536)
    return {
        f"{len(boxes):,} words at 1,536 px": (dense, page.shape, "rapidocr"),
        f"{len(some)} words at 960 px": (make_map(some, page.shape, 960), page.shape, "rapidocr"),
        "noise of 736 x 736 px": (noise, (736, 736), "rapidocr"),
        f"{len(boxes):,} words at 1,536 px, docTR's straight rules": (dense, (1, 1), "doctr"),
        f"{len(boxes):,} words at 1,536 px, docTR's rotated rules": (
            dense,
            (1, 1),
            "doctr_rotated",
        ),
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
    for title, (pixels, page_shape, spec) in list_cases().items():
        rules = fastcv.DETECTOR_BOXES[spec]
        own = rapidocr_ways(pixels, page_shape) if spec == "rapidocr" else doctr_ways(pixels, spec)
        ways: Ways = {
            BASELINE: lambda m=pixels, s=page_shape, r=rules: reference_detect.boxes(m[0, 0], s, r),
            **own,
            **fastcv_ways(pixels, page_shape, spec, threads),
        }
        say(f"{title}: {len(fastcv.detector_boxes(pixels, page_shape, spec=spec).boxes):,} boxes")
        seconds = measure(ways, arguments.repeat, check_boxes)
        tables[title] = make_rows(seconds, pixels.size)
        print_table(title, tables[title])
    finish(arguments, machine, tables)


if __name__ == "__main__":
    main()
