"""The command line: ``fastcv crop``, ``colors``, ``bench`` and ``info``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import _core, commands, files
from ._version import __version__
from .progress import EXPECTED, complain, explain

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if all went well, 1 if any file failed, 2 for a wrong command line."""
    try:
        options = parse(arguments)
        if options.max_pixels:
            os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(options.max_pixels)
        os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 28))
        os.environ["OPENCV_LOG_LEVEL"] = "ERROR"  # its decoders tell of damage there
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
        if isinstance(error, OSError):
            complain(f"standard output: {explain(error)}")
            _forget_output()
        else:
            complain(explain(error))
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
    parser.set_defaults(max_pixels=None)
    subparsers = parser.add_subparsers(required=True, metavar="command")
    for add in (_add_crop, _add_colors, _add_bench, _add_info):
        add(subparsers)
    return parser.parse_args(arguments)


def _add_crop(subparsers: _Subparsers) -> None:
    crop = subparsers.add_parser("crop", help="cut boxes out of pages", description=(
        "Cut every box out of each PAGE. One page's crops are DIR/PAGE_0000.png and so on; of "
        "several pages each gets a folder DIR/PAGE. A page's crops appear together, or none does; "
        "they replace what has their names, and other files stay. A page is taken as it is stored: "
        "it is not turned as EXIF says."
    ))  # fmt: skip
    crop.set_defaults(run=commands.run_crop, parser=crop)
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
    _add_threads(crop)
    _add_max_pixels(crop)


def _add_colors(subparsers: _Subparsers) -> None:
    colors = subparsers.add_parser("colors", help="count the main colours of images")
    colors.set_defaults(run=commands.run_colors, parser=colors)
    colors.add_argument("images", nargs="+", metavar="IMAGE", type=Path)
    colors.add_argument("-n", type=_positive, default=6, help="how many (default: 6)")
    colors.add_argument("--panel", metavar="FILE", type=Path, help=(
        "also draw the colours, 64 rows each, as what FILE's suffix says; of several images FILE "
        "is a folder, made if need be, for IMAGE.png of each"
    ))  # fmt: skip
    colors.add_argument("--json", action="store_true", help="print one JSON list")
    _add_threads(colors)
    _add_max_pixels(colors)


def _add_bench(subparsers: _Subparsers) -> None:
    bench = subparsers.add_parser("bench", help="measure this machine, in a few seconds",
                                  description="Compare fastcv with Python loops on made data, "
                                  "results first, then times. benchmarks/ in the project's "
                                  "folder measures more.")  # fmt: skip
    bench.set_defaults(run=commands.run_bench)
    bench.add_argument("--words", type=_positive, default=1000, metavar="N",
                       help="boxes on the page that is cut (default: 1000)")  # fmt: skip
    bench.add_argument("--repeat", type=_positive, default=9, metavar="N",
                       help="timed rounds (default: 9)")  # fmt: skip
    bench.add_argument("--json", action="store_true", help="print JSON")
    _add_threads(bench)


def _add_info(subparsers: _Subparsers) -> None:
    info = subparsers.add_parser("info", help="say what this build is, and its settings")
    info.set_defaults(run=commands.run_info)
    info.add_argument("--json", action="store_true", help="print JSON")


def _add_threads(command: argparse.ArgumentParser) -> None:
    command.add_argument("--threads", type=_threads, metavar="N", help=(
        f"at most this many (default: {_core.get_num_threads()})"
    ))  # fmt: skip


def _add_max_pixels(command: argparse.ArgumentParser) -> None:
    command.add_argument("--max-pixels", type=_positive, metavar="N", help=(
        "refuse larger pictures before they are decoded (default: 2^28, 268 million)"
    ))  # fmt: skip


def _positive(text: str, most: int = (1 << 31) - 1) -> int:
    if not (text.isdecimal() and len(text) <= 10 and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")
    return int(text)


def _threads(text: str) -> int:
    return _positive(text, 1024)
