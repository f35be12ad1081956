"""The command line's options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from . import _core, outputs
from ._version import __version__
from .conventions import CONVENTIONS, CropConvention

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[Any]
    _Command = Callable[[argparse.Namespace], bool]


class _Parser(argparse.ArgumentParser):
    """A parser that fails when it cannot print."""

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is not None and file is sys.stdout:
            file.write(message)  # argparse ignores a full disk here
        else:
            super()._print_message(message, file)


def parse(arguments: Sequence[str] | None, commands: Mapping[str, _Command]) -> argparse.Namespace:
    """Read the command line. The result's `run` is one of `commands`."""
    parser = _Parser(prog="fastcv", description="Cut word boxes out of pages, or count colours.")
    parser.add_argument("--version", action="version", version=f"fastcv {__version__}")
    parser.set_defaults(max_pixels=None)
    subparsers: _Subparsers = parser.add_subparsers(required=True, metavar="command")
    for name, add in (
        ("crop", _add_crop), ("colors", _add_colors), ("bench", _add_bench), ("info", _add_info)
    ):  # fmt: skip
        command: argparse.ArgumentParser = add(subparsers)
        command.set_defaults(run=commands[name], parser=command)
    return parser.parse_args(arguments)


def _add_crop(subparsers: _Subparsers) -> Any:
    crop = subparsers.add_parser("crop", help="cut boxes out of pages", description=(
        "Cut every box out of each PAGE. The crops of one page are DIR/PAGE_0000.png and so on. "
        "With several pages, each page gets a folder DIR/PAGE. A page's crops appear together or "
        "not at all. Existing files stay as they are, unless --overwrite is given. Inputs are "
        "never replaced. Pages are not rotated by their EXIF orientation."
    ))  # fmt: skip
    crop.add_argument("pages", nargs="+", metavar="PAGE", type=_path)
    crop.add_argument("--boxes", metavar="FILE", type=_path, help=(
        "quads (left-top, right-top, right-bottom, left-bottom): a .npy of shape (n, 4, 2), or "
        'JSON with a list or an object with the key "boxes". One FILE for all pages, or a folder '
        "with PAGE.json or PAGE.npy. Default: the page's own folder"
    ))  # fmt: skip
    crop.add_argument("--out", metavar="DIR", type=_path, required=True,
                      help="output folder, created if it does not exist")  # fmt: skip
    crop.add_argument("--overwrite", action="store_true",
                      help="replace existing files, except inputs")  # fmt: skip
    crop.add_argument("--format", default="png", choices=tuple(outputs.DTYPES))
    crop.add_argument("--convention", choices=tuple(CONVENTIONS), help=(
        "cut as this OCR project does (default: fastcv); the options below replace parts of it"
    ))  # fmt: skip
    fields = get_type_hints(CropConvention)
    crop.add_argument("--order", choices=get_args(fields["order"]), help=(
        "clockwise: the corners may come in any order"
    ))  # fmt: skip
    for name in ("interpolation", "border"):
        crop.add_argument(f"--{name}", choices=get_args(fields[name]))
    crop.add_argument("--arithmetic", choices=("opencv4", "opencv5", "auto"), help=(
        "whose pixels; auto: those of the cv2 that is installed (default: "
        f"{_core.build_info()['arithmetic']})"
    ))  # fmt: skip
    crop.add_argument("--skip-degenerate", action="store_true", help=(
        "leave out boxes that cannot be cut, such as boxes without width, instead of failing the "
        "page"
    ))  # fmt: skip
    _add_threads(crop)
    _add_max_pixels(crop)
    return crop


def _add_colors(subparsers: _Subparsers) -> Any:
    colors = subparsers.add_parser("colors", help="count the main colours of images",
                                   description="Count the main colours of each IMAGE.")  # fmt: skip
    colors.add_argument("images", nargs="+", metavar="IMAGE", type=_path)
    colors.add_argument("-n", type=_positive, default=6, help="how many colours (default: 6)")
    colors.add_argument("--boxes", metavar="FILE", type=_path, help=(
        "count inside each of these boxes, given as for crop: one FILE for all images, or a folder "
        "with IMAGE.json or IMAGE.npy"
    ))  # fmt: skip
    colors.add_argument("--panel", metavar="FILE", type=_path, help=(
        "also draw the colours, 64 rows each, or 64 rows a box; FILE's suffix is the format. With "
        "several images, FILE is a folder, created if it does not exist, and gets IMAGE.png for "
        "each"
    ))  # fmt: skip
    colors.add_argument("--overwrite", action="store_true",
                        help="let --panel replace existing files, except inputs")  # fmt: skip
    colors.add_argument("--json", action="store_true", help="print one JSON list")
    _add_threads(colors)
    _add_max_pixels(colors)
    return colors


def _add_bench(subparsers: _Subparsers) -> Any:
    bench = subparsers.add_parser("bench", help="measure this machine in a few seconds",
                                  description="Compare fastcv with Python loops on made data: "
                                  "check that the results are equal, then time them. The project's "
                                  "benchmarks/ measure more.")  # fmt: skip
    bench.add_argument("--words", type=_positive, default=1000, metavar="N",
                       help="boxes on the page (default: 1000)")  # fmt: skip
    bench.add_argument("--repeat", type=_positive, default=9, metavar="N",
                       help="timed rounds (default: 9)")  # fmt: skip
    bench.add_argument("--json", action="store_true", help="print JSON")
    _add_threads(bench)
    return bench


def _add_info(subparsers: _Subparsers) -> Any:
    info = subparsers.add_parser("info", help="print versions, kernels and settings")
    info.add_argument("--json", action="store_true", help="print JSON")
    return info


def _add_threads(command: argparse.ArgumentParser) -> None:
    command.add_argument("--threads", type=_threads, metavar="N", help=(
        f"at most this many threads (default: {_core.get_num_threads()})"
    ))  # fmt: skip


def _add_max_pixels(command: argparse.ArgumentParser) -> None:
    command.add_argument("--max-pixels", type=_positive, metavar="N", help=(
        "refuse larger pictures before they are decoded (default: 2^28, 268 million)"
    ))  # fmt: skip


def _path(text: str) -> Path:
    if not text:  # Path("") is the current folder
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def _positive(text: str, most: int = (1 << 31) - 1) -> int:
    if not (text.isdecimal() and len(text) <= 10 and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")
    return int(text)


def _threads(text: str) -> int:
    return _positive(text, 1024)
