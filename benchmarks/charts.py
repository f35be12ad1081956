"""The start and end of every benchmark, and its charts in one style (matplotlib is optional)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from harness import Row, describe_machine, digits, keep_freed_memory, print_header, write_json

INK, FAINT = "#1f2933", "#dfe3e8"
COLORS = {
    "Python loop": "#c9cfd6",
    "cv2 warp calls": "#7b8794",
    "opencv": "#cc79a7",
    "c": "#e69f00",
    "neon": "#56b4e9",
    "avx2": "#56b4e9",
    "avx512": "#0072b2",
    "zen4": "#009e73",
}
"""Colours that colour-blind readers can tell apart (Okabe and Ito), and greys for the baselines."""

OURS = (
    "C: ", "image_crop", "crop_batches", "iter_crop_batches", "image_batches", "iter_image_batches",
    "craft_boxes", "decode_ctc", "detector_boxes", "detector_input", "fastcv", "main_colors",
    "PolygonIndex", "match_polygons", "find_close_polygons",
)  # fmt: skip
"""The prefixes of fastcv's own rows."""


def load_pyplot() -> Any:
    """Return matplotlib's pyplot, or end the run with one sentence."""
    try:
        import matplotlib
    except ImportError:
        sys.exit("Drawing a picture needs matplotlib: pip install matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update(STYLE)
    return pyplot


STYLE = {
    "font.size": 9,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": "#9aa5b1",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "savefig.dpi": 130,
}


def describe(machine: dict[str, Any]) -> str:
    """Return what a chart's figures depend on, as its footer."""
    return (
        f"{machine['CPU']}, {machine['CPUs usable']} CPUs usable; cv2 {machine['cv2']}; "
        f"fastcv {machine['fastcv']}; NumPy {machine['NumPy']}, Python {machine['Python']}; "
        "fastest of several interleaved rounds in one process"
    )


def save(figure: Any, path: str) -> None:
    """Write a picture, or end the run with one sentence."""
    try:
        figure.savefig(path)
    except (OSError, ValueError) as error:
        sys.exit(f"{path} cannot be written: {error}")


def begin(arguments: argparse.Namespace) -> dict[str, Any]:
    """Print the machine and return it; report a missing matplotlib before anything is measured."""
    if arguments.picture:
        load_pyplot()
    keep_freed_memory()
    machine = describe_machine(arguments.threads)
    print_header(machine)
    return machine


def finish(
    arguments: argparse.Namespace,
    machine: dict[str, Any],
    tables: Mapping[str, Sequence[Row]],
    **more: Any,
) -> None:
    """Write the JSON and the chart that the command line asks for."""
    if arguments.json:
        write_json(arguments.json, machine, tables, **more)
    if arguments.picture:
        draw_ladders(arguments.picture, machine, tables)


def draw_ladders(path: str, machine: dict[str, Any], tables: Mapping[str, Sequence[Row]]) -> None:
    """Draw one panel per table."""
    pyplot = load_pyplot()
    heights = [len(rows) + 1.6 for rows in tables.values()]
    figure, panels = pyplot.subplots(
        len(tables), squeeze=False, height_ratios=heights, layout="constrained",
        figsize=(8.6, 0.6 + 0.3 * sum(heights)),
    )  # fmt: skip
    for panel, (title, rows) in zip(panels[:, 0], tables.items(), strict=True):
        draw_ladder(panel, title, rows)
    figure.supxlabel("\n".join(wrap(describe(machine), 130)), fontsize=7)
    save(figure, path)
    pyplot.close(figure)


def draw_ladder(panel: Any, title: str, rows: Sequence[Row]) -> None:
    """Draw a table's rows as bars in one panel; the axis is logarithmic for times far apart."""
    times = [row.min_ms for row in rows]
    is_wide = max(times) > 12 * min(times)
    shortest = min(times) / 2 if is_wide else 0
    for place, row in enumerate(rows):
        color = COLORS["avx2"] if is_ours(row.name) else COLORS["Python loop"]
        panel.barh(place, row.min_ms - shortest, 0.72, left=shortest, color=color)
        text = f"{digits(row.min_ms)} ms" + (f"   {digits(row.ratio)}×" if place else "")
        panel.annotate(
            text, (row.min_ms, place), (4, 0), textcoords="offset points", va="center", fontsize=8
        )
    panel.set_title("\n".join(wrap(title, 70)))
    if is_wide:
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        panel.xaxis.set_minor_formatter("")
        panel.set_xlim(shortest, max(times) * (max(times) / shortest) ** 0.28)
    else:
        panel.set_xlim(0, 1.3 * max(times))
    panel.set_yticks(range(len(rows)), [row.name for row in rows])
    panel.tick_params(axis="y", length=0)
    panel.tick_params(axis="x", which="minor", length=0)
    panel.grid(visible=False, axis="y")
    panel.invert_yaxis()
    scale = "; each grid line is ten times the one before" if is_wide else ""
    panel.set_xlabel(f"ms per call, shorter is better{scale}")


def is_ours(name: str) -> bool:
    """Return whether a row is one of fastcv's."""
    return name.startswith(OURS)
