"""How fast is each variant of the kernels on each kind of box? Compared with cv2, same pixels.

Under cv2 5 fastcv computes OpenCV 5's pixels. The variant ``opencv`` runs plain C then: left out.

Usage::

    python benchmarks/kernels.py
    python benchmarks/kernels.py --cases cubic outside --repeat 30
    python benchmarks/kernels.py --json kernels.json --picture kernels.png
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from baselines import crop_loop, find_transform, warp_loop
from boxes import bend, frame, mirror, move_half_outside, turn
from charts import COLORS, INK, begin, describe, load_pyplot, save
from harness import (
    DATA,
    Row,
    add_options,
    cv2,
    fastcv,
    make_rows,
    make_source_page,
    measure,
    name_threads,
    note,
    read_boxes,
    read_image,
    write_json,
)
from image_crop import check_crops

LOOP, WARPS = "Python loop", "cv2 warp calls"
QUICK_BOXES = 60
HAS_OPENCV5 = int(cv2.__version__.partition(".")[0]) >= 5


@dataclass(frozen=True)
class Case:
    """A page, its boxes, and the options of cutting them."""

    name: str
    image: np.ndarray
    boxes: np.ndarray
    interpolation: str = "linear"
    border: str = "constant"


@dataclass(frozen=True)
class KernelRow(Row):
    """A row that is also compared with cv2's warps alone."""

    warp_ratio: float
    """How many times faster than `WARPS`, by the minima; ``ratio`` compares with `LOOP`."""
    variant: str | None
    """None in cv2's own rows."""
    threads: int | None


def make_cases() -> list[Case]:
    """Return every case; boxes are the shipped page's unless the case's name says otherwise."""
    page, _ = read_image(DATA / "page.jpg")
    grey, bgra = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), cv2.cvtColor(page, cv2.COLOR_BGR2BGRA)
    boxes = read_boxes(DATA / "page_boxes.json")
    size = page.shape[1], page.shape[0]
    angles = np.random.default_rng(0).uniform(0, 360, len(boxes))
    ocr = {"interpolation": "cubic", "border": "replicate"}
    nearest = [Case("nearest, 3 channels", page, boxes, "nearest")]
    return [
        *(nearest if HAS_OPENCV5 else []),  # OpenCV 4's nearest has no kernels
        Case("linear, 3 channels", page, boxes),
        Case("linear, 1 channel", grey, boxes),
        Case("linear, 4 channels", bgra, boxes),
        Case("cubic + replicate, 3 channels", page, boxes, **ocr),
        Case("cubic + replicate, 1 channel", grey, boxes, **ocr),
        Case("cubic + replicate, 4 channels", bgra, boxes, **ocr),
        Case("upright whole-pixel boxes", page, frame(boxes, size)),
        Case("turned by any angle", page, turn(boxes, angles, size)),
        Case("turned by 90°", page, turn(boxes, 90, size)),
        Case("mirrored", page, mirror(boxes)),
        Case("strong perspective", page, bend(boxes, 0.4)),
        Case("half outside the page", page, move_half_outside(boxes, size)),
        Case("80×20 px, the source's boxes", *make_source_page()),
    ]


def cut(case: Case, variant: str, threads: int) -> list[np.ndarray]:
    """Cut a case's boxes with one variant."""
    fastcv._core._set_kernel(variant)
    options: dict[str, Any] = {
        "interpolation": case.interpolation,
        "border": case.border,
        "arithmetic": "auto",  # the loop's, so that the pixels are equal
    }
    if threads == 1:
        return fastcv.image_crop(case.image, case.boxes, **options)
    return fastcv.image_crop_openmp(case.image, case.boxes, num_threads=threads, **options)


def time_case(
    case: Case, contenders: dict[str, tuple[str, int]], repeat: int
) -> tuple[int, list[KernelRow]]:
    """Check that all contenders cut the same pixels, then time them; return pixels and rows."""
    flag = getattr(cv2, f"INTER_{case.interpolation.upper()}")
    mode = getattr(cv2, f"BORDER_{case.border.upper()}")
    transforms = [find_transform(box) for box in case.boxes]
    functions: dict[str, Callable[[], Any]] = {
        LOOP: partial(crop_loop, case.image, case.boxes, flag, mode),
        WARPS: partial(warp_loop, case.image, transforms, flag, mode),
    }
    functions |= {name: partial(cut, case, *contender) for name, contender in contenders.items()}
    pixels = sum(width * height for _, (width, height) in transforms)
    rows = make_rows(measure(functions, repeat, check_crops), pixels)
    warps_ms = next(row.min_ms for row in rows if row.name == WARPS)
    return pixels, [
        KernelRow(**asdict(row), warp_ratio=warps_ms / row.min_ms, variant=variant, threads=threads)
        for row in rows
        for variant, threads in [contenders.get(row.name, (None, None))]
    ]


def count_paths(case: Case, variant: str) -> dict[str, float]:
    """Return the share of a case's pixels on each path, in a build that counts paths.

    ``plain_crops`` is the share of crops that fixed point computed entirely.
    """
    fastcv._core._path_counts()
    cut(case, variant, 1)
    counts = fastcv._core._path_counts()
    pixels, parts, plain = (counts.pop(name) for name in ("pixels", "parts", "plain_parts"))
    if not pixels:
        return {}
    return {path: count / pixels for path, count in counts.items()} | {
        "plain_crops": plain / max(parts, 1)  # no parts are counted with OpenCV 5's map
    }


