"""What the tutorial's cells share: sizes, comparing, showing, sentences made of measurements."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from charts import COLORS, STYLE, draw_ladder, is_ours
from harness import (
    DATA,
    ROOT,
    Row,
    cv2,
    digits,
    make_rows,
    measure,
    read_boxes,
    read_image,
)
from harness import (
    describe_machine as describe_machine,
)

SMALL = os.environ.get("FASTCV_TUTORIAL_SMALL") == "1"
"""Whether everything is to be small: only to see the lessons run."""

LADDERS: dict[str, list[Row]] = {}
"""The tables with rows of fastcv's, for the closing chart."""


def pick(large: Any, small: Any) -> Any:
    """Return the size for a reader, or the one for a test."""
    return small if SMALL else large


def load_data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the page, its word boxes and the logo; of the page a part, where all is small."""
    page, _ = read_image(DATA / "page.jpg")
    logo, _ = read_image(DATA / "logo.png")
    boxes = read_boxes(DATA / "page_boxes.json")
    if SMALL:
        page, logo = page[:800], logo[::8, ::8].copy()
        boxes = boxes[boxes[..., 1].max(axis=1) < len(page)]
    return page, boxes, logo


def equal(left: Any, right: Any) -> bool:
    """Compare arrays value by value, and whatever holds them."""
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(equal, left, right))
    return np.array_equal(left, right)


def compare(
    title: str,
    ways: Mapping[str, Callable[[], Any]],
    units: int,
    unit: str,
    repeat: int = 5,
    same: Callable[[Any, Any], bool] = equal,
) -> Ladder:
    """Check that all ways give the first one's result, then time them in turn, and show it."""
    ways = dict(ways)
    baseline = next(iter(ways))

    def check(results: dict[str, Any]) -> None:
        for name, result in results.items():
            assert same(result, results[baseline]), f"{name} differs from {baseline}"

    repeat = pick(repeat, 1)
    rows = make_rows(measure(ways, repeat, check), units, unit)
    if any(is_ours(row.name) for row in rows):
        LADDERS[title] = rows
    ladder = Ladder(f"{title}, best of {repeat}", rows)
    ladder.draw()
    return ladder


class Ladder:
    """A table of results, equal and timed."""

    def __init__(self, title: str, rows: list[Row]) -> None:
        self.title = title
        self.rows = {row.name: row for row in rows}

    def draw(self) -> None:
        """Show it as a picture."""
        pyplot = styled_pyplot()
        rows = list(self.rows.values())
        figure, panel = pyplot.subplots(figsize=(8.6, 0.9 + 0.3 * len(rows)), layout="constrained")
        draw_ladder(panel, self.title, rows)
        pyplot.show()
        pyplot.close(figure)

    def ms(self, name: str) -> float:
        """Return the fastest call, in ms."""
        return self.rows[name].min_ms

    def faster(self, name: str, than: str) -> str:
        """Return how many times faster one is than the other, as "3.2 times as fast as"."""
        factor = self.ms(than) / self.ms(name)
        if 0.9 < factor < 1.1:
            return f"**{name}** takes as long as **{than}** ({digits(factor)}×)"
        if factor < 1:
            return f"**{name}** is {digits(1 / factor)} times as *slow* as **{than}**"
        return f"**{name}** is {digits(factor)} times as fast as **{than}**"


def tell(*sentences: str) -> None:
    """Show sentences as prose."""
    from IPython.display import Markdown, display

    display(Markdown(" ".join(sentences)))


def table(head: list[str], rows: list[list[Any]]) -> None:
    """Show a table; numbers get three digits."""
    cells = [[digits(c) if isinstance(c, float) else str(c) for c in row] for row in rows]
    lines = [head, ["---"] * len(head), *cells]
    tell("\n".join("| " + " | ".join(line) + " |" for line in lines))


def styled_pyplot() -> Any:
    """Return pyplot as the notebook uses it, in the benchmarks' style."""
    from matplotlib import pyplot

    pyplot.rcParams.update(STYLE)
    return pyplot


def show(pictures: Mapping[str, np.ndarray], width: float = 8.6, height: float = 3) -> None:
    """Show pictures side by side, B G R (and alpha) as OpenCV has them."""
    pyplot = styled_pyplot()
    figure, panels = pyplot.subplots(
        1, len(pictures), figsize=(width, height), squeeze=False, layout="constrained"
    )
    for panel, (title, picture) in zip(panels[0], pictures.items(), strict=True):
        to_rgb = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}[picture.shape[2]]
        panel.imshow(cv2.cvtColor(picture, to_rgb))
        panel.set_title(title)
        panel.set_axis_off()
    pyplot.show()
    pyplot.close(figure)


def draw_all() -> None:
    """Show every ladder on one line: fastcv's steps in blue."""
    pyplot = styled_pyplot()
    figure, panel = pyplot.subplots(figsize=(8.6, 0.9 + 0.42 * len(LADDERS)), layout="constrained")
    for place, rows in enumerate(LADDERS.values()):
        ratios = [row.ratio for row in rows]
        panel.plot([min(ratios), max(ratios)], [place] * 2, color="#dfe3e8", lw=5, zorder=1)
        for row in rows:
            color = COLORS["avx512"] if is_ours(row.name) else "#9aa5b1"
            panel.scatter([row.ratio], [place], s=44, color=color, zorder=2)
        best = max(row.ratio for row in rows if is_ours(row.name))
        panel.annotate(
            f"{digits(best)}×", (best, place), (0, 7), textcoords="offset points", ha="center"
        )
    panel.set_yticks(range(len(LADDERS)), LADDERS)
    panel.tick_params(axis="y", length=0)
    panel.set_ylim(len(LADDERS) - 0.5, -0.7)
    panel.set_xscale("log")
    panel.set_xlabel("times as fast as the first way; blue is fastcv")
    pyplot.show()
    pyplot.close(figure)


def read_lesson(marker: str) -> str:
    """Return one part of capi_lesson.c, from its [lesson: …] to the next."""
    text = (Path(__file__).parent / "capi_lesson.c").read_text()
    part = text.partition(f"/* [lesson: {marker}] */\n")[2]
    return part.partition("/* [")[0].strip()


def in_a_process(code: str, cpus: set[int] | None = None, **environment: str) -> str:
    """Run Python code in a process of its own, on some CPUs and with some settings; its output."""
    before = "" if cpus is None else f"import os; os.sched_setaffinity(0, {sorted(cpus)})\n"
    settings = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "FASTCV_NUM"))}
    path = os.pathsep.join([str(ROOT / "benchmarks"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", before + code],
        env={**settings, **environment, "PYTHONPATH": path},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()
