"""The command line: ``fastcv crop``, ``colors``, ``bench`` and ``info``."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from . import _core, files
from ._version import __version__
from .colors import _draw_panel, main_colors

EXPECTED = (OSError, ValueError, TypeError, MemoryError, ImportError)
"""What may be wrong with one file, while the others go on."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if all went well, 1 if any file failed, 2 for a wrong command line."""
    try:
        options = parse(arguments)
        if options.max_pixels:
            os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(options.max_pixels)
        os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 28))
        failed = int(options.run(options))
        sys.stdout.flush()
        return failed
    except KeyboardInterrupt:
        print("fastcv: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read the output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="fastcv", description="Cut word boxes out of pages, count colours of images."
    )
    parser.add_argument("--version", action="version", version=f"fastcv {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    crop = commands.add_parser("crop", help="cut boxes out of pages", description=(
        "Cut every box out of each PAGE. One page's crops are DIR/PAGE_0000.png and so on; of "
        "several pages each gets a folder DIR/PAGE. What is there by such a name is replaced."
    ))  # fmt: skip
    crop.add_argument("pages", nargs="+", metavar="PAGE", type=Path)
    crop.add_argument("--boxes", metavar="FILE", type=Path, help=(
        "quads lt, rt, rb, lb: a .npy of shape (n, 4, 2), or JSON, a list or an object with the "
        'key "boxes"; for all pages, or a folder with PAGE.json or PAGE.npy. Default: beside each '
        "page"
    ))  # fmt: skip
    crop.add_argument("--out", metavar="DIR", type=Path, required=True, help="made if need be")
    crop.add_argument("--format", default="png", choices=("png", "jpg", "webp", "bmp", "tiff"))
    crop.add_argument("--interpolation", default="linear",
                      choices=("linear", "nearest", "cubic", "area", "lanczos4"))  # fmt: skip
    crop.add_argument("--border", default="constant", choices=(
        "constant", "replicate", "reflect", "reflect101", "wrap"
    ))  # fmt: skip
    crop.add_argument("--skip-degenerate", action="store_true", help=(
        "leave out boxes that cannot be cut, such as those of no width, instead of failing the page"
    ))  # fmt: skip
    crop.set_defaults(run=run_crop)

    colors = commands.add_parser("colors", help="count the main colours of images")
    colors.add_argument("images", nargs="+", metavar="IMAGE", type=Path)
    colors.add_argument("-n", type=_positive, default=6, help="how many (default: 6)")
    colors.add_argument("--panel", metavar="FILE", type=Path, help=(
        "also draw the colours, 64 rows each; of several images FILE is a folder, made if need be"
    ))  # fmt: skip
    colors.add_argument("--json", action="store_true", help="print one JSON list")
    colors.set_defaults(run=run_colors)

    bench = commands.add_parser("bench", help="measure this machine, in half a minute",
                                description="Compare fastcv with Python loops on made data, "
                                "results first, then times. benchmarks/ in the project's "
                                "folder measures more.")  # fmt: skip
    bench.add_argument("--repeat", type=_positive, default=9, help="timed rounds (default: 9)")
    bench.add_argument("--json", action="store_true", help="print JSON")
    bench.set_defaults(run=run_bench)

    info = commands.add_parser("info", help="say what this build is, and its settings")
    info.add_argument("--json", action="store_true", help="print JSON")
    info.set_defaults(run=run_info)

    for command in (crop, colors, bench):
        command.add_argument("--threads", type=_positive, metavar="N", help=(
            f"at most this many (default: {_core.get_num_threads()})"
        ))  # fmt: skip
    for command in (bench, info):
        command.set_defaults(max_pixels=None)
    crop.set_defaults(parser=crop)
    for command in (crop, colors):
        command.add_argument("--max-pixels", type=_positive, metavar="N", help=(
            "refuse larger pictures before they are decoded (default: 2^28, 268 million)"
        ))  # fmt: skip
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number < 1 << 31:
        raise argparse.ArgumentTypeError(f"{number} is not from 1 to 2^31 - 1")
    return number


class Progress:
    """A bar on a terminal, if tqdm is there; nothing anywhere else."""

    def __init__(self, unit: str, total: int) -> None:
        self._bar: Any = None
        if sys.stderr.isatty():
            try:
                from tqdm import tqdm
            except ImportError:
                return
            size = shutil.get_terminal_size()  # 80 x 24 where a terminal says 0 x 0
            self._bar = tqdm(
                total=total,
                unit=unit,
                file=sys.stderr,
                leave=False,
                ncols=size.columns,
                nrows=size.lines,
            )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *unused: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def advance(self) -> None:
        """Count one more."""
        if self._bar is not None:
            self._bar.update()

    def expect(self, more: int) -> None:
        """Raise the total."""
        if self._bar is not None:
            self._bar.total += more
            self._bar.refresh()

    def say(self, text: str, file: Any = None) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            self._bar.clear()
        print(text, file=file or sys.stdout, flush=True)

    def blame(self, path: Path, error: BaseException) -> None:
        """Say in one line what is wrong with a file."""
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if isinstance(error, OSError) and error.filename and Path(error.filename) != path:
            reason = f"{error.filename}: {reason}"
        line = " ".join((reason or type(error).__name__).split())
        self.say(f"fastcv: {path}: {line}", sys.stderr)


