"""The command line's options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from . import _core
from ._version import __version__
from .annotations import FORMATS
from .conventions import CONVENTIONS, CropConvention
from .datasets.encode import DTYPES
from .datasets.stores import STORES

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
        "Cut every box out of each PAGE, and store the crops with their texts. A run that was "
        "stopped goes on where it was when it is started again. A page that fails is listed in "
        "DIR/errors.jsonl. Existing files stay as they are, unless --overwrite is given. Inputs "
        "are never replaced."
    ))  # fmt: skip
    crop.add_argument("pages", nargs="+", metavar="PAGE", type=_path, help=(
        "a picture, a multi-page TIFF, a PDF, a folder, or a quoted pattern such as "
        "'scans/**/*.jpg'"
    ))  # fmt: skip
    crop.add_argument("--out", metavar="DIR", type=_path,
                      help="output folder, created if it does not exist")  # fmt: skip
    crop.add_argument("--check", action="store_true", help=(
        "cut nothing: list what looks wrong with the boxes, and exit with status 1 if anything does"
    ))  # fmt: skip
    _add_boxes(crop)
    _add_pages(crop)
    _add_cutting(crop)
    _add_output(crop)
    _add_engine(crop)
    _add_max_pixels(crop)
    return crop


def _add_boxes(crop: argparse.ArgumentParser) -> None:
    boxes = crop.add_argument_group("boxes")
    boxes.add_argument("--boxes", metavar="PATH", type=_path, help=(
        "annotations of all pages in one file, or a folder with a file a page, such as PAGE.json. "
        "Default: beside the page"
    ))  # fmt: skip
    boxes.add_argument("--boxes-format", choices=tuple(FORMATS), help=(
        "the format of the annotations (default: recognised by content)"
    ))  # fmt: skip
    boxes.add_argument("--keep-ignored", action="store_true", help=(
        'cut also what the annotations say to ignore, such as "###"'
    ))  # fmt: skip
    boxes.add_argument("--degenerate", choices=("raise", "skip"), default="raise", help=(
        "boxes that cannot be cut, such as boxes without width: raise fails the page (default), "
        "skip leaves them out and tells which"
    ))  # fmt: skip


def _add_pages(crop: argparse.ArgumentParser) -> None:
    pages = crop.add_argument_group("pages")
    _add_page(pages)
    pages.add_argument("--ignore-exif", action="store_true", help=(
        "take pages as they are stored, not turned as their EXIF orientation says"
    ))  # fmt: skip
    pages.add_argument("--dpi", type=_resolution, default=150, metavar="N",
                       help="of pages of PDF files (default: 150)")  # fmt: skip


def _add_page(command: argparse._ActionsContainer) -> None:
    command.add_argument("--page", type=_positive, metavar="N", help=(
        "only this page of each file of several, or this frame of an animation, counted from 1 "
        "(default: all pages, the first frame)"
    ))  # fmt: skip


def _add_cutting(crop: argparse.ArgumentParser) -> None:
    cutting = crop.add_argument_group("cutting")
    cutting.add_argument("--convention", choices=tuple(CONVENTIONS), help=(
        "cut as this OCR project does (default: fastcv); the options below replace parts of it"
    ))  # fmt: skip
    fields = get_type_hints(CropConvention)
    cutting.add_argument("--order", choices=get_args(fields["order"]), help=(
        "clockwise: the corners may come in any order"
    ))  # fmt: skip
    cutting.add_argument("--tall", type=_ratio, metavar="RATIO", help=(
        "turn crops that are so many times higher than wide, as 1.5; 0 turns none"
    ))  # fmt: skip
    for name in ("interpolation", "border"):
        cutting.add_argument(f"--{name}", choices=get_args(fields[name]))
    cutting.add_argument("--arithmetic", choices=("opencv4", "opencv5", "auto"), help=(
        "whose pixels; auto: those of the cv2 that is installed (default: "
        f"{_core.build_info()['arithmetic']})"
    ))  # fmt: skip


def _add_output(crop: argparse.ArgumentParser) -> None:
    output = crop.add_argument_group("output")
    output.add_argument("--to", choices=tuple(STORES), default="folder", help=(
        "a file a crop, with labels.jsonl and PaddleOCR's rec_gt.txt (default); or tar shards; "
        "or an LMDB database as scene-text loaders read it; or Parquet shards as Hugging Face's "
        "datasets loads them"
    ))  # fmt: skip
    output.add_argument("--format", default="png", choices=tuple(DTYPES))
    output.add_argument("--quality", type=_percent, metavar="N",
                        help="of jpg and webp, 1 to 100")  # fmt: skip
    output.add_argument("--shard-size", type=_size, default=256 << 20, metavar="BYTES", help=(
        "close shards of this size, such as 64M (default: 256M)"
    ))  # fmt: skip
    output.add_argument("--preview", metavar="FILE", type=_path, help=(
        "also write an HTML page with the first hundred crops and their texts"
    ))  # fmt: skip
    output.add_argument("--overwrite", action="store_true", help=(
        "begin anew, and replace existing files, except inputs"
    ))  # fmt: skip


def _add_engine(crop: argparse.ArgumentParser) -> None:
    engine = crop.add_argument_group("machines")
    engine.add_argument("--engine", choices=("local", "dask", "ray"), default="local", help=(
        "who cuts: processes of this machine (default), or a cluster"
    ))  # fmt: skip
    engine.add_argument("--address", "--scheduler", metavar="ADDRESS", help=(
        "the cluster, such as tcp://host:8786 for dask or auto for ray (default: one is started "
        "on this machine)"
    ))  # fmt: skip
    _add_threads(engine)


def _add_colors(subparsers: _Subparsers) -> Any:
    colors = subparsers.add_parser("colors", help="count the main colours of images",
                                   description="Count the main colours of each IMAGE.")  # fmt: skip
    colors.add_argument("images", nargs="+", metavar="IMAGE", type=_path, help=(
        "a picture, a multi-page TIFF, a PDF, a folder, or a quoted pattern such as "
        "'scans/**/*.jpg'"
    ))  # fmt: skip
    colors.add_argument("-n", type=_positive, default=6, help="how many colours (default: 6)")
    _add_page(colors)
    colors.add_argument("--boxes", metavar="FILE", type=_path, help=(
        "count inside each box of these annotations, of any format that crop reads: one FILE for "
        "all images, or a folder with a file an image"
    ))  # fmt: skip
    colors.add_argument("--text", action="store_true", help=(
        "tell each box's colours of letters, background and outline instead of counting"
    ))  # fmt: skip
    colors.add_argument("--panel", metavar="FILE", type=_path, help=(
        "also draw the colours, 64 rows each, or 64 rows a box; FILE's suffix is the format. For "
        "anything but one picture, FILE is a folder, created if it does not exist, and gets "
        "IMAGE.png for each"
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


def _add_threads(command: argparse._ActionsContainer) -> None:
    command.add_argument("--threads", type=_threads, metavar="N", help=(
        f"use at most this many CPUs (default: {_core.get_num_threads()})"
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


def _percent(text: str) -> int:
    return _positive(text, 100)


def _resolution(text: str) -> int:
    return _positive(text, 4800)


def _size(text: str) -> int:
    units = {"K": 10, "M": 20, "G": 30}
    shift = units.get(text[-1:].upper(), 0)
    return _positive(text[:-1] if shift else text) << shift


def _ratio(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = -1
    if not 0 <= ratio < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0")
    return ratio


def _threads(text: str) -> int:
    return _positive(text, 1024)
