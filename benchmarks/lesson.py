"""Shared parts of the tutorial's cells: sizes, comparisons, charts, tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import starmap
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

import harness
from charts import COLORS, STYLE, draw_ladder, is_ours
from harness import (
    DATA,
    Progress,
    Row,
    cv2,
    digits,
    make_rows,
    read_boxes,
    read_image,
)
from harness import (
    describe_machine as describe_machine,
)
from harness import (
    time_once as time_once,
)
from outcomes import compare_times, outcome, warn_of_noise

SMALL = os.environ.get("FASTCV_TUTORIAL_SMALL") == "1"
"""Whether all data is small, for a test run."""

LADDERS: dict[str, list[Row]] = {}
"""The tables that include fastcv, for the closing chart."""

BUDGET_S = 4.0
"""The rounds of a comparison take about so long, or three rounds do."""


def pick(large: Any, small: Any) -> Any:
    """Return the size for a reader, or the size for a test."""
    return small if SMALL else large


def load_data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the page, its word boxes and the logo; smaller ones in a test run."""
    page, _ = read_image(DATA / "page.jpg")
    logo, _ = read_image(DATA / "logo.png")
    boxes = read_boxes(DATA / "page_boxes.json")
    if SMALL:
        page, logo = page[:800], logo[::8, ::8].copy()
        boxes = boxes[boxes[..., 1].max(axis=1) < len(page)]
    return page, boxes, logo


