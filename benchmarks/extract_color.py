"""How fast is counting colours? NumPy's ways against fastcv, on the same pixels.

Usage::

    python benchmarks/extract_color.py
    python benchmarks/extract_color.py --image photo.png --colors 12
    python benchmarks/extract_color.py --made --skip-naive
    python benchmarks/extract_color.py --made --skip-naive --side 100
    kernprof -l -v benchmarks/extract_color.py --repeat 1    (counts a part of each image)
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from baselines import (
    colors_cv2_pack,
    colors_fast,
    colors_faster,
    colors_loop,
    colors_naive,
    colors_table,
)
from charts import begin, finish, is_ours
from harness import (
    DATA,
    PROFILER,
    Row,
    add_options,
    fastcv,
    make_rows,
    measure,
    name_threads,
    positive_int,
    print_table,
    read_image,
    say,
)
from made_images import MADE
from ondemand import compile_numba, load_cython

PROFILED_PX = 150_000
"""Under a line profiler, a loop over pixels takes ten times as long."""

NUMPY_WAYS = {
    "naive: np.unique over rows": colors_naive,
    "fast: pack + np.unique": colors_fast,
    "faster: in place, sort + runs": colors_faster,
    "cv2 pack + np.unique": colors_cv2_pack,
}


def time_colors(
    image: np.ndarray,
    *,
    n: int,
    repeat: int,
    threads: int,
    skip_naive: bool = False,
    stages: bool = False,
) -> list[Row]:
    """Check that all ways find the same colours, then time them; stages adds loops, compilers."""
    ways = dict(list(NUMPY_WAYS.items())[skip_naive:])
    if stages:
        ways = ({} if skip_naive else loop_ways()) | ways | compiled_ways()
    functions: dict[str, Callable[[], Any]] = {
        name: partial(way, image, n) for name, way in ways.items()
    }
    functions["main_colors"] = partial(fastcv.main_colors, image, n)
    functions[f"main_colors, {name_threads(threads)}"] = partial(
        fastcv.main_colors, image, n, num_threads=threads
    )
    panels = (
        fastcv.extract_main_colors(image, n),
        fastcv.extract_main_colors_openmp(image, n, num_threads=threads),
    )
    seconds = measure(functions, repeat, lambda results: check_colors(results, panels))
    return make_rows(seconds, image.shape[0] * image.shape[1])


def loop_ways() -> dict[str, Callable[..., Any]]:
    """Return loops over pixels: here compiling unchanged Python has most to gain."""
    ways: dict[str, Callable[..., Any]] = {"Python loop: a dictionary": colors_loop}
    if module := load_cython("baselines"):
        ways["the loop by Cython as it stands"] = module.colors_loop
    return ways


def compiled_ways() -> dict[str, Callable[..., Any]]:
    """Return the ways of Cython and Numba: the NumPy way unchanged, and typed loops.

    The typed loops count in a table of all 16.8 million colours, which takes 64 MiB.
    """
    ways: dict[str, Callable[..., Any]] = {}
    if module := load_cython("baselines"):
        ways["fast by Cython as it stands"] = module.colors_fast
    if module := load_cython("cython_loops"):
        ways["Cython: typed loop, a table"] = partial(colors_table, module.count_colors)
    if compiled := compile_numba(count_one_by_one):
        ways["Numba: the same loop"] = partial(colors_table, compiled)
    return ways


def count_one_by_one(pixels, counts):  # for Numba
    """Add one to the count of each pixel's B << 16 | G << 8 | R."""
    for i in range(len(pixels)):
        blue, green, red = pixels[i]
        counts[np.uint32(blue) << 16 | np.uint32(green) << 8 | red] += 1


