"""How fast is counting the colours of every word? NumPy and Numba against fastcv, on one page.

Usage::

    python benchmarks/box_colors.py
    python benchmarks/box_colors.py --image page.png --boxes boxes.json --colors 3
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from baselines import colors_fast
from charts import begin, finish
from extract_color import print_strongest
from harness import (
    DATA,
    Row,
    add_options,
    fastcv,
    make_rows,
    measure,
    name_threads,
    positive_int,
    print_table,
    read_boxes,
    read_image,
    say,
)
from ondemand import compile_numba

ONE = 1 << 16
"""A pixel, in the units that fastcv rounds corners to."""

Colors = list[tuple[np.ndarray, np.ndarray]]


def to_units(boxes: np.ndarray) -> np.ndarray:
    """Round corners as fastcv does."""
    return np.rint(boxes.astype(np.float64) * ONE).astype(np.int64)


def colors_by_numpy(image: np.ndarray, boxes: np.ndarray, n: int) -> Colors:
    """Slice each quad's rectangle, mask it, pack, and let np.unique count."""
    return [count_quad(image, quad, n) for quad in to_units(boxes)]


def count_quad(image: np.ndarray, quad: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Count a convex quad, whose pixels are one span a row."""
    (left, top), (right, bottom) = (
        np.clip(-(-end // ONE), 0, image.shape[1::-1]).tolist()
        for end in (quad.min(axis=0), quad.max(axis=0))
    )
    rows = np.arange(top, bottom) * ONE
    first, end = np.full(len(rows), right), np.full(len(rows), left)
    for a, b in zip(quad.tolist(), np.roll(quad, -1, axis=0).tolist(), strict=True):
        (x0, y0), (x1, y1) = (a, b) if a[1] < b[1] else (b, a)
        if y0 < y1:
            covers = (rows >= y0) & (rows < y1)
            crossing = -(-(x0 * (y1 - y0) + (rows - y0) * (x1 - x0)) // ((y1 - y0) * ONE))
            first[covers] = np.minimum(first, crossing)[covers]
            end[covers] = np.maximum(end, crossing)[covers]
    columns = np.arange(left, right)
    is_inside = (columns >= first[:, None]) & (columns < end[:, None])
    return colors_fast(image[top:bottom, left:right][is_inside][np.newaxis], n)


def colors_by_loop(
    count: Callable[..., None], table: np.ndarray, image: np.ndarray, boxes: np.ndarray, n: int
) -> Colors:
    """Let a compiled loop count all boxes."""
    ranks = np.zeros((len(boxes), n), np.uint64)
    count(image, to_units(boxes), table, np.empty(image.size // 3, np.uint32), ranks)
    counts, packed = (ranks >> np.uint64(24)).astype(np.int64), ranks & np.uint64(0xFFFFFF)
    colors = packed.astype("<u4").view(np.uint8).reshape(*ranks.shape, 4)[..., 2::-1]
    sizes = np.count_nonzero(counts, axis=1).tolist()
    return [(colors[i, :size], counts[i, :size]) for i, size in enumerate(sizes)]


def count_boxes(image, boxes, table, touched, ranks):  # for Numba
    """Count each convex quad in a table of all colours, rank what was touched, and clear that."""
    height, width = image.shape[:2]
    for i in range(len(boxes)):
        top = min(max(-(-boxes[i, :, 1].min() // ONE), 0), height)
        bottom = min(max(-(-boxes[i, :, 1].max() // ONE), 0), height)
        found = 0
        for y in range(top, bottom):
            row = y * ONE
            first, end = width, 0
            for k in range(4):
                x0, y0 = boxes[i, k, 0], boxes[i, k, 1]
                x1, y1 = boxes[i, (k + 1) % 4, 0], boxes[i, (k + 1) % 4, 1]
                if y0 > y1:
                    x0, y0, x1, y1 = x1, y1, x0, y0
                if y0 <= row and row < y1:
                    high = y1 - y0
                    crossing = -(-(x0 * high + (row - y0) * (x1 - x0)) // (high * ONE))
                    first = min(first, max(crossing, 0))
                    end = max(end, min(crossing, width))
            for x in range(first, end):
                blue = np.uint32(image[y, x, 0])
                green = np.uint32(image[y, x, 1])
                color = blue << np.uint32(16) | green << np.uint32(8) | np.uint32(image[y, x, 2])
                if table[color] == 0:
                    touched[found] = color
                    found += 1
                table[color] += np.uint32(1)
        last = ranks.shape[1] - 1
        for k in range(found):
            color = touched[k]
            rank = np.uint64(table[color]) << np.uint64(24) | np.uint64(color)
            table[color] = 0
            if rank > ranks[i, last]:
                place = last
                while place > 0 and ranks[i, place - 1] < rank:
                    ranks[i, place] = ranks[i, place - 1]
                    place -= 1
                ranks[i, place] = rank


def time_box_colors(
    image: np.ndarray, boxes: np.ndarray, *, n: int, repeat: int, threads: int
) -> list[Row]:
    """Check that all ways find the same colours, then time them."""
    functions: dict[str, Callable[[], Any]] = {
        "NumPy: slice, mask, pack, np.unique": partial(colors_by_numpy, image, boxes, n)
    }
    if compiled := compile_numba(count_boxes):
        table = np.zeros(1 << 24, np.uint32)
        functions["Numba: a loop, a table of all colours"] = partial(
            colors_by_loop, compiled, table, image, boxes, n
        )
    for count in sorted({1, threads}):
        functions[f"main_colors, {name_threads(count)}"] = partial(
            fastcv.main_colors, image, n, boxes=boxes, num_threads=count
        )
    seconds = measure(functions, repeat, check_boxes)
    return make_rows(seconds, len(boxes), "box")


def check_boxes(results: dict[str, Colors]) -> None:
    """End the run if a way's colours or counts differ from the first's."""
    (baseline, expected), *others = results.items()
    for name, found in others:
        for i, (one, other) in enumerate(zip(found, expected, strict=True)):
            if not all(map(np.array_equal, one, other)):
                sys.exit(f"DIFFERENT: {name} and {baseline} differ in box {i}.")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--image", default=DATA / "page.jpg", help="page of 3 channels")
    parser.add_argument("--boxes", default=DATA / "page_boxes.json", help="its convex quads")
    parser.add_argument(
        "-n", "--colors", type=positive_int, default=6, help="colours to find (%(default)s)"
    )
    add_options(parser, repeat=9)
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    image, _ = read_image(arguments.image)
    if image.ndim != 3 or image.shape[2] != 3:
        sys.exit(f"{arguments.image} must have three channels; its shape is {image.shape}.")
    boxes = read_boxes(arguments.boxes)
    say(f"checking {len(boxes):,} boxes, then timing {arguments.repeat} rounds ...")
    rows = time_box_colors(
        image, boxes, n=arguments.colors, repeat=arguments.repeat, threads=arguments.threads
    )
    title = f"{arguments.colors} main colours of each of {len(boxes):,} boxes"
    print_table(title, rows)
    print_strongest(rows)
    finish(arguments, machine, {title: rows})


if __name__ == "__main__":
    main()