def make_detector_map(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return what a DB detector would give for these boxes: each shrunk, with soft edges."""
    answer = np.zeros(size, np.float32)
    for box in boxes:
        along, down = box[1] - box[0], box[3] - box[0]
        width, height = np.linalg.norm(along), np.linalg.norm(down)
        inset = 0.42 * width * height / (width + height)  # DB's, with a shrink ratio of 0.4
        along, down = along / width * inset, down / height * inset
        inward = np.array([along + down, down - along, -along - down, along - down])
        cv2.fillPoly(answer, [np.round(box + inward).astype(np.int32)], 0.95)
    noise = np.random.default_rng(3).random(size, np.float32) * np.float32(0.04)
    return cv2.GaussianBlur(answer, (3, 3), 0) + noise


def make_recognizer_outputs(words: int, classes: int, steps: int = 40) -> list[np.ndarray]:
    """Return a recogniser's outputs for so many words, in batches of six, of random texts."""
    rng = np.random.default_rng(4)
    outputs = []
    for first in range(0, words, 6):
        texts = min(6, words - first)
        output = np.full((texts, steps, classes), 0.1 / classes, np.float32)
        best = rng.integers(1, classes, (texts, steps)) * (rng.random((texts, steps)) < 0.4)
        sure = rng.random((texts, steps, 1), np.float32) * np.float32(0.3) + np.float32(0.6)
        np.put_along_axis(output, best[..., np.newaxis], sure, 2)
        outputs.append(output)
    return outputs


def count_same(left: Any, right: Any) -> tuple[int, int]:
    """Count a result's items that equal another's: crops, tensors, colours with counts, numbers.

    Return how many are equal, and how many there are.
    """
    if isinstance(left, tuple):  # colours and their counts
        columns = [left, right]
        left, right = ([*zip(*map(np.ndarray.tolist, each), strict=True)] for each in columns)
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        left, right = np.asarray(left), np.asarray(right)
        if left.shape != right.shape:
            return 0, max(left.size, right.size)
        return int(np.count_nonzero(left == right)), left.size
    if isinstance(left, list):
        same = sum(starmap(is_same, zip(left, right, strict=False)))
        return same, max(len(left), len(right))
    return int(left == right), 1


def is_same(left: Any, right: Any) -> bool:
    """Return whether two items are equal: arrays with their types and shapes, or other values."""
    if isinstance(left, np.ndarray):
        return bool(left.dtype == right.dtype and np.array_equal(left, right))
    if isinstance(left, list):
        return len(left) == len(right) and all(map(is_same, left, right))
    if isinstance(left, tuple) and left and isinstance(left[0], np.ndarray):
        return all(map(is_same, left, right))
    return bool(left == right)


def same_of(counts: tuple[int, int], items: str) -> str:
    """Return "1,411 of 1,411 crops"; end the run if it is fewer."""
    same, total = counts
    if same != total:
        raise ValueError(f"another result: only {same:,} of {total:,} {items} are the same")
    return f"{same:,} of {total:,} {items}"


def compare(
    title: str,
    ways: Mapping[str, Callable[[], Any]],
    units: int,
    unit: str,
    items: str,
    repeat: int = 5,
    count: Callable[[Any, Any], tuple[int, int]] = count_same,
) -> Ladder:
    """Check that all ways give the first one's result, time them in turn, and draw the times.

    A result consists of ``items``; ``count`` counts the equal ones of two results.
    """
    same: dict[str, str] = {}

    def check(results: dict[str, Any]) -> None:
        (_, first), *others = results.items()
        for name, result in others:
            same[name] = same_of(count(result, first), items)

    seconds = measure(ways, pick(repeat, 1), check=check)
    rows = make_rows(seconds, units, unit)
    if any(is_ours(row.name) for row in rows):
        LADDERS[title] = rows
    rounds = len(next(iter(seconds.values())))
    ladder = Ladder(f"{title}, best of {rounds}", rows, same)
    ladder.draw()
    spread = float(np.median([row.median_ms / row.min_ms for row in rows]))
    if warning := warn_of_noise(spread):
        tell(warning)
    return ladder


def measure(
    ways: Mapping[str, Callable[[], Any]],
    repeat: int,
    budget_s: float = BUDGET_S,
    check: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, list[float]]:
    """Return each way's seconds in several rounds, fewer if these would exceed the budget."""
    with progress() as lines:
        return harness.measure(dict(ways), repeat, check, lines, budget_s)


class Ladder:
    """The times of several ways to one result."""

    def __init__(self, title: str, rows: list[Row], same: Mapping[str, str]) -> None:
        self.title = title
        self.rows = {row.name: row for row in rows}
        self.same = same

    def draw(self) -> None:
        """Draw the times as a chart, and beside them how much of each result is the same."""
        pyplot = styled_pyplot()
        rows = list(self.rows.values())
        figure, panel = pyplot.subplots(figsize=(8.6, 0.9 + 0.3 * len(rows)), layout="constrained")
        draw_ladder(panel, self.title, rows)
        beside = panel.twinx()
        beside.set_ylim(panel.get_ylim())
        beside.set_yticks(range(len(rows)), [self.same.get(row.name, "") for row in rows])
        beside.tick_params(axis="y", length=0, labelsize=8)
        beside.grid(visible=False)
        beside.spines["left"].set_visible(False)
        beside.annotate(
            "same result", (1, 1), (5, 8), xycoords="axes fraction", textcoords="offset points",
            fontsize=8, fontweight="bold",
        )  # fmt: skip
        pyplot.show()
        pyplot.close(figure)

    def ms(self, name: str) -> float:
        """Return the milliseconds of the fastest call."""
        return self.rows[name].min_ms

    def factor(self, name: str, than: str) -> float:
        """Return how many times as fast one way is as another."""
        return self.ms(than) / self.ms(name)

    def faster(self, name: str, than: str) -> str:
        """Return a clause that compares two ways, such as "x is 3.2 times as fast as y"."""
        return compare_times(f"**{name}**", self.ms(name), f"**{than}**", self.ms(than))

    def because(
        self, name: str, than: str, faster: str = "", same: str = "", slow: str = ""
    ) -> str:
        """Return the comparison as a sentence with the outcome's own reason, if it has one."""
        reasons = {"faster": faster, "same": same, "slower": slow}
        reason = reasons[outcome(self.factor(name, than))]
        return self.faster(name, than) + (f": {reason}." if reason else ".")


@contextmanager
def progress() -> Iterator[Progress]:
    """Show how far a long step is, in a line that goes when the step ends."""
    from IPython.display import display

    line = None

    def report(text: str) -> None:
        nonlocal line
        shown = {"data": {"text/plain": text}, "metadata": {"progress": True}}
        if line is None:
            line = display(shown["data"], raw=True, metadata=shown["metadata"], display_id=True)
        else:
            line.update(shown["data"], raw=True, metadata=shown["metadata"])

    yield Progress(report)
    if line is not None:
        report("")


def tell(*sentences: str) -> None:
    """Show sentences as a paragraph."""
    from IPython.display import Markdown, display

    display(Markdown(" ".join(sentences)))


def table(head: list[str], rows: list[list[Any]], what: str) -> None:
    """Show a table with a caption; numbers get three digits."""
    cells = [[_write(cell) for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *cells]
    tell("\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n*{what}*")


def _write(cell: Any) -> str:
    """Write a table's cell."""
    if isinstance(cell, float):
        return digits(cell)
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def styled_pyplot() -> Any:
    """Return pyplot in the benchmarks' style, with the notebook's backend."""
    from matplotlib import pyplot

    pyplot.rcParams.update(STYLE)
    return pyplot


def show(pictures: Mapping[str, np.ndarray], width: float = 8.6, height: float = 3) -> None:
    """Show pictures side by side; their channels are OpenCV's B, G, R (and alpha)."""
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


def rename(name: str, to: str) -> None:
    """Give a way of the last comparison another name in the closing chart."""
    title, rows = LADDERS.popitem()
    LADDERS[title] = [replace(row, name=to) if row.name == name else row for row in rows]


def draw_all() -> None:
    """Draw each ladder as a line from its first way on, and name the fastest ways."""
    pyplot = styled_pyplot()
    figure, panel = pyplot.subplots(figsize=(8.6, 0.9 + 0.72 * len(LADDERS)), layout="constrained")
    ours, theirs = COLORS["avx512"], "#6b7785"
    for place, rows in enumerate(LADDERS.values()):
        ratios = [row.ratio for row in rows]
        panel.plot([min(ratios), max(ratios)], [place] * 2, color="#dfe3e8", lw=5, zorder=1)
        for row in rows:
            color = ours if is_ours(row.name) else "#9aa5b1"
            panel.scatter([row.ratio], [place], s=44, color=color, zorder=2)
        _name_fastest(panel, place, [row for row in rows if is_ours(row.name)], ours, 7)
        _name_fastest(panel, place, [row for row in rows[1:] if not is_ours(row.name)], theirs, -15)
    names = [f"{title}\n1× is {rows[0].name}" for title, rows in LADDERS.items()]
    panel.set_yticks(range(len(LADDERS)), ["\n".join(_lines(name)) for name in names])
    panel.tick_params(axis="y", length=0, labelsize=8)
    panel.set_ylim(len(LADDERS) - 0.4, -0.6)
    panel.set_xscale("log")
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}×")
    panel.set_xlabel("times as fast as the first way; blue is fastcv, grey is everything else")
    pyplot.show()
    pyplot.close(figure)


def _name_fastest(panel: Any, place: int, rows: Sequence[Row], color: str, offset: int) -> None:
    """Write the fastest row's factor and name above or below its dot, towards the middle."""
    if not rows:
        return
    best = max(rows, key=lambda row: row.ratio)
    low, high = (extreme(row.ratio for rows in LADDERS.values() for row in rows)
                 for extreme in (min, max))  # fmt: skip
    is_left = best.ratio < (low * high) ** 0.5
    panel.annotate(
        f"{digits(best.ratio)}×  {best.name}", (best.ratio, place), (-6 if is_left else 6, offset),
        textcoords="offset points", ha="left" if is_left else "right", fontsize=7.5, color=color,
    )  # fmt: skip


def _lines(text: str) -> list[str]:
    """Wrap a label of the closing chart."""
    return [line for part in text.split("\n") for line in wrap(part, 38)]


def read_lesson(marker: str) -> str:
    """Return one part of capi_lesson.c, from its [lesson: …] to the next marker."""
    text = (Path(__file__).parent / "capi_lesson.c").read_text()
    part = text.partition(f"/* [lesson: {marker}] */\n")[2]
    return part.partition("/* [")[0].strip()
