"""Draw the README's chart: how long a page's crops take, as a Python loop and with fastcv.

Usage::

    python benchmarks/speed.py --picture docs/speed.png
"""

from __future__ import annotations

import argparse
from textwrap import wrap
from typing import Any

from charts import COLORS, begin, describe, load_pyplot, save
from harness import (
    DATA,
    add_options,
    digits,
    fastcv,
    name_threads,
    read_boxes,
    read_image,
    say,
    write_json,
)
from kernels import LOOP, WARPS, Case, KernelRow, time_case

LABELS = {LOOP: "Python loop over cv2", WARPS: "cv2's warps alone, no loop around them"}


def draw(path: str, machine: dict[str, Any], tables: dict[str, list[KernelRow]]) -> None:
    """Draw a panel a table and a bar a row, all panels on one scale of milliseconds."""
    pyplot = load_pyplot()
    figure, panels = pyplot.subplots(
        len(tables), figsize=(8.6, 3.9), sharex=True, squeeze=False, layout="constrained"
    )
    for panel, (title, rows) in zip(panels[:, 0], tables.items(), strict=True):
        for place, row in enumerate(rows):
            color = COLORS["avx2"] if row.variant else COLORS["Python loop"]
            panel.barh(place, row.min_ms, 0.72, color=color)
            times = f"   {row.ratio:.1f} times as fast" if row.variant else ""
            panel.annotate(
                f"{digits(row.min_ms)} ms{times}", (row.min_ms, place), (4, 0),
                textcoords="offset points", va="center",
            )  # fmt: skip
        panel.set_title(title)
        panel.set_yticks(range(len(rows)), [LABELS.get(row.name, row.name) for row in rows])
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
    kernel = fastcv.build_info()["kernel"]
    contenders = {
        f"fastcv, {name_threads(count)}": (kernel, count)
        for count in sorted({1, arguments.threads})
    }
    tables = {}
    for interpolation, border in (("linear", "constant"), ("cubic", "replicate")):
        title = f"{len(boxes):,} words cut out of a page, {interpolation} interpolation"
        say(f"{title} ...")
        case = Case(title, page, boxes, interpolation, border)
        _, tables[title] = time_case(case, contenders, arguments.repeat)
        for row in tables[title]:
            say(f"  {row.name:<20}{row.min_ms:>8.2f} ms{row.ratio:>8.2f}x")
    if arguments.json:
        write_json(arguments.json, machine, tables)
    if arguments.picture:
        draw(arguments.picture, machine, tables)


if __name__ == "__main__":
    main()
