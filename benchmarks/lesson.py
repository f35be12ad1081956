"""Shared parts of the tutorial's cells: sizes, comparisons, charts, sentences with figures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
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
"""Whether all data is small, for a test run."""

LADDERS: dict[str, list[Row]] = {}
"""The tables that include fastcv, for the closing chart."""

CGROUPS = Path("/sys/fs/cgroup")


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


def equal(left: Any, right: Any) -> bool:
    """Compare arrays, or nested lists of arrays, value by value."""
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
    """Check that all ways give the first one's result, time them in turn, and draw the times."""
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
    """The times of several ways to one result."""

    def __init__(self, title: str, rows: list[Row]) -> None:
        self.title = title
        self.rows = {row.name: row for row in rows}

    def draw(self) -> None:
        """Draw the times as a chart."""
        pyplot = styled_pyplot()
        rows = list(self.rows.values())
        figure, panel = pyplot.subplots(figsize=(8.6, 0.9 + 0.3 * len(rows)), layout="constrained")
        draw_ladder(panel, self.title, rows)
        pyplot.show()
        pyplot.close(figure)

    def ms(self, name: str) -> float:
        """Return the milliseconds of the fastest call."""
        return self.rows[name].min_ms

    def faster(self, name: str, than: str) -> str:
        """Return a clause that compares two ways, such as "x is 3.2 times as fast as y"."""
        factor = self.ms(than) / self.ms(name)
        if 0.9 < factor < 1.1:
            return f"**{name}** takes as long as **{than}** ({digits(factor)}×)"
        if factor < 1:
            return f"**{name}** is {digits(1 / factor)} times as *slow* as **{than}**"
        return f"**{name}** is {digits(factor)} times as fast as **{than}**"


def tell(*sentences: str) -> None:
    """Show sentences as a paragraph."""
    from IPython.display import Markdown, display

    display(Markdown(" ".join(sentences)))


def table(head: list[str], rows: list[list[Any]], what: str) -> None:
    """Show a table with a caption; numbers get three digits."""
    cells = [[digits(c) if isinstance(c, float) else str(c) for c in row] for row in rows]
    lines = [head, ["---"] * len(head), *cells]
    tell("\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n*{what}*")


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


def draw_all() -> None:
    """Draw each ladder as a line, with fastcv's steps in blue."""
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
    """Return one part of capi_lesson.c, from its [lesson: …] to the next marker."""
    text = (Path(__file__).parent / "capi_lesson.c").read_text()
    part = text.partition(f"/* [lesson: {marker}] */\n")[2]
    return part.partition("/* [")[0].strip()


def in_a_process(code: str, cpus: set[int] | None = None, **environment: str) -> str:
    """Run Python code in a new process on some CPUs with some settings; return its output."""
    command = [sys.executable, "-c", _pinned(code, cpus)]
    settings = _settings(environment)
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def under_a_quota(code: str, cpus: int) -> str | None:
    """Run Python code in a cgroup with a quota of CPUs; return None if no cgroup can be made."""
    name, period_us = f"fastcv-lesson-{os.getpid()}", 100_000
    for parent, file, quota in (
        (CGROUPS / "cpu", "cpu.cfs_quota_us", f"{cpus * period_us}"),  # v1
        (CGROUPS, "cpu.max", f"{cpus * period_us} {period_us}"),  # v2
    ):
        group = parent / name
        if not (parent / "cgroup.procs").exists():
            continue
        try:
            group.mkdir()
            (group / file).write_text(quota)
            join = f"open({str(group / 'cgroup.procs')!r}, 'w').write('0')\n"
            return in_a_process(join + code)
        except (OSError, subprocess.CalledProcessError):
            continue
        finally:
            with suppress(OSError):
                group.rmdir()
    return None


class Workers:
    """Processes that do the same work on request, and are stopped in between."""

    def __init__(self, count: int, code: str, cpus: set[int], **environment: str) -> None:
        """Start the processes; their code repeatedly reads a line, works, and answers a line."""
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        command, settings = [sys.executable, "-c", _pinned(code, cpus)], _settings(environment)
        self.processes: list[Any] = [
            subprocess.Popen(command, env=settings, bufsize=1, **pipes) for _ in range(count)
        ]

    def work(self) -> float:
        """Return the seconds until all processes have done their work once."""
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
        start = perf_counter()
        for process in self.processes:
            process.stdin.write("\n")
        if not all([process.stdout.readline() for process in self.processes]):
            raise RuntimeError("a worker has ended")
        seconds = perf_counter() - start
        for process in self.processes:
            process.send_signal(signal.SIGSTOP)
        return seconds

    def end(self) -> None:
        """Close the processes' input and wait until they end."""
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.communicate()


def time_workers(
    settings: Mapping[str, dict[str, str]], count: int, code: str, cpus: set[int], rounds: int
) -> dict[str, float]:
    """Return for each setting the seconds until all workers are done, the fastest of rounds."""
    groups = {name: Workers(count, code, cpus, **some) for name, some in settings.items()}
    try:
        for group in groups.values():
            group.work()  # untimed: the processes start and load their data
        seconds = [{name: group.work() for name, group in groups.items()} for _ in range(rounds)]
    finally:
        for group in groups.values():
            group.end()
    return {name: min(each[name] for each in seconds) for name in groups}


def _pinned(code: str, cpus: set[int] | None) -> str:
    """Return code that first binds its process to the CPUs, if any are given."""
    return f"import os; os.sched_setaffinity(0, {sorted(cpus)})\n{code}" if cpus else code


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with other thread settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "FASTCV_NUM"))}
    path = os.pathsep.join([str(ROOT / "benchmarks"), os.environ.get("PYTHONPATH", "")])
    return {**kept, **environment, "PYTHONPATH": path}