def print_head(names: Sequence[str]) -> None:
    """Print the table's head."""
    width = max(map(len, names))
    head = f"{'min ms':>9}{'median ms':>11}{'ns/px':>8}{'vs warps':>10}{'vs loop':>9}"
    print(f"  {'what':<{width}}{head}\n  {'-' * (width + len(head))}")


def print_case(title: str, rows: Sequence[KernelRow], paths: dict[str, float]) -> None:
    """Print a case's part of the table."""
    width = max(len(row.name) for row in rows)
    print(title)
    for row in rows:
        print(
            f"  {row.name:<{width}}{row.min_ms:>9.2f}{row.median_ms:>11.2f}{row.ns_per_unit:>8.2f}"
            f"{row.warp_ratio:>9.2f}x{row.ratio:>8.2f}x"
        )
    if paths:
        shares = [f"{path.replace('_', ' ')} {share:.2%}" for path, share in paths.items()]
        print(f"  pixels by path: {', '.join(shares[:-1])}; {shares[-1]}")
    print(flush=True)


def draw(path: str, machine: dict[str, Any], tables: dict[str, list[KernelRow]]) -> None:
    """Draw ns/px as bars, one panel for each number of threads."""
    pyplot = load_pyplot()
    counts = sorted({row.threads for rows in tables.values() for row in rows if row.threads})
    variants = [row.variant for row in next(iter(tables.values())) if row.threads == 1]
    bars = len(variants) + 1
    figure, panels = pyplot.subplots(
        1, len(counts), sharex=True, sharey=True, squeeze=False,
        figsize=(6.5 * len(counts) + 1.5, 1.6 + (0.16 * bars + 0.14) * len(tables)),
        layout="constrained",
    )  # fmt: skip
    for panel, threads in zip(panels[0], counts, strict=True):
        for index, rows in enumerate(tables.values()):
            ours = [row for row in rows if row.threads == threads]
            _draw_case(panel, index, {row.name: row for row in rows}, ours)
        panel.set_title(f"fastcv on {name_threads(threads)}, cv2 with its defaults")
        panel.set_xlabel("ns per output pixel")
        panel.grid(axis="y", visible=False)
        panel.set_xlim(left=0)
        panel.margins(y=0.01)
        panel.tick_params(axis="y", length=0)
    panels[0][0].set_yticks(range(len(tables)), [title.replace(": ", "\n") for title in tables])
    panels[0][0].invert_yaxis()
    names = {WARPS: WARPS, LOOP: f"{LOOP} around them", **{v: f"fastcv: {v}" for v in variants}}
    handles = [pyplot.Rectangle((0, 0), 1, 1, color=COLORS.get(name, INK)) for name in names]
    figure.legend(handles, names.values(), loc="outside upper center", ncols=len(names))
    figure.supxlabel(describe(machine), fontsize=7)
    save(figure, path)
    pyplot.close(figure)


def _draw_case(
    panel: Any, index: int, by_name: dict[str, KernelRow], ours: Sequence[KernelRow]
) -> None:
    """Draw the loop's bar with the bar of its warps on it, and one bar per variant below."""
    thickness = 0.84 / (len(ours) + 1)
    top = index - 0.42 + thickness / 2
    loop, warps = by_name[LOOP], by_name[WARPS]
    _draw_bar(panel, top, thickness, loop, LOOP, "")
    _draw_bar(
        panel, top, thickness, warps, WARPS, f"{warps.ns_per_unit:.1f} of {loop.ns_per_unit:.1f}"
    )
    for place, row in enumerate(ours, start=1):
        text = f"{row.ns_per_unit:.2f}"
        _draw_bar(panel, top + place * thickness, thickness, row, row.variant or "", text)


def _draw_bar(
    panel: Any, y: float, thickness: float, row: KernelRow, color: str, text: str
) -> None:
    """Draw one bar and write its figure at its end."""
    panel.barh(y, row.ns_per_unit, 0.94 * thickness, color=COLORS.get(color, INK))
    panel.annotate(
        text, (row.ns_per_unit, y), (3, 0), textcoords="offset points", va="center", fontsize=6.5
    )


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--cases", nargs="+", metavar="TEXT", default=[""],
        help="run only cases whose names contain one of these",
    )  # fmt: skip
    parser.add_argument(
        "--quick", action="store_true", help=f"one round of {QUICK_BOXES} boxes, as a test run"
    )
    add_options(parser, repeat=9)
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    machine = begin(arguments)
    build = fastcv.build_info()
    contenders = {
        f"{variant}, {name_threads(threads)}": (variant, threads)
        for variant in build["kernels"]
        if not (HAS_OPENCV5 and variant == "opencv")
        for threads in sorted({1, arguments.threads})
    }
    cases = [case for case in make_cases() if any(text in case.name for text in arguments.cases)]
    tables, paths = {}, {}
    print_head([WARPS, *contenders])
    for number, case in enumerate(cases, start=1):
        note(f"[{number}/{len(cases)}] {case.name} ...")
        if arguments.quick:
            case = Case(
                case.name, case.image, case.boxes[:QUICK_BOXES], case.interpolation, case.border
            )
        pixels, rows = time_case(case, contenders, 1 if arguments.quick else arguments.repeat)
        title = f"{case.name}: {len(case.boxes):,} boxes, {pixels / 1e6:.2f} Mpx"
        tables[title] = rows
        if hasattr(fastcv._core, "_path_counts"):
            paths[title] = count_paths(case, build["kernels"][0])
        print_case(title, rows, paths.get(title, {}))
    fastcv._core._set_kernel(build["kernel"])
    if arguments.json:
        write_json(arguments.json, machine, tables, paths=paths)
    if arguments.picture:
        draw(arguments.picture, machine, tables)


if __name__ == "__main__":
    main()