def try_each(paths: Iterable[Path], work: Callable[[Path], None], progress: Progress) -> bool:
    """Do the work for every file; whether it failed for any."""
    failed = False
    for path in paths:
        try:
            work(path)
        except EXPECTED as error:
            if isinstance(error, BrokenPipeError):
                raise
            progress.blame(path, error)
            failed = True
    return failed


# ---- crop ----


def run_crop(options: argparse.Namespace) -> bool:
    """Cut every page."""
    names = [page.stem for page in options.pages]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        options.parser.error(f"two pages are called {twice}: cut them in two runs")
    with Progress("crop", 0) as progress:
        return try_each(options.pages, partial(crop_page, options, progress), progress)


def crop_page(options: argparse.Namespace, progress: Progress, page: Path) -> None:
    """Cut one page, then write its crops (threads do not make that faster: words are small)."""
    boxes_file = find_boxes(page, options.boxes)
    try:
        boxes = files.read_boxes(boxes_file)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{boxes_file}: {error}") from None
    try:
        crops = _core.image_crop_openmp(
            files.read_image(page),
            boxes,
            num_threads=options.threads,
            interpolation=options.interpolation,
            border=options.border,
            degenerate="empty" if options.skip_degenerate else "raise",
        )
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("image_crop_openmp: ")) from None
    folder = options.out / page.stem if len(options.pages) > 1 else options.out
    folder.mkdir(parents=True, exist_ok=True)
    digits = max(4, len(str(len(crops) - 1)))
    progress.expect(len(crops))
    skipped = []
    for index, crop in enumerate(crops):
        if crop.size:
            name = f"{page.stem}_{index:0{digits}}.{options.format}"
            files.write_whole(folder / name, files.encode(crop, f".{options.format}"))
        else:
            skipped.append(str(index))
        progress.advance()
    progress.say(f"{page}: {len(crops) - len(skipped)} crops in {folder}")
    if skipped:
        progress.say(f"{page}: left out, as degenerate: boxes {', '.join(skipped)}")


def find_boxes(page: Path, boxes: Path | None) -> Path:
    """The file of a page's boxes."""
    if boxes is not None and not boxes.is_dir():
        return boxes
    folder = page.parent if boxes is None else boxes
    for suffix in (".json", ".npy"):
        if (folder / f"{page.stem}{suffix}").exists():
            return folder / f"{page.stem}{suffix}"
    raise ValueError(f"no boxes: there is neither {page.stem}.json nor {page.stem}.npy in {folder}")


# ---- colors ----


def run_colors(options: argparse.Namespace) -> bool:
    """Count every image."""
    found: list[dict[str, Any]] = []
    with Progress("image", len(options.images)) as progress:
        failed = try_each(options.images, partial(count_image, options, progress, found), progress)
    if options.json:
        print(json.dumps(found, indent=2))
    return failed


def count_image(
    options: argparse.Namespace, progress: Progress, found: list[dict[str, Any]], path: Path
) -> None:
    """Count one image, and print or remember what was found."""
    image = files.read_image(path)
    try:
        colors, counts = main_colors(image, options.n, num_threads=options.threads)
        panel = files.encode(_draw_panel("colors", colors), ".png") if options.panel else b""
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).partition(": ")[2] or str(error)) from None
    if options.panel and len(colors):
        target = options.panel
        if len(options.images) > 1:
            target = options.panel / f"{path.stem}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        files.write_whole(target, panel)
    height, width = image.shape[:2]
    rows = [
        {
            "hex": f"#{red:02X}{green:02X}{blue:02X}",
            "count": count,
            "share": count / (width * height),
        }
        for (blue, green, red), count in zip(colors.tolist(), counts.tolist(), strict=True)
    ]
    found.append({"file": str(path), "width": width, "height": height, "colors": rows})
    if not options.json:
        lines = [f"{path}: {width} x {height}"]
        lines += [f"  {row['hex']} {row['count']:>13,} px {row['share']:>8.2%}" for row in rows]
        progress.say("\n".join(lines))
    progress.advance()


# ---- bench and info ----


def run_bench(options: argparse.Namespace) -> bool:
    """Measure, and print a table or JSON."""
    from .bench import measure_all, print_tables

    tables = measure_all(options.repeat, options.threads or _core.get_num_threads())
    if options.json:
        print(json.dumps(tables, indent=2))
    else:
        print_tables(tables)
    return False


def run_info(options: argparse.Namespace) -> bool:
    """Print the build and the settings."""
    crop_bytes, call_bytes = _core.get_output_limits()
    facts = {
        **_core.build_info(),
        "python": sys.version.split()[0],
        "threads": _core.get_num_threads(),
        "crop_bytes": crop_bytes,
        "call_bytes": call_bytes,
        **{f"pool_{name}": value for name, value in _core.memory_pool_info().items()},
    }
    if options.json:
        print(json.dumps(facts, indent=2))
        return False
    width = max(map(len, facts))
    for name, value in facts.items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        print(f"{name:<{width}}  {shown}")
    return False
