"""The sweeps of `scaling.py`: their points, the contenders at each, and the check of results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from baselines import colors_cv2_pack, colors_faster, crop_loop
from boxes import scatter
from extract_color import check_colors
from harness import DATA, cv2, fastcv, name_threads, read_image
from image_crop import check_crops
from made_images import MADE
from peers import colors_numba, make_cutter

LOOP = "Python loop"
BOX_COUNTS = (1, 3, 10, 30, 100, 300, 1000, 3000)
BOX_SIZES = ((16, 8), (32, 12), (64, 20), (100, 30), (200, 50), (400, 100), (800, 200), (1600, 400))
DEGREES = (0, 3, 8, 15, 30, 45, 60, 75, 90)
PAGE_MEGAPIXELS = (0.5, 1, 2, 4, 8, 16, 30, 60)
COLOR_MEGAPIXELS = (0.06, 0.25, 1, 4, 16)
WORD, SLANT = (96, 32), 3.0
FAR = 16
COLORS = 6

Contenders = dict[str, Callable[[], Any]]


@dataclass
class Difference:
    """How much a peer's crops differ from cv2's."""

    largest: int = 0
    crops: int = 0
    far_crops: int = 0
    """How many crops have a value more than `FAR` off."""

    def __str__(self) -> str:
        return (
            f"pixels up to {self.largest} off cv2's; "
            f"{self.far_crops:,} of {self.crops:,} crops are off by more than {FAR}"
        )


@dataclass
class Bench:
    """The data, the contenders, and the differences of the peers that are not exact."""

    threads: int
    peers: list[str]
    page: np.ndarray = field(default_factory=lambda: read_image(DATA / "page.jpg")[0])
    differences: dict[str, Difference] = field(default_factory=dict)

    def compete(self, image: np.ndarray, boxes: np.ndarray) -> Contenders:
        """Return the contenders that cut boxes, the baseline first."""
        contenders = {LOOP: partial(crop_loop, image, boxes)} | self.cut_on(image, boxes, 1)
        if self.threads > 1:
            contenders |= self.cut_on(image, boxes, self.threads)
        for peer in self.peers:
            name = f"{peer}, {name_threads(self.threads)}" if peer == "numba" else peer
            contenders[name] = partial(make_cutter(peer, image, self.threads), boxes)
        return contenders

    @staticmethod
    def cut_on(image: np.ndarray, boxes: np.ndarray, threads: int) -> Contenders:
        """Return fastcv on this number of threads."""
        if threads == 1:
            return {"fastcv, 1 thread": partial(fastcv.image_crop, image, boxes)}
        cut = partial(fastcv.image_crop_openmp, image, boxes, num_threads=threads)
        return {f"fastcv, {name_threads(threads)}": cut}

    def count(self, image: np.ndarray) -> Contenders:
        """Return the contenders that count colours, the baseline first."""
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
        """End the run if an exact contender differs; record the differences of the others."""
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
    """Return the largest difference of a crop, of any library's type, from the right one."""
    values = np.asarray(crop)
    if values.shape != right.shape:
        sys.exit(f"A crop has shape {values.shape}; the right shape is {right.shape}.")
    return int(cv2.absdiff(values, right).max())


@dataclass(frozen=True)
class Sweep:
    """A quantity to vary: how its points are made and how its panel looks."""

    key: str
    title: str
    x_label: str
    y: str
    """The field of `Row` that the panel shows."""
    points: Callable[[Bench, bool], Iterator[tuple[float | str, int, Contenders]]]
    """Makes x, pixels and contenders from the bench and whether the run is quick."""
    log: str = ""
    """The logarithmic axes: "x", "y", "xy" or ""."""


def fit(image: np.ndarray, megapixels: float) -> np.ndarray:
    """Return this many pixels from the middle of the image, tiled if it is too small."""
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
    """Return the values, or only the first and a middle one in a quick run."""
    return (values[0], values[len(values) // 2]) if quick else values


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
    """Give more and more threads to each contender that uses them, and to cv2."""
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
    """Count the colours of different kinds of images, all of one size."""
    for name, make in MADE.items():
        image = make(np.random.default_rng(0))
        if quick:
            image = fit(image, 0.1)
        kind = name.removeprefix("made ")
        yield kind, image.shape[0] * image.shape[1], bench.count(image)


def vary_pixels(
    bench: Bench, quick: bool, is_noise: bool
) -> Iterator[tuple[float, int, Contenders]]:
    """Count the colours of larger and larger pages, or of noise of the same sizes."""
    for megapixels in few(COLOR_MEGAPIXELS, quick):
        image = fit(bench.page, megapixels)
        if is_noise:
            image = np.random.default_rng(0).integers(0, 256, image.shape, np.uint8)
        yield megapixels, image.shape[0] * image.shape[1], bench.count(image)


WORDS = f"{WORD[0]}×{WORD[1]} px"
SWEEPS = (
    Sweep("boxes", f"Crops: more boxes ({WORDS})", "boxes", "min_ms", vary_count, "xy"),
    Sweep("box", "Crops: larger boxes", "px a box", "ns_per_unit", vary_box, "xy"),
    Sweep("angle", f"Crops: turned boxes (500, {WORDS})", "degrees", "ns_per_unit", vary_angle),
    Sweep("page", f"Crops: larger pages (500 boxes, {WORDS})", "MP", "ns_per_unit", vary_page, "x"),
    Sweep("threads", f"Crops: more threads (1,500 boxes, {WORDS})", "threads", "min_ms",
          vary_threads, "y"),
    Sweep("kind", "Colours: kinds of images (8.7 MP)", "", "ns_per_unit", vary_kind,
          "y"),
    Sweep("pixels", "Colours: larger pages", "MP", "ns_per_unit", partial(vary_pixels,
          is_noise=False), "xy"),
    Sweep("noise", "Colours: more noise", "MP", "ns_per_unit", partial(vary_pixels, is_noise=True),
          "xy"),
)  # fmt: skip
