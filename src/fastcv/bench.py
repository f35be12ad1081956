"""Measure this machine on made data: every function beside plain Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from . import _core
from .arithmetic import installed_version
from .bench_stage import (
    batch_ways,
    boxes_ways,
    crop_size,
    decoding_ways,
    input_ways,
    made_words,
)
from .colors import main_colors

Ways = dict[str, Callable[[], Any]]
Table = dict[str, Any]


def measure_all(words: int, repeat: int, threads: int) -> list[Table]:
    """Measure crops of `words` words, the stage around OCR's models, colours, polygons, sums."""
    rng = np.random.default_rng(0)
    tables = []
    for make in (
        partial(crop_ways, words),
        input_ways,
        partial(boxes_ways, words),
        partial(batch_ways, words),
        decoding_ways,
        color_ways,
        polygon_ways,
        sum_ways,
    ):
        title, ways = make(rng, threads)
        if sys.stderr is not None and sys.stderr.isatty():
            print(f"{title} ...", file=sys.stderr, flush=True)
        tables.append({"title": title, "rows": measure(title, ways, repeat)})
    return tables


def measure(title: str, ways: Ways, repeat: int) -> list[Table]:
    """Check that all results are equal, then time the functions in turn."""
    results = {name: way() for name, way in ways.items()}
    baseline = next(iter(ways))
    for name, result in results.items():
        if not same(result, results[baseline]):
            of = f" {installed_version()}" if "cv2" in baseline else ""
            raise ValueError(f"{title}: {name} differs from {baseline}{of}")
    del results
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeat):
        for name, way in ways.items():
            start = perf_counter()
            result = way()
            times[name].append(1e3 * (perf_counter() - start))
            del result
    fastest = min(times[baseline])
    return [
        {"name": name, "min_ms": min(ms), "median_ms": median(ms), "ratio": fastest / min(ms)}
        for name, ms in times.items()
    ]


def same(left: Any, right: Any) -> bool:
    """Compare results: arrays, and sequences of arrays."""
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    return np.array_equal(left, right)


def crop_ways(words: int, rng: np.random.Generator, threads: int) -> tuple[str, Ways]:
    """Slanted words of a page, with the pixels of the cv2 that is installed."""
    page, boxes = made_words(words, rng)
    ways: Ways = {}
    if cv2 := _load_cv2():

        def loop() -> list[Any]:
            crops = []
            for box in boxes:
                w, h = crop_size(box)
                target = np.array([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], np.float32)
                matrix = cv2.getPerspectiveTransform(box, target)
                crops.append(cv2.warpPerspective(page, matrix, (w, h)))
            return crops

        ways["Python loop over cv2"] = loop
    ways["image_crop"] = partial(_core.image_crop, page, boxes, arithmetic="auto")
    ways[_threaded("image_crop_openmp", threads)] = partial(
        _core.image_crop_openmp, page, boxes, num_threads=threads, arithmetic="auto"
    )
    return f"crops of {words:,} words", ways


def color_ways(rng: np.random.Generator, threads: int) -> tuple[str, Ways]:
    """A page of 20,000 colours, mostly white."""
    image = np.full((2000, 1500, 3), 255, np.uint8)
    image[200:1800:3] = rng.integers(200, 227, (534, 1500, 3), np.uint8)

    def count() -> tuple[Any, Any]:
        blue, green, red = image.reshape(-1, 3).T.astype(np.uint32)
        values, counts = np.unique(blue << 16 | green << 8 | red, return_counts=True)
        order = np.argsort(counts, kind="stable")[::-1][:6]
        best = values[order]
        return np.stack([best >> 16, best >> 8 & 255, best & 255], axis=1), counts[order]

    return "6 main colours of 3 million pixels", {
        "NumPy: pack, np.unique": count,
        "main_colors": lambda: tuple(main_colors(image)),
        _threaded("main_colors", threads): lambda: tuple(main_colors(image, num_threads=threads)),
    }


def polygon_ways(rng: np.random.Generator, threads: int) -> tuple[str, Ways]:
    """1,000 points among 2,000 polygons."""
    polygons = rng.uniform(0, 300, (2000, 1, 2)) + rng.uniform(-3, 3, (2000, 5, 2))
    points = rng.uniform(0, 300, (1000, 2))
    index = _core.PolygonIndex(polygons)
    centers, areas = index.centers, index.areas

    def match() -> Any:
        order = np.argsort(areas, kind="stable")
        x, y = centers[order].T.copy()
        best = np.full(len(points), -1)
        for i, (px, py) in enumerate(points):
            near = np.sqrt((x - px) ** 2 + (y - py) ** 2) < 10
            if near.any():
                best[i] = order[near.argmax()]
        return best

    return "1,000 points among 2,000 polygons", {
        "NumPy, a point at a time": match,
        "match_polygons": lambda: _core.match_polygons(polygons, points, 10),
        "PolygonIndex, prepared": lambda: index.match(points, 10),
        _threaded("PolygonIndex", threads): lambda: index.match(points, 10, num_threads=threads),
    }


def sum_ways(rng: np.random.Generator, threads: int) -> tuple[str, Ways]:
    """The sum of a million numbers."""

    def loop() -> int:
        total = 0
        for i in range(1_000_000):
            total += i
        return total

    return "the sum of 1,000,000 numbers", {
        "Python loop": loop,
        "cumulative_sum": lambda: _core.cumulative_sum(1_000_000),
    }


def print_tables(tables: list[Table]) -> None:
    """Print all tables, one below the other."""
    width = max(len(row["name"]) for table in tables for row in table["rows"])
    for table in tables:
        print(f"\n{table['title']}\n  {'':<{width}}{'min ms':>11}{'median ms':>12}{'ratio':>10}")
        for row in table["rows"]:
            times = f"{row['min_ms']:>11.3f}{row['median_ms']:>12.3f}"
            print(f"  {row['name']:<{width}}{times}{row['ratio']:>9.2f}x")


def _load_cv2() -> Any:
    """Return cv2, or None if it is not installed: standard error says so."""
    try:
        import cv2
    except ImportError:
        print("without cv2 (pip install 'fastcv-ocr[io]')", file=sys.stderr)
        return None
    return cv2


def _threaded(name: str, threads: int) -> str:
    return f"{name}, {threads} thread{'s' if threads > 1 else ''}"
