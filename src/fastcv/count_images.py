"""``fastcv colors``: count the main colours of images or of boxes on them, and draw them."""

from __future__ import annotations

import argparse
import json
from functools import partial
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import outputs
from .annotations import quads_of
from .colors import MainColors, _draw_box_panel, _draw_panel, main_colors
from .datasets import CropRules, FailedPage, PageTask
from .datasets.cut import annotations_of
from .datasets.encode import DTYPES, encode_all
from .datasets.plan import Plan
from .naming import refuse_twins
from .outputs import Guard
from .pages import PageFile, list_all, read_chosen
from .progress import Progress, complain, explain, first_of, show
from .word_colors import text_colors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .annotations import AnnotatedPage


def run_colors(options: argparse.Namespace) -> bool:
    """Count every image."""
    if options.text and not options.boxes:
        options.parser.error("--text needs --boxes")
    pages, missing = find_images(options.images, options.page)
    plan = Plan(pages, options.boxes, None) if options.boxes else None
    inputs = chain((page.path for page in pages), plan.files if plan else ())
    guard = Guard.of(inputs, options.overwrite)
    panels = dict[PageFile, Path]()
    if options.panel:
        panels = name_panels(options, pages)
        check_panels(options, guard, panels)
    tasks = {task.name: task for task in plan.tasks()} if plan else None
    results: list[dict[str, Any]] = []
    with Progress("image", len(pages)) as progress:
        work = partial(count_image, options, guard, progress, results, panels, tasks)
        failed = progress.try_each(pages, attrgetter("title"), work)
    if options.json:
        print(json.dumps(results, indent=2))
    return failed or missing


def find_images(patterns: list[Path], only: int | None) -> tuple[list[PageFile], bool]:
    """List the images. Complain of what is not there, and return whether there was such."""
    pages, missing = list_all(patterns, only)
    for path, reason in missing:
        complain(f"{show(path)}: {reason}")
    return pages, bool(missing)


def name_panels(options: argparse.Namespace, pages: list[PageFile]) -> dict[PageFile, Path]:
    """Return the file of each image's panel. Refuse a command line that names none."""
    panel: Path = options.panel
    is_one_file = all(page[:2] == (options.images[0], None) for page in pages)
    if len(options.images) > 1 or not is_one_file:
        try:
            refuse_twins((page.name, page.path) for page in pages)
        except ValueError as error:
            options.parser.error(explain(error))
        return {page: panel / f"{page.name}.png" for page in pages}
    if panel.suffix[1:] not in DTYPES:
        options.parser.error(f"--panel must end in one of .{', .'.join(DTYPES)}")
    return dict.fromkeys(pages, panel)


def check_panels(options: argparse.Namespace, guard: Guard, panels: dict[PageFile, Path]) -> None:
    """Refuse a command line that names panels which cannot be written."""
    for panel in panels.values():
        try:
            guard.check(panel)
        except OSError as error:
            options.parser.error(f"--panel: {explain(error)}")


def count_image(
    options: argparse.Namespace,
    guard: Guard,
    progress: Progress,
    results: list[dict[str, Any]],
    panels: dict[PageFile, Path],
    tasks: dict[str, PageTask | FailedPage] | None,
    page: PageFile,
) -> str:
    """Count one image. Return the text to print, and append the object for JSON to `results`."""
    progress.advance()
    words = words_of(tasks[page.name]) if tasks else None
    exif = words is not None
    image, frames = read_chosen(page.path, page.number, options.page, exif=exif)
    if frames > 1:
        progress.clear()
        complain(f"{show(page.title)}: warning: {first_of(frames)}")
    bits = 8 * image.dtype.itemsize
    image = with_8_bits(image)
    boxes = None if words is None else quads_of(words, *image.shape[:2])
    try:
        found = look(options, image, boxes)
        panel = draw([one.colors for one in found], boxes is not None) if panels else None
    except (ValueError, TypeError) as error:
        reason = str(error).removeprefix("main_colors: ").removeprefix("text_colors: ")
        raise ValueError(reason) from None
    if panel is not None:
        target = panels[page]
        if not panel.size:
            what = "there is no box" if boxes is not None else "every pixel is transparent"
            raise ValueError(f"{what}: there is no colour to draw")
        content = encode_all([panel], target.suffix[1:])[0]
        outputs.write_together(target.parent, [(target.name, content)], guard)
    height, width = image.shape[:2]
    place = {} if page.number is None else {"page": page.number + 1}
    result: dict[str, Any] = {"file": str(page.path), **place, "width": width, "height": height}
    text = [f"{show(page.title)}: {width} x {height}"]
    if bits > 8:
        result["bits"] = bits
        text[0] += f", {bits} bits a channel: counted by the upper 8"
    if words is None:
        result["colors"] = found[0].row["colors"]
        text += found[0].lines
    else:
        result["boxes"] = []
        for index, (one, word) in enumerate(zip(found, words.words, strict=True)):
            said = {} if word.text is None else {"text": word.text}
            result["boxes"].append({**said, **one.row})
            text += [" ".join([f"  box {index}", *map(show, said.values())]), *one.lines]
    results.append(result)
    return "" if options.json else "\n".join(text)


