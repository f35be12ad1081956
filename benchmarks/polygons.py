"""Which polygon belongs to a point? The article's loop, NumPy, SciPy's index, and fastcv's.

Usage::

    python benchmarks/polygons.py
    python benchmarks/polygons.py --data dense --max-dist 20
    kernprof -l -v benchmarks/polygons.py --data article --repeat 1
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from charts import begin, finish
from harness import (
    Row,
    add_options,
    digits,
    fastcv,
    make_rows,
    measure,
    name_threads,
    note,
    print_table,
    say,
)
from ondemand import compile_numba, load_cython
from polygon_ways import (
    Polygon,
    as_objects,
    fill_best,
    make_article_example,
    make_large_example,
    match_all,
    match_numpy,
    match_pairs,
    match_tree,
    match_v1,
    match_v15,
)

MAKE = {
    "article": make_article_example,
    "large": make_large_example,
    "dense": partial(make_large_example, side=500),
}
TREE = "SciPy: cKDTree, prepared"
PAIRS = "SciPy: cKDTree, prepared, pairs in arrays"
Ways = dict[str, Callable[[], Any]]


def object_ways(polygons: np.ndarray, points: np.ndarray, max_dist: float) -> Ways:
    """Return the ways that take the article's objects and compute their centres in each call."""
    rows = list(points)
    objects = as_objects(polygons)

    def fresh(way: Callable[..., Any]) -> Callable[[], Any]:
        def call() -> Any:
            for polygon in objects:
                vars(polygon).pop("center", None)  # cached by the call before
            return way(objects, rows, max_dist), objects, rows

        return call

    def same(way: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: (way(objects, rows, max_dist), objects, rows)

    ways = {"v1: objects, a loop a point": fresh(match_v1)}
    if module := load_cython("polygon_ways"):
        ways["v1 by Cython as it stands"] = fresh(module.match_v1)
    ways["v1.5: no NumPy for two numbers"] = fresh(match_v15)
    ways["find_close_polygons, select_best_polygon"] = same(call_one_by_one)
    ways["match_polygons of objects"] = same(fastcv.match_polygons)
    return ways


def call_one_by_one(
    polygons: Sequence[Polygon], points: Sequence[np.ndarray], max_dist: float
) -> list[Any]:
    """Call the two functions that the article rewrote, as the article calls them."""
    sets = [(point, fastcv.find_close_polygons(polygons, point, max_dist)) for point in points]
    return fastcv.select_best_polygon([pair for pair in sets if pair[1]])


def array_ways(polygons: np.ndarray, points: np.ndarray, max_dist: float, threads: int) -> Ways:
    """Return the ways that take arrays; "prepared" ways use an index that was built before."""
    index = fastcv.PolygonIndex(polygons)
    centers, areas = index.centers, index.areas
    given = (centers, areas, points, max_dist)
    ways: Ways = {"v2: NumPy, all polygons at once": partial(match_numpy, *given)}
    if module := load_cython("cython_loops"):
        ways["Cython: typed loops"] = partial(fill_best, module.match, *given)
    if compiled := compile_numba(match_all):
        ways["Numba: the same loops"] = partial(fill_best, compiled, *given)
    try:
        from scipy.spatial import cKDTree

        order = np.argsort(areas, kind="stable")
        tree = cKDTree(centers[order])
        ways[TREE] = partial(match_tree, tree, order, points, max_dist)
        ways[PAIRS] = partial(match_pairs, tree, order, points, max_dist)
    except ImportError:
        note("Left out: SciPy's cKDTree (pip install scipy)")
    ways["match_polygons of an array"] = partial(fastcv.match_polygons, polygons, points, max_dist)
    ways["PolygonIndex, prepared"] = partial(index.match, points, max_dist)
    ways[f"PolygonIndex, prepared, {name_threads(threads)}"] = partial(
        index.match, points, max_dist, num_threads=threads
    )
    return ways


def check_matches(areas: np.ndarray, points: int, results: Mapping[str, Any]) -> None:
    """End the run and name the first way whose polygon has another area than the baseline's.

    Areas are compared, because all areas of the article's example tie except for rounding.
    """
    found = {name: chosen_areas(areas, points, result) for name, result in results.items()}
    (baseline, expected), *others = found.items()
    for name, chosen in others:
        wrong = ~np.isclose(chosen, expected, rtol=1e-9, atol=0, equal_nan=True)
        if wrong.any():
            i = wrong.argmax()
            sys.exit(
                f"DIFFERENT: for points[{i}], {name} chose a polygon of area {chosen[i]}, "
                f"but {baseline} chose area {expected[i]}."
            )


def chosen_areas(areas: np.ndarray, points: int, result: Any) -> np.ndarray:
    """Return the area of each point's chosen polygon, NaN for points without one."""
    if isinstance(result, np.ndarray):
        return np.where(result < 0, np.nan, areas[result])
    answer, objects, rows = result
    if isinstance(answer, np.ndarray):
        return chosen_areas(areas, points, answer)
    place = {id(thing): i for things in (objects, rows) for i, thing in enumerate(things)}
    chosen = np.full(points, np.nan)
    for point, polygon in answer:
        chosen[place[id(point)]] = areas[place[id(polygon)]]
    return chosen


def time_matches(ways: Ways, polygons: np.ndarray, points: np.ndarray, repeat: int) -> list[Row]:
    """Check that all ways choose equal areas, then time them."""
    areas = fastcv.PolygonIndex(polygons).areas
    check = partial(check_matches, areas, len(points))
    return make_rows(measure(ways, repeat, check), len(points), "point")


def print_against_tree(rows: Sequence[Row]) -> None:
    """Compare the index with the faster way through SciPy's tree, if SciPy is installed."""
    trees = [row for row in rows if row.name in (TREE, PAIRS)]
    if trees:
        tree = min(trees, key=lambda row: row.min_ms)
        for row in rows:
            if row.name.startswith("PolygonIndex"):
                factor = tree.min_ms / row.min_ms
                print(f"  {row.name}: {digits(factor)}x as fast as {tree.name}")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--data", nargs="+", choices=MAKE, default=list(MAKE),
        help="article: its 1,000 polygons and 100 points; large: 20,000 polygons and 10,000 points "
        "on a square of side 1,000; dense: the same on a square of side 500 (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--max-dist", type=float, default=10, help="distance from point to centre (%(default)g)"
    )
    add_options(parser, repeat=5)
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    tables: dict[str, list[Row]] = {}
    for data in arguments.data:
        polygons, points = MAKE[data]()
        size = (
            f"{len(polygons):,} polygons, {len(points):,} points, max_dist {arguments.max_dist:g}"
        )
        say(f"checking {size}, then timing {arguments.repeat} rounds ...")
        if data == "article":
            ways = object_ways(polygons, points, arguments.max_dist)
            title = f"the article's objects: {size}"
            tables[title] = time_matches(ways, polygons, points, arguments.repeat)
            print_table(title, tables[title])
        ways = array_ways(polygons, points, arguments.max_dist, arguments.threads)
        kind = {"article": "the same", "large": "varied sizes", "dense": "four times as dense"}[
            data
        ]
        title = f"{kind}, as arrays: {size}"
        tables[title] = time_matches(ways, polygons, points, arguments.repeat)
        print_table(title, tables[title])
        print_against_tree(tables[title])
        say("")
    finish(arguments, machine, tables)


if __name__ == "__main__":
    main()
