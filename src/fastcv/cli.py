"""The command line: ``fastcv crop``, ``colors``, ``bench`` and ``info``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from . import _core, files
from ._version import __version__
from .boxes import read_boxes
from .colors import _draw_panel, main_colors
from .progress import EXPECTED, Progress, complain, explain, show


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if all went well, 1 if any file failed, 2 for a wrong command line."""
    try:
        options = parse(arguments)
        if options.max_pixels:
            os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(options.max_pixels)
        os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 28))
        failed = int(options.run(options))
        if sys.stdout is not None:
            sys.stdout.flush()
        return failed
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    except BrokenPipeError:  # whoever read the output has gone, as `head` does
        _forget_output()
        return 141
    except EXPECTED as error:  # of no file: a full disk under the output, a way that differs
        where = "standard output: " if isinstance(error, OSError) else ""
        complain(f"{where}{explain(error)}")
        _forget_output()
        return 1


def _forget_output() -> None:
    """What is still to be written would fail again when Python ends."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="fastcv", description="Cut word boxes out of pages, count colours of images."
    )
    parser.add_argument("--version", action="version", version=f"fastcv {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    crop = commands.add_parser("crop", help="cut boxes out of pages", description=(
        "Cut every box out of each PAGE. One page's crops are DIR/PAGE_0000.png and so on; of "
        "several pages each gets a folder DIR/PAGE. A page's crops appear together, or none does; "
        "they replace what has their names, and other files stay. A page is taken as it is stored: "
        "it is not turned as EXIF says."
    ))  # fmt: skip
    crop.add_argument("pages", nargs="+", metavar="PAGE", type=Path)
    crop.add_argument("--boxes", metavar="FILE", type=Path, help=(
        "quads lt, rt, rb, lb: a .npy of shape (n, 4, 2), or JSON, a list or an object with the "
        'key "boxes"; for all pages, or a folder with PAGE.json or PAGE.npy. Default: beside each '
        "page"
    ))  # fmt: skip
    crop.add_argument("--out", metavar="DIR", type=Path, required=True, help="made if need be")
    crop.add_argument("--format", default="png", choices=tuple(files.DTYPES))
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
        "also draw the colours, 64 rows each, as what FILE's suffix says; of several images FILE "
        "is a folder, made if need be, for IMAGE.png of each"
    ))  # fmt: skip
    colors.add_argument("--json", action="store_true", help="print one JSON list")
    colors.set_defaults(run=run_colors)

    bench = commands.add_parser("bench", help="measure this machine, in half a minute",
                                description="Compare fastcv with Python loops on made data, "
                                "results first, then times. benchmarks/ in the project's "
                                "folder measures more.")  # fmt: skip
    bench.add_argument("--words", type=_positive, default=1000, metavar="N",
                       help="boxes on the page that is cut (default: 1000)")  # fmt: skip
    bench.add_argument("--repeat", type=_positive, default=9, help="timed rounds (default: 9)")
    bench.add_argument("--json", action="store_true", help="print JSON")
    bench.set_defaults(run=run_bench)

    info = commands.add_parser("info", help="say what this build is, and its settings")
    info.add_argument("--json", action="store_true", help="print JSON")
    info.set_defaults(run=run_info)

    for command in (crop, colors, bench):
        command.add_argument("--threads", type=_threads, metavar="N", help=(
            f"at most this many (default: {_core.get_num_threads()})"
        ))  # fmt: skip
    for command in (bench, info):
        command.set_defaults(max_pixels=None)
    for command in (crop, colors):
        command.set_defaults(parser=command)
        command.add_argument("--max-pixels", type=_positive, metavar="N", help=(
            "refuse larger pictures before they are decoded (default: 2^28, 268 million)"
        ))  # fmt: skip
    return parser.parse_args(arguments)


def _positive(text: str, most: int = (1 << 31) - 1) -> int:
    if not (text.isdecimal() and len(text) <= 10 and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")
    return int(text)


def _threads(text: str) -> int:
    return _positive(text, 1024)


def name_of(path: Path) -> str:
    """What a file's results are called: never `.` or `..`, which would lead out of the folder."""
    return path.stem if path.stem.strip(".") else path.name


