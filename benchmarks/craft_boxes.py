"""How fast do CRAFT's two maps become boxes? EasyOCR's steps in Python against fastcv.

The baseline is the tests' oracle: EasyOCR's steps with cv2 and NumPy, label by label.
Where EasyOCR is installed, its own functions are a row too.

Usage::

    python benchmarks/craft_boxes.py
    PYTHONPATH=src .venv-compat/bin/python benchmarks/craft_boxes.py    # with EasyOCR's row
"""

from __future__ import annotations

import argparse
import importlib.util
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
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
from made_images import make_craft_maps

sys.path.insert(0, str(ROOT / "tests"))
import reference_craft

BASELINE = "the oracle's Python"
Ways = dict[str, Callable[[], Any]]


def easyocr_ways(region: np.ndarray, link: np.ndarray, ratio: float) -> Ways:
    """Return EasyOCR's own functions, if it is installed. Its package itself imports PyTorch."""
    package = importlib.util.find_spec("easyocr")
    if package is None or not package.submodule_search_locations:
        return {}
    own = runpy.run_path(str(Path(package.submodule_search_locations[0], "craft_utils.py")))

    def find() -> Any:
        boxes, _, _ = own["getDetBoxes"](region, link, 0.7, 0.4, 0.4)
        return own["adjustResultCoordinates"](boxes, 1 / ratio, 1 / ratio)

    return {"EasyOCR's getDetBoxes": find}


def fastcv_ways(region: np.ndarray, link: np.ndarray, ratio: float, threads: list[int]) -> Ways:
    """Return fastcv's ways: each count of threads, and maps side by side as networks give them."""
    both = np.stack([region, link], axis=-1)
    ways: Ways = {
        f"craft_boxes, {name_threads(count)}": lambda n=count: fastcv.craft_boxes(
            region, link, ratio=ratio, num_threads=n
        )
        for count in threads
    }
    ways["craft_boxes of both maps in one array, 1 thread"] = lambda: fastcv.craft_boxes(
        both[..., 0], both[..., 1], ratio=ratio, num_threads=1
    )
    return ways


def check_boxes(results: dict[str, Any]) -> None:
    """End the run where a bit of a box differs."""
    right = results[BASELINE]
    for name, found in results.items():
        if np.asarray(found, np.float32).tobytes() != right.tobytes():
            sys.exit(f"DIFFERENT: {name}")


def list_cases() -> dict[str, tuple[np.ndarray, np.ndarray, float]]:
    """Return maps, and the ratios of their tensors."""
    page, _ = read_image(DATA / "page.jpg")
    boxes = read_boxes(DATA / "page_boxes.json")
    cases = {}
    for words, side in ((500, 2560), (40, 1280)):
        some = boxes[np.linspace(0, len(boxes) - 1, words).astype(int)]
        region, link = make_craft_maps(some, page.shape, side)
        height, width = region.shape
        title = f"{words} words, maps of {width} x {height} px"
        cases[title] = region, link, side / max(page.shape[:2])
    return cases


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
    for title, (region, link, ratio) in list_cases().items():
        ways: Ways = {
            BASELINE: lambda a=region, b=link, r=ratio: reference_craft.boxes(a, b, ratio=r)[0],
            **easyocr_ways(region, link, ratio),
            **fastcv_ways(region, link, ratio, threads),
        }
        say(f"{title}: {len(fastcv.craft_boxes(region, link)):,} boxes")
        seconds = measure(ways, arguments.repeat, check_boxes)
        tables[title] = make_rows(seconds, region.size)
        print_table(title, tables[title])
    finish(arguments, machine, tables)


if __name__ == "__main__":
    main()