def check_colors(
    results: dict[str, tuple[np.ndarray, np.ndarray]], panels: Sequence[np.ndarray]
) -> None:
    """End the run if a way's colours or counts, or a panel's bands, differ from the first's."""
    (baseline, (colors, counts)), *others = results.items()
    for name, (other_colors, other_counts) in others:
        if not np.array_equal(colors, other_colors) or not np.array_equal(counts, other_counts):
            sys.exit(
                f"DIFFERENT: {name} found {list_colors(other_colors, other_counts)}, "
                f"{baseline} {list_colors(colors, counts)}."
            )
    bands = np.repeat(np.repeat(colors, 64, axis=0)[:, np.newaxis], 512, axis=1)
    for panel in panels:
        if not np.array_equal(panel, bands):
            sys.exit(f"DIFFERENT: a panel does not show the colours that {baseline} found.")


def list_colors(colors: np.ndarray, counts: np.ndarray) -> str:
    """Return a text of colours as #RRGGBB, each with its count."""
    return ", ".join(
        f"#{red:02X}{green:02X}{blue:02X} {count:,} px"
        for (blue, green, red), count in zip(colors, counts, strict=True)
    )


def print_strongest(rows: Sequence[Row]) -> None:
    """Compare fastcv with the fastest of the others, in addition to the first row."""
    others = [row for row in rows if not is_ours(row.name)]
    strongest = min(others, key=lambda row: row.min_ms)
    for row in rows:
        if row not in others:
            factor = strongest.min_ms / row.min_ms
            print(f"  {row.name}: {factor:.2f}x as fast as the fastest above ({strongest.name})")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--image", metavar="FILE", help="image to count (default: data/page.jpg and data/logo.png)"
    )
    chosen.add_argument(
        "--made", action="store_true",
        help="count five images of 8.7 MP: clean text, logos with alpha, a scan, a photo, noise",
    )  # fmt: skip
    parser.add_argument(
        "-n", "--colors", type=positive_int, default=6, help="colours to find (%(default)s)"
    )
    parser.add_argument(
        "--side",
        type=positive_int,
        metavar="PX",
        help="count only the middle of each image",
    )
    parser.add_argument(
        "--skip-naive",
        action="store_true",
        help="leave out loops over pixels and np.unique over rows, which take most of the time",
    )
    add_options(parser, repeat=5)
    return parser.parse_args()


def images(arguments: argparse.Namespace) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the requested images, each with its name."""
    if arguments.made:
        for name, make in MADE.items():
            yield name, make(np.random.default_rng(0))
        return
    paths = [Path(arguments.image)] if arguments.image else [DATA / "page.jpg", DATA / "logo.png"]
    for path in paths:
        image, decode_ms = read_image(path)
        say(f"decoding {path.name}: {decode_ms:.1f} ms (once, not part of the table)")
        yield (path.name, image) if not PROFILER else (f"a part of {path.name}", cut_part(image))


def cut_part(image: np.ndarray) -> np.ndarray:
    """Return the middle rows of an image, so many that a line profile takes seconds."""
    rows = min(len(image), max(PROFILED_PX // image.shape[1], 1))
    first = (len(image) - rows) // 2
    return image[first : first + rows].copy()


def cut_middle(image: np.ndarray, side: int) -> np.ndarray:
    """Return the middle of an image, in memory of its own."""
    top, left = (max(extent - side, 0) // 2 for extent in image.shape[:2])
    return np.ascontiguousarray(image[top : top + side, left : left + side])


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    tables = {}
    for name, image in images(arguments):
        if arguments.side:
            image = cut_middle(image, arguments.side)
        say(f"checking {name}, then timing {arguments.repeat} rounds ...")
        try:
            rows = time_colors(
                image,
                n=arguments.colors,
                repeat=arguments.repeat,
                threads=arguments.threads,
                skip_naive=arguments.skip_naive,
                stages=True,
            )
        except (TypeError, ValueError) as error:
            sys.exit(f"Cannot count the colours of {name}: {error}")
        title = f"{arguments.colors} main colours of {name}, {image.shape}"
        tables[title] = rows
        print_table(title, rows)
        print_strongest(rows)
        say("")
    finish(arguments, machine, tables)


if __name__ == "__main__":
    main()