def refuse_twins(options: argparse.Namespace, paths: Sequence[Path]) -> None:
    """Files whose results would replace each other's are a wrong command line."""
    seen: set[str] = set()
    for name in map(name_of, paths):
        if name in seen:
            options.parser.error(f"two files are called {show(name)}: give them in two runs")
        seen.add(name)


# ---- crop ----


def run_crop(options: argparse.Namespace) -> bool:
    """Cut every page."""
    refuse_twins(options, options.pages)
    with Progress("crop", 0) as progress:
        return progress.try_each(options.pages, partial(crop_page, options, progress))


def crop_page(options: argparse.Namespace, progress: Progress, page: Path) -> str:
    """Cut one page, then write its crops.

    Two threads write .png and .jpg no faster, which are words of a few kB; .webp they would.
    """
    image = files.read_image(page)
    boxes_file = find_boxes(page, options.boxes)
    try:
        boxes = read_boxes(boxes_file)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{boxes_file}: {error}") from None
    try:
        crops = _core.image_crop_openmp(
            image,
            boxes,
            num_threads=options.threads,
            interpolation=options.interpolation,
            border=options.border,
            degenerate="empty" if options.skip_degenerate else "raise",
        )
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("image_crop_openmp: ")) from None
    progress.expect(len(crops))
    name = name_of(page)
    digits = max(4, len(str(len(crops) - 1)))

    def encode_all() -> Iterator[tuple[str, bytes]]:
        for index, crop in enumerate(crops):
            if crop.size:
                content = files.encode(crop, options.format)
                yield f"{name}_{index:0{digits}}.{options.format}", content
            progress.advance()

    folder = options.out / name if len(options.pages) > 1 else options.out
    files.write_together(folder, encode_all())
    skipped = [str(index) for index, crop in enumerate(crops) if not crop.size]
    text = f"{show(page)}: {len(crops) - len(skipped)} crops in {show(folder)}"
    if skipped:
        text += f"\n{show(page)}: left out, as degenerate: boxes {', '.join(skipped)}"
    return text


def find_boxes(page: Path, boxes: Path | None) -> Path:
    """The file of a page's boxes."""
    if boxes is not None and not boxes.is_dir():
        return boxes
    folder = page.parent if boxes is None else boxes
    name = name_of(page)
    for suffix in (".json", ".npy"):
        if (folder / f"{name}{suffix}").exists():
            return folder / f"{name}{suffix}"
    raise ValueError(f"no boxes: there is neither {name}.json nor {name}.npy in {folder}")


# ---- colors ----


def run_colors(options: argparse.Namespace) -> bool:
    """Count every image."""
    several = len(options.images) > 1
    if options.panel and several:
        refuse_twins(options, options.images)
    if options.panel and not several and options.panel.suffix[1:] not in files.DTYPES:
        options.parser.error(f"--panel ends in none of .{', .'.join(files.DTYPES)}")
    found: list[dict[str, Any]] = []
    with Progress("image", len(options.images)) as progress:
        failed = progress.try_each(options.images, partial(count_image, options, progress, found))
    if options.json:
        print(json.dumps(found, indent=2))
    return failed


def count_image(
    options: argparse.Namespace, progress: Progress, found: list[dict[str, Any]], path: Path
) -> str:
    """Count one image, and return or remember what was found."""
    progress.advance()
    image = files.read_image(path)
    try:
        colors, counts = main_colors(image, options.n, num_threads=options.threads)
        panel = _draw_panel("main_colors", colors) if options.panel else None
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("main_colors: ")) from None
    if panel is not None:
        target = options.panel
        if len(options.images) > 1:
            target = options.panel / f"{name_of(path)}.png"
        if not panel.size:
            raise ValueError("all of it is transparent: there is no colour to draw")
        content = files.encode(panel, target.suffix[1:])
        files.write_together(target.parent, [(target.name, content)])
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
    if options.json:
        return ""
    lines = [f"{show(path)}: {width} x {height}"]
    lines += [f"  {row['hex']} {row['count']:>13,} px {row['share']:>8.2%}" for row in rows]
    return "\n".join(lines)


# ---- bench and info ----


def run_bench(options: argparse.Namespace) -> bool:
    """Measure, and print a table or JSON."""
    from .bench import measure_all, print_tables

    tables = measure_all(options.words, options.repeat, options.threads or _core.get_num_threads())
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
