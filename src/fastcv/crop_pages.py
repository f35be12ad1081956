"""``fastcv crop``: cut boxes out of pages."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core, files, outputs
from .boxes import read_boxes
from .naming import name_of, refuse_twins
from .outputs import Guard
from .progress import Progress, explain, show

if TYPE_CHECKING:
    from numpy.typing import NDArray


def run_crop(options: argparse.Namespace) -> bool:
    """Cut every page."""
    try:
        refuse_twins((name_of(page), page) for page in options.pages)
    except ValueError as error:
        options.parser.error(explain(error))
    beside = [find_boxes(page, options.boxes) for page in options.pages]
    inputs = [*options.pages, *(path for path in beside if path)]
    guard = Guard.of(inputs, options.overwrite)
    with Progress("crop", 0) as progress:
        return progress.try_each(options.pages, str, partial(crop_page, options, guard, progress))


def crop_page(options: argparse.Namespace, guard: Guard, progress: Progress, page: Path) -> str:
    """Cut one page, then write its crops.

    Encoding on two threads is no faster for .png and .jpg, whose words take a few kB.
    """
    page.stat()  # a missing page comes before missing boxes
    boxes = read_boxes_of(page, options)
    folder = options.out / name_of(page) if len(options.pages) > 1 else options.out
    names = name_crops(page, boxes, options)
    for name in filter(None, names):
        guard.check(folder / name)
    image = files.read_image(page)
    try:
        crops = _core.image_crop_openmp(
            image,
            boxes,
            num_threads=options.threads,
            **how_to_cut(options),
        )
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("image_crop_openmp: ")) from None
    progress.expect(len(crops))

    def encode_all() -> Iterator[tuple[str, bytes]]:
        for name, crop in zip(names, crops, strict=True):
            if name:
                yield name, outputs.encode(crop, options.format)
            progress.advance()

    outputs.write_together(folder, encode_all(), guard)
    skipped = [str(index) for index, name in enumerate(names) if not name]
    made = len(crops) - len(skipped)
    text = f"{show(page)}: {made} crop{'' if made == 1 else 's'} in {show(folder)}"
    if skipped:
        text += f"\n{show(page)}: degenerate boxes left out: {', '.join(skipped)}"
    return text


def how_to_cut(options: argparse.Namespace) -> dict[str, Any]:
    """Return the keywords for `image_crop_openmp` and `crop_shapes`."""
    names = ("convention", "order", "interpolation", "border", "arithmetic")
    given = {name: getattr(options, name) for name in names}
    keywords = {name: value for name, value in given.items() if value is not None}
    return {**keywords, "degenerate": "empty" if options.skip_degenerate else "raise"}


def find_boxes(page: Path, boxes: Path | None) -> Path | None:
    """Return the file of a page's boxes, if there is one."""
    if boxes is not None and not boxes.is_dir():
        return boxes
    folder = page.parent if boxes is None else boxes
    paths = [folder / f"{name_of(page)}{suffix}" for suffix in (".json", ".npy")]
    return next((path for path in paths if path.exists()), None)


def read_boxes_of(page: Path, options: argparse.Namespace) -> NDArray[Any]:
    """Read a page's boxes."""
    path = find_boxes(page, options.boxes)
    if path is None:
        name, folder = name_of(page), options.boxes or page.parent
        raise ValueError(f"no boxes: there is neither {name}.json nor {name}.npy in {folder}")
    try:
        return read_boxes(path)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from None


def name_crops(page: Path, boxes: NDArray[Any], options: argparse.Namespace) -> list[str]:
    """Name the file of each box. A box that is left out has an empty name."""
    try:
        shapes = _core.crop_shapes(boxes, **how_to_cut(options))
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("crop_shapes: ")) from None
    digits = max(4, len(str(len(shapes) - 1)))
    return [
        f"{name_of(page)}_{index:0{digits}}.{options.format}" if height and width else ""
        for index, (height, width) in enumerate(shapes.tolist())
    ]
