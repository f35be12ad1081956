"""Draw the README's chart: ms a page as a loop in Python, and with fastcv on one and two threads.

Two tasks: cutting a page's words, and going from the page to a recogniser's tensors.

Usage::

    python benchmarks/speed.py --picture docs/speed.png
"""

from __future__ import annotations

import argparse
from textwrap import wrap
from typing import Any

import numpy as np

from batches import list_ways, time_ways
from charts import COLORS, begin, describe, is_ours, load_pyplot, save
from harness import (
    DATA,
    Row,
    add_options,
    digits,
    fastcv,
    name_threads,
    print_table,
    read_boxes,
    read_image,
    say,
    write_json,
)
from image_crop import time_crops


def time_tasks(
    page: np.ndarray, boxes: np.ndarray, threads: int, repeat: int
) -> dict[str, list[Row]]:
    """Check and time both tasks; return a table each, with plain names."""
    counts = sorted({1, threads})
    names = [f"fastcv, {name_threads(count)}" for count in counts]
    say(f"cutting {len(boxes):,} words ...")
    crops = {row.name: row for row in time_crops(page, boxes, repeat=repeat, threads=threads)}
    rows = [crops["Python loop"], crops["image_crop"]]
    if threads > 1:
        rows.append(crops[f"image_crop_openmp, {name_threads(threads)}"])
    say("making tensors of them ...")
    pixels = int(fastcv.crop_shapes(boxes).prod(axis=1).sum())
    ways = list_ways(page, boxes, counts)
    chosen = [next(iter(ways)), *(f"iter_crop_batches float32, {name_threads(n)}" for n in counts)]
    tensors = time_ways({name: ways[name] for name in chosen}, pixels, repeat)
    return {
        f"Page to crops: {len(boxes):,} words cut out of a page": rename(
            rows, ["Python loop over cv2", *names]
        ),
        "Page to tensors: cut, resized, normalised, padded, stacked for a recogniser": rename(
            tensors, ["Python loop over cv2 and NumPy", *names]
        ),
    }


def rename(rows: list[Any], names: list[str]) -> list[Row]:
    """Return the rows under other names."""
    kept = Row.__dataclass_fields__
    return [
        Row(**{**{key: getattr(row, key) for key in kept}, "name": name})
        for row, name in zip(rows, names, strict=True)
    ]


def draw(path: str, machine: dict[str, Any], tables: dict[str, list[Row]]) -> None:
    """Draw a panel a table and a bar a row, all panels on one scale of milliseconds."""
    pyplot = load_pyplot()
    figure, panels = pyplot.subplots(
        len(tables), figsize=(8.6, 3.6), sharex=True, squeeze=False, layout="constrained"
    )
    for panel, (title, rows) in zip(panels[:, 0], tables.items(), strict=True):
        for place, row in enumerate(rows):
            ours = is_ours(row.name)
            panel.barh(place, row.min_ms, 0.72, color=COLORS["avx2" if ours else "Python loop"])
            times = f"   {row.ratio:.1f} times as fast" if ours else ""
            panel.annotate(
                f"{digits(row.min_ms)} ms{times}", (row.min_ms, place), (4, 0),
                textcoords="offset points", va="center",
            )  # fmt: skip
        panel.set_title(title)
        panel.set_yticks(range(len(rows)), [row.name for row in rows])
        panel.tick_params(axis="y", length=0)
        panel.grid(visible=False, axis="y")
        panel.invert_yaxis()
    panels[-1, 0].set_xlabel("ms a page: shorter is better")
    panels[-1, 0].set_xlim(0, 1.15 * max(row.min_ms for rows in tables.values() for row in rows))
    figure.supxlabel("\n".join(wrap(describe(machine), 130)), fontsize=7)
    save(figure, path)
    pyplot.close(figure)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add_options(parser, repeat=25)
    arguments = parser.parse_args()
    machine = begin(arguments)
    page, _ = read_image(DATA / "page.jpg")
    boxes = read_boxes(DATA / "page_boxes.json")
    tables = time_tasks(page, boxes, arguments.threads, arguments.repeat)
    for title, rows in tables.items():
        print_table(title, rows)
    if arguments.json:
        write_json(arguments.json, machine, tables)
    if arguments.picture:
        draw(arguments.picture, machine, tables)


if __name__ == "__main__":
    main()