def with_8_bits(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the image, or the upper bytes of one with 16 bits a channel."""
    if image.dtype == np.uint16:
        return (image >> 8).astype(np.uint8)
    if image.dtype != np.uint8:
        raise ValueError(
            f"an image of {image.dtype}: colours are counted of 8 or 16 bits a channel"
        )
    return image


def words_of(task: PageTask | FailedPage) -> AnnotatedPage:
    """Return the words of an image."""
    if isinstance(task, FailedPage):
        raise ValueError(task.reason)
    return annotations_of(task, CropRules())


class Found(NamedTuple):
    """The colours of an image or a box."""

    row: dict[str, Any]
    """An object for JSON."""
    lines: list[str]
    colors: NDArray[np.uint8]


def look(
    options: argparse.Namespace, image: NDArray[Any], boxes: NDArray[np.float64] | None
) -> list[Found]:
    """Find the colours of the image, or of each box."""
    if boxes is None:
        height, width = image.shape[:2]
        colors = main_colors(image, options.n, num_threads=options.threads)
        return [count(colors, width * height)]
    if options.text:
        words = text_colors(image, boxes, num_threads=options.threads)
        return [word(*one) for one in zip(*words, strict=True)]
    return [
        count(one)
        for one in main_colors(image, options.n, boxes=boxes, num_threads=options.threads)
    ]


def count(found: MainColors, pixels: int = 0) -> Found:
    """Describe counted colours, with their shares of so many pixels."""
    rows: list[dict[str, Any]] = []
    for color, number in zip(found.colors, found.counts.tolist(), strict=True):
        rows.append({"hex": hex_of(color), "count": number})
        if pixels:
            rows[-1]["share"] = number / pixels
    return Found({"colors": rows}, lines_of(rows), found.colors)


def word(
    text: NDArray[np.uint8],
    background: NDArray[np.uint8],
    outline: NDArray[np.uint8],
    confidence: np.float32,
) -> Found:
    """Describe a word's colours."""
    row = {
        "text_color": hex_of(text),
        "background": hex_of(background),
        "outline": hex_of(outline),
        "confidence": round(float(confidence), 3),
    }
    line = f"  {row['text_color']} on {row['background']}, outline {row['outline']}, "
    return Found(
        row,
        [f"{line}confidence {row['confidence']:.2f}"],
        np.stack([text, background, outline]),
    )


def hex_of(color: NDArray[np.uint8]) -> str:
    """Write a colour, B, G, R, as HTML does."""
    blue, green, red = color.tolist()
    return f"#{red:02X}{green:02X}{blue:02X}"


def draw(found: list[NDArray[np.uint8]], are_boxes: bool) -> NDArray[np.uint8]:
    """Draw the colours of an image, or of boxes."""
    if are_boxes:
        return _draw_box_panel("main_colors", found)
    return _draw_panel("main_colors", found[0])


def lines_of(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line for each colour."""
    return [
        f"  {row['hex']} {row['count']:>13,} px"
        + (f" {row['share']:>8.2%}" if "share" in row else "")
        for row in rows
    ]
