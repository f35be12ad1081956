"""Where does the article's loop spend its time? Draws a flame graph of py-spy's samples.

Usage::

    python benchmarks/flame.py --out out/flame.svg
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import ROOT, positive_int
from polygon_ways import as_objects, make_article_example, match_v1

SAVED = ROOT / "docs" / "flame_polygons.svg"
"""A flame graph recorded earlier, for machines where py-spy cannot attach."""

WIDTH, ROW, DEPTH, CHARACTER = 860, 19, 13, 6.3
ROOT_FRAME = "match_v1"
PYTHON, NATIVE = ("#f4b860", "#f7c97f", "#eea94b"), ("#7fb8d8", "#98c7e0", "#6aa9cd")

Samples = dict[tuple[str, ...], int]


def record(path: Path, calls: int) -> str:
    """Write a flame graph of `match_v1` with native frames; return the problem, or ""."""
    program = shutil.which("py-spy", path=f"{Path(sys.executable).parent}:/usr/bin:/bin")
    if program is None:
        return "py-spy is not installed (pip install py-spy)"
    with TemporaryDirectory() as folder:
        raw = Path(folder) / "stacks"
        command = [program, "record", "--native", "--rate", "250", "--format", "raw"]
        command += ["--output", str(raw), "--", sys.executable, __file__, "--work", str(calls)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or not raw.is_file():
            return " ".join((done.stderr or done.stdout).split())[-300:] or "py-spy wrote nothing"
        samples = read_samples(raw.read_text())
    if not samples:
        return "py-spy took no samples of the loop"
    path.write_text(draw(samples))
    return ""


def read_samples(text: str) -> Samples:
    """Return the number of samples of each stack, from the loop's own frame inwards."""
    samples: Samples = {}
    for line in text.splitlines():
        frames, _, count = line.rpartition(" ")
        names = frames.split(";")
        inner = next((i for i, name in enumerate(names) if name.startswith(ROOT_FRAME)), None)
        if inner is not None:
            stack = tuple(names[inner : inner + DEPTH])
            samples[stack] = samples.get(stack, 0) + int(count)
    return samples


def draw(samples: Samples) -> str:
    """Return the SVG: callees stand below their caller, as wide as their share of the time."""
    total = sum(samples.values())
    boxes: list[str] = []
    deepest = _draw_callees(samples, (), 0.0, WIDTH / total, total, boxes)
    height = (deepest + 2) * ROW
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" font-family="monospace" font-size="10.5">',
            f'<text x="2" y="13" font-size="12">{total:,} samples of {ROOT_FRAME}: yellow is '
            "Python, blue is C; point at a frame to see its name</text>",
            *boxes,
            "</svg>\n",
        ]
    )


def _draw_callees(
    samples: Samples, above: tuple[str, ...], x: float, scale: float, total: int, boxes: list[str]
) -> int:
    """Draw a stack's callees, the widest first; return the depth of the deepest one."""
    depth = len(above)
    counts: dict[str, int] = {}
    for stack, count in samples.items():
        if stack[:depth] == above and len(stack) > depth:
            counts[stack[depth]] = counts.get(stack[depth], 0) + count
    deepest = depth
    for place, (name, count) in enumerate(sorted(counts.items(), key=lambda item: -item[1])):
        width = count * scale
        if width >= 1:
            color = (PYTHON if ".py:" in name else NATIVE)[place % 3]
            boxes.append(_draw_frame(name, x, (depth + 1) * ROW, width, color, count / total))
            inner = _draw_callees(samples, (*above, name), x, scale, total, boxes)
            deepest = max(deepest, inner)
        x += width
    return deepest


def _draw_frame(name: str, x: float, y: float, width: float, color: str, share: float) -> str:
    """Return one rectangle with the part of its name that fits."""
    room = int(width / CHARACTER) - 1
    text = name if len(name) <= room else name[: room - 1] + "…" if room > 3 else ""
    return (
        f'<g><title>{escape(name)}: {share:.1%}</title><rect x="{x:.1f}" y="{y}" '
        f'width="{max(width - 0.6, 0.4):.1f}" height="{ROW - 1}" fill="{color}"/>'
        f'<text x="{x + 3:.1f}" y="{y + 13}">{escape(text)}</text></g>'
    )


def work(calls: int) -> None:
    """Do the article's task again and again, for py-spy to record."""
    polygons, points = make_article_example()
    for _ in range(calls):
        match_v1(as_objects(polygons), list(points), 10.0)


def main() -> None:
    """Record the loop, or run it in the recorded process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--out", metavar="FILE", type=Path, default=ROOT / "out" / "flame.svg",
        help="file to write (default: the project's out/flame.svg)",
    )  # fmt: skip
    parser.add_argument("--calls", type=positive_int, default=8, help="calls of the loop (8)")
    parser.add_argument("--work", type=positive_int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.work)
        return
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    if problem := record(arguments.out, arguments.calls):
        sys.exit(f"No flame graph was made: {problem}")
    print(f"written: {arguments.out}")


if __name__ == "__main__":
    main()
