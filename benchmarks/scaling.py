"""How does the time grow with boxes, their size and angle, the page, threads, and colours?

Every point is checked: fastcv's pixels equal those of the Python loop over cv2, and its colours
equal NumPy's. Other installed libraries are timed too. Their pixels differ from cv2's; the last
lines of the output say by how much.

Usage::

    python benchmarks/scaling.py --picture scaling.png
    python benchmarks/scaling.py --sweeps angle threads --repeat 9
    pip install numba kornia-rs Pillow matplotlib  # the other libraries; matplotlib for the picture
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from charts import begin, describe, load_pyplot, save
from harness import (
    Row,
    add_options,
    make_rows,
    measure,
    note,
    write_json,
)
from peers import find_peers
from sweeps import LOOP, SWEEPS, Bench, Sweep


@dataclass(frozen=True)
class ScalingRow(Row):
    """A row with the point of the sweep at which it was measured."""

    x: float | str


def run_sweep(bench: Bench, sweep: Sweep, repeat: int, quick: bool) -> list[ScalingRow]:
    """Check and time every point of a sweep, and print each as a line of a table."""
    unit = "ms" if sweep.y == "min_ms" else "ns/px"
    print(f"{sweep.title}: {unit}, fastest call of each")
    rows: list[ScalingRow] = []
    for x, pixels, contenders in sweep.points(bench, quick):
        note(f"{sweep.title}: {x} {sweep.x_label}")
        widths = [max(9, len(name) + 2) for name in contenders]
        if not rows:
            heads = zip(contenders, widths, strict=True)
            print(f"  {sweep.x_label:>11}" + "".join(f"{name:>{width}}" for name, width in heads))
        rounds = 1 if quick else repeat * max(1, min(10, 1_000_000 // pixels))
        timed = make_rows(measure(contenders, rounds, bench.check), pixels)
        cells = zip((getattr(row, sweep.y) for row in timed), widths, strict=True)
        print(f"  {x:>11}" + "".join(f"{y:>{width}.3g}" for y, width in cells), flush=True)
        for row in timed:
            same = row.same if bench.is_exact(row.name) else False
            rows.append(ScalingRow(**{**asdict(row), "same": same}, x=x))
    print()
    return rows


# ---- drawing ----

STYLES = {
    "fastcv, 1 thread": {"color": "#56b4e9", "marker": "o"},
    "fastcv": {"color": "#0072b2", "marker": "o"},
    LOOP: {"color": "#4a5561", "marker": "s"},
    "cv2 pack + np.unique": {"color": "#d55e00", "marker": "s"},
    "pack in place, sort + runs": {"color": "#9aa5b1", "marker": "s"},
    "numba": {"color": "#009e73", "marker": "^"},
    "numba partition": {"color": "#009e73", "marker": "^"},
    "kornia-rs": {"color": "#e69f00", "marker": "v"},
    "Pillow": {"color": "#cc79a7", "marker": "D"},
}


def style_of(name: str) -> dict[str, Any]:
    """Return a contender's colour and marker; fastcv on 1 thread has its own."""
    return STYLES.get(name) or STYLES[name.partition(",")[0]]


def draw(
    path: str,
    machine: dict[str, Any],
    tables: dict[str, list[ScalingRow]],
    sweeps: Sequence[Sweep],
    remarks: Sequence[str],
) -> None:
    """Draw a panel for each sweep."""
    pyplot = load_pyplot()
    columns = min(4, len(sweeps))
    lines = -(-len(sweeps) // columns)
    figure, panels = pyplot.subplots(
        lines, columns, figsize=(4.6 * columns, 3.9 * lines + 0.6), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for panel, sweep in zip(panels.flat, sweeps, strict=False):
        _draw_sweep(panel, sweep, tables[sweep.title])
    for panel in panels.flat[len(sweeps) :]:
        panel.set_axis_off()
    handles: dict[str, Any] = {}  # by colour, because names differ between panels
    for panel in panels.flat:
        for handle in panel.get_legend_handles_labels()[0]:
            handles.setdefault(handle.get_color(), handle)
    figure.legend(handles=handles.values(), loc="outside upper center", ncols=len(handles))
    figure.supxlabel(f"{describe(machine)}\n{'; '.join(remarks)}", fontsize=7)
    save(figure, path)
    pyplot.close(figure)


def _draw_sweep(panel: Any, sweep: Sweep, rows: Sequence[ScalingRow]) -> None:
    """Draw one line per contender."""
    is_kind = sweep.key == "kind"
    xs = list(dict.fromkeys(row.x for row in rows))
    for name in dict.fromkeys(row.name for row in rows):
        own = [row for row in rows if row.name == name]
        panel.plot(
            [row.x for row in own],
            [getattr(row, sweep.y) for row in own],
            label=name,
            markersize=6 if is_kind else 4,
            linewidth=0 if is_kind else 1.4,
            **style_of(name),
        )
    panel.set_title(sweep.title)
    panel.set_xlabel(sweep.x_label)
    panel.set_ylabel("ms per call" if sweep.y == "min_ms" else "ns per pixel")
    for axis, scale in (("x", panel.set_xscale), ("y", panel.set_yscale)):
        if axis in sweep.log:
            scale("log")
            _set_log_ticks(getattr(panel, f"{axis}axis"))
    if "y" not in sweep.log:
        panel.set_ylim(bottom=0)
    if is_kind:
        panel.margins(x=0.1)
    elif sweep.key != "box":
        panel.set_xticks(xs, [f"{x:,g}" for x in xs])
        panel.set_xticks([], minor=True)


def _set_log_ticks(axis: Any) -> None:
    """Label a logarithmic axis with plain numbers, at 1, 2 and 5 if there is room."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1,) if high > 200 * low else (1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    keys = [sweep.key for sweep in SWEEPS]
    parser.add_argument(
        "--sweeps", nargs="+", choices=keys, default=keys, help="run only these (default: all)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="one round of few, small points, as a test run"
    )
    add_options(parser, repeat=5)  # short calls get up to ten times as many rounds
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    peers, missing = find_peers()
    if missing:
        print(f"Left out because not installed: pip install {' '.join(missing)}\n")
    bench = Bench(arguments.threads, peers)
    sweeps = [sweep for sweep in SWEEPS if sweep.key in arguments.sweeps]
    tables = {
        sweep.title: run_sweep(bench, sweep, arguments.repeat, arguments.quick) for sweep in sweeps
    }
    remarks = [
        "fastcv's crops and all colours equal the first contender's at every point",
        *(f"{peer}: {difference}" for peer, difference in bench.differences.items()),
    ]
    print("\n".join(remarks))
    if arguments.json:
        write_json(
            arguments.json,
            machine,
            tables,
            differences={k: asdict(v) for k, v in bench.differences.items()},
        )
    if arguments.picture:
        draw(arguments.picture, machine, tables, sweeps, remarks)


if __name__ == "__main__":
    main()
