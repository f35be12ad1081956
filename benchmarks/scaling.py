"""How does the time grow with boxes, their size and angle, the page, threads, and colours?

Every point is checked: fastcv's pixels and colours equal those of the Python loop over cv2 and of
NumPy. Other libraries join where they are installed; their pixels are not cv2's, and by how much is
said at the end.

Usage::

    python benchmarks/scaling.py --picture scaling.png
    python benchmarks/scaling.py --sweeps angle threads --repeat 9
    pip install numba kornia-rs Pillow matplotlib  # the other libraries, and for the picture
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from baselines import colors_cv2_pack, colors_faster, crop_loop
from boxes import scatter
from charts import describe, load_pyplot, save
from extract_color import check_colors
from harness import (
    DATA,
    Row,
    cv2,
    describe_machine,
    fastcv,
    make_rows,
    measure,
    name_threads,
    note,
    positive_int,
    print_header,
    read_image,
    write_json,
)
from image_crop import check_crops
from peers import colors_numba, find_peers, make_cutter

LOOP = "Python loop"
BOX_COUNTS = (1, 3, 10, 30, 100, 300, 1000, 3000)
BOX_SIZES = ((16, 8), (32, 12), (64, 20), (100, 30), (200, 50), (400, 100), (800, 200), (1600, 400))
DEGREES = (0, 3, 8, 15, 30, 45, 60, 75, 90)
PAGE_MEGAPIXELS = (0.5, 1, 2, 4, 8, 16, 30, 60)
COLOR_MEGAPIXELS = (0.06, 0.25, 1, 4, 16)
KIND_MEGAPIXELS = 8
WORD, SLANT = (96, 32), 3.0
FAR = 16
COLORS = 6

Contenders = dict[str, Callable[[], Any]]


@dataclass(frozen=True)
class ScalingRow(Row):
    """A row that also says at which point of its sweep it was measured."""

    x: float | str


@dataclass(frozen=True)
class Sweep:
    """One thing that is varied: how its points are made and how its panel looks."""

    key: str
    title: str
    x_label: str
    y: str
    """What the panel shows: a field of `Row`."""
    points: Callable[[Bench, bool], Iterator[tuple[float | str, int, Contenders]]]
    """Given the bench and whether it is a quick run: x, pixels, and who competes there."""
    log: str = ""
    """The logarithmic axes: "x", "y" or both."""


@dataclass
class Difference:
    """How far a peer's crops were from cv2's."""

    largest: int = 0
    crops: int = 0
    far_crops: int = 0
    """How many crops have a value more than `FAR` off: those are other pictures."""

    def __str__(self) -> str:
        return (
            f"up to {self.largest} off cv2's pixels, "
            f"{self.far_crops:,} of {self.crops:,} crops by more than {FAR}"
        )


@dataclass
class Bench:
    """The data, who competes, and how far those who are not exact were off."""

    threads: int
    peers: list[str]
    page: np.ndarray = field(default_factory=lambda: read_image(DATA / "page.jpg")[0])
    differences: dict[str, Difference] = field(default_factory=dict)

    def compete(self, image: np.ndarray, boxes: np.ndarray) -> Contenders:
        """Return everyone who cuts boxes, the baseline first."""
        contenders = {LOOP: partial(crop_loop, image, boxes)} | self.cut_on(image, boxes, 1)
        if self.threads > 1:
            contenders |= self.cut_on(image, boxes, self.threads)
        for peer in self.peers:
            name = f"{peer}, {name_threads(self.threads)}" if peer == "numba" else peer
            contenders[name] = partial(make_cutter(peer, image, self.threads), boxes)
        return contenders

    @staticmethod
    def cut_on(image: np.ndarray, boxes: np.ndarray, threads: int) -> Contenders:
        """Return fastcv on so many threads."""
        if threads == 1:
            return {"fastcv, 1 thread": partial(fastcv.image_crop, image, boxes)}
        cut = partial(fastcv.image_crop_openmp, image, boxes, num_threads=threads)
        return {f"fastcv, {name_threads(threads)}": cut}

    def count(self, image: np.ndarray) -> Contenders:
        """Return everyone who counts colours, the baseline first."""
        contenders: Contenders = {
            "cv2 pack + np.unique": partial(colors_cv2_pack, image, COLORS),
            "pack in place, sort + runs": partial(colors_faster, image, COLORS),
        }
        for threads in sorted({1, self.threads}):
            contenders[f"fastcv, {name_threads(threads)}"] = partial(
                fastcv.main_colors, image, COLORS, num_threads=threads
            )
        if "numba" in self.peers:
            name = f"numba partition, {name_threads(self.threads)}"
            contenders[name] = partial(colors_numba, image, COLORS, self.threads)
        return contenders

    def check(self, results: dict[str, Any]) -> None:
        """End the run where those who promise equality differ; note how far off the others are."""
        if isinstance(next(iter(results.values())), tuple):
            check_colors(results, panels=())
            return
        check_crops({name: crops for name, crops in results.items() if self.is_exact(name)})
        for name, crops in results.items():
            if not self.is_exact(name):
                difference = self.differences.setdefault(name.partition(",")[0], Difference())
                for crop, right in zip(crops, results[LOOP], strict=True):
                    off = _largest_difference(crop, right)
                    difference.largest = max(off, difference.largest)
                    difference.crops += 1
                    difference.far_crops += off > FAR

    def is_exact(self, name: str) -> bool:
        """Return whether a contender's results must equal the baseline's."""
        return name.partition(",")[0] not in self.peers


def _largest_difference(crop: Any, right: np.ndarray) -> int:
    """Return how far a crop, whatever its type, is from the right one."""
    values = np.asarray(crop)
    if values.shape != right.shape:
        sys.exit(f"A crop is {values.shape}, and should be {right.shape}.")
    return int(cv2.absdiff(values, right).max())


def fit(image: np.ndarray, megapixels: float) -> np.ndarray:
    """Return the image's middle, or the image side by side with itself, of this many pixels."""
    height = round((megapixels * 1e6 * image.shape[0] / image.shape[1]) ** 0.5)
    width = round(megapixels * 1e6 / height)
    times = -(-height // image.shape[0]), -(-width // image.shape[1])
    wide = np.tile(image, (*times, 1))
    top, left = (wide.shape[0] - height) // 2, (wide.shape[1] - width) // 2
    return np.ascontiguousarray(wide[top : top + height, left : left + width])


def size_of(image: np.ndarray) -> tuple[int, int]:
    """Return (width, height)."""
    return image.shape[1], image.shape[0]


def few(values: Sequence[Any], quick: bool) -> Sequence[Any]:
    """Return the values, or in a quick run only the first and a larger one."""
    return (values[0], values[len(values) // 2]) if quick else values


# ---- what is varied ----


def vary_count(bench: Bench, quick: bool) -> Iterator[tuple[float, int, Contenders]]:
    """Cut more and more words."""
    for count in few(BOX_COUNTS, quick):
        boxes = scatter(count, WORD, SLANT, size_of(bench.page))
        yield count, count * WORD[0] * WORD[1], bench.compete(bench.page, boxes)


def vary_box(bench: Bench, quick: bool) -> Iterator[tuple[float, int, Contenders]]:
    """Cut larger and larger boxes, fewer and fewer."""
    for width, height in few(BOX_SIZES, quick):
        count = max(4, min(1000, 2_000_000 // (width * height)))
        boxes = scatter(count, (width, height), SLANT, size_of(bench.page))
        yield width * height, count * width * height, bench.compete(bench.page, boxes)


def vary_angle(bench: Bench, quick: bool) -> Iterator[tuple[float, int, Contenders]]:
    """Turn the words."""
    for degrees in few(DEGREES, quick):
        boxes = scatter(500, WORD, degrees, size_of(bench.page))
        yield degrees, 500 * WORD[0] * WORD[1], bench.compete(bench.page, boxes)


def vary_page(bench: Bench, quick: bool) -> Iterator[tuple[float, int, Contenders]]:
    """Scatter the same number of words over larger and larger pages."""
    for megapixels in few(PAGE_MEGAPIXELS, quick):
        image = fit(bench.page, megapixels)
        boxes = scatter(500, WORD, SLANT, size_of(image))
        yield megapixels, 500 * WORD[0] * WORD[1], bench.compete(image, boxes)


def vary_threads(bench: Bench, quick: bool) -> Iterator[tuple[float, int, Contenders]]:
    """Give everyone who takes a number of threads, cv2 too, more and more of them."""
    boxes = scatter(100 if quick else 1500, WORD, SLANT, size_of(bench.page))
    counts = [n for n in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64) if n < bench.threads]
    default = cv2.getNumThreads()
    for threads in [*counts, bench.threads]:
        contenders: Contenders = {LOOP: partial(crop_loop, bench.page, boxes)}
        (cut,) = bench.cut_on(bench.page, boxes, threads).values()
        contenders["fastcv"] = cut
        if "numba" in bench.peers:
            contenders["numba"] = partial(make_cutter("numba", bench.page, threads), boxes)
        cv2.setNumThreads(threads)
        yield threads, len(boxes) * WORD[0] * WORD[1], contenders
    cv2.setNumThreads(default)


def vary_kind(bench: Bench, quick: bool) -> Iterator[tuple[str, int, Contenders]]:
    """Count the colours of unlike images of one size."""
    page, (logo, _) = bench.page, read_image(DATA / "logo.png")
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (40, 30, 3), np.uint8)
    soft = cv2.resize(coarse, size_of(page), interpolation=cv2.INTER_CUBIC)
    grain = rng.normal(0, 4, page.shape).astype(np.int8)
    kinds = {
        "two colours": np.where(page > 128, np.uint8(255), np.uint8(0)).min(axis=2, keepdims=True)
        * np.ones(3, np.uint8),
        "logo, alpha": logo,
        "page": page,
        "photo-like": np.clip(soft.astype(np.int16) + grain, 0, 255).astype(np.uint8),
        "noise": rng.integers(0, 256, page.shape, np.uint8),
    }
    for kind, image in kinds.items():
        fitted = fit(image, 0.1 if quick else KIND_MEGAPIXELS)
        yield kind, fitted.shape[0] * fitted.shape[1], bench.count(fitted)


def vary_pixels(
    bench: Bench, quick: bool, is_noise: bool
) -> Iterator[tuple[float, int, Contenders]]:
    """Count the colours of larger and larger pages, or as much noise."""
    for megapixels in few(COLOR_MEGAPIXELS, quick):
        image = fit(bench.page, megapixels)
        if is_noise:
            image = np.random.default_rng(0).integers(0, 256, image.shape, np.uint8)
        yield megapixels, image.shape[0] * image.shape[1], bench.count(image)


WORDS = f"{WORD[0]}×{WORD[1]} px"
SWEEPS = (
    Sweep("boxes", f"Crops: more boxes ({WORDS})", "boxes", "min_ms", vary_count, "xy"),
    Sweep("box", "Crops: larger boxes", "px a box", "ns_per_px", vary_box, "xy"),
    Sweep("angle", f"Crops: turned boxes (500, {WORDS})", "degrees", "ns_per_px", vary_angle),
    Sweep("page", f"Crops: larger pages (500 boxes, {WORDS})", "MP", "ns_per_px", vary_page, "x"),
    Sweep("threads", f"Crops: more threads (1,500 boxes, {WORDS})", "threads", "min_ms",
          vary_threads, "y"),
    Sweep("kind", f"Colours: kinds of images ({KIND_MEGAPIXELS} MP)", "", "ns_per_px", vary_kind,
          "y"),
    Sweep("pixels", "Colours: larger pages", "MP", "ns_per_px", partial(vary_pixels,
          is_noise=False), "xy"),
    Sweep("noise", "Colours: more noise", "MP", "ns_per_px", partial(vary_pixels, is_noise=True),
          "xy"),
)  # fmt: skip


# ---- measuring ----


def run_sweep(bench: Bench, sweep: Sweep, repeat: int, quick: bool) -> list[ScalingRow]:
    """Check and time every point of a sweep, and print its table as it grows."""
    unit = "ms" if sweep.y == "min_ms" else "ns/px"
    print(f"{sweep.title}: {unit}, fastest of each")
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
    """Return a contender's colour and marker; they depend on threads only where it is one."""
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
    handles: dict[str, Any] = {}  # by colour: who is in several panels has several names
    for panel in panels.flat:
        for handle in panel.get_legend_handles_labels()[0]:
            handles.setdefault(handle.get_color(), handle)
    figure.legend(handles=handles.values(), loc="outside upper center", ncols=len(handles))
    figure.supxlabel(f"{describe(machine)}\n{'; '.join(remarks)}", fontsize=7)
    save(figure, path)
    pyplot.close(figure)


def _draw_sweep(panel: Any, sweep: Sweep, rows: Sequence[ScalingRow]) -> None:
    """Draw one line a contender."""
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
    panel.set_ylabel("ms a call" if sweep.y == "min_ms" else "ns a pixel")
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
    """Label a logarithmic axis in plain numbers, between the powers of ten where there is room."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1,) if high > 200 * low else (1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    keys = [sweep.key for sweep in SWEEPS]
    parser.add_argument("--sweeps", nargs="+", choices=keys, default=keys, help="only these")
    parser.add_argument(
        "--repeat", type=positive_int, default=5,
        help="timed rounds (5); up to ten times as many where a call is short",
    )  # fmt: skip
    parser.add_argument(
        "--threads", type=positive_int, default=fastcv.get_num_threads(),
        help="at most this many (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--quick", action="store_true", help="one round of few and small points: only to see it run"
    )
    parser.add_argument("--json", metavar="FILE", help="also write the machine and rows here")
    parser.add_argument("--picture", metavar="FILE", help="also draw the figures (matplotlib)")
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    arguments = parse_arguments()
    if arguments.picture:
        load_pyplot()  # says that it is missing before anything is measured
    machine = describe_machine(arguments.threads)
    peers, missing = find_peers()
    print_header(machine)
    if missing:
        print(f"Left out, as not installed: pip install {' '.join(missing)}\n")
    bench = Bench(arguments.threads, peers)
    sweeps = [sweep for sweep in SWEEPS if sweep.key in arguments.sweeps]
    tables = {
        sweep.title: run_sweep(bench, sweep, arguments.repeat, arguments.quick) for sweep in sweeps
    }
    remarks = [
        "fastcv, and everyone's colours: equal to the first at every point",
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
