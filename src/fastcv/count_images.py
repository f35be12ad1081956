"""``fastcv colors``: count the main colours of images, and draw them."""

from __future__ import annotations

import argparse
import json
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from . import outputs
from .colors import _draw_panel, main_colors
from .datasets.encode import DTYPES, encode_all
from .naming import refuse_twins
from .outputs import Guard
from .pages import PageFile, list_pages, read_page
from .progress import EXPECTED, Progress, complain, explain, show


def run_colors(options: argparse.Namespace) -> bool:
    """Count every image."""
    pages, missing = find_images(options.images)
    panels = dict[PageFile, Path]()
    guard = Guard.of((page.path for page in pages), options.overwrite)
    if options.panel:
        panels = name_panels(options, pages)
        check_panels(options, guard, panels)
    found: list[dict[str, Any]] = []
    with Progress("image", len(pages)) as progress:
        work = partial(count_image, options, guard, progress, found, panels)
        failed = progress.try_each(pages, attrgetter("title"), work)
    if options.json:
        print(json.dumps(found, indent=2))
    return failed or missing


def find_images(patterns: list[Path]) -> tuple[list[PageFile], bool]:
    """List the images. Complain of what is not there, and return whether there was such."""
    pages: list[PageFile] = []
    missing = False
    for pattern in patterns:
        try:
            pages += list_pages(pattern)
        except EXPECTED as error:
            reason = explain(error, pattern).removeprefix(f"{show(pattern)}: ")
            complain(f"{show(pattern)}: {reason}")
            missing = True
    return pages, missing


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
    found: list[dict[str, Any]],
    panels: dict[PageFile, Path],
    page: PageFile,
) -> str:
    """Count one image. Return the text to print, and append the object for JSON to `found`."""
    progress.advance()
    image = read_page(page.path, page.number, exif=False)
    try:
        colors, counts = main_colors(image, options.n, num_threads=options.threads)
        panel = _draw_panel("main_colors", colors) if panels else None
    except (ValueError, TypeError) as error:
        raise ValueError(str(error).removeprefix("main_colors: ")) from None
    if panel is not None:
        target = panels[page]
        if not panel.size:
            raise ValueError("every pixel is transparent: there is no colour to draw")
        content = encode_all([panel], target.suffix[1:])[0]
        outputs.write_together(target.parent, [(target.name, content)], guard)
    height, width = image.shape[:2]
    rows = [
        {
            "hex": f"#{red:02X}{green:02X}{blue:02X}",
            "count": count,
            "share": count / (width * height),
        }
        for (blue, green, red), count in zip(colors.tolist(), counts.tolist(), strict=True)
    ]
    place = {} if page.number is None else {"page": page.number + 1}
    found.append(
        {"file": str(page.path), **place, "width": width, "height": height, "colors": rows}
    )
    if options.json:
        return ""
    lines = [f"{show(page.title)}: {width} x {height}"]
    lines += [f"  {row['hex']} {row['count']:>13,} px {row['share']:>8.2%}" for row in rows]
    return "\n".join(lines)
